"""Deleting many orders, and bringing them back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orders.bulk.actions import OneByOne, Outcome, Taken
from orders.models import Order
from orders.services import By
from orders.services.deletion import delete_order, restore_order
from orders.services.sent import is_on_its_way, is_sent, who_has

COLUMNS = ("store", "source_id", "version")


class Delete(OneByOne):
    """Takes orders out of sight; they can be restored for 30 days."""

    key = "delete"
    label = "Delete"
    verb = "Delete"
    icon = "trash-2"
    done_word = "deleted"
    needs = "orders.delete"
    is_undoable = True
    asks_first = True
    undo_takes_deleted = True
    columns = COLUMNS

    def run_one(self, order: Order, settings: Mapping[str, Any], by: By, now: datetime) -> Outcome:
        delete_order(order=order, by=by, now=now)
        return Outcome(inverse={"restore": True})

    def undo_one(self, taken: Taken, by: By, now: datetime) -> Outcome:
        restore_order(order=taken.order, by=by, now=now)
        return Outcome()


class Restore(OneByOne):
    """Brings deleted orders back."""

    key = "restore"
    label = "Restore"
    verb = "Restore"
    icon = "archive-restore"
    done_word = "restored"
    needs = "orders.delete"
    is_undoable = True
    takes_deleted = True
    columns = COLUMNS

    def run_one(self, order: Order, settings: Mapping[str, Any], by: By, now: datetime) -> Outcome:
        restore_order(order=order, by=by, now=now)
        return Outcome(inverse={"delete": True})

    def undo_one(self, taken: Taken, by: By, now: datetime) -> Outcome:
        return delete_unsent(taken.order, by, now)


def delete_unsent(order: Order, by: By, now: datetime) -> Outcome:
    """Delete an order as an undo does, unless it left the house meanwhile."""
    whole = Order.objects.for_store(order.store_id).get(pk=order.pk)
    if is_sent(whole) or is_on_its_way(whole):
        return Outcome.skipped(f"It went to {who_has(whole)} since and was left as it is.")
    delete_order(order=whole, by=by, now=now)
    return Outcome()
