"""Adding, changing and removing single lines of an order; its totals follow in the same event."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from orderdesk.lib.refused import Refused
from orders.drafts import ItemDraft
from orders.merging import merged
from orders.models import Order, OrderEvent, OrderItem
from orders.services.editing import locked_for_edit, save_changes, sums_with
from orders.services.events import By
from orders.services.lines import lines_of, replace_lines
from orders.services.rows import check_rows, item_rows

ITEM_FIELDS = (
    "name",
    "code",
    "price",
    "quantity",
    "weight",
    "delivery_type",
    "category_code",
    "fulfillment_method",
    "variation_list",
    "metadata",
)


class ItemGone(Refused):
    """The line that was to be changed is not on the order any more."""


@transaction.atomic
def add_items(*, order: Order, items: Sequence[ItemDraft], by: By, now: datetime) -> bool:
    """Add lines at the end of an order.

    Raises:
        Refused: if a value does not fit or there are too many lines.
    """
    order = locked_for_edit(order)
    present = lines_of(order)
    fresh = item_rows(order, items)
    place = max((row.position for row in present), default=-1) + 1
    for step, row in enumerate(fresh):
        row.position = place + step
    names = ", ".join(_called(row) for row in fresh[:3])
    return _save(order, [*present, *fresh], f"Added {names}", by, now)


@transaction.atomic
def change_item(
    *,
    order: Order,
    item_id: int,
    values: Mapping[str, Any],
    by: By,
    now: datetime,
    based_on: Mapping[str, Any] | None = None,
) -> bool:
    """Change fields of one line, named in `ITEM_FIELDS`, and tell whether any changed.

    Raises:
        ItemGone: if the line was removed meanwhile.
        Conflict: if somebody changed the same fields since; see `merging.merged`.
        Refused: if a value does not fit.
    """
    order = locked_for_edit(order)
    present = lines_of(order)
    row = _line(present, item_id)
    changed = merged({name: getattr(row, name) for name in ITEM_FIELDS}, values, based_on)
    if not changed:
        return False
    for name, value in changed.items():
        setattr(row, name, value)
    return _save(order, present, f"Changed {_called(row)}", by, now)


@transaction.atomic
def remove_item(
    *, order: Order, item_id: int, by: By, now: datetime, seen: str | None = None
) -> bool:
    """Take one line off an order. `seen` is what `line_seen` gave for it, where a person looked.

    Raises:
        ItemGone: if it was removed already.
        Refused: if somebody changed it since it was seen.
    """
    order = locked_for_edit(order)
    present = lines_of(order)
    row = _line(present, item_id)
    if seen is not None and seen != line_seen(row):
        raise Refused(f"Somebody changed {_called(row)} meanwhile. Look at it before removing it.")
    rest = [each for each in present if each.pk != row.pk]
    return _save(order, rest, f"Removed {_called(row)}", by, now)


def line_seen(row: OrderItem) -> str:
    """Give a text that is another one as soon as what a person sees of the line changes."""
    return f"{row.code}×{row.quantity.normalize():f}@{row.price.normalize():f}"


def _line(rows: Sequence[OrderItem], item_id: int) -> OrderItem:
    found = next((row for row in rows if row.pk == item_id), None)
    if found is None:
        raise ItemGone("Somebody removed this item meanwhile.", field="item")
    return found


def _called(row: OrderItem) -> str:
    return f"{row.quantity.normalize():f} × {(row.code or row.name)[:80]}"


def _save(order: Order, rows: list[OrderItem], sentence: str, by: By, now: datetime) -> bool:
    check_rows(order, rows)
    sums = sums_with(order, {}, rows)
    old, new = replace_lines(lines_of(order), rows)
    if old == new:
        return False
    save_changes(
        order,
        sums,
        kind=OrderEvent.Kind.ITEMS_CHANGED,
        sentence=sentence,
        by=by,
        now=now,
        edited=["order_items"],
        told=({"order_items": old}, {"order_items": new}),
    )
    return True
