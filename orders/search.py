"""Quick search: the one box that takes an order number, an e-mail, a tracking number or a name."""

from datetime import UTC, datetime, timedelta

from django.db.models import Q

from orderdesk.lib.ids import LARGEST_ID, id_in
from orders.models import Order, OrderQuerySet, Shipment
from stores.models import Store

PARCELS_LOOKED_AT = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
