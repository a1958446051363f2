"""Changing by hand what an order says about itself: how it ships, is paid, and what it costs."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction

from orderdesk.lib.refused import Refused
from orders.merging import merged
from orders.models import Order, OrderEvent
from orders.services.editing import CHARGES, listed, locked_for_edit, save_changes, sums_with
from orders.services.events import By

DETAILS = (
    "email",
    "shipping_method",
    "payment_type",
    "payment_status",
    "cc_exp",
    "processor_response",
    "processor_balance",
    "refund_total",
    "customer_id",
    "ip_address",
    "fulfillment_name",
    "fulfillment_id",
    "added_at",
    *CHARGES,
)
DISCOUNTS_ALLOWED = 1000


@transaction.atomic
def change_details(
    *,
    order: Order,
    values: Mapping[str, Any],
    by: By,
    now: datetime,
    based_on: Mapping[str, Any] | None = None,
) -> bool:
    """Change columns of `DETAILS` and tell whether any changed; the totals follow.

    Raises:
        Conflict: if somebody changed the same since; see `merging.merged`.
        Refused: if a name is not one of those, or a value does not fit.
    """
    if strange := set(values) - set(DETAILS):
        raise Refused("This is not one of the details.", field=min(strange))
    order = locked_for_edit(order)
    present = {name: getattr(order, name) for name in values}
    changed = merged(present, values, based_on)
    if not changed:
        return False
    sums = sums_with(order, changed) if set(changed) & set(CHARGES) else {}
    told = save_changes(
        order,
        {**changed, **sums},
        kind=OrderEvent.Kind.DETAILS_CHANGED,
        sentence=f"Changed {listed(changed)}",
        by=by,
        now=now,
        edited=changed,
    )
    return told is not None


@transaction.atomic
def change_discounts(
    *,
    order: Order,
    discounts: list[dict[str, str]],
    by: By,
    now: datetime,
    based_on: Mapping[str, Any] | None = None,
) -> bool:
    """Replace the discounts, {"name", "code", "amount"} each, and tell whether any changed.

    Raises:
        Conflict: if somebody changed them since; `based_on` has them as "discount_list".
        Refused: if an amount is no number of zero or more, or there are too many.
    """
    if len(discounts) > DISCOUNTS_ALLOWED:
        raise Refused(f"At most {DISCOUNTS_ALLOWED:,} discounts fit.", field="discount_list")
    rows = [_discount(place, row) for place, row in enumerate(discounts)]
    order = locked_for_edit(order)
    changed = merged({"discount_list": order.discount_list}, {"discount_list": rows}, based_on)
    if not changed:
        return False
    told = save_changes(
        order,
        {**changed, **sums_with(order, changed)},
        kind=OrderEvent.Kind.DETAILS_CHANGED,
        sentence="Changed the discounts",
        by=by,
        now=now,
        edited=changed,
    )
    return told is not None


def _discount(place: int, row: Mapping[str, str]) -> dict[str, str]:
    """Give a discount as all are kept: its amount as text with two decimals at least."""
    field = f"discount_list[{place}].amount"
    try:
        amount = Decimal(str(row["amount"]))
    except (InvalidOperation, KeyError):
        raise Refused("The amount must be a number.", field=field) from None
    if not (amount.is_finite() and Decimal(0) <= amount < Decimal(10) ** 10):
        raise Refused("The amount must be a number of zero or more.", field=field)
    exact = round(amount, 4)
    shown = f"{exact:.2f}" if exact == round(exact, 2) else f"{exact.normalize():f}"
    return {"name": row.get("name", ""), "code": row.get("code", ""), "amount": shown}
