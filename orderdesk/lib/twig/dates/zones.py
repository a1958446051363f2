"""Time zones by name, abbreviation or offset."""

from __future__ import annotations

import datetime
import functools
import re
import zoneinfo
from dataclasses import dataclass

from orderdesk.lib.twig.dates.civil import DAY, civil_from_days, days_from_civil

OFFSET = re.compile(r"(?:(?:GMT|UTC)?)([+-])(\d{1,2})(?::?(\d{2})(?::?(\d{2}))?)?", re.IGNORECASE)
HOUR = 3600
# Abbreviations with their offsets from UTC, in seconds, and whether they mean summer time.
ABBREVIATIONS = {
    "utc": (0, False), "gmt": (0, False), "wet": (0, False), "west": (HOUR, True),
    "bst": (HOUR, True), "cet": (HOUR, False), "cest": (2 * HOUR, True),
    "eet": (2 * HOUR, False), "eest": (3 * HOUR, True), "msk": (3 * HOUR, False),
    "ist": (19_800, False), "jst": (9 * HOUR, False), "kst": (9 * HOUR, False),
    "aest": (10 * HOUR, False), "aedt": (11 * HOUR, True), "acst": (34_200, False),
    "acdt": (37_800, True), "awst": (8 * HOUR, False), "nzst": (12 * HOUR, False),
    "nzdt": (13 * HOUR, True), "est": (-5 * HOUR, False), "edt": (-4 * HOUR, True),
    "cst": (-6 * HOUR, False), "cdt": (-5 * HOUR, True), "mst": (-7 * HOUR, False),
    "mdt": (-6 * HOUR, True), "pst": (-8 * HOUR, False), "pdt": (-7 * HOUR, True),
    "akst": (-9 * HOUR, False), "akdt": (-8 * HOUR, True), "hst": (-10 * HOUR, False),
    "ast": (-4 * HOUR, False), "adt": (-3 * HOUR, True), "nst": (-12_600, False),
    "ndt": (-9_000, True), "sast": (2 * HOUR, False), "hkt": (8 * HOUR, False),
    "sgt": (8 * HOUR, False), "z": (0, False),
}  # fmt: skip
# The letters that armies use, east of Greenwich and west of it.
for _place, _letter in enumerate("abcdefghiklm", 1):
    ABBREVIATIONS[_letter] = (_place * HOUR, False)
for _place, _letter in enumerate("nopqrstuvwxy", 1):
    ABBREVIATIONS[_letter] = (-_place * HOUR, False)


@dataclass(frozen=True)
class Zone:
    """A place, an abbreviation or an offset; `kind` is 3, 2 or 1, as PHP counts them."""

    name: str
    kind: int
    fixed: int = 0
    summer: bool = False
    info: zoneinfo.ZoneInfo | None = None

    def offset_at(self, stamp: int) -> int:
        """Seconds east of Greenwich at a moment."""
        if self.info is None:
            return self.fixed
        moment = self.aware(stamp)
        return seconds(moment.utcoffset())

    def aware(self, stamp: int) -> datetime.datetime:
        """A moment for the zone's own table; years it has not are moved by whole cycles."""
        days, rest = divmod(stamp, DAY)
        year, month, day = civil_from_days(days)
        if year < 2:
            year, month, day = 2, 1, 1
        elif year > 9998:
            year = 2000 + year % 400
        moment = datetime.datetime(year, month, day, tzinfo=datetime.UTC)
        return (moment + datetime.timedelta(seconds=rest)).astimezone(self.info)

    def stamp_of(self, local: int) -> int:
        """The moment when clocks here show `local`, counted as if it were UTC.

        A time that a change of clocks leaves out is moved on; of a doubled one it is the first.
        """
        if self.info is None:
            return local - self.fixed
        before = self.offset_at(local - DAY)
        after = self.offset_at(local + DAY)
        candidates = [local - before, local - after]
        right = [stamp for stamp in candidates if stamp + self.offset_at(stamp) == local]
        return min(right) if right else local - before

    def abbreviation(self, stamp: int) -> str:
        """`T`: what the zone's time is called at a moment."""
        if self.kind == 1:
            return "GMT" + self.name.replace(":", "")
        if self.info is None:
            return self.name
        return self.aware(stamp).tzname() or ""

    def is_summer(self, stamp: int) -> bool:
        """`I`: are the clocks put forward?"""
        if self.info is None:
            return self.summer
        return bool(self.aware(stamp).dst())


UTC = Zone("UTC", 3)


def seconds(delta: datetime.timedelta | None) -> int:
    """An offset as a number."""
    return int(delta.total_seconds()) if delta is not None else 0


def offset_text(offset: int, colon: str = ":") -> str:
    """`+02:00`."""
    sign = "-" if offset < 0 else "+"
    hours, minutes = divmod(abs(offset) // 60, 60)
    return f"{sign}{hours:02d}{colon}{minutes:02d}"


def fixed_zone(offset: int) -> Zone:
    """A zone that is an offset."""
    return Zone(offset_text(offset), 1, offset)


@functools.cache
def known_names() -> dict[str, str]:
    """Zone names as they are written, by their small letters."""
    return {name.lower(): name for name in zoneinfo.available_timezones()}


@functools.lru_cache(maxsize=512)
def find_zone(name: str) -> Zone | None:
    """The zone of a name, abbreviation or offset; None where there is none."""
    lower = name.strip().lower()
    if lower in ("utc", "z"):
        return Zone("UTC" if lower == "utc" else "Z", 3 if lower == "utc" else 2)
    if found := OFFSET.fullmatch(name.strip()):
        return parse_offset(found)
    if lower in ABBREVIATIONS:
        offset, summer = ABBREVIATIONS[lower]
        return Zone(lower.upper(), 2, offset, summer)
    proper = known_names().get(lower)
    if proper and not proper.startswith(("posix/", "right/")):
        return Zone(proper, 3, info=zoneinfo.ZoneInfo(proper))
    return None


def parse_offset(found: re.Match[str]) -> Zone | None:
    """`+2`, `+0200`, `+02:00`."""
    hours, minutes = int(found[2]), int(found[3] or 0)
    offset = hours * HOUR + minutes * 60 + int(found[4] or 0)
    return None if hours > 99 else fixed_zone(-offset if found[1] == "-" else offset)


def epoch(year: int, month: int, day: int, second: int) -> int:
    """Seconds since 1970 of a date and a second of its day, in UTC."""
    return days_from_civil(year, month, day) * DAY + second
