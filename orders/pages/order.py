"""What the order page shows."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import F

from orders.models import Order, OrderEvent, OrderItem, Shipment
from orders.pages.seen import digest
from orders.states import order_state
from orders.timeline import Day, by_day

EVENTS_A_PAGE = 30


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
    parcels = Shipment.objects.for_store(order.store_id).present().filter(order=order)
    shipments = list(parcels.defer("label_image").order_by("pk"))
    submissions = list(order.submissions.select_related("connection").order_by("pk"))
    found = _events(order, before)
    events = found[:EVENTS_A_PAGE]
    pieces = [item.quantity for item in items if item.delivery_type == "ship"]
    return OrderPage(
        order=order,
        state=order_state(
            order,
            shipments=[parcel for parcel in shipments if not parcel.is_for_child],
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
    return digest([(order.version, order.folder_id), *tries, *told])
