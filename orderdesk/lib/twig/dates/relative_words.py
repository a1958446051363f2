"""The words of relative dates: `+1 month`, `next friday`, `first day of january`."""

from __future__ import annotations

import re
from collections.abc import Callable

from orderdesk.lib.twig.dates.parse import Parsed
from orderdesk.lib.twig.errors import TwigRuntimeError

UNITS = {
    "microsecond": "micro", "usec": "micro", "µs": "micro", "millisecond": "milli", "ms": "milli",
    "msec": "milli", "second": "second", "sec": "second", "minute": "minute", "min": "minute",
    "hour": "hour", "day": "day", "week": "week", "fortnight": "fortnight",
    "forthnight": "fortnight", "month": "month", "year": "year", "weekday": "weekday",
}  # fmt: skip
DAY_WORDS = {
    "sunday": 0, "sun": 0, "monday": 1, "mon": 1, "tuesday": 2, "tue": 2, "wednesday": 3,
    "wed": 3, "thursday": 4, "thu": 4, "friday": 5, "fri": 5, "saturday": 6, "sat": 6,
}  # fmt: skip
NUMBERS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
    "eighth": 8, "eight": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
    "next": 1, "last": -1, "previous": -1, "this": 0,
}  # fmt: skip


def longest_first(names: dict[str, int] | dict[str, str]) -> str:
    """Names as the branches of a pattern."""
    return "|".join(sorted(names, key=len, reverse=True))


DAY_WORD = rf"(?P<dayname>{longest_first(DAY_WORDS)})"
UNIT = rf"(?:(?P<unit>{longest_first(UNITS)})s?|{DAY_WORD}(?:(?<=day)s)?)(?![a-z])"
NUMBER = rf"(?P<number>{longest_first(NUMBERS)})"


def add(parsed: Parsed, amount: int, unit: str) -> None:
    """Add so many units."""
    relative = parsed.relative
    name = UNITS[unit]
    if name == "weekday":
        relative.weekdays = (relative.weekdays or 0) + amount
        return
    factor = {"milli": 1000, "week": 7, "fortnight": 14}.get(name, 1)
    field = {"milli": "micro", "week": "day", "fortnight": "day"}.get(name, name)
    setattr(relative, field, getattr(relative, field) + amount * factor)


def add_weekday(parsed: Parsed, amount: int, day: str, behavior: int) -> None:
    """Go to a day of the week, the one after so many."""
    relative = parsed.relative
    relative.day += (amount - 1 if amount > 0 else amount) * 7
    relative.weekday = DAY_WORDS[day]
    relative.weekday_behavior = behavior


def relative_number(parsed: Parsed, found: re.Match[str]) -> None:
    """`+1 month`, `2 weeks`, `-3 fridays`."""
    signs, digits = found["signs"] or "", found["amount"]
    if len(digits) > 12:
        raise TwigRuntimeError("Number out of range")
    amount = int(digits) * (-1 if signs.count("-") % 2 else 1)
    if found["dayname"]:
        add_weekday(parsed, amount, found["dayname"].lower(), 1)
        return
    add(parsed, amount, singular(found["unit"]))


def singular(unit: str) -> str:
    """The unit's name in small letters."""
    return unit.lower()


def relative_word(parsed: Parsed, found: re.Match[str]) -> None:
    """`next month`, `last friday`, `this week`."""
    word = found["number"].lower()
    amount = NUMBERS[word]
    behavior = 1 if word == "this" else 0
    if found["dayname"]:
        add_weekday(parsed, amount, found["dayname"].lower(), behavior)
        parsed.unset_time()
        return
    unit = singular(found["unit"])
    if unit == "weekday":
        parsed.unset_time()
    add(parsed, amount, unit)
    if unit == "week" and word in ("next", "last", "previous", "this"):
        parsed.relative.weekday_behavior = 2
        if parsed.relative.weekday is None:
            parsed.relative.weekday = 1


def weekday_of(parsed: Parsed, found: re.Match[str]) -> None:
    """`first monday of`, `last friday of`."""
    word = found["number"].lower()
    amount = NUMBERS[word]
    parsed.relative.nth_weekday = "nth" if amount > 0 else "last"
    add_weekday(parsed, amount, found["dayname"].lower(), 1 if amount > 0 else 0)
    parsed.unset_time()


def first_last_day(parsed: Parsed, found: re.Match[str]) -> None:
    """`first day of`, `last day of`."""
    parsed.relative.first_last = found["which"].lower()


def day_name(parsed: Parsed, found: re.Match[str]) -> None:
    """`friday`: the present one or the next; `weekday` alone is a Monday."""
    parsed.unset_time()
    relative = parsed.relative
    relative.weekday = DAY_WORDS[(found["dayname"] or "monday").lower()]
    if relative.weekday_behavior != 2:
        relative.weekday_behavior = 1


def word_of_day(parsed: Parsed, found: re.Match[str]) -> None:
    """Read `now`, `today`, `noon`, `yesterday` and their like."""
    word = found["word"].lower()
    if word == "now":
        return
    parsed.unset_time()
    if word == "noon":
        parsed.has_time = True
        parsed.hour = 12
    if word in ("yesterday", "tomorrow"):
        parsed.relative.day = 1 if word == "tomorrow" else -1


def day_half(parsed: Parsed, found: re.Match[str]) -> None:
    """`back of 7pm` is a quarter past, `front of` a quarter to."""
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].lower() == "p" else 0)
    parsed.has_time = True
    back = found["side"].lower() == "back"
    parsed.hour, parsed.minute = (hour, 15) if back else (hour - 1, 45)
    parsed.second = parsed.micro = 0


def ago(parsed: Parsed, found: re.Match[str]) -> None:
    """Turns what went before round."""
    parsed.relative.invert()


FORMATS: tuple[tuple[str, Callable[[Parsed, re.Match[str]], None]], ...] = (
    (rf"(?P<signs>[+-]*)[ \t]*(?P<amount>\d+)[ \t]*{UNIT}", relative_number),
    (rf"{NUMBER}[ \t]+{UNIT}", relative_word),
    (rf"{NUMBER}[ \t]+{DAY_WORD}[ \t]+of(?![a-z])", weekday_of),
    (r"(?P<which>first|last)[ \t]+day[ \t]+of(?![a-z])", first_last_day),
    (rf"(?:{DAY_WORD}|weekdays?)(?![a-z])\.?", day_name),
    (r"(?P<word>now|today|midnight|noon|yesterday|tomorrow)(?![a-z])", word_of_day),
    (r"(?P<side>back|front) of (?P<hour>[01]?\d|2[0-4])(?:[ \t]*(?P<half>[ap])\.?m\.?)?", day_half),
    (r"ago(?![a-z])", ago),
)
