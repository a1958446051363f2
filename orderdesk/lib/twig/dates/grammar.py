"""The formats of PHP's dates: at each place the one that reads furthest wins."""

from __future__ import annotations

import re
from collections.abc import Callable

from orderdesk.lib.twig.dates import relative_words as words
from orderdesk.lib.twig.dates.civil import civil_from_days, days_from_iso_week
from orderdesk.lib.twig.dates.moment import Moment
from orderdesk.lib.twig.dates.parse import Parsed, resolve
from orderdesk.lib.twig.dates.zones import find_zone, fixed_zone
from orderdesk.lib.twig.errors import TwigRuntimeError

MONTH_NAMES = {
    name: number
    for number, names in enumerate(
        (
            ("january", "jan", "i"), ("february", "feb", "ii"), ("march", "mar", "iii"),
            ("april", "apr", "iv"), ("may", "v"), ("june", "jun", "vi"), ("july", "jul", "vii"),
            ("august", "aug", "viii"), ("september", "sept", "sep", "ix"),
            ("october", "oct", "x"), ("november", "nov", "xi"), ("december", "dec", "xii"),
        ),
        1,
    )
    for name in names
}  # fmt: skip
LONGEST_FIRST = sorted(MONTH_NAMES, key=len, reverse=True)
NAMED_MONTH = "|".join(name for name in LONGEST_FIRST if not set(name) <= set("ivx"))
# Roman numbers count only as capitals.
ROMAN_MONTH = "|".join(name.upper() for name in LONGEST_FIRST if set(name) <= set("ivx"))
PARTS = {
    "Y4": r"(?P<year>\d{4})",
    "Y": r"(?P<year>\d{1,4})",
    "Y2": r"(?P<year>\d{2})",
    "M": r"(?P<month>0?[1-9]|1[0-2]|00)",
    "ML": r"(?P<month>0[0-9]|1[0-2])",
    "MW": rf"(?P<word>{NAMED_MONTH}|(?-i:{ROMAN_MONTH}))",
    "MN": rf"(?P<word>{NAMED_MONTH})",
    "D": r"(?P<day>(?:[0-2]?[0-9]|3[01]))(?:st|nd|rd|th)?",
    "DL": r"(?P<day>0[0-9]|[1-2][0-9]|3[01])",
    "H": r"(?P<hour>[01]?[0-9]|2[0-4])",
    "HL": r"(?P<hour>[01][0-9]|2[0-4])",
    "H12": r"(?P<hour>0?[1-9]|1[0-2])",
    "I": r"(?P<minute>[0-5]?[0-9])",
    "IL": r"(?P<minute>[0-5][0-9])",
    "S": r"(?P<second>60|[0-5]?[0-9])",
    "SL": r"(?P<second>60|[0-5][0-9])",
    "F": r"\.(?P<fraction>\d+)",
    "AM": r"(?P<half>[ap])\.?m\.?(?![a-z])",
    "_": r"[ \t]*",
    "SEP": r"[ \t.\-]*",
    "AFTER": r"[,.stndrdth\t ]",
}
ZONE = (
    r"\(?(?P<zone>(?:GMT|UTC)?[+-]\d{1,2}(?::?\d{2})?(?::?\d{2})?"
    r"|[A-Za-z]+(?:[_/][A-Za-z]+(?:-[A-Za-z]+)*)+(?:[+-]\d+)?|[A-Za-z]{1,6})\)?"
)


def pattern(text: str) -> re.Pattern[str]:
    """A format, written with the names of its parts in brackets."""
    for name, part in PARTS.items():
        text = text.replace(f"<{name}>", part)
    return re.compile(text, re.IGNORECASE | re.ASCII)


def to_year(text: str) -> int:
    """Two digits mean 1970 to 2069."""
    year = int(text)
    if len(text) < 4 and year < 100:
        year += 2000 if year < 70 else 1900
    return year


def set_date(parsed: Parsed, found: re.Match[str]) -> None:
    """Take year, month and day from a match, as far as it has them."""
    if parsed.has_date:
        raise TwigRuntimeError("Double date specification")
    parsed.has_date = True
    parts = found.groupdict()
    if parts.get("year"):
        parsed.year = to_year(parts["year"])
    if parts.get("word"):
        parsed.month = MONTH_NAMES[parts["word"].lower()]
    elif parts.get("month"):
        parsed.month = int(parts["month"])
    if parts.get("day"):
        parsed.day = int(parts["day"])
    elif parts.get("year"):
        parsed.day = 1


def set_time(parsed: Parsed, found: re.Match[str]) -> None:
    """Take the time of day from a match."""
    if parsed.has_time:
        raise TwigRuntimeError("Double time specification")
    parsed.has_time = True
    parts = found.groupdict()
    hour = int(parts["hour"])
    if parts.get("half"):
        hour = hour % 12 + (12 if parts["half"].lower() == "p" else 0)
    parsed.hour = hour
    parsed.minute = int(parts.get("minute") or 0)
    parsed.second = int(parts.get("second") or 0)
    parsed.micro = int((parts.get("fraction") or "0")[:6].ljust(6, "0"))


def set_both(parsed: Parsed, found: re.Match[str]) -> None:
    """Take date and time from one match."""
    set_date(parsed, found)
    set_time(parsed, found)


def set_month(parsed: Parsed, found: re.Match[str]) -> None:
    """A month's name alone."""
    if parsed.has_date:
        raise TwigRuntimeError("Double date specification")
    parsed.has_date = True
    parsed.month = MONTH_NAMES[found["word"].lower()]


def set_digits(parsed: Parsed, found: re.Match[str]) -> None:
    """Four digits: a time first, a year after that."""
    if parsed.has_time:
        parsed.year = int(found["year"])
        return
    hour, minute = int(found["year"][:2]), int(found["year"][2:])
    if hour > 24 or minute > 59:
        parsed.year = int(found["year"])
        return
    parsed.has_time = True
    parsed.hour, parsed.minute, parsed.second, parsed.micro = hour, minute, 0, 0


def set_week(parsed: Parsed, found: re.Match[str]) -> None:
    """A day of an ISO week."""
    day = found["day"]
    days = days_from_iso_week(int(found["year"]), int(found["week"]), int(day) if day else 1)
    parsed.has_date = True
    parsed.year, parsed.month, parsed.day = civil_from_days(days)


def set_day_of_year(parsed: Parsed, found: re.Match[str]) -> None:
    """A day counted from the start of its year."""
    parsed.has_date = True
    parsed.year, parsed.month, parsed.day = int(found["year"]), 1, int(found["count"])


def set_stamp(parsed: Parsed, found: re.Match[str]) -> None:
    """Seconds since 1970."""
    parsed.has_date = parsed.stamp = True
    parsed.zone = fixed_zone(0)
    parsed.year, parsed.month, parsed.day = 1970, 1, 1
    parsed.hour = parsed.minute = parsed.second = parsed.micro = 0
    if len(found["stamp"]) > 18:
        raise TwigRuntimeError("The date is too far away.")
    parsed.relative.second += int(found["stamp"])
    if found["fraction"]:
        micro = int(found["fraction"][:6].ljust(6, "0"))
        parsed.relative.micro += -micro if found["stamp"].startswith("-") else micro


def set_zone(parsed: Parsed, found: re.Match[str]) -> None:
    """A zone after a time."""
    zone = find_zone(found["zone"])
    if zone is None:
        raise TwigRuntimeError("The timezone could not be found in the database")
    parsed.zones += 1
    if parsed.zones > 2:
        raise TwigRuntimeError("Double timezone specification")
    parsed.zone = parsed.zone or zone  # a second one is left unread


Handler = Callable[[Parsed, "re.Match[str]"], None]

FORMATS: list[tuple[re.Pattern[str], Handler]] = [
    (pattern(text), handler)
    for text, handler in (
        (r"@(?P<stamp>-?\d+)(?:\.(?P<fraction>\d{0,6}))?", set_stamp),
        (r"<H12>(?:[:.]<I>)?(?:[:.]<S>)?<_><AM>", set_time),
        (r"t?<H>[:.]<I>", set_time),
        (r"t?<H>[:.]<I>[:.]<S>(?:<F>)?", set_time),
        (r"t?<HL><IL><SL>", set_time),
        (r"t<HL><IL>", set_time),
        (r"<Y4>", set_digits),
        (r"<M>/<D>", set_date),
        (r"<M>/<D>/<Y>", set_date),
        (r"<Y4>/<M>/<D>/?", set_date),
        (r"(?P<year>[+-]?\d{4}|[+-]\d{5,9})-<ML>-<DL>", set_date),
        (r"<Y2>-<ML>-<DL>", set_date),
        (r"<Y>-<M>-<D>", set_date),
        (r"<Y4>-<M>", set_date),
        (r"<D>[.\t-]<M>[.-]<Y4>", set_date),
        (r"<D>[.\t]<M>\.<Y2>", set_date),
        (r"<D><SEP><MW><SEP><Y>", set_date),
        (r"<MW><SEP><Y4>", set_date),
        (r"<Y4><SEP><MW>", set_date),
        (r"<MW><SEP><D><AFTER>+<Y>", set_date),
        (r"<MW><SEP><D><AFTER>*", set_date),
        (r"<MW><SEP><D><AFTER>*t?<H>[:.]<I>(?:[:.]<S>(?:<F>)?)?", set_both),
        (r"<MW><SEP><D><AFTER>*<H12>(?:[:.]<I>)?(?:[:.]<S>)?<_><AM>", set_both),
        (r"<D><SEP><MW>", set_date),
        (r"<Y>-<MW>-<D>", set_date),
        (r"<MW>-<DL>-<Y>", set_date),
        (r"<D>/<MW>/<Y4>:<HL>:<IL>:<SL>", set_both),
        (r"<Y4>:<ML>:<DL> <HL>:<IL>:<SL>", set_both),
        (r"<Y4><ML><DL>", set_date),
        (r"<Y4><ML><DL>t?<HL>:?<IL>:?<SL>", set_both),
        (r"(?P<year>\d{4})-?W(?P<week>[0-4]\d|5[0-3])(?:-?(?P<day>[0-7]))?", set_week),
        (
            r"(?P<year>\d{4})[.-]?(?P<count>00[1-9]|0[1-9]\d|[12]\d\d|3[0-5]\d|36[0-6])",
            set_day_of_year,
        ),
        (r"<MN>(?![a-z])", set_month),
        *words.FORMATS,
        (ZONE, set_zone),
    )
]
SPACE = re.compile(r"[ \t\n,.]+")


def scan(text: str) -> Parsed:
    """Read a whole text.

    Raises:
        TwigRuntimeError: where some of it is no date.
    """
    parsed = Parsed()
    at = 0
    text = text.strip()
    while at < len(text):
        best: re.Match[str] | None = None
        handler: Handler = set_zone
        for form, run in FORMATS:
            found = form.match(text, at)
            if found and found.end() > (best.end() if best else at):
                best, handler = found, run
        if best:
            handler(parsed, best)
            at = best.end()
        elif space := SPACE.match(text, at):
            at = space.end()
        else:
            raise TwigRuntimeError("Unexpected character")
    return parsed


def read_date(text: str, now: Moment) -> Moment:
    """The moment a text means; `now` is the present, in the zone of texts without one."""
    return guarded(text, now, modify=False)


def modify_date(text: str, moment: Moment) -> Moment:
    """A moment, changed as a text says."""
    return guarded(text, moment, modify=True)


def guarded(text: str, now: Moment, *, modify: bool) -> Moment:
    """Read a text, and name it where it cannot be read."""
    if len(text) > 500:
        raise TwigRuntimeError("The date is too long a text.")
    try:
        return resolve(scan(text), now, modify=modify)
    except TwigRuntimeError as error:
        what = "modify the date by" if modify else "parse the date"
        raise TwigRuntimeError(f'Failed to {what} "{text}": {error.message}.') from error
