"""Moving orders from folder to folder."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from orderdesk.lib.refused import Refused
from orders.models import Folder, Order, OrderEvent
from orders.services.events import By, Told, record_all


def move_order(*, order: Order, folder: Folder, by: By, now: datetime) -> bool:
    """Move one order and tell whether it moved; one that lies there already stays untouched."""
    return bool(move_orders(orders=[order], folder=folder, by=by, now=now))


@transaction.atomic
def move_orders(
    *, orders: Iterable[Order], folder: Folder, by: By, now: datetime
) -> dict[int, int]:
    """Move orders to a folder and give, by order id, the folder each of them came from.

    The cost is a few statements, however many orders. Orders that lie there already are left out
    of the answer and get no event.

    Raises:
        Refused: if the folder belongs to another store than an order.
    """
    wanted = {order.pk: order for order in orders}
    if any(order.store_id != folder.store_id for order in wanted.values()):
        raise Refused("This folder belongs to another store.", field="destination_folder_id")
    locked = (
        Order.objects.for_store(folder.store_id)
        .filter(pk__in=wanted)
        .exclude(folder=folder)
        .order_by("pk")
        .select_for_update()
    )
    came_from = dict(locked.values_list("pk", "folder_id"))
    if not came_from:
        return {}
    Order.objects.for_store(folder.store_id).filter(pk__in=came_from).update(
        folder=folder, updated_at=now, version=F("version") + 1
    )
    names = dict(
        Folder.objects.for_store(folder.store_id)
        .filter(pk__in=set(came_from.values()))
        .values_list("pk", "name")
    )
    for pk in came_from:
        order = wanted[pk]
        order.folder, order.updated_at = folder, now
        order.version += 1
    told = [
        Told(
            wanted[pk],
            f"Moved from {names[previous]} to {folder.name}",
            {"folder": names[previous]},
            {"folder": folder.name},
        )
        for pk, previous in came_from.items()
    ]
    record_all(told, OrderEvent.Kind.FOLDER_CHANGED, by=by)
    return came_from
