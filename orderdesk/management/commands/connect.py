"""Connect an integration as its page would."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from integrations.accounts import hook_url
from integrations.registry import integration
from integrations.services import connect
from orderdesk.lib.refused import Refused
from orderdesk.management.base import HubCommand, find_store


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

    def run(self, **options: Any) -> Mapping[str, Any]:
        values = dict(_pair(each) for each in options["values"])
        row = connect(
            store=find_store(options["store"]),
            key=options["key"],
            values=values,
            environment="sandbox" if options["sandbox"] else "live",
        )
        plugin = integration(row.key)
        result: dict[str, Any] = {
            "connection_id": row.pk,
            "store_id": row.store_id,
            "integration": row.key,
            "state": row.state,
        }
        if plugin.can("verify_webhook"):
            secret = plugin.hook_secret_field
            result |= {"hook": hook_url(row), "hook_secret": values.get(secret, "")}
        if row.problem:
            result["problem"] = row.problem
        return result


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise Refused(f"{text!r} is not of the form name=value.", field=text)
    return name, value
