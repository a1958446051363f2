"""Moments and times: dates in the store's zone, ages, and times of day."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple
from zoneinfo import ZoneInfo

from orders.filters.facts import Broken, Facts
from orders.filters.kinds import Kind, Number
from orders.filters.operators import Operator
from orders.filters.texts import text_of

SPAN = re.compile(r"(\d{1,5})\s*(m|h|d|w|minutes?|hours?|days?|weeks?)", re.IGNORECASE)
UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
LONGEST_SPAN = timedelta(days=36500)
DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2}))?")
CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
EARLIEST, LATEST = 1900, 2999
# A moment as machines write it into metadata: seconds since 1970, or as in ISO 8601.
SECONDS = r"^[0-9]{9,10}$"
STAMP = (
    r"^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}"
    r"([ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?"
    r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9])?)?$"
)
_SECONDS, _STAMP = re.compile(SECONDS), re.compile(STAMP)


class Asked(NamedTuple):
    """A moment, or None where there is none, and when it is asked about."""

    at: datetime | None
    now: datetime

    def __bool__(self) -> bool:
        return self.at is not None


class Moment(Kind):
    """A date and time. A day is one of the store's zone, from midnight to midnight."""

    style = "moment"
    operators: ClassVar[tuple[str, ...]] = (
        "on",
        "not_on",
        "before",
        "on_or_after",
        "after",
        "on_or_before",
        "older_than",
        "in_the_last",
    )

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> tuple[datetime, datetime]:
        return _stretch(text_of(raw).strip(), facts.timezone)

    def wanted(self, operator: Operator, raw: Any, *, exact: bool, facts: Facts) -> Any:
        if operator.asks in ("older", "since"):
            return span(text_of(raw))
        return super().wanted(operator, raw, exact=exact, facts=facts)

    def show(self, actual: Any, facts: Facts) -> str:
        if actual.at is None:
            return ""
        at: datetime = actual.at.astimezone(ZoneInfo(facts.timezone))
        return at.strftime("%Y-%m-%d %H:%M")


class MaybeMoment(Moment):
    """A date and time that not every order has."""

    operators: ClassVar[tuple[str, ...]] = (*Moment.operators, "is_empty", "is_not_empty")


class Age(Number):
    """How long ago something was, in units; kept as microseconds, so that nothing is rounded."""

    def __init__(self, unit: timedelta) -> None:
        self.unit = unit // timedelta(microseconds=1)

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        return super().expected(raw, exact=exact, facts=facts) * self.unit

    def normal(self, actual: Any, *, exact: bool) -> Any:
        return Decimal((actual.now - actual.at) // timedelta(microseconds=1))

    def show(self, actual: Any, facts: Facts) -> str:
        return f"{self.normal(actual, exact=False) / self.unit:.1f}"


class Clock(Kind):
    """A time of day, as minutes since midnight."""

    style = "clock"
    operators: ClassVar[tuple[str, ...]] = ("earlier_than", "not_earlier_than")

    def expected(self, raw: Any, *, exact: bool, facts: Facts) -> Any:
        text = text_of(raw).strip()
        read = CLOCK.fullmatch(text)
        if not read or int(read[1]) > 24 or int(read[2]) > 59:
            raise Broken(f"“{text[:40]}” is not a time. Write it like 9:30 or 17:00.")
        return int(read[1]) * 60 + int(read[2])

    def show(self, actual: Any, facts: Facts) -> str:
        return f"{actual // 60:02}:{actual % 60:02}"


def span(text: str) -> timedelta:
    """Read a length of time, as in "7 days" or "24h".

    Raises:
        Broken: if it is none.
    """
    read = SPAN.fullmatch(text.strip())
    if not read:
        told = f"“{text.strip()[:40]}” is not a length of time" if text.strip() else "It is missing"
        raise Broken(f"{told}. Write it like 30 minutes, 24 hours, 7 days or 2 weeks.")
    length = int(read[1]) * UNITS[read[2][0].lower()]
    if length > LONGEST_SPAN:
        raise Broken("That is longer than a hundred years. Write less.")
    return length


def _stretch(text: str, zone: str) -> tuple[datetime, datetime]:
    """Give where a day or a minute begins and where the next one does."""
    first = _first_of(DAY.fullmatch(text))
    if first is None or not EARLIEST <= first.year <= LATEST:
        told = f"“{text[:40]}” is not a date" if text else "A date is missing"
        raise Broken(f"{told}. Write it like 2026-01-31.")
    long = timedelta(minutes=1) if ":" in text else timedelta(days=1)
    # Each end for itself: a day on which the clocks change has 23 or 25 hours.
    return _in_utc(first, zone), _in_utc(first + long, zone)


def _first_of(read: re.Match[str] | None) -> datetime | None:
    if read is None:
        return None
    year, month, day, hour, minute = (int(part or 0) for part in read.groups())
    try:
        return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - the caller gives its zone
    except ValueError:
        return None


def _in_utc(local: datetime, zone: str) -> datetime:
    return local.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def stamp(value: Any) -> datetime | None:
    """Read a moment out of metadata; None for what is none. Without a zone it is in UTC."""
    text = text_of(value).strip()
    if _SECONDS.match(text):
        return datetime.fromtimestamp(int(text), UTC)
    if not _STAMP.match(text):
        return None
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
