"""Setting the free fields of an order: what people read, and what only machines do."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from orderdesk.lib.refused import Refused
from orders.merging import merged
from orders.models import Order, OrderEvent
from orders.services.editing import locked_for_edit, save_changes
from orders.services.events import By

# Column → how many characters fit as JSON, the kind of event, and what people call it.
DATA = {
    "checkout_data": (3500, OrderEvent.Kind.CHECKOUT_DATA_CHANGED, "Checkout data"),
    "order_metadata": (2000, OrderEvent.Kind.METADATA_CHANGED, "Metadata"),
}
NAME_ALLOWED = 250


def set_checkout_data(
    *, order: Order, values: Mapping[str, str | None], by: By, now: datetime
) -> bool:
    """Set fields of the checkout data, None takes one away, and tell whether any changed.

    Raises:
        Refused: if a name is empty or all of it is too long.
    """
    return change_data(order=order, column="checkout_data", values=values, by=by, now=now)


@transaction.atomic
def change_data(
    *,
    order: Order,
    column: str,
    values: Mapping[str, str | None],
    by: By,
    now: datetime,
    based_on: Mapping[str, Any] | None = None,
) -> bool:
    """Set fields of a column of `DATA`, None takes one away, and tell whether any changed.

    An empty value is a value: the name alone may say all there is to say.

    Raises:
        Conflict: if somebody changed the same fields since; see `merging.merged`.
        Refused: if a name is empty or too long, or all of it is.
    """
    _, kind, title = DATA[column]
    _check_names(column, values)
    order = locked_for_edit(order)
    present: dict[str, str] = getattr(order, column)
    changed = merged(present, values, based_on)
    if not changed:
        return False
    whole = {**present, **changed}
    kept = {name: value for name, value in whole.items() if value is not None}
    if _length(kept) > _length(present):
        check_size(column, kept)
    told = save_changes(
        order,
        {column: kept},
        kind=kind,
        sentence=_sentence(title, changed),
        by=by,
        now=now,
        edited=[column],
    )
    return told is not None


def check_data(column: str, values: Mapping[str, str]) -> None:
    """Check that these could be all of a column of `DATA`.

    Raises:
        Refused: if a name is empty or too long, or all of it is.
    """
    _check_names(column, values)
    check_size(column, values)


def check_size(column: str, values: Mapping[str, str]) -> None:
    """Check that all of a column of `DATA` fits.

    Raises:
        Refused: if it does not.
    """
    longest, _, title = DATA[column]
    if (length := _length(values)) > longest:
        raise Refused(
            f"{title} has {length:,} characters as JSON; at most {longest:,} fit.", field=column
        )


def _length(values: Mapping[str, str]) -> int:
    return len(json.dumps(dict(values), ensure_ascii=False, separators=(",", ":")))


def _check_names(column: str, names: Iterable[str]) -> None:
    title = DATA[column][2]
    for name in names:
        if not name.strip():
            raise Refused(f"A field of {title.lower()} needs a name.", field=column)
        if len(name) > NAME_ALLOWED:
            raise Refused(
                f"The name {name[:40]!r}… has {len(name):,} characters; "
                f"at most {NAME_ALLOWED} fit.",
                field=column,
            )


def _sentence(title: str, changed: Mapping[str, str | None]) -> str:
    was_set = ", ".join(name for name, value in changed.items() if value is not None)
    gone = ", ".join(name for name, value in changed.items() if value is None)
    words = [f"set: {was_set}" if was_set else "", f"removed: {gone}" if gone else ""]
    return f"{title} {'; '.join(filter(None, words))}"
