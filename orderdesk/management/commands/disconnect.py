"""Disconnect an integration."""

from collections.abc import Mapping
from typing import Any

from django.core.management.base import CommandParser

from integrations.models import Connection
from integrations.registry import integration
from integrations.services import disconnect
from orderdesk.lib.refused import Refused
from orderdesk.management.base import HubCommand, find_store
from stores.scoping import entered


class Command(HubCommand):
    """Forgets the secrets, closes the hook, stops the pulls; what happened stays on record."""

    help = "Disconnect an integration: disconnect STORE KEY"

    def add(self, parser: CommandParser) -> None:
        parser.add_argument("store", help="id or name")
        parser.add_argument("key", help="the integration")

    def run(self, **options: Any) -> Mapping[str, Any]:
        store = find_store(options["store"])
        plugin = integration(options["key"])
        with entered(store):
            row = Connection.objects.for_store(store).connected().named(plugin.key).first()
            if row is None:
                raise Refused(f"{plugin.name} is not connected to this store.", field="key")
            disconnect(connection=row)
        return {"store_id": store.pk, "integration": plugin.key, "state": "disconnected"}
