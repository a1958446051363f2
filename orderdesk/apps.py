"""The frame as an app: its commands, and what goes around migrations."""

import sys
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings


class FrameConfig(AppConfig):
    """Commands and start-up of the whole."""

    name = "orderdesk"
    label = "frame"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate, pre_migrate

        warn_of_unknown_vendors()

        # Of an app with tables: Django tells nothing to one without. Each comes once per migrate.
        stores = apps.get_app_config("stores")
        pre_migrate.connect(_take_time, sender=stores, dispatch_uid="frame.take_time")
        post_migrate.connect(_keep_time, sender=stores, dispatch_uid="frame.keep_time")
        post_migrate.connect(_grant, sender=stores, dispatch_uid="frame.grant")


def warn_of_unknown_vendors() -> None:
    """Tell of addresses given for vendors that are in no catalogue.

    A slip in a name would send to the vendor itself what was meant for another address; but one
    environment may serve several versions of the hub, so it is no reason to stop.
    """
    from integrations.registry import CATALOGUE

    known = ", ".join(each.upper() for each in CATALOGUE)
    for key in set(settings.VENDOR_URLS) - set(CATALOGUE):
        sys.stderr.write(
            f"orderdesk: ORDERDESK_VENDOR_URL_{key.upper()} is of no integration here; "
            f"there are: {known}\n"
        )


def _take_time(*, using: str, **_: Any) -> None:
    """Lift the limits of a page from a migration; a lock it cannot get still ends it soon."""
    from django.db import connections

    with connections[using].cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET idle_in_transaction_session_timeout = 0")


def _keep_time(*, using: str, **_: Any) -> None:
    from django.db import connections

    with connections[using].cursor() as cursor:
        cursor.execute("RESET statement_timeout")
        cursor.execute("RESET idle_in_transaction_session_timeout")


def _grant(*, using: str, **_: Any) -> None:
    """Let the serving role use what the owner's role made."""
    if using != "owner":
        return
    from django.db import connections

    role = connections["default"].ops.quote_name(settings.DATABASES["default"]["USER"])
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
        )
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
