"""What the contract suite needs to try Unleashed: a company, a filled-in form, its calls out."""

from collections.abc import Callable
from typing import Any

from integrations.base import Account
from integrations.sandbox import UnleashedSandbox
from integrations.unleashed.integration import Unleashed
from orders.models import Order
from tests.integrations.loaded import loaded_order

REFERENCE = "0b9ff6de-39cc-4c7b-a11f-1b0f3a7a44c5"


class Bench:
    form_values = {"api_id": "an-id", "api_key": "a-key", "sync_tracking": "from"}
    secret_field = "api_key"
    # The request in which each verb does what it is for.
    effects = {"submit_order": "POST /SalesOrders"}

    def __init__(self) -> None:
        self.vendor = UnleashedSandbox().start()
        self.order: Order = loaded_order()

    def plugin(self, **settings: Any) -> Unleashed:
        known = self.vendor.credentials()
        return Unleashed(
            Account(
                settings={"api_id": known["api_id"], "sync_tracking": "from", **settings},
                secrets={"api_key": known["api_key"]},
                base_url=self.vendor.url,
            )
        )

    def calls(self) -> dict[str, Callable[[], Any]]:
        plugin = self.plugin()
        return {
            "submit_order": lambda: plugin.submit_order(self.order, reference=REFERENCE),
            "find_order": lambda: plugin.find_order(self.order, reference=REFERENCE),
        }

    def pulls(self) -> dict[str, Callable[[], Any]]:
        return {
            "list_shipments": lambda: list(self.plugin().list_shipments("", None)),
            "list_stock": lambda: list(self.plugin().list_stock("", None)),
        }

    def count_effects(self, verb: str) -> int:
        return len(self.vendor.live_orders())
