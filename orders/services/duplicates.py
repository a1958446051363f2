"""The same order once more."""

from datetime import datetime

from django.db import transaction

from orderdesk.lib.money import ZERO
from orders.models import Order, OrderEvent, OrderItem, OrderLink
from orders.numbering import free_numbers
from orders.services.copies import copy_of, line_copy, link, locked
from orders.services.events import By, record
from orders.services.folders import first_folder
from orders.services.lines import lines_of


@transaction.atomic
def duplicate_order(*, order: Order, by: By, now: datetime) -> Order:
    """Make a new order with the same lines, addresses, data and charges, in the first folder.

    Nothing was sent, shipped, paid or refunded for the new one yet. A canceled order may be
    duplicated: the copy is not canceled. A second call makes a second copy.

    Raises:
        Refused: if the order is deleted.
    """
    order = locked(order)
    kind = OrderLink.Kind.DUPLICATED
    copy = copy_of(
        order,
        number=free_numbers(order, kind)[0],
        folder=first_folder(order.store_id),
        now=now,
        processor_response="",
        processor_balance=ZERO,
        refund_total=ZERO,
    )
    copy.save(force_insert=True)
    OrderItem.across_stores.bulk_create(
        line_copy(item, copy, position=place) for place, item in enumerate(lines_of(order))
    )
    link([order], copy, kind)
    record(copy, OrderEvent.Kind.DUPLICATED, f"Duplicated from order {order.number}", by=by)
    record(order, OrderEvent.Kind.HISTORY, f"Duplicated as order {copy.number}", by=by)
    return copy
