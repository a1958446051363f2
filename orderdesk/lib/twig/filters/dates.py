"""Filters and functions on dates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderdesk.lib.twig.dates.formatting import format_moment
from orderdesk.lib.twig.dates.grammar import modify_date, read_date
from orderdesk.lib.twig.dates.moment import Interval, Moment, format_interval
from orderdesk.lib.twig.dates.zones import Zone, find_zone, fixed_zone
from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.values import Value, float_text, php_type, to_text

if TYPE_CHECKING:
    from orderdesk.lib.twig.runtime import Runtime

ZERO_DATES = ("0000-00-00 00:00:00", "0000-00-00")


def zone_of(value: Value) -> Zone:
    """A zone by its name."""
    zone = find_zone(to_text(value))
    if zone is None:
        raise TwigRuntimeError(
            f"DateTimeZone::__construct(): Unknown or bad timezone ({to_text(value)})"
        )
    return zone


def to_moment(runtime: Runtime, value: Value, timezone: Value = None) -> Moment:
    """The moment that a value means; `timezone` false keeps the value's own zone."""
    home = runtime.environment.zone
    target = None if timezone is False else home if timezone is None else zone_of(timezone)
    if isinstance(value, Moment):
        return value.moved(target) if target else value
    now = Moment(int(runtime.now), int(runtime.now % 1 * 1_000_000), home)
    if value is None or value == "now":
        return now.moved(target or home)
    if isinstance(value, list | dict | Interval):
        raise TwigRuntimeError(
            "DateTime::__construct(): Argument #1 ($datetime) must be of type string, "
            f"{php_type(value)} given"
        )
    text = float_text(value) if isinstance(value, float) else to_text(value)
    moment = Moment(int(text), 0, fixed_zone(0)) if is_stamp(text) else read_date(text, now)
    return moment.moved(target) if target else moment


def is_stamp(text: str) -> bool:
    """Is it all digits, with or without a minus?"""
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) < 19


def date(runtime: Runtime, date: Value, format: Value = None, timezone: Value = None) -> str:  # noqa: A002
    """A date in PHP's letters."""
    formats = runtime.environment.date_format
    if isinstance(date, Interval):
        return format_interval(date, formats[1] if format is None else to_text(format))
    if isinstance(date, str) and date in ZERO_DATES:
        # A database's way to say "no date"; PHP would print a day of the year -1.
        return ""
    pattern = formats[0] if format is None else to_text(format)
    return format_moment(to_moment(runtime, date, timezone), pattern)


def date_modify(runtime: Runtime, date: Value, modifier: Value) -> Moment:
    """A date, changed by `+1 month` and the like."""
    return modify_date(to_text(modifier), to_moment(runtime, date, timezone=False))


def date_function(runtime: Runtime, date: Value = None, timezone: Value = None) -> Moment:
    """A date to compare with others."""
    return to_moment(runtime, date, timezone)
