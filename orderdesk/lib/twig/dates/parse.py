"""Reads dates as PHP does: many formats, one after another, and changes relative to a moment."""

from __future__ import annotations

from dataclasses import dataclass, field

from orderdesk.lib.twig.dates.civil import DAY, civil_from_days, days_from_civil, weekday
from orderdesk.lib.twig.dates.moment import FURTHEST, Civil, Moment, from_civil
from orderdesk.lib.twig.dates.zones import Zone
from orderdesk.lib.twig.errors import TwigRuntimeError

LARGEST_STEP = 10**9


@dataclass
class Relative:
    """What is added: `first_last` is "first" or "last" for `first day of`."""

    year: int = 0
    month: int = 0
    day: int = 0
    hour: int = 0
    minute: int = 0
    second: int = 0
    micro: int = 0
    weekday: int | None = None
    weekday_behavior: int = 0
    weekdays: int | None = None
    first_last: str = ""
    nth_weekday: str = ""

    def invert(self) -> None:
        """`ago`."""
        for name in ("year", "month", "day", "hour", "minute", "second", "micro"):
            setattr(self, name, -getattr(self, name))
        if self.weekday is not None:
            self.weekday = -self.weekday or -7
        if self.weekdays is not None:
            self.weekdays = -self.weekdays


@dataclass
class Parsed:
    """What a text says about a moment; None where it says nothing."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    hour: int | None = None
    minute: int | None = None
    second: int | None = None
    micro: int | None = None
    zone: Zone | None = None
    zones: int = 0
    stamp: bool = False
    has_date: bool = False
    has_time: bool = False
    relative: Relative = field(default_factory=Relative)

    def unset_time(self) -> None:
        """Midnight, unless a time is named later."""
        self.has_time = False
        self.hour = self.minute = self.second = self.micro = 0


def resolve(parsed: Parsed, now: Moment, *, modify: bool) -> Moment:
    """The moment that a text means.

    `now` fills what the text leaves open; when a date is modified, `now` is that date.
    """
    zone = now.zone if modify and not parsed.stamp else parsed.zone or now.zone
    base = now.moved(zone).civil if parsed.stamp else now.civil
    hour, minute, second, micro = clock_of(parsed, now, base, modify=modify)
    year = base.year if parsed.year is None else parsed.year
    month = base.month if parsed.month is None else parsed.month
    day = base.day if parsed.day is None else parsed.day
    days = apply_days(year, month, day, parsed.relative)
    second, micro = apply_clock(second, micro, parsed.relative)
    moment = from_civil(Civil(*civil_from_days(days), hour, minute, second), micro, zone)
    return moment.moved(now.zone) if modify else moment


def clock_of(
    parsed: Parsed, now: Moment, base: Civil, *, modify: bool
) -> tuple[int, int, int, int]:
    """The time of day that a text means."""
    named = parsed.hour is not None
    if not named and parsed.has_date and not modify:
        return 0, 0, 0, 0
    if not named:
        micro = now.micro if modify or parsed.year is None else 0
        return base.hour, base.minute, base.second, micro
    return parsed.hour or 0, parsed.minute or 0, parsed.second or 0, parsed.micro or 0


def apply_days(year: int, month: int, day: int, relative: Relative) -> int:
    """The date after all changes of whole days, as days since 1970."""
    for amount in (relative.year, relative.month, relative.day, relative.weekdays or 0):
        if abs(amount) > LARGEST_STEP:
            raise TwigRuntimeError("The date is too far away.")
    year, month, day = apply_named_day(year, month, day, relative)
    year, month, day = year + relative.year, month + relative.month, day + relative.day
    if relative.first_last:
        year, month, day = civil_from_days(days_from_civil(year, month, day))
        day = 1 if relative.first_last == "first" else 0
        month += relative.first_last == "last"
    days = days_from_civil(year, month, day)
    if relative.weekdays is not None:
        days = add_weekdays(days, relative.weekdays)
    if abs(days) * DAY > FURTHEST:
        raise TwigRuntimeError("The date is too far away.")
    return days


def apply_named_day(year: int, month: int, day: int, relative: Relative) -> tuple[int, int, int]:
    """The date with its month and day in range, on the day of the week that is named."""
    if relative.nth_weekday:
        month += relative.month + (relative.nth_weekday == "last")
        day = 1
        relative.month = 0
    if relative.first_last and relative.weekday is None:
        day = 1  # a day that the named month does not have must not lead to the next one
    if relative.weekday is not None:
        day += weekday_shift(days_from_civil(year, month, day), relative)
    return civil_from_days(days_from_civil(year, month, day))


def weekday_shift(days: int, relative: Relative) -> int:
    """How many days to the wanted day of the week."""
    wanted = relative.weekday or 0
    current = weekday(days)
    if relative.weekday_behavior == 2:
        if current == 0 and wanted != 0:
            wanted -= 7
        if wanted == 0 and current != 0:
            wanted = 7
        return wanted - current
    shift = wanted - current
    if (relative.day < 0 and shift < 0) or (
        relative.day >= 0 and shift <= -relative.weekday_behavior
    ):
        shift += 7
    return shift if wanted >= 0 else -(7 - (abs(wanted) - current))


def add_weekdays(days: int, count: int) -> int:
    """Count working days forwards or back, over weekends."""
    if count == 0:
        return days + {6: 2, 0: 1}.get(weekday(days), 0)
    sign = 1 if count >= 0 else -1
    weeks, rest = divmod(abs(count), 5)
    if weeks and rest == 0:
        weeks, rest = weeks - 1, 5
    days += sign * weeks * 7
    while rest:
        days += sign
        if weekday(days) not in (0, 6):
            rest -= 1
    return days


def apply_clock(second: int, micro: int, relative: Relative) -> tuple[int, int]:
    """Add hours, minutes and seconds to what the clock shows."""
    second += relative.hour * 3600 + relative.minute * 60 + relative.second
    if abs(second) > FURTHEST:
        raise TwigRuntimeError("The date is too far away.")
    carry, micro = divmod(micro + relative.micro, 1_000_000)
    return second + carry, micro
