"""What the order page shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import JSONObject

from orders.models import (
    RESTORABLE_FOR,
    Order,
    OrderEvent,
    OrderItem,
    OrderLink,
    OrderQuerySet,
    OrderSettings,
    Shipment,
)
from orders.models.settings import usual_tags
from orders.pages.seen import digest
from orders.pages.source_changes import CHANGE_WAITS
from orders.services.items import line_seen
from orders.services.links import WORDS
from orders.services.reverts import kept_here
from orders.states import order_state
from orders.timeline import Day, by_day, narrowed
from stores.models import Store

EVENTS_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the timeline the page is: older than `before`, narrowed to `show`."""

    before: int | None = None
    show: str = ""


@dataclass(frozen=True, slots=True)
class OrderPage:
    """One order with what hangs on it; `days` is one page of its timeline.

    `events` are those of the timeline, each with the rules' `trace`, `run_state` and
    `run_problem` where rules ran for it. `older` leads to the timeline's next page, None at its
    end. `seen` differs as soon as anything that changes by itself does. `kept` names what the
    source does not overwrite, by the part of the page. `shut` says why nothing can be changed.
    """

    order: Order
    state: str
    items: list[OrderItem]
    shipments: list[Shipment]
    submissions: list[Any]
    events: list[OrderEvent]
    days: list[Day]
    place: Place
    older: int | None
    seen: str
    shut: str
    restorable_until: datetime | None
    kept: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def is_first(self) -> bool:
        """Whether this is the newest page of the whole timeline."""
        return self.place.before is None

    @property
    def lines_seen(self) -> dict[int, str]:
        """What a person sees of each line, for a change that must not hit another one."""
        return {item.pk: line_seen(item) for item in self.items}

    @property
    def tags(self) -> list[dict[str, str]]:
        """The store's tags, {"name", "color"} each."""
        found: list[dict[str, str]] | None = getattr(self.order, "store_tags", None)
        return usual_tags() if found is None else found

    @property
    def family(self) -> list[tuple[str, list[dict[str, Any]]]]:
        """The orders it is linked to under words for people, {"id", "number"} each."""
        groups: dict[str, list[dict[str, Any]]] = {}
        sides = ((True, "parents_found"), (False, "children_found"))
        for is_parent, name in sides:
            for link in getattr(self.order, name, []):
                words = WORDS[is_parent, OrderLink.Kind(link["kind"])]
                groups.setdefault(words, []).append(link)
        return list(groups.items())


def for_the_page(store: Store) -> OrderQuerySet:
    """Give the store's orders with what their page needs beside them, by the same query.

    These are the neighbors in its folder, the orders it is linked to, the store's tags, and
    whether a change at its source waits.
    """
    beside = Order.objects.for_store(store).present().filter(folder=OuterRef("folder"))
    place: tuple[Any, Any] = (OuterRef("added_at"), OuterRef("pk"))
    newer = beside.filter(added_at__gte=OuterRef("added_at")).newer_than(*place)
    older = beside.filter(added_at__lte=OuterRef("added_at")).older_than(*place)
    return (
        Order.objects.for_store(store)
        .select_related("folder")
        .annotate(
            newer_id=Subquery(newer.order_by("added_at", "pk").values("pk")[:1]),
            older_id=Subquery(older.newest_first().values("pk")[:1]),
            store_tags=Subquery(OrderSettings.objects.for_store(store).values("tags")[:1]),
            parents_found=_linked(store, child=OuterRef("pk"), side="parent"),
            children_found=_linked(store, parent=OuterRef("pk"), side="child"),
            change_waits=CHANGE_WAITS,
        )
    )


def _linked(store: Store, *, side: str, **this: Any) -> ArraySubquery:
    links = OrderLink.objects.for_store(store).filter(**this).order_by("pk")
    told = JSONObject(
        kind="kind", id=f"{side}_id", number=f"{side}__source_id", gone=f"{side}__deleted_at"
    )
    return ArraySubquery(links.values_list(told)[:50])


def order_page(order: Order, *, zone: str, place: Place, now: datetime) -> OrderPage:
    """Read what the order page shows, its days as they are in the store's time zone."""
    items = list(order.items.order_by("position", "pk"))
    parcels = Shipment.objects.for_store(order.store_id).present().filter(order=order)
    shipments = list(parcels.defer("label_image").order_by("pk"))
    submissions = list(order.submissions.select_related("connection").order_by("pk"))
    found = _events(order, place)
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
        place=place,
        older=events[-1].pk if len(found) > EVENTS_A_PAGE else None,
        seen=_seen(order, submissions, events),
        shut=_why_shut(order, submissions),
        restorable_until=_restorable_until(order, now),
        kept=kept_here(order),
    )


def _why_shut(order: Order, submissions: list[Any]) -> str:
    """Say why what a warehouse reads of the order cannot be changed now; '' where it can."""
    if order.deleted_at:
        return "This order was deleted. Restore it to change it."
    working = (one for one in submissions if one.verb == "submit_order" and one.state == "working")
    return "This order is being sent right now." if next(working, None) else ""


def _restorable_until(order: Order, now: datetime) -> datetime | None:
    until: datetime | None = order.deleted_at and order.deleted_at + RESTORABLE_FOR
    return until if until and until - now > timedelta(0) else None


def _events(order: Order, place: Place) -> list[OrderEvent]:
    """Give a page of events and one more; rules run once for an event, so none comes twice."""
    events = OrderEvent.objects.for_store(order.store_id).filter(order=order)
    events = events.filter(**narrowed(place.show))
    if place.before is not None:
        events = events.filter(pk__lt=place.before)
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
