"""Giving back to its source what was edited here."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from orderdesk.lib.refused import Refused
from orders.models import Order, OrderEvent, OrderItem, SourceChange
from orders.services.addresses import ADDRESSES
from orders.services.editing import Changes, locked_for_edit, save_changes, sums_with
from orders.services.events import By, record
from orders.services.lines import lines_of, replace_lines
from orders.services.links import why_not_given_back
from orders.services.rows import FROM_THE_SOURCE
from orders.services.snapshots import state_before

LINES = "order_items"
# What a source states again and again, and so may have back.
RETURNABLE = FROM_THE_SOURCE | {LINES}
# A part of the page → what it says of the order that a source states, too.
PARTS = {
    "ship-to": ADDRESSES["shipping"],
    "bill-to": ADDRESSES["customer"],
    "items": (LINES,),
    "discounts": ("discount_list",),
    "details": ("email", "shipping_method"),
    "payment": (
        "shipping_total",
        "handling_total",
        "tax_total",
        "refund_total",
        "payment_type",
        "payment_status",
        "processor_response",
        "processor_balance",
    ),
}
AMOUNTS = ("price", "quantity", "weight")


def has_a_source(order: Order) -> bool:
    """Tell whether somebody outside keeps stating this order."""
    return order.source_updated_at is not None or order.source_key != order.source_id


def kept_here(order: Order) -> dict[str, list[str]]:
    """Give the parts of the page that keep something against the source, with its names."""
    if not has_a_source(order):
        return {}
    edited = set(order.edited_fields)
    kept = {part: [name for name in names if name in edited] for part, names in PARTS.items()}
    return {part: names for part, names in kept.items() if names}


@transaction.atomic
def give_back(*, order: Order, part: str, by: By, now: datetime) -> bool:
    """Give a part of `PARTS` back to the source and tell whether any of it was kept here.

    It gets the values the source stated last, as far as they are known, and follows what it states
    from now on.

    Raises:
        Refused: if what it held was split off into other orders.
    """
    order = locked_for_edit(order)
    if part in ("items", "discounts", "payment") and (problem := why_not_given_back(order)):
        raise Refused(problem)
    names = kept_here(order).get(part, [])
    if not names:
        return False
    order.edited_fields = sorted(set(order.edited_fields) - set(names))
    columns = [name for name in names if name != LINES]
    changed = _stated(order, columns)
    rows = _lines_stated(order) if LINES in names else None
    sums = sums_with(order, changed, rows)
    told: tuple[Changes, Changes] = ({}, {})
    if rows is not None:
        old, new = replace_lines(lines_of(order), rows)
        told = ({LINES: old}, {LINES: new}) if old != new else told
    sentence = f"Gave the {part.replace('-', ' ')} part back to {order.source_name}"
    event = save_changes(
        order, {**changed, **sums}, kind=_kind(part), sentence=sentence, by=by, now=now, told=told
    )
    if event is None:
        order.version += 1
        order.updated_at = now
        order.save(update_fields=["edited_fields", "version", "updated_at"])
        record(order, OrderEvent.Kind.HISTORY, sentence, by=by)
    return True


def _kind(part: str) -> OrderEvent.Kind:
    kinds = {
        "ship-to": OrderEvent.Kind.ADDRESS_CHANGED,
        "bill-to": OrderEvent.Kind.ADDRESS_CHANGED,
        "items": OrderEvent.Kind.ITEMS_CHANGED,
    }
    return kinds.get(part, OrderEvent.Kind.DETAILS_CHANGED)


def _stated(order: Order, names: Iterable[str]) -> Changes:
    """Give the values the source stated last: what it said later, or what was there before us."""
    events = list(_events(order))
    changes = SourceChange.objects.for_store(order.store_id).filter(order=order).order_by("-pk")
    later = list(changes.values_list("after", "received_at"))
    found: Changes = {}
    for name in names:
        value, at = _last_word(name, events)
        waiting = next(((after, when) for after, when in later if name in after), None)
        if waiting and (at is None or waiting[1] >= at):
            value = waiting[0][name]
        field: Any = Order._meta.get_field(name)
        found[name] = getattr(order, name) if value is None else field.to_python(value)
    return found


def _events(order: Order) -> Iterable[OrderEvent]:
    rows = OrderEvent.objects.for_store(order.store_id).filter(order=order)
    return rows.only("kind", "before", "after", "happened_at").newest_first()


def _last_word(name: str, events: Iterable[OrderEvent]) -> tuple[Any, datetime | None]:
    """Give what the source said last of this column and when; no moment for its first word."""
    word = None
    for event in events:
        if event.kind == OrderEvent.Kind.UPDATED and name in event.after:
            return event.after[name], event.happened_at
        if name in event.before:
            word = event.before[name]
    return word, None


def _lines_stated(order: Order) -> list[OrderItem]:
    """Give the lines as they were before anybody here changed what the source stated last."""
    first = None
    for event in _events(order):
        if event.kind == OrderEvent.Kind.UPDATED and LINES in event.after:
            break
        if LINES in event.before:
            first = event.pk
    present = {str(row.pk): row for row in lines_of(order)}
    if first is None:
        return list(present.values())
    told = state_before(order, first)[LINES]
    rows = [_line(order, line, present.get(pk)) for pk, line in told.items()]
    return sorted(rows, key=lambda row: row.position)


def _line(order: Order, told: dict[str, Any], present: OrderItem | None) -> OrderItem:
    values = {name: Decimal(value) if name in AMOUNTS else value for name, value in told.items()}
    row = OrderItem(store_id=order.store_id, order=order, **values)
    if present is not None:
        row.pk, row.origin_id = present.pk, present.origin_id
    return row
