"""Changing an order that is here."""

from datetime import datetime
from typing import Any

from django.db import transaction

from orderdesk.lib.refused import Refused
from orders.drafts import OrderDraft
from orders.models import Order, OrderEvent, OrderItem
from orders.services.editing import CHARGES, SUMS, sums_with
from orders.services.events import By, record
from orders.services.imports import refuse_known_number
from orders.services.lines import lines_of, replace_lines
from orders.services.rows import check_rows, item_rows, order_values


@transaction.atomic
def replace_order(*, order: Order, draft: OrderDraft, by: By, now: datetime) -> Order:
    """Replace what the order says by the draft; what the draft leaves out is cleared.

    Lines with a known `pk` stay the same line, lines without one are added, absent ones go. The
    folder, the source and the card number stay. Changed fields count as edited here: a later
    statement of the source does not overwrite them.

    Raises:
        Refused: if a value does not fit or a line is not one of this order.
    """
    order = Order.objects.for_store(order.store_id).select_for_update().get(pk=order.pk)
    rows = item_rows(order, draft.items)
    values = _values(order, draft, rows)
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, value in values.items():
        if getattr(order, name) != value:
            before[name], after[name] = getattr(order, name), value
            setattr(order, name, value)
    present = lines_of(order)
    check_rows(order, rows)
    strangers = {row.pk for row in rows if row.pk} - {row.pk for row in present}
    if strangers:
        raise Refused(f"Item {min(strangers)} is not one of this order.", field="order_items")
    old, new = replace_lines(present, rows)
    if old != new:
        before["order_items"], after["order_items"] = old, new
    if after:
        # Sums follow from the rest, and so from what the source states of the rest.
        order.edited_fields = sorted({*order.edited_fields, *(set(after) - set(SUMS))})
        order.version += 1
        order.updated_at = now
        order.save()
        sentence = f"Changed {', '.join(name.replace('_', ' ') for name in list(after)[:5])}"
        record(
            order,
            OrderEvent.Kind.DETAILS_CHANGED,
            sentence,
            by=by,
            before=before,
            after=after,
        )
    return order


def _values(order: Order, draft: OrderDraft, rows: list[OrderItem]) -> dict[str, Any]:
    """Give the columns as the draft states them; the sums move by as much as their parts do."""
    values = order_values(draft, currency=draft.currency or order.currency)
    if not draft.cc_number:
        values.pop("cc_last4")
    parts = {name: values[name] for name in ("discount_list", *CHARGES)}
    values = {name: value for name, value in values.items() if name not in SUMS}
    values |= sums_with(order, parts, rows)
    if draft.processor_balance is None:
        values["processor_balance"] = values.get("order_total", order.order_total)
    return values


@transaction.atomic
def restate_origin(
    *,
    order: Order,
    source_name: str,
    source_id: str,
    placed_at: datetime | None,
    by: By,
    now: datetime,
) -> bool:
    """Change the channel, number or date an order says it has, and tell whether any changed.

    What is empty or equal stays. An order that a source keeps stating stays with that source: it
    is known there by a key of its own, and a second copy would come in under the old name.

    Raises:
        AlreadyHere: if another order has this number.
        Refused: if an integration's order is to get another channel or number.
    """
    order = Order.objects.for_store(order.store_id).select_for_update().get(pk=order.pk)
    stated = {"source_name": source_name, "source_id": source_id}
    changed: dict[str, Any] = {
        name: value for name, value in stated.items() if value and getattr(order, name) != value
    }
    if changed and order.source_key != order.source_id:
        raise Refused(
            f"The order came from {order.source_name} and keeps its number there.",
            field=next(iter(changed)),
        )
    if changed:
        name = changed.get("source_name", order.source_name)
        refuse_known_number(
            order.store_id, name, changed.get("source_id", order.source_id), except_for=order.pk
        )
    # Dates are shown to the second, so a date given back as it was shown is no change.
    if placed_at and placed_at.replace(microsecond=0) != order.added_at.replace(microsecond=0):
        changed["added_at"] = placed_at
    if not changed:
        return False
    before = {name: getattr(order, name) for name in changed}
    for name, value in changed.items():
        setattr(order, name, value)
    order.source_key = order.source_id if "source_id" in changed else order.source_key
    order.version += 1
    order.updated_at = now
    check_rows(order, [])
    order.save()
    sentence = f"Changed {', '.join(name.replace('_', ' ') for name in changed)}"
    record(order, OrderEvent.Kind.DETAILS_CHANGED, sentence, by=by, before=before, after=changed)
    return True


@transaction.atomic
def add_history(*, order: Order, note: str, by: By) -> OrderEvent:
    """Write a line of text into the order's history.

    Raises:
        Refused: if the note is empty or longer than 1,800 characters.
    """
    if not note.strip():
        raise Refused("The note is empty.", field="note")
    if len(note) > 1800:
        raise Refused(f"The note has {len(note):,} characters; at most 1,800 fit.", field="note")
    return record(order, OrderEvent.Kind.HISTORY, note[:1000], by=by, details={"note": note})
