"""An order read whole, as plain values, now or as it was."""

from typing import Any

from orders.history import State, taken_back
from orders.models import Order, OrderEvent, OrderItem, Shipment
from orders.services.events import plain
from orders.services.lines import line_told
from orders.shapes import parcel_told

# How the hub itself keeps the order; no part of what a person sees of it.
BOOKKEEPING = (
    "id",
    "store",
    "folder",
    "source_key",
    "source_updated_at",
    "edited_fields",
    "version",
    "updated_at",
)
COLUMNS = tuple(
    field.name for field in Order._meta.concrete_fields if field.name not in BOOKKEEPING
)


def present_state(order: Order) -> State:
    """Give everything a person sees of the order, as `orders.history` works with it."""
    items = OrderItem.objects.for_store(order.store_id).filter(order=order).in_order()
    parcels = Shipment.objects.for_store(order.store_id).present().filter(order=order)
    columns: dict[str, Any] = {name: plain(getattr(order, name)) for name in COLUMNS}
    return {
        **columns,
        "folder": order.folder.name,
        "order_items": {str(item.pk): line_told(item) for item in items},
        "shipments": {str(row.pk): parcel_told(row) for row in parcels.defer("label_image")},
    }


def state_after(order: Order, event_id: int) -> State:
    """Give the order as it was right after this event."""
    since = OrderEvent.objects.for_store(order.store_id).filter(order=order, pk__gt=event_id)
    return taken_back(present_state(order), since.only("kind", "before").newest_first())


def state_before(order: Order, event_id: int) -> State:
    """Give the order as it was right before this event."""
    return state_after(order, event_id - 1)
