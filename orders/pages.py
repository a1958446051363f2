"""What the order list and the order page show, read in as few queries as can be."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Prefetch, Subquery, Sum

from orders.models import Folder, Order, OrderEvent, OrderItem, OrderQuerySet, Shipment
from orders.search import matching, place_of, read_place
from orders.states import order_state
from orders.timeline import Day, by_day
from stores.models import Store

EVENTS_A_PAGE = 30
COLUMNS = (
    "store",
    "folder__name",
    "folder__color",
    "source_name",
    "source_id",
    "added_at",
    "shipping_first_name",
    "shipping_last_name",
    "shipping_company",
    "shipping_state",
    "shipping_country",
    "quantity_total",
    "order_total",
    "currency",
    "shipping_method",
    "canceled_at",
    "version",
)
# What tells how far an order is shipped, without the labels' images.
PARCELS = Prefetch("shipments", Shipment.across_stores.only("store", "order", "lines"))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: the order and the key of its state."""

    order: Order
    state: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of the list. `newer` and `older` are places for the address, '' where none is.

    `folder` is None for all orders and for a folder the store does not have. `seen` differs as
    soon as anything the rows show does. `only_find` is the order a search named without doubt.
    """

    rows: list[Row]
    folder: Folder | None
    newer: str
    older: str
    is_first: bool
    seen: str
    only_find: Order | None


def list_page(store: Store, wanted: dict[str, Any]) -> ListPage:
    """Read one page of orders; `wanted` is what `ListForm.readable` gives."""
    orders = Order.objects.for_store(store).present()
    if wanted["q"]:
        orders = matching(store, wanted["q"])
    if wanted["folder"]:
        orders = orders.filter(folder_id=wanted["folder"])
    found, newer, older = _stretch(_listed(orders), wanted)
    rows = [Row(order, _state(order)) for order in found]
    return ListPage(
        rows=rows,
        folder=_folder(store, wanted["folder"], found),
        newer=place_of(found[0]) if newer else "",
        older=place_of(found[-1]) if older else "",
        is_first=not newer,
        seen=_digest((row.order.pk, row.order.version, row.state) for row in rows),
        only_find=found[0] if wanted["q"] and len(found) == 1 and not newer else None,
    )


def _listed(orders: OrderQuerySet) -> OrderQuerySet:
    pieces = (
        OrderItem.across_stores.filter(
            store_id=OuterRef("store_id"), order_id=OuterRef("pk"), delivery_type="ship"
        )
        .order_by()
        .values("order_id")
        .annotate(pieces=Sum("quantity"))
        .values("pieces")
    )
    return (
        orders.select_related("folder")
        .only(*COLUMNS)
        .annotate(to_ship=Subquery(pieces))
        .prefetch_related(PARCELS, "submissions")
    )


def _stretch(orders: OrderQuerySet, wanted: dict[str, Any]) -> tuple[list[Order], bool, bool]:
    """Give one page, newest first, and whether there are newer and older ones."""
    size, before, after = wanted["per"], read_place(wanted["before"]), read_place(wanted["after"])
    # Each time the first condition bounds the walk along the index, the second picks within a tie.
    if after:
        newer = orders.filter(added_at__gte=after[0]).newer_than(*after)
        found = list(newer.order_by("added_at", "pk")[: size + 1])
        if len(found) > size:
            return found[:size][::-1], True, True
        # Fewer than a page are newer: that is the first page, whole.
    elif before:
        older = orders.filter(added_at__lte=before[0]).older_than(*before)
        found = list(older.newest_first()[: size + 1])
        if found:
            return found[:size], True, len(found) > size
    found = list(orders.newest_first()[: size + 1])
    return found[:size], False, len(found) > size


def _folder(store: Store, pk: int | None, found: list[Order]) -> Folder | None:
    if pk is None:
        return None
    if found:
        return found[0].folder
    return Folder.objects.for_store(store).filter(pk=pk).first()


def _state(order: Order) -> str:
    return order_state(
        order,
        shipments=order.shipments.all(),
        submissions=order.submissions.all(),
        to_ship=getattr(order, "to_ship", None),
    )


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order with what hangs on it; `days` is one page of its timeline.

    `events` are those of the timeline, each with the rules' `trace`, `run_state` and
    `run_problem` where rules ran for it. `older` leads to the timeline's next page, None at its
    end. `seen` differs as soon as anything that changes by itself does.
    """

    order: Order
    state: str
    items: list[OrderItem]
    shipments: list[Shipment]
    submissions: list[Any]
    events: list[OrderEvent]
    days: list[Day]
    older: int | None
    is_first: bool
    seen: str


def order_page(order: Order, *, zone: str, before: int | None, now: datetime) -> OrderPage:
    """Read what the order page shows, its days as they are in the store's time zone.

    `before` is the event the timeline's last page ended with.
    """
    items = list(order.items.order_by("position", "pk"))
    shipments = list(order.shipments.defer("label_image").order_by("pk"))
    submissions = list(order.submissions.select_related("connection").order_by("pk"))
    found = _events(order, before)
    events = found[:EVENTS_A_PAGE]
    pieces = [item.quantity for item in items if item.delivery_type == "ship"]
    return OrderPage(
        order=order,
        state=order_state(
            order,
            shipments=shipments,
            submissions=submissions,
            to_ship=sum(pieces, Decimal(0)),
        ),
        items=items,
        shipments=shipments,
        submissions=submissions,
        events=events,
        days=by_day(events, zone=zone, now=now),
        older=events[-1].pk if len(found) > EVENTS_A_PAGE else None,
        is_first=before is None,
        seen=_seen(order, submissions, events),
    )


def _events(order: Order, before: int | None) -> list[OrderEvent]:
    """Give a page of events and one more; rules run once for an event, so none comes twice."""
    events = OrderEvent.objects.for_store(order.store_id).filter(order=order)
    if before is not None:
        events = events.filter(pk__lt=before)
    told = events.annotate(
        trace=F("rule_runs__trace"),
        run_state=F("rule_runs__state"),
        run_problem=F("rule_runs__problem"),
    )
    return list(told.newest_first()[: EVENTS_A_PAGE + 1])


def _seen(order: Order, submissions: list[Any], events: list[Any]) -> str:
    tries = [(one.pk, one.state_word, one.attempts) for one in submissions]
    told = [(event.pk, event.run_state) for event in events]
    return _digest([(order.version, order.folder_id), *tries, *told])


def _digest(told: Iterable[Any]) -> str:
    return hashlib.blake2b(repr(list(told)).encode(), digest_size=8).hexdigest()
