"""What a source states anew about an order that is here: taken over, ignored or left to a person.

Fields that were edited here stay as they are, whatever the store chose; a cancel is always
honored, see `imports`.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from orderdesk.lib.money import ZERO
from orderdesk.lib.refused import Refused
from orders.drafts import ItemDraft, OrderDraft
from orders.models import Order, OrderEvent, OrderItem, OrderSettings, SourceChange
from orders.services.editing import listed
from orders.services.events import By, plain, record
from orders.services.lines import (
    Lines,
    keep_same_lines,
    lines_of,
    replace_lines,
    told_without_place,
)
from orders.services.rows import FROM_THE_SOURCE, check_rows, item_rows, order_values

LINES = "order_items"
# What follows from what is edited here, and so stays with it.
FOLLOWING = {
    LINES: ("quantity_total", "weight_total", "product_total"),
    "discount_list": ("discount_total",),
}
# What the grand total is made of; it may hold something beside these, or less than they say.
SUMMED = {
    "product_total": 1,
    "discount_total": -1,
    "shipping_total": 1,
    "handling_total": 1,
    "tax_total": 1,
}
GONE = "Somebody decided about this change meanwhile."
Policy = OrderSettings.SourceChanges


@dataclass(frozen=True, slots=True)
class Difference:
    """How a statement differs from the order: columns, lines, and what is kept as edited here.

    `rows` are the lines as stated, None where nothing is to change about them.
    """

    before: dict[str, Any]
    after: dict[str, Any]
    present: list[OrderItem]
    rows: list[OrderItem] | None
    kept: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.after) or self.rows is not None

    @property
    def names(self) -> list[str]:
        """Name what differs and may change."""
        return [*self.after, *([LINES] if self.rows is not None else [])]


def follow_source(*, order: Order, draft: OrderDraft, by: By, now: datetime) -> bool:
    """Do with a later statement what the store wants, and tell whether the order changed.

    The caller holds the order's lock and has seen that the statement is not an older one.

    Raises:
        Refused: if a value does not fit, naming its field.
    """
    difference = _difference(order, draft)
    last, this = order.source_updated_at, draft.source_updated_at
    # Pulls overlap: the same statement comes again and again, and is told of once.
    is_news = not (last and this and this <= last)
    policy = OrderSettings.of(order.store_id).source_changes if difference else Policy.APPLY
    if this:
        order.source_updated_at = this
    if difference and policy == Policy.APPLY:
        _settle_waiting(order, SourceChange.State.REPLACED, now=now)
        _apply(order, difference, by, now, f"{draft.source_name} changed it")
        return True
    if last != order.source_updated_at:
        order.save(update_fields=["source_updated_at"])
    if not difference:
        _settle_waiting(order, SourceChange.State.REPLACED, now=now)
        if difference.kept and is_news:
            _tell(order, difference, OrderEvent.Kind.SOURCE_CHANGE_IGNORED, draft.source_name, by)
    elif policy == Policy.ASK:
        _ask(order, draft, difference, by, now)
    elif is_news:
        _tell(order, difference, OrderEvent.Kind.SOURCE_CHANGE_IGNORED, draft.source_name, by)
    return False


@transaction.atomic
def apply_source_change(*, change: SourceChange, by: By, now: datetime) -> Order:
    """Take a waiting change over. What was edited here since it came stays as edited.

    Raises:
        Refused: if it is decided about already, or the order was deleted.
    """
    change, order = _locked(change)
    values = _values_of(change, order)
    drafts = None if change.items is None else tuple(map(_item_draft, change.items))
    difference = _compare(order, values, drafts)
    if difference:
        _apply(order, difference, by, now, f"The change at {order.source_name} was taken over")
    _decide(change, SourceChange.State.APPLIED, by, now)
    return order


@transaction.atomic
def ignore_source_change(*, change: SourceChange, by: By, now: datetime) -> Order:
    """Leave the order as it is; the next statement of the source is looked at anew.

    Raises:
        Refused: if it is decided about already, or the order was deleted.
    """
    change, order = _locked(change)
    _decide(change, SourceChange.State.IGNORED, by, now)
    sentence = f"The change at {order.source_name} was ignored: {listed(_names(change))}"
    record(
        order,
        OrderEvent.Kind.SOURCE_CHANGE_IGNORED,
        sentence,
        by=by,
        details=_as_words(change.before, change.after),
    )
    return order


def _names(change: SourceChange) -> list[str]:
    return [*change.after, *([LINES] if change.items is not None else [])]


def _locked(change: SourceChange) -> tuple[SourceChange, Order]:
    order = Order.objects.for_store(change.store_id).select_for_update().get(pk=change.order_id)
    rows = SourceChange.objects.for_store(change.store_id).waiting()
    found = rows.select_for_update().filter(pk=change.pk).first()
    if found is None:
        raise Refused(GONE)
    if order.deleted_at:
        raise Refused("The order was deleted.")
    return found, order


def _decide(change: SourceChange, state: SourceChange.State, by: By, now: datetime) -> None:
    change.state, change.decided_by, change.decided_at = state, by.user, now
    change.save(update_fields=["state", "decided_by", "decided_at"])


def _settle_waiting(order: Order, state: SourceChange.State, *, now: datetime) -> None:
    waiting = SourceChange.objects.for_store(order.store_id).waiting().filter(order=order)
    waiting.update(state=state, decided_at=now)


def _difference(order: Order, draft: OrderDraft) -> Difference:
    stated = order_values(draft, currency=order.currency)
    values = {name: stated[name] for name in FROM_THE_SOURCE}
    # The stated total holds the stated parts; of those kept here it has to hold ours.
    ours = _summed({name: getattr(order, name) - values[name] for name in _summed_here(order)})
    values["order_total"] = max(values["order_total"] + ours, ZERO)
    return _compare(order, values, draft.items)


def _values_of(change: SourceChange, order: Order) -> dict[str, Any]:
    """Give what a waiting change states, its total moved by what was edited here since it came."""
    before, after = (
        {name: _column(name).to_python(value) for name, value in told.items()}
        for told in (change.before, change.after)
    )
    step = after["order_total"] - before["order_total"] if "order_total" in after else ZERO
    kept = _summed_here(order) & set(after)
    step -= _summed({name: after[name] - before[name] for name in kept})
    return {**after, "order_total": max(order.order_total + step, ZERO)}


def _kept_with_others(order: Order) -> set[str]:
    """Name the sums that stay because what they are summed from was edited here."""
    return {name for of in order.edited_fields for name in FOLLOWING.get(of, ())}


def _summed_here(order: Order) -> set[str]:
    """Name what the grand total is made of that stays as it is here."""
    return set(SUMMED) & (set(order.edited_fields) | _kept_with_others(order))


def _summed(steps: dict[str, Decimal]) -> Decimal:
    return sum((SUMMED[name] * step for name, step in steps.items()), ZERO)


def _compare(
    order: Order, values: dict[str, Any], drafts: tuple[ItemDraft, ...] | None
) -> Difference:
    present = lines_of(order)
    edited, following = set(order.edited_fields), _kept_with_others(order)
    values = {name: value for name, value in values.items() if name not in following}
    drafts = None if LINES in edited else drafts
    differing = {
        name: value for name, value in sorted(values.items()) if getattr(order, name) != value
    }
    after = {name: value for name, value in differing.items() if name not in edited}
    rows = None if drafts is None else _rows(order, drafts, present)
    return Difference(
        before={name: getattr(order, name) for name in after},
        after=after,
        present=present,
        rows=rows if rows is not None and _lines_differ(present, rows) else None,
        kept=tuple(name for name in differing if name in edited),
    )


def _rows(order: Order, drafts: tuple[ItemDraft, ...], present: list[OrderItem]) -> list[OrderItem]:
    """Give the stated lines as rows; a line the cart still has keeps its own row and its origin."""
    rows = item_rows(order, drafts)
    check_rows(order, rows)
    by_line = {row.source_line_id: row.pk for row in present if row.source_line_id}
    for row in rows:
        row.pk = by_line.pop(row.source_line_id, None)
    keep_same_lines(present, rows)
    return rows


def _lines_differ(present: list[OrderItem], rows: list[OrderItem]) -> bool:
    return {row.pk: told_without_place(row) for row in present} != {
        row.pk: told_without_place(row) for row in rows
    } or len(present) != len(rows)


def _apply(order: Order, difference: Difference, by: By, now: datetime, sentence: str) -> None:
    before, after = dict(difference.before), dict(difference.after)
    for name, value in after.items():
        setattr(order, name, value)
    check_rows(order, difference.rows or [])
    if difference.rows is not None:
        old, new = replace_lines(difference.present, difference.rows)
        _note_lines(before, after, old, new)
    if not after:
        order.save(update_fields=["source_updated_at"])
        return
    order.updated_at = now
    order.version += 1
    order.save()
    kept = f". Kept as edited here: {listed(difference.kept)}" if difference.kept else ""
    record(
        order,
        OrderEvent.Kind.UPDATED,
        f"{sentence}: {listed(after)}{kept}",
        by=by,
        before=before,
        after=after,
    )


def _note_lines(before: dict[str, Any], after: dict[str, Any], old: Lines, new: Lines) -> None:
    if old != new:
        before[LINES], after[LINES] = old, new


def _ask(order: Order, draft: OrderDraft, difference: Difference, by: By, now: datetime) -> None:
    stated = None if difference.rows is None else [plain(asdict(item)) for item in draft.items]
    before, after = plain(difference.before), plain(difference.after)
    rows = SourceChange.objects.for_store(order.store_id).filter(order=order)
    last = rows.order_by("-pk").first()
    if last and (last.after, last.items) == (after, stated):
        if last.state == SourceChange.State.WAITING:
            last.source_updated_at = draft.source_updated_at
            last.save(update_fields=["source_updated_at"])
            return
        same = last.source_updated_at == draft.source_updated_at
        if same and last.state == SourceChange.State.IGNORED:
            # Pulls overlap: nobody is asked twice about one statement.
            return
    _settle_waiting(order, SourceChange.State.REPLACED, now=now)
    SourceChange(
        store_id=order.store_id,
        order=order,
        before=before,
        after=after,
        items=stated,
        source_updated_at=draft.source_updated_at,
        received_at=now,
    ).save(force_insert=True)
    _tell(order, difference, OrderEvent.Kind.SOURCE_CHANGE_WAITING, draft.source_name, by)


def _tell(
    order: Order, difference: Difference, kind: OrderEvent.Kind, source_name: str, by: By
) -> None:
    """Write down what the source states and the order does not follow, for those who look."""
    names = difference.names
    words = {
        OrderEvent.Kind.SOURCE_CHANGE_WAITING: f"{source_name} changed {listed(names)}. "
        "Somebody has to decide whether the order follows",
        OrderEvent.Kind.SOURCE_CHANGE_IGNORED: f"{source_name} changed "
        f"{listed(names or difference.kept)}; the order stays as it is",
    }
    kept = f". Kept as edited here: {listed(difference.kept)}" if names and difference.kept else ""
    details = _as_words(plain(difference.before), plain(difference.after))
    record(order, kind, words[kind] + kept, by=by, details=details)


def _as_words(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    return {name: f"{_word(before.get(name))} → {_word(after[name])}" for name in after}


def _word(value: Any) -> str:
    return str(value) if value not in (None, "", [], {}) else "(empty)"


def _column(name: str) -> Any:
    return Order._meta.get_field(name)


def _item_draft(stated: dict[str, Any]) -> ItemDraft:
    amounts = ("price", "quantity", "weight")
    return ItemDraft(**{**stated, **{name: Decimal(stated[name]) for name in amounts}})
