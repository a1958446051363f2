"""Parcels of split and merged orders, passed back to the orders a cart knows.

The cart is told by the parcel of its own order. What a passed parcel holds is always told line by
line: a cart that is told of a parcel of unknown contents takes everything it sold for shipped.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from orders.models import Order, OrderEvent, OrderItem, OrderLink, Shipment
from orders.packing import lines_told, packed
from orders.parts import Piece
from orders.services.events import By, record
from orders.services.lines import lines_of
from orders.services.links import Kind, parents_of
from orders.services.sent import shipped
from orders.shapes import PARCEL_COLUMNS, parcel_told

# What a passed parcel has from the one it stands for; what it cost is told once.
PASSED = (
    "tracking_number",
    "carrier_code",
    "shipment_method",
    "weight",
    "status",
    "tracking_url",
    "shipped_date",
)


@dataclass(frozen=True, slots=True)
class Load:
    """What a parcel holds: pieces of its order's lines, or `told` where none of them is known."""

    pieces: tuple[Piece, ...]
    told: list[dict[str, Any]]
    # The orders each line comes from, by the line's id.
    orders: dict[int, set[int]]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Give the contents as a parcel tells them."""
        return lines_told(self.pieces) or self.told

    def of(self, order: Order) -> "Load":
        """Give what of it came from this order."""
        own = [piece for piece in self.pieces if order.pk in self.orders[piece.item.pk]]
        return Load(tuple(own), [], self.orders)


def pass_back(*, shipment: Shipment, by: By, now: datetime) -> None:
    """Bring the orders its order was made from up to date with a parcel: new, changed or removed.

    To the order it was split from goes a parcel that ships nothing of what is left there, to
    those merged into it one each with their own lines. Call with the parcel's order locked, after
    every change of the parcel; a second call changes nothing.
    """
    if shipment.origin_id is not None:
        return
    if shipment.removed_at:
        _take_back(shipment, by, now)
        return
    order = shipment.order
    if parents_of(order, [Kind.SPLIT, Kind.MERGED]):
        _pass(order, shipment, _load_of(shipment, order), by, now)


def touch(order: Order, now: datetime) -> None:
    """Let whoever watches the order see that something about it changed."""
    rows = Order.objects.for_store(order.store_id).filter(pk=order.pk)
    # Counted by the database: an order that a parcel is passed back to was not read under lock.
    rows.update(version=F("version") + 1, updated_at=now)
    order.version += 1
    order.updated_at = now


def contents_left(order: Order) -> list[dict[str, Any]]:
    """Give what a parcel of untold contents holds, where the cart would take it for more.

    Empty where nothing was split off: then nobody knows better than the cart.
    """
    links = OrderLink.objects.for_store(order.store_id).from_order(order)
    if not links.filter(kind=Kind.SPLIT).exists():
        return []
    items = lines_of(order)
    return lines_told(packed([], items, before=shipped(order, items)) or packed([], items))


def _load_of(shipment: Shipment, order: Order) -> Load:
    items = lines_of(order)
    before: dict[int, Any] = {}
    earlier = Shipment.objects.for_store(order.store_id).present()
    earlier = earlier.filter(order=order, is_for_child=False, pk__lt=shipment.pk)
    for parcel in earlier.only("lines", "order_id").order_by("pk"):
        for piece in packed(parcel.lines, items, before=before):
            before[piece.item.pk] = before.get(piece.item.pk, 0) + piece.quantity
    pieces = packed(shipment.lines, items, before=before)
    if not pieces:
        # A parcel sent in place of a lost one, or more than was ordered.
        pieces = packed(shipment.lines, items)
    return Load(tuple(pieces), shipment.lines, _orders_behind(piece.item for piece in pieces))


def _orders_behind(items: Iterable[OrderItem]) -> dict[int, set[int]]:
    """Give the orders each line came through on its way here, by the line's id."""
    kept = list(items)
    found: dict[int, set[int]] = {item.pk: set() for item in kept}
    behind = {item.pk: item.origin_id for item in kept if item.origin_id}
    while behind:
        lines = OrderItem.objects.for_store(kept[0].store_id)
        rows = lines.filter(pk__in=set(behind.values())).only("order_id", "origin_id")
        origins = {row.pk: row for row in rows}
        for pk, origin in behind.items():
            found[pk].add(origins[origin].order_id)
        further = {pk: origins[origin].origin_id for pk, origin in behind.items()}
        behind = {pk: origin for pk, origin in further.items() if origin}
    return found


def _pass(order: Order, parcel: Shipment, load: Load, by: By, now: datetime) -> None:
    for kind, parent in parents_of(order, [Kind.SPLIT, Kind.MERGED]):
        part = load if kind == Kind.SPLIT else load.of(parent)
        if part.lines:
            passed = _put(kind, parent, parcel, part, by, now)
            _pass(parent, passed, part, by, now)
        else:
            _take_back(parcel, by, now, order=parent)


def _put(kind: str, parent: Order, parcel: Shipment, load: Load, by: By, now: datetime) -> Shipment:
    known = Shipment.objects.for_store(parent.store_id).filter(origin=parcel, order=parent)
    wanted = {**{name: getattr(parcel, name) for name in PASSED}, "lines": load.lines}
    if passed := known.first():
        # One that a person took off there stays off.
        if passed.removed_at is None:
            _change(passed, wanted, by, now)
        return passed
    passed = Shipment(
        store_id=parent.store_id,
        order=parent,
        origin=parcel,
        is_for_child=kind == Kind.SPLIT,
        source=parcel.source,
        updated_at=now,
        **wanted,
    )
    passed.save(force_insert=True)
    _tell(passed, OrderEvent.Kind.SHIPMENT_ADDED, "Shipped", by, None, parcel_told(passed))
    return passed


def _change(passed: Shipment, wanted: dict[str, Any], by: By, now: datetime) -> None:
    changed = {name: value for name, value in wanted.items() if getattr(passed, name) != value}
    if not changed:
        return
    before = parcel_told(passed)
    for name, value in changed.items():
        setattr(passed, name, value)
    passed.version += 1
    passed.updated_at = now
    passed.save(update_fields=[*changed, "version", "updated_at"])
    after, told = parcel_told(passed), [name for name in changed if name in PARCEL_COLUMNS]
    _tell(
        passed,
        OrderEvent.Kind.SHIPMENT_UPDATED,
        "The parcel was changed",
        by,
        {name: before[name] for name in told},
        {name: after[name] for name in told},
    )


def _take_back(parcel: Shipment, by: By, now: datetime, *, order: Order | None = None) -> None:
    """Take off what a parcel was passed on as; from one order only, if one is given."""
    passed = Shipment.objects.for_store(parcel.store_id).present().filter(origin=parcel)
    if order is not None:
        passed = passed.filter(order=order)
    for each in passed.select_related("order"):
        each.removed_at = each.updated_at = now
        each.version += 1
        each.save(update_fields=["removed_at", "updated_at", "version"])
        _tell(
            each,
            OrderEvent.Kind.SHIPMENT_DELETED,
            "The parcel was removed",
            by,
            parcel_told(each),
            None,
        )
        _take_back(each, by, now)


def _tell(
    passed: Shipment,
    kind: OrderEvent.Kind,
    what: str,
    by: By,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> None:
    origin = passed.origin
    where = f" with order {origin.order.number}" if origin else ""
    carrier = passed.carrier_code or "an unnamed carrier"
    touch(passed.order, passed.updated_at)
    record(
        passed.order,
        kind,
        f"{what}{where}: {carrier}, tracking number {passed.tracking_number}",
        by=by,
        before={"shipments": {passed.pk: before}},
        after={"shipments": {passed.pk: after}},
    )
