"""Taking orders out of sight, and bringing them back."""

from datetime import datetime

from django.db import transaction

from orderdesk.lib.refused import Refused
from orders.models import RESTORABLE_FOR, Order, OrderEvent
from orders.services.events import By, record
from orders.services.links import merges_behind, why_not_restored


@transaction.atomic
def delete_order(*, order: Order, by: By, now: datetime) -> bool:
    """Take an order out of sight and tell whether it was in sight.

    Its history stays, importing it again does not bring it back, and what waits to be sent of it
    is dropped by whoever listens to the event. What others have of it they keep.
    """
    order = Order.objects.for_store(order.store_id).select_for_update().get(pk=order.pk)
    if order.deleted_at:
        return False
    _set_deleted_at(order, now, now)
    record(
        order,
        OrderEvent.Kind.DELETED,
        "Deleted",
        by=by,
        before={"deleted_at": None},
        after={"deleted_at": now},
    )
    return True


@transaction.atomic
def restore_order(*, order: Order, by: By, now: datetime) -> bool:
    """Bring a deleted order back to the folder where it lay and tell whether it was deleted.

    Raises:
        Refused: if it was deleted too long ago, or if what it holds may go out otherwise by now.
    """
    order = _locked_with_originals(order)
    deleted_at = order.deleted_at
    if deleted_at is None:
        return False
    if deleted_at <= now - RESTORABLE_FOR:
        raise Refused(
            f"Order {order.number} was deleted more than {RESTORABLE_FOR.days} days ago and "
            f"cannot be restored any more."
        )
    if problem := why_not_restored(order):
        raise Refused(problem)
    _set_deleted_at(order, None, now)
    record(
        order,
        OrderEvent.Kind.RESTORED,
        "Restored",
        by=by,
        before={"deleted_at": deleted_at},
        after={"deleted_at": None},
    )
    return True


def _locked_with_originals(order: Order) -> Order:
    """Lock the order and all that was merged into it, so that none of them is sent meanwhile.

    By their ids, as everybody who locks several orders does.
    """
    ids = {order.pk, *(merge.parent_id for merge in merges_behind(order))}
    rows = Order.objects.for_store(order.store_id).filter(pk__in=ids).order_by("pk")
    locked = {row.pk: row for row in rows.select_for_update()}
    return locked[order.pk]


def _set_deleted_at(order: Order, deleted_at: datetime | None, now: datetime) -> None:
    order.deleted_at, order.updated_at = deleted_at, now
    order.version += 1
    order.save(update_fields=["deleted_at", "updated_at", "version"])
