"""The lines of an order: replacing them, and telling what changed so that it can be read back."""

import json
from collections import deque
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from orders.models import Order, OrderItem
from orders.services.events import plain

DIGITS_KEPT = Decimal("0.0001")
# What an event tells of a line. Its place is told, too, but a changed place alone is no change.
TOLD = tuple(
    field.name
    for field in OrderItem._meta.concrete_fields
    if field.name not in ("id", "store", "order", "origin")
)
# A line's id as text → everything about it, or None where it was not there.
Lines = dict[str, dict[str, Any] | None]


def lines_of(order: Order) -> list[OrderItem]:
    """Give the order's lines in their order."""
    return list(OrderItem.objects.for_store(order.store_id).filter(order=order).in_order())


def line_told(row: OrderItem) -> dict[str, Any]:
    """Give everything an event tells of a line, amounts as text as the database keeps them."""
    return {name: plain(_as_kept(getattr(row, name))) for name in TOLD}


def replace_lines(present: list[OrderItem], rows: list[OrderItem]) -> tuple[Lines, Lines]:
    """Make `rows` the lines of their order and give the lines that changed, before and after.

    A row with the `pk` of a present line stays that line, one without is added, and lines that
    are not among the rows go. Both answers have the same keys and are empty if nothing changed.
    """
    old = {row.pk: line_told(row) for row in present}
    gone = set(old) - {row.pk for row in rows}
    moved_or_changed = [row for row in rows if row.pk and line_told(row) != old[row.pk]]
    OrderItem.across_stores.bulk_update(moved_or_changed, TOLD)
    if gone:
        OrderItem.objects.for_store(present[0].store_id).filter(pk__in=gone).delete()
    OrderItem.across_stores.bulk_create([row for row in rows if not row.pk])
    new = {row.pk: line_told(row) for row in rows}
    changed = [pk for pk in {**old, **new} if _said(old.get(pk)) != _said(new.get(pk))]
    return {str(pk): old.get(pk) for pk in changed}, {str(pk): new.get(pk) for pk in changed}


def keep_same_lines(present: list[OrderItem], rows: list[OrderItem]) -> None:
    """Give rows without a `pk` that of a present line that says exactly the same."""
    taken = {row.pk for row in rows if row.pk}
    # By what they say, so that thousands of lines are not compared with thousands.
    free: dict[str, deque[int]] = {}
    for row in present:
        if row.pk not in taken:
            free.setdefault(_spelt(row), deque()).append(row.pk)
    for row in rows:
        if not row.pk and (same := free.get(_spelt(row))):
            row.pk = same.popleft()


def _spelt(row: OrderItem) -> str:
    return json.dumps(told_without_place(row), sort_keys=True)


def told_without_place(row: OrderItem) -> dict[str, Any] | None:
    """Give what an event tells of a line, apart from its place among the others."""
    return _said(line_told(row))


def _said(told: dict[str, Any] | None) -> dict[str, Any] | None:
    return told and {name: value for name, value in told.items() if name != "position"}


def _as_kept(value: Any) -> Any:
    """Give an amount with the digits the database keeps, so that a stored one is no change."""
    return value.quantize(DIGITS_KEPT, ROUND_HALF_UP) if isinstance(value, Decimal) else value
