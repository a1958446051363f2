"""What the contract suite needs to try Shopify: a shop, a filled-in form, its calls out."""

import json
from collections.abc import Callable
from typing import Any

from integrations.base import Account, Hook
from integrations.sandbox import ShopifySandbox
from integrations.sandbox.shopify_webhooks import sign
from integrations.shopify.integration import Shopify
from integrations.shopify.mapping import order_draft
from orders.models import Order, Shipment
from tests.integrations.loaded import loaded_item, loaded_order, loaded_shipment

HOOK_URL = "https://hub.example/hooks/abc"
REFERENCE = "0b9ff6de-39cc-4c7b-a11f-1b0f3a7a44c5"


class Bench:
    form_values = {
        "shop_domain": "sandbox-goods.myshopify.com",
        "access_token": "a-token",
        "webhook_secret": "a-secret",
    }
    secret_field = "access_token"
    effects = {"push_shipment": "POST /admin/api/2026-07/graphql.json"}

    def __init__(self) -> None:
        self.vendor = ShopifySandbox().start()
        self.order, self.shipment = self.placed()

    def placed(self, **options: Any) -> tuple[Order, Shipment]:
        """Place an order in the shop; give it as imported, with a parcel that holds all of it."""
        given = self.vendor.shop.place(options.pop("kind", "us"), webhooks=False, **options)
        order = as_imported(given)
        lines = [
            {"code": item.code, "name": item.name, "quantity": str(item.quantity)}
            for item in order.items.all()
        ]
        return order, loaded_shipment(lines=lines)

    def plugin(self, **settings: Any) -> Shopify:
        known = self.vendor.credentials()
        return Shopify(
            Account(
                settings={"shop_domain": known["shop_domain"], "sync_tracking": True, **settings},
                secrets={
                    "access_token": known["access_token"],
                    "webhook_secret": known["app_secret"],
                },
                base_url=self.vendor.url,
                hook_url=HOOK_URL,
            )
        )

    def calls(self) -> dict[str, Callable[[], Any]]:
        plugin, order, parcel = self.plugin(), self.order, self.shipment
        return {
            "push_shipment": lambda: plugin.push_shipment(order, parcel, reference=REFERENCE),
            "find_shipment": lambda: plugin.find_shipment(order, parcel, reference=REFERENCE),
        }

    def pulls(self) -> dict[str, Callable[[], Any]]:
        return {"list_orders": lambda: list(self.plugin().list_orders("", None))}

    def count_effects(self, verb: str) -> int:
        return len(self.vendor.fulfillments())

    def hook(self, body: bytes | None = None, **headers: str) -> Hook:
        """Sign a message as the shop does; in header names underscores stand for dashes."""
        body = json.dumps(self.vendor.shop.orders()[0]).encode() if body is None else body
        stated = {
            "x-shopify-topic": "orders/create",
            "x-shopify-hmac-sha256": sign(body, self.vendor.credentials()["app_secret"]),
            "x-shopify-shop-domain": "sandbox-goods.myshopify.com",
            "x-shopify-webhook-id": "5f2a5b0e-delivery",
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Hook(headers={**stated, **named}, body=body)


def as_imported(given: dict[str, Any]) -> Order:
    """Give a shop's order as the hub would have it, without the database."""
    draft = order_draft(given)
    return loaded_order(
        source_key=draft.source_key,
        source_id=draft.source_id,
        items=[
            loaded_item(
                name=item.name,
                code=item.code,
                quantity=item.quantity,
                source_line_id=item.source_line_id,
            )
            for item in draft.items
        ],
    )
