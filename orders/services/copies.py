"""New orders out of orders that are here: the row, its lines, its link, its place in the history.

What is made here is known to no cart: its key at the source is one no source gives, so that no
import finds it, and its link tells those who report parcels to carts to leave it alone.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from orderdesk.lib.refused import Refused
from orders.models import Folder, Order, OrderItem, OrderLink
from orders.services.lines import TOLD

# What no order has from another one: who it is, how it stands, and what was done with it.
SET_ANEW = (
    "id",
    "folder",
    "source_id",
    "source_key",
    "source_updated_at",
    "edited_fields",
    "fulfillment_name",
    "fulfillment_id",
    "version",
    "added_at",
    "updated_at",
    "canceled_at",
    "deleted_at",
)


class ChangedMeanwhile(Refused):
    """Somebody changed an order after the preview was made, so nothing was done."""


def locked(order: Order, *, version: int | None = None) -> Order:
    """Lock the order and read it anew; nothing can be done with a deleted one.

    Raises:
        ChangedMeanwhile: if it is not in the version the caller saw any more.
        Refused: if it is deleted.
    """
    rows = Order.objects.for_store(order.store_id).select_for_update(of=("self",))
    order = rows.select_related("folder").get(pk=order.pk)
    if order.deleted_at:
        raise Refused(f"Order {order.number} is deleted. Restore it first.")
    if version is not None and order.version != version:
        raise ChangedMeanwhile(
            f"Order {order.number} was changed while you looked at it, so nothing was done. "
            f"Look at it as it is now."
        )
    return order


def copy_of(order: Order, *, number: str, folder: Folder, now: datetime, **changed: Any) -> Order:
    """Give a new row, not saved, that says what the order says, but for what is `changed`."""
    kept = {
        field.attname: getattr(order, field.attname)
        for field in Order._meta.concrete_fields
        if field.name not in SET_ANEW
    }
    return Order(
        **{**kept, **changed},
        folder=folder,
        source_id=number,
        source_key=f"hub-{uuid4()}",
        added_at=now,
        updated_at=now,
    )


def line_copy(
    item: OrderItem, order: Order, *, position: int, quantity: Decimal | None = None
) -> OrderItem:
    """Give a new row, not saved, for the same line in another order; it remembers where from."""
    told = {name: getattr(item, name) for name in TOLD}
    told |= {"position": position, "quantity": item.quantity if quantity is None else quantity}
    return OrderItem(store_id=order.store_id, order=order, origin=item, **told)


def link(parents: Iterable[Order], child: Order, kind: OrderLink.Kind) -> None:
    """Write down what the order was made from."""
    OrderLink.across_stores.bulk_create(
        OrderLink(store_id=child.store_id, parent=parent, child=child, kind=kind)
        for parent in parents
    )
