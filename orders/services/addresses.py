"""Changing where an order goes, who pays, and where a parcel comes back to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from orders.merging import merged
from orders.models import CUSTOMER_PARTS, SHIPPING_PARTS, Order, OrderEvent
from orders.services.editing import locked_for_edit, save_changes
from orders.services.events import By
from orders.shapes import RETURN_PARTS

PARTS = {"shipping": SHIPPING_PARTS, "customer": CUSTOMER_PARTS}
# Whose address → its columns.
ADDRESSES = {whose: tuple(f"{whose}_{part}" for part in parts) for whose, parts in PARTS.items()}
NAMES = {"shipping": "shipping address", "customer": "billing address"}


@transaction.atomic
def change_address(
    *,
    order: Order,
    whose: str,
    values: Mapping[str, str],
    by: By,
    now: datetime,
    based_on: Mapping[str, Any] | None = None,
) -> bool:
    """Change parts of the "shipping" or "customer" address and tell whether any changed.

    From then on the whole address stays as it is here: half of ours and half of what a cart states
    later would be no place at all.

    Raises:
        Conflict: if somebody changed the same since; see `merging.merged`.
        Refused: if a value does not fit.
    """
    order = locked_for_edit(order)
    present = {part: getattr(order, f"{whose}_{part}") for part in PARTS[whose]}
    wanted = {part: values[part] for part in present if part in values}
    changed = merged(present, wanted, based_on)
    told = save_changes(
        order,
        {f"{whose}_{part}": value for part, value in changed.items()},
        kind=OrderEvent.Kind.ADDRESS_CHANGED,
        sentence=f"Changed the {NAMES[whose]}",
        by=by,
        now=now,
        edited=ADDRESSES[whose] if changed else (),
    )
    return told is not None


@transaction.atomic
def change_return_address(
    *,
    order: Order,
    values: Mapping[str, str],
    by: By,
    now: datetime,
    based_on: Mapping[str, Any] | None = None,
) -> bool:
    """Change parts of the return address and tell whether any changed; all empty means none.

    Raises:
        Conflict: if somebody changed the same since; see `merging.merged`.
        Refused: if a value does not fit.
    """
    order = locked_for_edit(order)
    present = {part: order.return_address.get(part, "") for part in RETURN_PARTS}
    wanted = {part: values[part] for part in RETURN_PARTS if part in values}
    whole = {**present, **merged(present, wanted, based_on)}
    told = save_changes(
        order,
        {"return_address": whole if any(whole.values()) else {}} if whole != present else {},
        kind=OrderEvent.Kind.ADDRESS_CHANGED,
        sentence="Changed the return address",
        by=by,
        now=now,
        edited=["return_address"] if whole != present else (),
    )
    return told is not None
