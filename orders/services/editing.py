"""What every change by hand has in common: the lock, the merge, the mark, the event."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from orderdesk.lib.money import LARGEST, ZERO
from orderdesk.lib.refused import Refused
from orders import totals
from orders.models import Order, OrderEvent
from orders.services.events import By, record
from orders.services.lines import DIGITS_KEPT, lines_of
from orders.services.rows import check_rows
from orders.totals import Line

CHARGES = ("shipping_total", "handling_total", "tax_total")
# What follows from the lines, the discounts and the charges; no source states it by itself.
SUMS = ("quantity_total", "weight_total", "product_total", "discount_total", "order_total")
Changes = dict[str, Any]


def locked_for_edit(order: Order) -> Order:
    """Lock the order and read it anew.

    Raises:
        Refused: if it was deleted meanwhile.
    """
    found = (
        Order.objects.for_store(order.store_id)
        .select_for_update(of=("self",))
        .select_related("folder")
        .get(pk=order.pk)
    )
    if found.deleted_at:
        raise Refused(f"Order {found.number} was deleted. Restore it to change it.")
    return found


def refuse_while_sending(order: Order) -> None:
    """Refuse to change what is read by a worker at this moment.

    Raises:
        Refused: if the order is being sent right now.
    """
    if order.submissions.filter(verb="submit_order", state="working").exists():
        raise Refused(
            "This order is being sent right now. In a moment it is there, and can be changed here."
        )


def save_changes(  # noqa: PLR0913 - what an event needs, and what it is about
    order: Order,
    changed: Mapping[str, Any],
    *,
    kind: OrderEvent.Kind,
    sentence: str,
    by: By,
    now: datetime,
    edited: Iterable[str] = (),
    told: tuple[Changes, Changes] = ({}, {}),
) -> OrderEvent | None:
    """Write columns of a locked order and tell of it; None if nothing changes.

    `told` adds what changed beside the columns, before and after. `edited` are the names that a
    later statement of the source leaves alone from now on.

    Raises:
        Refused: if a value does not fit.
    """
    kept = {name: _as_kept(value) for name, value in changed.items()}
    kept = {name: value for name, value in kept.items() if getattr(order, name) != value}
    if not kept and not told[1]:
        return None
    before = {name: getattr(order, name) for name in kept}
    for name, value in kept.items():
        setattr(order, name, value)
    order.edited_fields = sorted({*order.edited_fields, *edited})
    check_rows(order, [])
    order.version += 1
    order.updated_at = now
    order.save(update_fields=[*kept, "edited_fields", "version", "updated_at"])
    return record(
        order, kind, sentence, by=by, before={**before, **told[0]}, after={**kept, **told[1]}
    )


def sums_with(
    order: Order, changed: Mapping[str, Any], lines: Iterable[Line] | None = None
) -> Changes:
    """Give the sums that change when these columns, or the lines, do.

    The grand total moves by as much as the sum of its parts does. So what a source's own total has
    beside its parts, such as prices that hold the tax already, stays in it.
    """
    present = lines_of(order)
    old = _summed(order, {}, present)
    new = _summed(order, changed, present if lines is None else list(lines))
    found = {name: getattr(new, name) for name in SUMS if getattr(new, name) != getattr(old, name)}
    if "order_total" in found:
        found["order_total"] = max(order.order_total + new.order_total - old.order_total, ZERO)
    return found


def _summed(order: Order, changed: Mapping[str, Any], lines: Iterable[Line]) -> totals.Totals:
    return totals.totals(
        lines,
        currency=order.currency,
        discounts=changed.get("discount_list", order.discount_list),
        charges=[changed.get(name, getattr(order, name)) for name in CHARGES],
    )


def _as_kept(value: Any) -> Any:
    """Give an amount with the digits the database keeps; what it cannot hold is refused later."""
    fits = isinstance(value, Decimal) and value.is_finite() and abs(value) <= LARGEST
    return value.quantize(DIGITS_KEPT, ROUND_HALF_UP) if fits else value


def listed(names: Iterable[str]) -> str:
    """Name fields in a sentence, the first few of many."""
    words = [name.replace("_", " ") for name in names]
    return ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")
