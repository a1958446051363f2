"""Reading Shopify's JSON, whatever a test order or an old version made of it. Pure."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from orderdesk.lib.money import is_ordinary

Doc = dict[str, Any]

A_DAY = timedelta(days=1)


class Unreadable(ValueError):
    """What is wrong with an order; goes on after its number."""


def objects(given: Any) -> list[Doc]:
    """Give the objects of a list; [] for anything else, as old and test orders leave lists out."""
    return [row for row in given if isinstance(row, dict)] if isinstance(given, list) else []


def amount(given: Any) -> Decimal:
    """Read an amount, text or number; null is 0.

    Raises:
        Unreadable: if it is none.
    """
    if given in (None, ""):
        return Decimal(0)
    try:
        found = Decimal(str(given))
    except InvalidOperation:
        found = Decimal("NaN")
    if not is_ordinary(found):
        raise Unreadable(f"{text(given)[:40]!r} is no amount")
    return found


def joined(pairs: Iterable[tuple[Any, Any]]) -> dict[str, str]:
    """Gather names and values as text; the values of a name that comes again are joined."""
    found: dict[str, str] = {}
    for name, value in pairs:
        key = text(name)
        if key:
            found[key] = f"{found[key]}, {text(value)}" if key in found else text(value)
    return found


def text(value: Any) -> str:
    """Write a value as text: null is '', what has parts is JSON."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def moment(given: Any) -> datetime | None:
    """Read an ISO time with its zone, as UTC; without a zone it is UTC. None for null.

    Raises:
        Unreadable: if it is none, or so near the end of all dates that another zone cannot show it.
    """
    if given in (None, ""):
        return None
    try:
        found = datetime.fromisoformat(text(given))
        found = (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
        _ = found - A_DAY, found + A_DAY
    except (ValueError, OverflowError):
        raise Unreadable(f"{text(given)[:40]!r} is no date") from None
    return found
