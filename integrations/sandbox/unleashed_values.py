"""Unleashed's ways with dates, ids, amounts and refusals."""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.sandbox.storage import Doc
from integrations.sandbox.wire import Answered, Reply

_ISO_DATE = r"\d{4}-\d{2}-\d{2}"
_ISO_TIME = rf"{_ISO_DATE}(T\d{{2}}:\d{{2}}:\d{{2}}(\.\d{{1,7}})?Z?)?"
NOWHERE = "00000000-0000-0000-0000-000000000000"

# Kept as epoch milliseconds, written as /Date(ms)/.
DATE_FIELDS = frozenset(
    ("OrderDate", "RequiredDate", "CompletedDate", "ReceivedDate", "PaymentDueDate", "DueDate",
     "CreatedOn", "LastModifiedOn", "DispatchDate")
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a request, as the vendor lists it."""

    field: str
    description: str
    code: int

    def as_doc(self) -> Doc:
        """Return it in the vendor's shape."""
        return {"Field": self.field, "Description": self.description, "ErrorCode": self.code}


# Codes of our own: the vendor publishes none.
REQUIRED, UNKNOWN, TOO_LONG, BAD_VALUE, BAD_TOTAL, BAD_STATE, DUPLICATE = range(1001, 1008)


class Problems:
    """What is wrong with one request, collected so that the answer names all of it."""

    def __init__(self) -> None:
        self.found: list[Problem] = []

    def add(self, field: str, description: str, code: int) -> None:
        """Note one problem."""
        self.found.append(Problem(field, description, code))

    def refuse_if_any(self) -> None:
        """Answer 400 with everything noted so far.

        Raises:
            Answered: when there is something.
        """
        if self.found:
            raise refusal(*self.found)


def refusal(*problems: Problem, status: int = 400) -> Answered:
    """Return the vendor's refusal, to be raised."""
    return Answered(Reply.json(status, {"Items": [problem.as_doc() for problem in problems]}))


def refuse(field: str, description: str, code: int, *, status: int = 400) -> Answered:
    """Return a refusal with one reason, to be raised."""
    return refusal(Problem(field, description, code), status=status)


def is_guid(given: object) -> bool:
    """Say whether this is a GUID in its usual, dashed form."""
    return bool(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", str(given).lower()))


def new_guid() -> str:
    """Return a fresh GUID."""
    return str(uuid.uuid4())


def read_moment(given: object, *, date_only: bool = False) -> int:
    """Read an ISO date or time, taken as UTC, and return epoch milliseconds.

    Raises:
        ValueError: for anything else, such as the /Date()/ form the vendor itself writes.
    """
    if not isinstance(given, str) or not re.fullmatch(_ISO_DATE if date_only else _ISO_TIME, given):
        raise ValueError("Not an ISO date.")
    moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d", r"\1", given))
    return round(moment.replace(tzinfo=UTC).timestamp() * 1000)


def local_text(milliseconds: int) -> str:
    """Write a moment as shipments do in `CreatedOn`: a local text, not a date."""
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    half = "a.m." if moment.hour < 12 else "p.m."
    clock = f"{moment.hour % 12 or 12}:{moment:%M:%S}"
    return f"{moment.day}/{moment:%m/%Y} {clock} {half}"


def render(value: Any) -> Any:
    """Return a document as it goes out: dates as /Date(ms)/, nothing that begins with "_"."""
    if isinstance(value, list):
        return [render(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {
        name: f"/Date({inner})/"
        if name in DATE_FIELDS and isinstance(inner, int)
        else render(inner)
        for name, inner in value.items()
        if not name.startswith("_")
    }


def decimal(given: object) -> Decimal | None:
    """Return a finite number as a Decimal, or None for anything else; text is no number."""
    if isinstance(given, bool) or not isinstance(given, int | float | Decimal):
        return None
    number = given if isinstance(given, Decimal) else Decimal(str(given))
    return number if number.is_finite() else None
