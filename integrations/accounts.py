"""A connection as its plugin sees it: settings, opened secrets, addresses."""

import json
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse

from integrations.base import Account, Integration
from integrations.models import Connection
from integrations.registry import integration
from integrations.vault import SealBroken, open_secrets

# The discard port of this machine; nothing listens there.
NOBODY_THERE = "http://127.0.0.1:9"


def plugin_of(row: Connection) -> Integration:
    """Give the plugin working with this connection's settings and secrets.

    Raises:
        SealBroken: if the secrets were not sealed for this connection or by none of our keys.
    """
    secrets = open_secrets(row.sealed_secrets, store_id=row.store_id, connection_key=row.key)
    return plugin_with(row, settings_=row.settings, secrets=secrets)


def plugin_without_secrets(row: Connection) -> Integration:
    """Give the plugin for what needs no secrets: reading a message, asking what the settings want.

    It costs no decryption, and works where the secrets cannot be opened.
    """
    return plugin_with(row, settings_=row.settings, secrets={})


def kept_secrets(row: Connection) -> dict[str, str]:
    """Give the secrets a connection has, by field; none where they must be entered anew.

    That is so when the hub's keys were lost: the merchant can still mend it on the page.
    """
    try:
        return open_secrets(row.sealed_secrets, store_id=row.store_id, connection_key=row.key)
    except SealBroken:
        return {}


def plugin_with(
    row: Connection, *, settings_: Mapping[str, Any], secrets: Mapping[str, str]
) -> Integration:
    """Give the plugin working with these settings and secrets, saved or not."""
    account = Account(
        settings=settings_,
        secrets=secrets,
        base_url=vendor_url(row.key, environment=row.environment),
        hook_url=hook_url(row),
    )
    return integration(row.key)(account)


def hook_url(row: Connection) -> str:
    """Give the public address of a connection's hook."""
    return f"{settings.BASE_URL}{reverse('integrations:webhook_receive', args=[row.hook_token])}"


def vendor_url(key: str, *, environment: str) -> str:
    """Give the address that replaces a vendor's own, or '' where the vendor's own is meant.

    A sandbox connection never falls back to the vendor's own: while the sandbox does not run, its
    address is one where nobody answers.
    """
    chosen = str(settings.VENDOR_URLS.get(key, ""))
    if chosen or environment != "sandbox":
        return chosen
    return sandbox_addresses().get(key, NOBODY_THERE)


def sandbox_addresses() -> dict[str, str]:
    """Give the addresses of the running sandbox vendors by integration key; empty without any."""
    try:
        return dict(json.loads(settings.SANDBOX_FILE.read_text()))
    except (FileNotFoundError, ValueError):
        return {}
