"""What the panel beside the list shows of one order."""

from dataclasses import dataclass
from decimal import Decimal

from orders.models import Order, OrderItem, Shipment
from orders.states import order_state
from stores.models import Store


@dataclass(frozen=True, slots=True)
class Peek:
    """The main facts of one order."""

    order: Order
    state: str
    items: list[OrderItem]
    shipments: list[Shipment]


def peek_at(store: Store, order_id: int) -> Peek | None:
    """Read an order's main facts; None for one the store does not have or deleted."""
    orders = Order.objects.for_store(store).present().select_related("folder")
    order = orders.with_lines().filter(pk=order_id).first()
    if order is None:
        return None
    items, shipments = list(order.items.all()), list(order.shipments.all())
    pieces = [item.quantity for item in items if item.delivery_type == "ship"]
    return Peek(
        order=order,
        state=order_state(
            order,
            shipments=[parcel for parcel in shipments if not parcel.is_for_child],
            submissions=order.submissions.all(),
            to_ship=sum(pieces, Decimal(0)),
        ),
        items=items,
        shipments=shipments,
    )
