"""Duplicating many orders, splitting them by value, and merging them into one."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.db import transaction

from orderdesk.lib.refused import Refused
from orders.bulk.actions import (
    BulkAction,
    BulkSettings,
    OneByOne,
    Outcome,
    State,
    Taken,
    locked_orders,
)
from orders.bulk.deleting import delete_unsent
from orders.groupings import METHODS, OF_A_FIELD, ByValue
from orders.models import Order
from orders.services import By
from orders.services.duplicates import duplicate_order
from orders.services.merges import MOST_MERGED, merge_orders
from orders.services.splits import split_order

MOST_COPIES = 10
ONE_IS_GONE = "Another one of the picked orders is not here any more, so none was merged."


class DuplicateSettings(BulkSettings):
    """How many copies of each; {"copies"}."""

    copies = forms.IntegerField(
        label="Copies of each order", min_value=1, max_value=MOST_COPIES, initial=1
    )


class Duplicate(OneByOne):
    """Makes copies of orders; an undo deletes those nobody touched."""

    key = "duplicate"
    label = "Duplicate"
    verb = "Duplicate"
    icon = "copy"
    done_word = "duplicated"
    settings_form = DuplicateSettings
    is_undoable = True
    asks_first = True
    undo_minds_version = False
    chunk = 25

    def title(self, settings: Mapping[str, Any]) -> str:
        copies = settings["copies"]
        return "Duplicate" if copies == 1 else f"Duplicate {copies} times"

    def run_one(self, order: Order, settings: Mapping[str, Any], by: By, now: datetime) -> Outcome:
        new = [duplicate_order(order=order, by=by, now=now) for _ in range(settings["copies"])]
        numbers = ", ".join(copy.number for copy in new)
        copies = {str(copy.pk): copy.version for copy in new}
        return Outcome(sentence=f"Duplicated as {numbers}", inverse={"copies": copies})

    def undo_one(self, taken: Taken, by: By, now: datetime) -> Outcome:
        versions = {int(pk): version for pk, version in taken.inverse["copies"].items()}
        copies = list(
            Order.objects.for_store(taken.order.store_id)
            .present()
            .filter(pk__in=versions)
            .order_by("pk")
            .select_for_update()
        )
        kept = [copy for copy in copies if not _taken_back(copy, versions[copy.pk], by, now)]
        if not kept:
            return Outcome(sentence="Its copies were deleted.")
        numbers = ", ".join(copy.number for copy in kept)
        told = f"Changed or sent since and left as they are: {numbers}."
        if gone := len(versions) - len(kept):
            told += f" The other {gone} of its {len(versions)} copies are deleted."
        return Outcome.skipped(told)


def _taken_back(copy: Order, version: int, by: By, now: datetime) -> bool:
    """Delete a copy that nobody changed and that went nowhere, and tell whether it was one."""
    return copy.version == version and delete_unsent(copy, by, now).state == State.DONE


class SplitSettings(BulkSettings):
    """How lines are told apart; {"method", "field", "values", "size", "sent_too"}."""

    method = forms.ChoiceField(label="Split by", choices=list(METHODS.items()), initial="code")
    field = forms.CharField(
        label="Name of the field",
        required=False,
        max_length=120,
        help_text="For a variation or metadata: which one, as in Color.",
    )
    values = forms.CharField(
        label="Only lines with these values",
        required=False,
        max_length=2000,
        help_text="Separated by commas; they go into one new order. "
        "Left empty, the lines of each value get an order of their own.",
    )
    size = forms.IntegerField(
        label="Pieces in each order",
        required=False,
        min_value=1,
        max_value=1_000_000,
        help_text="For splitting by pieces.",
    )
    sent_too = forms.BooleanField(
        label="Also split orders that a warehouse has already; it keeps them whole",
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        method = given.get("method")
        if method in OF_A_FIELD and not given.get("field"):
            self.add_error("field", f"Name the {METHODS[method].lower()} to split by.")
        if method == "quantity" and "size" in given and not given["size"]:
            self.add_error("size", "Say how many pieces an order gets.")
        return given


class Split(OneByOne):
    """Splits orders by what their lines have in common."""

    key = "split"
    label = "Split by value"
    verb = "Split"
    icon = "split"
    done_word = "split"
    settings_form = SplitSettings
    warning = (
        "The new orders lie in the folder of the order they were split from, and rules for split "
        "orders run on them. This cannot be undone, but split orders can be merged again."
    )
    chunk = 25

    def title(self, settings: Mapping[str, Any]) -> str:
        return f"Split by {METHODS[settings['method']].lower()}"

    def run_one(self, order: Order, settings: Mapping[str, Any], by: By, now: datetime) -> Outcome:
        values = [value.strip() for value in settings["values"].split(",")]
        wish = ByValue(
            method=settings["method"],
            field=settings["field"],
            values=tuple(value for value in values if value),
            size=Decimal(settings["size"] or 1),
        )
        new = split_order(order=order, wish=wish, by=by, now=now, confirmed=settings["sent_too"])
        return Outcome(sentence=f"Split into {', '.join(each.number for each in new)}")


class Merge(BulkAction):
    """Makes one order of all that were picked, or of none."""

    key = "merge"
    label = "Merge"
    verb = "Merge"
    icon = "merge"
    done_word = "merged"
    warning = (
        "They become one new order with the number and the addresses of the most recent one. "
        "This cannot be undone, but the merged order can be deleted, and then its originals are "
        "sent by themselves again."
    )
    chunk = MOST_MERGED
    most = MOST_MERGED
    least = 2

    def run_ids(
        self, store_id: int, ids: list[int], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        orders = locked_orders(self, store_id, ids, is_deleted=self.takes_deleted)
        if len(orders) < len(ids):
            return dict.fromkeys(orders, Outcome.failed(ONE_IS_GONE))
        return self.run(list(orders.values()), settings, by, now)

    def run(
        self, orders: list[Order], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        try:
            with transaction.atomic():
                merged = merge_orders(orders=orders, by=by, now=now)
        except Refused as refusal:
            return {order.pk: Outcome.failed(refusal.message) for order in orders}
        told = Outcome(sentence=f"Merged into order {merged.number}")
        return {order.pk: told for order in orders}
