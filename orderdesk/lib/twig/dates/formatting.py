"""Writes a moment in PHP's letters."""

from __future__ import annotations

from collections.abc import Callable

from orderdesk.lib.twig.dates.civil import (
    DAY,
    days_from_civil,
    days_in_month,
    is_leap,
    iso_week,
    weekday,
)
from orderdesk.lib.twig.dates.moment import Moment
from orderdesk.lib.twig.dates.zones import offset_text

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def days_of(moment: Moment) -> int:
    """Days since 1970 in the moment's zone."""
    return moment.local // DAY


def suffix(moment: Moment) -> str:
    """The English ending of the day: st, nd, rd or th."""
    day = moment.civil.day
    if 10 <= day % 100 <= 19:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def year_text(year: int) -> str:
    """At least four digits."""
    return f"-{-year:04d}" if year < 0 else f"{year:04d}"


def expanded(year: int) -> str:
    """With a sign where four digits do not hold it."""
    return f"+{year}" if year > 9999 else year_text(year)


def swatch(moment: Moment) -> str:
    """Internet time: a thousandth of a day, from Biel."""
    return f"{int((moment.stamp + 3600) % DAY / 86.4):03d}"


def zone_offset(moment: Moment) -> int:
    """Seconds east of Greenwich."""
    return moment.zone.offset_at(moment.stamp)


def zone_or_z(moment: Moment) -> str:
    """`p`: the offset, Z for universal time."""
    universal = moment.zone.abbreviation(moment.stamp) in ("UTC", "Z")
    return "Z" if universal else offset_text(zone_offset(moment))


LETTERS: dict[str, Callable[[Moment], str]] = {
    "d": lambda m: f"{m.civil.day:02d}",
    "D": lambda m: DAYS[weekday(days_of(m))][:3],
    "j": lambda m: str(m.civil.day),
    "l": lambda m: DAYS[weekday(days_of(m))],
    "N": lambda m: str(weekday(days_of(m)) or 7),
    "S": suffix,
    "w": lambda m: str(weekday(days_of(m))),
    "z": lambda m: str(days_of(m) - days_from_civil(m.civil.year, 1, 1)),
    "W": lambda m: f"{iso_week(days_of(m))[1]:02d}",
    "o": lambda m: str(iso_week(days_of(m))[0]),
    "F": lambda m: MONTHS[m.civil.month - 1],
    "m": lambda m: f"{m.civil.month:02d}",
    "M": lambda m: MONTHS[m.civil.month - 1][:3],
    "n": lambda m: str(m.civil.month),
    "t": lambda m: str(days_in_month(m.civil.year, m.civil.month)),
    "L": lambda m: str(int(is_leap(m.civil.year))),
    "Y": lambda m: year_text(m.civil.year),
    "x": lambda m: expanded(m.civil.year),
    "X": lambda m: ("+" if m.civil.year >= 0 else "") + year_text(m.civil.year),
    "y": lambda m: f"{abs(m.civil.year) % 100:02d}",
    "a": lambda m: "am" if m.civil.hour < 12 else "pm",
    "A": lambda m: "AM" if m.civil.hour < 12 else "PM",
    "B": swatch,
    "g": lambda m: str(m.civil.hour % 12 or 12),
    "G": lambda m: str(m.civil.hour),
    "h": lambda m: f"{m.civil.hour % 12 or 12:02d}",
    "H": lambda m: f"{m.civil.hour:02d}",
    "i": lambda m: f"{m.civil.minute:02d}",
    "s": lambda m: f"{m.civil.second:02d}",
    "u": lambda m: f"{m.micro:06d}",
    "v": lambda m: f"{m.micro // 1000:03d}",
    "e": lambda m: m.zone.name,
    "I": lambda m: str(int(m.zone.is_summer(m.stamp))),
    "O": lambda m: offset_text(zone_offset(m), ""),
    "P": lambda m: offset_text(zone_offset(m)),
    "p": zone_or_z,
    "T": lambda m: m.zone.abbreviation(m.stamp),
    "Z": lambda m: str(zone_offset(m)),
    "c": lambda m: format_moment(m, "Y-m-d\\TH:i:sP"),
    "r": lambda m: format_moment(m, "D, d M Y H:i:s O"),
    "U": lambda m: str(m.stamp),
}


def format_moment(moment: Moment, pattern: str) -> str:
    """Replace each letter by its part of the moment; a backslash keeps the next one."""
    written: list[str] = []
    letters = iter(pattern)
    for letter in letters:
        if letter == "\\":
            written.append(next(letters, ""))
        else:
            run = LETTERS.get(letter)
            written.append(run(moment) if run else letter)
    return "".join(written)
