"""What happens in the sandbox shop: orders are placed, changed, cancelled and fulfilled."""

from dataclasses import dataclass
from datetime import UTC, datetime

from integrations.sandbox.ledger import Clock, Ledger
from integrations.sandbox.shopify_orders import (
    KINDS,
    build_fulfillment_orders,
    build_order,
    retotal,
)
from integrations.sandbox.shopify_webhooks import Courier
from integrations.sandbox.storage import Doc, Storage

FULFILLMENT_IDS_FROM = 5_120_330_000_000


class ShopRefused(Exception):
    """The shop says no; `field` is where in the input, as `userErrors` names it."""

    def __init__(self, message: str, *, field: tuple[str, ...] = ("fulfillment",)) -> None:
        super().__init__(message)
        self.field = list(field)


@dataclass(frozen=True)
class Tracking:
    """How a parcel travels."""

    company: str | None
    numbers: tuple[str, ...]
    urls: tuple[str, ...]


@dataclass(frozen=True)
class Picked:
    """What of one fulfilment order is fulfilled; `lines` None means all that remains."""

    fulfillment_order_id: int
    lines: tuple[tuple[int, int], ...] | None


class Shop:
    """The shop's orders, each change announced to whoever subscribed."""

    def __init__(self, storage: Storage, ledger: Ledger, courier: Courier, clock: Clock) -> None:
        self._storage = storage
        self._ledger = ledger
        self._courier = courier
        self._clock = clock

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._clock(), UTC)

    def orders(self) -> list[Doc]:
        """Return every order, oldest first, to be read only."""
        return self._storage.all("order")

    def order(self, order_id: str | int) -> Doc | None:
        """Return a copy of one order."""
        return self._storage.get("order", str(order_id))

    def fulfillment_orders(self, order_id: str | int) -> list[Doc]:
        """Return copies of an order's fulfilment orders."""
        keys = self._storage.get("order_fulfillment_orders", str(order_id)) or {"ids": []}
        found = [self._storage.get("fulfillment_order", str(key)) for key in keys["ids"]]
        return [doc for doc in found if doc]

    def place(
        self, kind: str, *, webhooks: bool = True, locations: int = 1, changes: Doc | None = None
    ) -> Doc:
        """Take a new order; `changes` replace top-level fields of the one made up.

        Raises:
            ShopRefused: for a kind of order unknown here.
        """
        if kind not in KINDS:
            raise ShopRefused(f"Unknown kind; known are {', '.join(KINDS)}.", field=("kind",))
        number = self._storage.next_number("order", start=1001)
        order = build_order(number, kind, self._now()) | (changes or {})
        self._storage.put("order", str(order["id"]), order)
        parts = build_fulfillment_orders(order, locations=locations)
        for part in parts:
            self._storage.put("fulfillment_order", str(part["id"]), part)
        self._storage.put(
            "order_fulfillment_orders", str(order["id"]), {"ids": [part["id"] for part in parts]}
        )
        if webhooks:
            self._courier.announce(order, "orders/create")
        return order

    def change_address(self, order: Doc, *, webhooks: bool = True) -> Doc:
        """Move the customer to the next house number."""
        self._must_be_open(order)
        address = order.get("shipping_address")
        if not address:
            raise ShopRefused("The order is not shipped anywhere.", field=("id",))
        address["address1"] = f"{address['address1'].split(', flat')[0]}, flat {self._edits(order)}"
        return self._save(order, "orders/updated", webhooks=webhooks)

    def change_quantity(self, order: Doc, *, webhooks: bool = True) -> Doc:
        """Sell one more of the first line."""
        self._must_be_open(order)
        self._edits(order)
        line = order["line_items"][0]
        for name in ("quantity", "current_quantity", "fulfillable_quantity"):
            line[name] += 1
        for part in self.fulfillment_orders(order["id"]):
            for item in part["line_items"]:
                if item["line_item_id"] == line["id"]:
                    item["quantity"] += 1
                    item["fulfillable_quantity"] += 1
                    self._storage.put("fulfillment_order", str(part["id"]), part)
        return self._save(retotal(order), "orders/updated", webhooks=webhooks)

    def cancel(self, order: Doc, *, webhooks: bool = True) -> Doc:
        """Cancel an order nothing of which has been fulfilled."""
        self._must_be_open(order)
        if order["fulfillment_status"]:
            raise ShopRefused("Cannot cancel a fulfilled order", field=("id",))
        order["cancelled_at"] = order["closed_at"] = self._now().isoformat(timespec="seconds")
        order |= {"cancel_reason": "customer", "financial_status": "refunded"}
        for part in self.fulfillment_orders(order["id"]):
            self._storage.put("fulfillment_order", str(part["id"]), part | {"status": "cancelled"})
        return self._save(order, "orders/cancelled", "orders/updated", webhooks=webhooks)

    def _must_be_open(self, order: Doc) -> None:
        if order["cancelled_at"]:
            raise ShopRefused("The order has been cancelled", field=("id",))

    def _edits(self, order: Doc) -> int:
        return self._storage.next_number(f"edits of {order['id']}", start=2)

    def _save(self, order: Doc, *topics: str, webhooks: bool = True) -> Doc:
        order["updated_at"] = self._now().isoformat(timespec="seconds")
        self._storage.put("order", str(order["id"]), order)
        if webhooks:
            self._courier.announce(order, *topics)
        return order

    def fulfill(self, picked: list[Picked], tracking: Tracking, *, notify: bool) -> Doc:
        """Fulfil part of one order from one location and return the fulfilment.

        Raises:
            ShopRefused: as `userErrors` would say; nothing has been changed then.
        """
        if not picked:
            raise ShopRefused("At least one fulfillment order is required.")
        parts = [self._checked_part(item) for item in picked]
        if len({part["order_id"] for part in parts}) != 1:
            raise ShopRefused("All fulfillment orders must belong to the same order.")
        if len({part["assigned_location_id"] for part in parts}) != 1:
            raise ShopRefused("All fulfillment orders must be assigned to the same location.")
        if len({part["id"] for part in parts}) != len(parts):
            raise ShopRefused("A fulfillment order may be named once only.")
        taken = [
            entry for part, item in zip(parts, picked, strict=True) for entry in _take(part, item)
        ]
        for part in parts:
            self._storage.put("fulfillment_order", str(part["id"]), part)
        return self._record(parts[0], taken, tracking, notify=notify)

    def _checked_part(self, item: Picked) -> Doc:
        part = self._storage.get("fulfillment_order", str(item.fulfillment_order_id))
        if part is None:
            raise ShopRefused("Fulfillment order does not exist.")
        if part["status"] not in ("open", "in_progress"):
            raise ShopRefused(
                f"Fulfillment order {part['id']} has an unfulfillable status= {part['status']}."
            )
        return part

    def _record(
        self, part: Doc, taken: list[tuple[int, int]], tracking: Tracking, *, notify: bool
    ) -> Doc:
        order = self._storage.get("order", str(part["order_id"]))
        if order is None:
            raise ShopRefused("Order does not exist.")
        for line in order["line_items"]:
            line["fulfillable_quantity"] -= sum(
                quantity for line_id, quantity in taken if line_id == line["id"]
            )
            if line["fulfillable_quantity"] < line["current_quantity"]:
                line["fulfillment_status"] = "partial" if line["fulfillable_quantity"] else (
                    "fulfilled"
                )  # fmt: skip
        fulfillment = self._fulfillment(order, part, taken, tracking, notify=notify)
        order["fulfillments"].append(fulfillment)
        left = any(line["fulfillable_quantity"] for line in order["line_items"])
        order["fulfillment_status"] = "partial" if left else "fulfilled"
        topics = ["orders/updated"] if left else ["orders/fulfilled", "orders/updated"]
        self._save(order, *topics)
        for number in tracking.numbers or ("",):
            self._ledger.note_accepted("fulfillment", f"{order['id']}/{number}")
        return fulfillment

    def _fulfillment(
        self,
        order: Doc,
        part: Doc,
        taken: list[tuple[int, int]],
        tracking: Tracking,
        *,
        notify: bool,
    ) -> Doc:
        number = self._storage.next_number("fulfillment", start=1)
        fulfillment_id = FULFILLMENT_IDS_FROM + number * 1_009
        at = self._now().isoformat(timespec="seconds")
        lines = {line["id"]: line for line in order["line_items"]}
        return {
            "id": fulfillment_id,
            "admin_graphql_api_id": f"gid://shopify/Fulfillment/{fulfillment_id}",
            "order_id": order["id"],
            "name": f"{order['name']}.{len(order['fulfillments']) + 1}",
            "status": "success",
            "service": "manual",
            "location_id": part["assigned_location_id"],
            "shipment_status": None,
            "created_at": at,
            "updated_at": at,
            "notify_customer": notify,
            "tracking_company": tracking.company,
            "tracking_number": next(iter(tracking.numbers), None),
            "tracking_numbers": list(tracking.numbers),
            "tracking_url": next(iter(tracking.urls), None),
            "tracking_urls": list(tracking.urls),
            "line_items": [lines[line_id] | {"quantity": quantity} for line_id, quantity in taken],
        }


def _take(part: Doc, item: Picked) -> list[tuple[int, int]]:
    """Lower what remains in a fulfilment order; return order line ids with quantities."""
    known = {line["id"]: line for line in part["line_items"]}
    wanted = item.lines
    if wanted is None:
        wanted = tuple((line["id"], line["fulfillable_quantity"]) for line in known.values())
    taken = []
    for line_id, quantity in wanted:
        if line_id not in known:
            raise ShopRefused("Fulfillment order line item does not exist.")
        line = known[line_id]
        if not 0 < quantity <= line["fulfillable_quantity"]:
            if item.lines is None:
                continue  # already fulfilled; "all of it" means what is left
            raise ShopRefused("Invalid fulfillment order line item quantity requested.")
        line["fulfillable_quantity"] -= quantity
        taken.append((int(line["line_item_id"]), quantity))
    left = any(line["fulfillable_quantity"] for line in known.values())
    part["status"] = "in_progress" if left else "closed"
    return taken
