"""Unleashed's ways with dates, ids and words. Pure."""

import json
import re
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import quote

from integrations.errors import RequestRejected, UnexpectedReply
from orderdesk.lib.money import is_ordinary

A_DAY = timedelta(days=1)
_DATE = re.compile(r"/Date\((-?\d+)([+-]\d{4})?\)/")


def query(**parameters: str | int | None) -> str:
    """Write a query so that hardly a character needs escaping, empty parameters left out.

    Some clients sign the escaped text and some the plain one; with `:`, `,` and `@` left as they
    are both are the same for all we ask.
    """
    return "&".join(
        f"{name}={quote(str(value), safe=':,@')}"
        for name, value in parameters.items()
        if value not in (None, "")
    )


def read_date(given: object) -> datetime | None:
    """Read /Date(milliseconds)/ or ISO, as UTC; None for null.

    Raises:
        UnexpectedReply: for anything else, and for what is so near the end of all dates that
            another zone cannot show it.
    """
    if given in (None, ""):
        return None
    found = _DATE.fullmatch(str(given))
    try:
        if found:
            # The offset only tells how the moment would be shown; the milliseconds are UTC.
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(found[1]))
        else:
            moment = datetime.fromisoformat(str(given))
            moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
        _ = moment - A_DAY, moment + A_DAY
    except (ValueError, OverflowError):
        raise UnexpectedReply(
            f"Unleashed sent {str(given)[:40]!r} where a date should be."
        ) from None
    return moment


def iso(moment: datetime) -> str:
    """Write a moment as Unleashed takes it: ISO without a zone, in UTC, with milliseconds."""
    utc = moment.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat(timespec="milliseconds")


def guid(given: str, what: str) -> str:
    """Read a GUID.

    Raises:
        RequestRejected: if it is none, naming `what` it should be.
    """
    try:
        return str(uuid.UUID(given.strip()))
    except ValueError:
        raise RequestRejected(f"{what} {given!r} is not a GUID.") from None


def number(given: str, what: str) -> Decimal:
    """Read a number a merchant typed.

    Raises:
        RequestRejected: if it is none, naming `what` it should be.
    """
    try:
        found = Decimal(given.strip())
    except InvalidOperation:
        found = Decimal("NaN")
    if not is_ordinary(found) or abs(found) > 10**10:
        raise RequestRejected(f"{what} {given!r} is not a number.")
    return found


def read_number(given: object) -> Decimal:
    """Read a number of theirs; null is 0.

    Raises:
        UnexpectedReply: if it is none.
    """
    try:
        found = Decimal(str(0 if given is None else given))
    except InvalidOperation:
        found = Decimal("NaN")
    if not is_ordinary(found):
        raise UnexpectedReply(f"Unleashed sent {str(given)[:40]!r} where a number should be.")
    return found


def problems_of(body: bytes) -> list[tuple[str, str]]:
    """Find the reasons in a refusal, as (field, description); [] where it is none we know.

    The shape is {"Items": [{"Field", "Description", "ErrorCode"}]}; a bare {"Description"} and a
    bare list occur too.
    """
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return []
    rows: Any = given.get("Items", [given]) if isinstance(given, dict) else given
    return [
        (str(row.get("Field") or ""), str(row["Description"]).strip())
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, dict) and row.get("Description")
    ]


def sentence(description: str) -> str:
    """End a vendor's words with one full stop."""
    return " ".join(description.split()).rstrip(".") + "."
