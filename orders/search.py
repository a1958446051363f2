"""Quick search: the one box that takes an order number, an e-mail, a tracking number or a name."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Q

from orderdesk.lib.ids import LARGEST_ID, id_in
from orders.filters.query import Problem, Query
from orders.models import Order, OrderQuerySet, Shipment
from stores.models import Store, User

PARCELS_LOOKED_AT = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Found:
    """What the search box found.

    `orders` is none at all where there are `problems`. `only` is the one order the text names
    without doubt.
    """

    orders: OrderQuerySet
    query: Query
    problems: tuple[Problem, ...] = ()
    only: Order | None = None

    def reason(self, order: Order) -> str:
        """Name the field that made an order match, where that is cheap to tell; else ''."""
        return ""


def found(store: Store, text: str, *, user: User | None = None) -> Found:
    """Find a store's orders by what was typed; `user` is who asks.

    Without a text these are all that are not deleted.
    """
    if not text.strip():
        return Found(Order.objects.for_store(store).present(), Query())
    orders = matching(store, text)
    first = list(orders[:2])
    return Found(orders, Query(), only=first[0] if len(first) == 1 else None)


def matching(store: Store, text: str) -> OrderQuerySet:
    """Give the orders the text names exactly.

    Only plain comparisons: pattern matching is not leakproof, so under row-level security its
    indexes would lie unused.
    """
    wanted = text.strip().removeprefix("#")
    parcels = (
        Shipment.objects.for_store(store)
        .filter(tracking_number__in=_spellings(wanted))
        .values_list("order_id", flat=True)[:PARCELS_LOOKED_AT]
    )
    # Fetched first, so that what is left are comparisons an index each can answer.
    named = Q(pk__in=list(parcels)) | Q(source_id=wanted) | Q(email__in=_spellings(wanted))
    if (own := id_in(wanted)) is not None:
        named |= Q(pk=own)
    named |= Q(shipping_last_name__in=_spellings(wanted))
    return Order.objects.for_store(store).present().filter(named)


def _spellings(text: str) -> list[str]:
    return sorted({text, text.lower(), text.upper(), text.title()})


def place_of(order: Order) -> str:
    """Name an order's place in the list for the address of the next page."""
    return f"{(order.added_at - EPOCH) // timedelta(microseconds=1)}-{order.pk}"


def read_place(text: str) -> tuple[datetime, int] | None:
    """Read a place back; None for what is none."""
    microseconds, _, pk = text.partition("-")
    try:
        place = EPOCH + timedelta(microseconds=int(microseconds)), int(pk)
    except (ValueError, OverflowError):
        return None
    return place if place[1] <= LARGEST_ID else None
