"""Stock in the sandbox shop, set by whoever knows better.

Source: shopify.dev, GraphQL Admin API, inventorySetQuantities and its @idempotent directive.
"""

import json
from dataclasses import astuple, dataclass

from integrations.sandbox.goods import GOODS, UNKNOWN_TO_WAREHOUSE
from integrations.sandbox.ledger import Ledger
from integrations.sandbox.shopify_orders import LOCATIONS, product_number
from integrations.sandbox.shopify_shop import ShopRefused
from integrations.sandbox.storage import Doc, Storage

IDEMPOTENT_FROM = "2026-04"
INVENTORY_INPUT = {"name", "reason", "referenceDocumentUri", "quantities", "ignoreCompareQuantity"}
QUANTITY_INPUT = {"inventoryItemId", "locationId", "quantity", "changeFromQuantity"}
ITEM_IDS_FROM = 46_110_500_000_000
_NAMES = ("available", "on_hand")
_FIELD = ("input", "quantities")


@dataclass(frozen=True)
class Level:
    """How much of an item is to be at a place; `before` None means whatever was there."""

    item_id: int
    location_id: int
    quantity: object
    before: object = None


class Inventory:
    """Stock levels by item and location; what was never set is 0."""

    def __init__(self, storage: Storage, ledger: Ledger) -> None:
        self._storage = storage
        self._ledger = ledger

    def variants(self, *, sku: str = "") -> list[Doc]:
        """Return what the shop sells, or the one with a SKU; shape: id, sku, item_id, title."""
        return [
            {
                "id": 44_020_310_000_000 + product_number(good.sku),
                "sku": good.sku,
                "item_id": ITEM_IDS_FROM + product_number(good.sku),
                "title": good.name,
            }
            for good in (*GOODS, UNKNOWN_TO_WAREHOUSE)
            if sku.lower() in ("", good.sku.lower())
        ]

    def levels(self) -> list[Doc]:
        """Return what was set; shape: item_id, location_id, quantity, sku."""
        return self._storage.all("inventory")

    def set(self, name: str, changes: list[Level], *, key: str) -> None:
        """Set levels, all of them or none.

        Args:
            name: which quantity, available or on_hand.
            changes: what is to be.
            key: with the same key and changes, a second call does nothing; "" is no key.

        Raises:
            ShopRefused: as `userErrors` would say.
        """
        asked = json.dumps([name, [astuple(change) for change in changes]])
        known = self._storage.get("idempotency", key) if key else None
        if known and known["asked"] != asked:
            raise ShopRefused("The idempotency key was used for another input.", field=("input",))
        if known:
            self._ledger.note_accepted("inventory", key)
            return
        if name not in _NAMES or not changes:
            raise ShopRefused("The quantity name is invalid or nothing is set.", field=("input",))
        docs = [self._checked(change) for change in changes]
        for doc in docs:
            self._storage.put("inventory", f"{doc['item_id']}/{doc['location_id']}", doc)
        if key:
            self._storage.put("idempotency", key, {"asked": asked})
            self._ledger.note_accepted("inventory", key)

    def _checked(self, change: Level) -> Doc:
        skus = {variant["item_id"]: variant["sku"] for variant in self.variants()}
        if change.item_id not in skus:
            raise ShopRefused("The specified inventory item could not be found.", field=_FIELD)
        if change.location_id not in LOCATIONS:
            raise ShopRefused("The specified location could not be found.", field=_FIELD)
        if isinstance(change.quantity, bool) or not isinstance(change.quantity, int):
            raise ShopRefused("The quantity must be a whole number.", field=_FIELD)
        known = self._storage.get("inventory", f"{change.item_id}/{change.location_id}")
        if change.before is not None and change.before != (known["quantity"] if known else 0):
            raise ShopRefused("The changeFromQuantity is stale.", field=_FIELD)
        return {
            "item_id": change.item_id,
            "location_id": change.location_id,
            "quantity": change.quantity,
            "sku": skus[change.item_id],
        }


def variant_node(variant: Doc) -> Doc:
    """Return a variant as GraphQL names its fields."""
    return {
        "__typename": "ProductVariant",
        "id": f"gid://shopify/ProductVariant/{variant['id']}",
        "sku": variant["sku"],
        "displayName": variant["title"],
        "inventoryItem": {
            "__typename": "InventoryItem",
            "id": f"gid://shopify/InventoryItem/{variant['item_id']}",
            "sku": variant["sku"],
            "tracked": True,
        },
    }
