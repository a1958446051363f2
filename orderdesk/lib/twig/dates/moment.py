"""A point in time with a zone, and the span between two of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from orderdesk.lib.twig.dates.civil import DAY, civil_from_days, days_in_month
from orderdesk.lib.twig.dates.zones import UTC, Zone, epoch
from orderdesk.lib.twig.errors import TwigRuntimeError

# Beyond this PHP's own calendar has no name for the year either.
FURTHEST = 2**55


@dataclass(frozen=True)
class Civil:
    """What calendar and clock show."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int


@dataclass(frozen=True)
class Moment:
    """Seconds and microseconds since 1970, and the zone to show them in."""

    stamp: int
    micro: int = 0
    zone: Zone = UTC

    def __post_init__(self) -> None:
        if abs(self.stamp) > FURTHEST:
            raise TwigRuntimeError("The date is too far away.")

    @property
    def local(self) -> int:
        """Seconds since 1970 as the zone's clocks show them."""
        return self.stamp + self.zone.offset_at(self.stamp)

    @property
    def civil(self) -> Civil:
        """The date and time in the zone."""
        days, rest = divmod(self.local, DAY)
        year, month, day = civil_from_days(days)
        return Civil(year, month, day, rest // 3600, rest // 60 % 60, rest % 60)

    def moved(self, zone: Zone) -> Moment:
        """The same moment in another zone."""
        return Moment(self.stamp, self.micro, zone)

    def call(self, name: str, arguments: list[Any], default: Any) -> Any:
        """The few methods that a template may use on a date."""
        name = name.lower().removeprefix("get")
        if name == "timestamp" and not arguments:
            return self.stamp
        if name == "offset" and not arguments:
            return self.zone.offset_at(self.stamp)
        if name == "diff" and len(arguments) == 1 and isinstance(arguments[0], Moment):
            return difference(self, arguments[0])
        if name == "format" and len(arguments) == 1 and isinstance(arguments[0], str):
            # Formatting stands above moments; it is told to templates through this one door.
            from orderdesk.lib.twig.dates.formatting import format_moment  # noqa: PLC0415

            return format_moment(self, arguments[0])
        if name == "modify" and len(arguments) == 1 and isinstance(arguments[0], str):
            from orderdesk.lib.twig.dates.grammar import modify_date  # noqa: PLC0415

            return modify_date(arguments[0], self)
        return default


@dataclass(frozen=True)
class Interval:
    """The span between two moments."""

    y: int
    m: int
    d: int
    h: int
    i: int
    s: int
    f: float
    invert: int
    days: int

    def attribute(self, name: str, default: Any) -> Any:
        """A field by its name in PHP."""
        return getattr(self, name) if name in INTERVAL_FIELDS else default

    def call(self, name: str, arguments: list[Any], default: Any) -> Any:
        """Answer `format('%a')`."""
        if name.lower() == "format" and len(arguments) == 1 and isinstance(arguments[0], str):
            return format_interval(self, arguments[0])
        return default


INTERVAL_FIELDS = frozenset({"y", "m", "d", "h", "i", "s", "f", "invert", "days"})
INTERVAL_CODE = re.compile(r"%([a-zA-Z%])")


def format_interval(span: Interval, pattern: str) -> str:
    """`%d days`, in PHP's letters."""
    codes = {
        "y": f"{span.y}", "Y": f"{span.y:04d}", "m": f"{span.m}", "M": f"{span.m:02d}",
        "d": f"{span.d}", "D": f"{span.d:02d}", "h": f"{span.h}", "H": f"{span.h:02d}",
        "i": f"{span.i}", "I": f"{span.i:02d}", "s": f"{span.s}", "S": f"{span.s:02d}",
        "f": f"{round(span.f * 1e6)}", "F": f"{round(span.f * 1e6):06d}", "a": f"{span.days}",
        "R": "-" if span.invert else "+", "r": "-" if span.invert else "", "%": "%",
    }  # fmt: skip
    return INTERVAL_CODE.sub(lambda found: codes.get(found[1], found[0]), pattern)


def difference(one: Moment, other: Moment) -> Interval:
    """From one moment to another, in the first one's zone where both have the same."""
    invert = (other.stamp, other.micro) < (one.stamp, one.micro)
    early, late = (other, one) if invert else (one, other)
    if early.zone != late.zone:
        early, late = early.moved(UTC), late.moved(UTC)
    a, b = early.civil, late.civil
    fields = [b.year - a.year, b.month - a.month, b.day - a.day]
    rest = b.hour * 3600 + b.minute * 60 + b.second - a.hour * 3600 - a.minute * 60 - a.second
    micro = late.micro - early.micro
    if micro < 0:
        micro, rest = micro + 1_000_000, rest - 1
    if rest < 0:
        rest, fields[2] = rest + DAY, fields[2] - 1
    # A month that is cut open lends its days: the first one's where the order is turned round,
    # else the one before the last.
    month = a.year * 12 + a.month - 1 if invert else b.year * 12 + b.month - 2
    while fields[2] < 0:
        fields[2] += days_in_month(month // 12, month % 12 + 1)
        fields[1] -= 1
        month += 1 if invert else -1
    if fields[1] < 0:
        fields[1], fields[0] = fields[1] + 12, fields[0] - 1
    whole = (late.local - early.local - (late.micro < early.micro)) // DAY
    years, months, days = fields
    return Interval(
        years,
        months,
        days,
        rest // 3600,
        rest // 60 % 60,
        rest % 60,
        micro / 1e6,
        int(invert),
        whole,
    )


def from_civil(fields: Civil, micro: int, zone: Zone) -> Moment:
    """The moment when the zone's clocks show this; fields may lie outside their ranges."""
    clock = fields.hour * 3600 + fields.minute * 60 + fields.second
    local = epoch(fields.year, fields.month, fields.day, clock)
    if abs(local) > FURTHEST:
        raise TwigRuntimeError("The date is too far away.")
    return Moment(zone.stamp_of(local), micro, zone)
