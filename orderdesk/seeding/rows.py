"""Made-up orders as lines for COPY: what is told here differs by order, the rest is filled in."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from orderdesk.seeding.orders import CANCELED, CLOSED, NEW, MadeUp, Person, Place, made_up

PERSON = (
    *("first_name", "last_name", "company", "address1", "city", "state", "postal_code"),
    *("country", "phone"),
)
ORDER_COLUMNS = (
    *("id", "store_id", "folder_id", "source_name", "source_id", "source_key"),
    *("source_updated_at", "email", "shipping_method", "quantity_total", "weight_total"),
    *("product_total", "shipping_total", "tax_total", "discount_total", "order_total"),
    *("processor_balance", "payment_type", "payment_status", "cc_last4", "customer_id"),
    *("tag_color", "tag_name", "checkout_data", "order_metadata", "discount_list", "order_notes"),
    *("added_at", "updated_at", "canceled_at"),
    *(f"shipping_{part}" for part in PERSON),
    *(f"customer_{part}" for part in PERSON),
)
ITEM_COLUMNS = (
    *("store_id", "order_id", "position", "source_line_id", "name", "code", "price", "quantity"),
    "weight",
)
SHIPMENT_COLUMNS = (
    *("store_id", "order_id", "tracking_number", "carrier_code", "shipment_method", "lines"),
    *("shipped_date", "added_at"),
)
EVENT_COLUMNS = (
    *("store_id", "order_id", "kind", "sentence", "actor", "actor_name", "before", "after"),
    *("happened_at", "place"),
)


@dataclass(frozen=True, slots=True)
class Slice:
    """A stretch of orders to make up; `stores` and `folders` give ids by a store's place."""

    seed: int
    places: list[Place]
    ids: list[int]
    stores: list[int]
    folders: list[dict[str, int]]
    until: datetime
    orders_in_all: int


@dataclass(slots=True)
class Lines:
    """Lines for COPY in its text format, by table."""

    orders: list[str] = field(default_factory=list)
    items: list[str] = field(default_factory=list)
    shipments: list[str] = field(default_factory=list)
    events: list[str] = field(default_factory=list)


def lines_of(wanted: Slice) -> dict[str, str]:
    """Give a slice's lines for COPY, by table."""
    lines = Lines()
    for at, pk in zip(wanted.places, wanted.ids, strict=True):
        share = (at.place + 1) / wanted.orders_in_all
        order = made_up(wanted.seed, at, until=wanted.until, share=share)
        store = wanted.stores[at.store]
        folder = wanted.folders[at.store][order.folder]
        key = f"seed-{wanted.seed}-{at.place}"
        lines.orders.append(_line(_order(order, (pk, store, folder), key)))
        lines.items += [_line(row) for row in _items(order, store, pk)]
        if order.tracking:
            lines.shipments.append(_line(_shipment(order, store, pk)))
        lines.events += [_line((store, pk, *row)) for row in _events(order)]
    return {name: "".join(getattr(lines, name)) for name in Lines.__slots__}


def _line(values: Iterable[object]) -> str:
    """Write one line of COPY; no made-up text has a tab, a line break or a backslash in it."""
    return "\t".join(["\\N" if value is None else str(value) for value in values]) + "\n"


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _json(value: object) -> str:
    # COPY reads a backslash, and so JSON's own, as the beginning of something.
    return json.dumps(value, ensure_ascii=False).replace("\\", "\\\\")


def _order(order: MadeUp, ids: tuple[int, int, int], key: str) -> tuple[object, ...]:
    by_card = order.payment in ("Visa", "Mastercard", "American Express")
    return (
        *ids,
        order.source,
        f"#{order.number}",
        key,
        order.placed_at,
        order.buyer.email,
        order.method,
        sum(line.quantity for line in order.lines),
        f"{sum(line.product.weight * line.quantity for line in order.lines):.2f}",
        _money(order.products),
        _money(order.shipping),
        _money(order.tax),
        _money(order.discount),
        _money(order.total),
        _money(order.total),
        order.payment,
        "Approved",
        f"{order.number * 7 % 10000:04}" if by_card else "",
        f"c{order.number * 31 % 100_003}",
        order.tag,
        order.tag.title(),
        _json({"gift_message": f"For {order.receiver.first_name}"} if order.is_gift else {}),
        _json({"cart_currency": "USD", "landing_site": "/"}),
        _json(
            [{"name": "Welcome back", "code": "TEN", "amount": _money(order.discount)}]
            if order.discount
            else []
        ),
        _json(
            [{"date_added": f"{order.placed_at:%F %T}", "username": "", "content": order.note}]
            if order.note
            else []
        ),
        order.placed_at,
        order.placed_at if order.folder == NEW else order.moved_at,
        order.moved_at if order.folder == CANCELED else None,
        *_person(order.receiver),
        *_person(order.buyer),
    )


def _person(one: Person) -> tuple[str, ...]:
    return (
        *(one.first_name, one.last_name, one.company, one.street, one.city, one.state),
        *(one.postal_code, one.country, one.phone),
    )


def _items(order: MadeUp, store: int, pk: int) -> Iterable[tuple[object, ...]]:
    for place, line in enumerate(order.lines):
        goods = line.product
        yield (
            *(store, pk, place, f"{order.number}-{place + 1}", goods.name, goods.code),
            *(_money(goods.cents), line.quantity, goods.weight),
        )


def _shipment(order: MadeUp, store: int, pk: int) -> tuple[object, ...]:
    inside = [
        {"code": line.product.code, "name": line.product.name, "quantity": line.quantity}
        for line in order.lines
    ]
    day = order.moved_at.date()
    return (
        *(store, pk, order.tracking, order.carrier, order.method, _json(inside), day),
        order.moved_at,
    )


def _events(order: MadeUp) -> Iterable[tuple[object, ...]]:
    """Tell how it came, that it was shipped or canceled, and where it was moved then."""
    by, nothing = ("integration", order.source), ("{}", "{}")
    name = f"#{order.number}"
    sentence = f"Imported from {order.source} as order {name}"
    yield ("imported", sentence, *by, *nothing, order.placed_at, 1)
    if order.tracking:
        sentence = f"Shipped with {order.carrier}, tracking number {order.tracking}"
        yield ("shipment_added", sentence, "system", "", *nothing, order.moved_at, 2)
    if order.folder == CANCELED:
        yield ("canceled", f"Canceled at {order.source}", *by, *nothing, order.moved_at, 2)
    if order.folder != NEW:
        moved = (_json({"folder": NEW}), _json({"folder": order.folder}))
        actor = ("rule", "Close what is shipped") if order.folder == CLOSED else ("system", "")
        sentence = f"Moved from {NEW} to {order.folder}"
        yield ("folder_changed", sentence, *actor, *moved, order.moved_at, 3)
