"""Connect an integration as its page would."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from integrations.accounts import hook_url, kept_secrets
from integrations.models import Connection
from integrations.registry import integration
from integrations.services import change_settings, connect
from orderdesk.lib.refused import Refused
from orderdesk.management.base import HubCommand, find_store
from stores.models import Store
from stores.scoping import entered


class Command(HubCommand):
    """Tests the credentials, saves them, prints the hook's address where there is one."""

    help = "Connect an integration: connect STORE KEY name=value …"

    def add(self, parser: CommandParser) -> None:
        parser.add_argument("store", help="id or name")
        parser.add_argument("key", help="the integration, e.g. shopify or unleashed")
        parser.add_argument("values", nargs="*", metavar="name=value", help="its settings")
        parser.add_argument(
            "--sandbox", action="store_true", help="talk to the sandbox vendor of `manage.py up`"
        )

        parser.add_argument(
            "--change",
            action="store_true",
            help="change the settings of a connected one; what is not named stays",
        )

    def run(self, **options: Any) -> Mapping[str, Any]:
        values = dict(_pair(each) for each in options["values"])
        store = find_store(options["store"])
        if options["change"]:
            row = _changed(store, options["key"], values, to_sandbox=options["sandbox"])
        else:
            environment = "sandbox" if options["sandbox"] else "live"
            row = connect(store=store, key=options["key"], values=values, environment=environment)
        plugin = integration(row.key)
        result: dict[str, Any] = {
            "connection_id": row.pk,
            "store_id": row.store_id,
            "integration": row.key,
            "state": row.state,
        }
        if plugin.can("verify_webhook"):
            secret = kept_secrets(row).get(plugin.hook_secret_field, "")
            result |= {"hook": hook_url(row), "hook_secret": secret}
        if row.problem:
            result["problem"] = row.problem
        return result


def _changed(store: Store, key: str, values: Mapping[str, str], *, to_sandbox: bool) -> Connection:
    plugin = integration(key)
    if to_sandbox:
        raise Refused("A connection keeps its vendor: disconnect it first.", field="sandbox")
    with entered(store):
        row = Connection.objects.for_store(store).connected().named(plugin.key).first()
    if row is None:
        raise Refused(f"{plugin.name} is not connected to this store.", field="key")
    return change_settings(connection=row, values={**row.settings, **values})


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Refused(f"{text!r} is not of the form name=value.", field=text)
    return name, value
