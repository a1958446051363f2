"""Duplicating, splitting, merging, deleting and restoring many orders."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from orderdesk.lib.refused import Refused
from orders.bulk.actions import BulkAction, BulkSettings, OneByOne, Outcome, Taken
from orders.groupings import ByValue
from orders.models import BulkJob, Folder, Order, OrderLink
from orders.services import (
    By,
    delete_order,
    duplicate_order,
    merge_orders,
    move_order,
    restore_order,
    split_order,
)
from orders.services.merges import MOST_MERGED
from orders.services.takeback import unmake_order
from orders.wishes import SplitByForm

ORDERS_ALLOWED = 500


class Duplicate(OneByOne):
    """Makes each order once more."""

    key = "duplicate"
    label = "Duplicate"
    icon = "copy-plus"
    verb = "Duplicate"
    done_word = "duplicated"
    is_undoable = True
    most = ORDERS_ALLOWED
    # The order itself stays as it is; what matters is whether its copy was touched.
    undo_minds_version = False

    def run_one(self, order: Order, settings: Mapping[str, Any], by: By, now: datetime) -> Outcome:
        copy = duplicate_order(order=order, by=by, now=now)
        inverse = {"made": copy.pk, "version": copy.version}
        return Outcome(sentence=f"Duplicated as order {copy.number}", inverse=inverse)

    def undo_one(self, taken: Taken, by: By, now: datetime) -> Outcome:
        _unmake(taken, by, now)
        return Outcome(sentence="The copy is deleted.")


class SplitSettings(SplitByForm, BulkSettings):
    """What lines belong together, as for one order."""

    def settings(self) -> dict[str, Any]:
        wish = self.wish()
        return {
            "method": wish.method,
            "field": wish.field,
            "values": list(wish.values),
            "size": str(wish.size),
        }


class Split(OneByOne):
    """Splits each order by what its lines have in common."""

    key = "split"
    label = "Split by value"
    icon = "split"
    verb = "Split"
    done_word = "split"
    settings_form = SplitSettings
    warning = (
        "This cannot be undone. Orders that are being sent, or that a warehouse has, stay as they "
        "are; split those one by one."
    )
    most = ORDERS_ALLOWED

    def run_one(self, order: Order, settings: Mapping[str, Any], by: By, now: datetime) -> Outcome:
        size = Decimal(settings["size"])
        wish = ByValue(settings["method"], settings["field"], tuple(settings["values"]), size)
        new = split_order(order=order, wish=wish, by=by, now=now)
        return Outcome(sentence=f"New: {', '.join(each.number for each in new)}")


class Merge(BulkAction):
    """Makes one order of all that are chosen."""

    key = "merge"
    label = "Merge"
    icon = "merge"
    verb = "Merge"
    done_word = "merged"
    is_undoable = True
    asks_first = True
    # It is one order that comes out, so all go together or none does.
    chunk = most = MOST_MERGED
    least = 2
    # Whether the merged order was touched is what counts; the originals stay.
    undo_minds_version = False

    def run(
        self, orders: list[Order], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        lay_in = {order.pk: order.folder_id for order in orders}
        try:
            merged = merge_orders(orders=orders, by=by, now=now)
        except Refused as refusal:
            # Here and not in the engine, which would go on to try each order by itself.
            return {order.pk: Outcome.failed(refusal.message) for order in orders}
        made = {"made": merged.pk, "version": merged.version}
        sentence = f"Merged into order {merged.number}"
        return {
            order.pk: Outcome(sentence=sentence, inverse={**made, "folder": lay_in[order.pk]})
            for order in orders
        }

    def undo(self, taken: list[Taken], by: By, now: datetime) -> dict[int, Outcome]:
        _unmake(taken[0], by, now)
        for one in taken:
            folders = Folder.objects.for_store(one.order.store_id)
            if folder := folders.filter(pk=one.inverse["folder"]).first():
                move_order(order=one.order, folder=folder, by=by, now=now)
        return {one.order.pk: Outcome(sentence="The merged order is deleted.") for one in taken}

    def leads_to(self, job: BulkJob, order_ids: list[int]) -> str:
        links = OrderLink.objects.for_store(job.store_id)
        kind = OrderLink.Kind.MERGED
        made = links.filter(parent__in=order_ids, kind=kind).order_by("-pk").first()
        return reverse("orders:order_view", args=[job.store_id, made.child_id]) if made else ""


class Delete(OneByOne):
    """Takes orders out of sight."""

    key = "delete"
    label = "Delete"
    icon = "trash-2"
    verb = "Delete"
    done_word = "deleted"
    needs = "orders.delete"
    is_undoable = True
    warning = (
        "They can be restored for 30 days. What waits to be sent of them is dropped; what a "
        "warehouse has already is not canceled there."
    )
    undo_takes_deleted = True

    def run_one(self, order: Order, settings: Mapping[str, Any], by: By, now: datetime) -> Outcome:
        delete_order(order=order, by=by, now=now)
        return Outcome()

    def undo_one(self, taken: Taken, by: By, now: datetime) -> Outcome:
        restore_order(order=taken.order, by=by, now=now)
        return Outcome()


class Restore(OneByOne):
    """Brings deleted orders back."""

    key = "restore"
    label = "Restore"
    icon = "undo-2"
    verb = "Restore"
    done_word = "restored"
    needs = "orders.delete"
    is_undoable = True
    takes_deleted = True

    def run_one(self, order: Order, settings: Mapping[str, Any], by: By, now: datetime) -> Outcome:
        restore_order(order=order, by=by, now=now)
        return Outcome()

    def undo_one(self, taken: Taken, by: By, now: datetime) -> Outcome:
        delete_order(order=taken.order, by=by, now=now)
        return Outcome()


def _unmake(taken: Taken, by: By, now: datetime) -> None:
    rows = Order.objects.for_store(taken.order.store_id)
    made = rows.filter(pk=taken.inverse["made"]).first()
    if made is None or made.deleted_at:
        raise Refused("What was made by this is deleted already.")
    unmake_order(order=made, version=taken.inverse["version"], by=by, now=now)
