"""Filters on numbers, rounded as PHP rounds: half away from zero, on the decimal digits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.values import (
    Value,
    is_numeric,
    php_type,
    to_float,
    to_int,
    to_number,
    to_text,
    whole,
)

if TYPE_CHECKING:
    from orderdesk.lib.twig.runtime import Runtime

MOST_PLACES = 300
# Powers of ten that a float holds exactly.
EXACT_POWERS = 23


def absolute(value: Value) -> Value:
    """Without its sign."""
    if not is_numeric(value):
        raise TwigRuntimeError(
            f"abs(): Argument #1 ($num) must be of type int|float, {php_type(value)} given"
        )
    number = to_number(value)
    return whole(abs(number)) if isinstance(number, int) else abs(number)


def half_up(value: float) -> float:
    """To the nearest integer, half away from zero."""
    nearest = math.floor(value + 0.5) if value >= 0 else math.ceil(value - 0.5)
    return math.copysign(nearest, value)


def php_round(value: float, places: int) -> float:
    """PHP's `round`: what a float's 15 digits show decides, not its last bits."""
    if not math.isfinite(value) or value == 0:
        return value
    places = max(-MOST_PLACES, min(MOST_PLACES, places))
    digits = 14 - math.floor(math.log10(abs(value)))
    if digits > places > digits - 15:
        # Round to fifteen digits first, then to the places that are wanted.
        shown = half_up(scale(float(f"{value:.14e}"), digits))
        scaled = scale(shown, max(places - digits, -60))
    else:
        scaled = scale(value, places)
        if abs(scaled) >= 1e15:
            return value
    rounded = half_up(scaled)
    if abs(places) < EXACT_POWERS:
        return scale(rounded, -places)
    return float(f"{rounded:.0f}e{-places}")


def scale(value: float, places: int) -> float:
    """Move the point to the right, or to the left."""
    return value * 10.0**places if places >= 0 else value / 10.0**-places


def rounded(value: Value, precision: Value = 0, method: Value = "common") -> Value:
    """Round to so many places: "common", "ceil" or "floor"."""
    if method not in ("common", "ceil", "floor"):
        raise TwigRuntimeError(
            'The "round" filter only supports the "common", "ceil", and "floor" methods.'
        )
    number = round_operand(value)
    places = precision_of(precision)
    if method == "common":
        return round_common(number, places)
    scaled = number * 10.0**places if abs(places) <= MOST_PLACES else math.inf
    if not math.isfinite(scaled):
        return float(number)
    cut = math.ceil(scaled) if method == "ceil" else math.floor(scaled)
    # What is cut to nothing keeps its sign, as floats do.
    return math.copysign(cut, scaled) / 10.0**places


def round_operand(value: Value) -> int | float:
    """What is rounded: text that is no number is 0."""
    if isinstance(value, int | float):
        return value
    return to_float(value)


def precision_of(precision: Value) -> int:
    """A number of places."""
    if not is_numeric(precision):
        raise TwigRuntimeError(
            f"round(): Argument #2 ($precision) must be of type int, {php_type(precision)} given"
        )
    return to_int(precision)


def round_common(number: int | float, places: int) -> Value:
    """Half away from zero; an integer stays one where no places before the point are cut."""
    if isinstance(number, int):
        if places >= 0:
            return float(number)
        return php_round(float(number), places)
    return php_round(number, places)


def number_format(
    runtime: Runtime,
    value: Value,
    decimal: Value = None,
    decimal_point: Value = None,
    thousand_sep: Value = None,
) -> str:
    """Digits in groups, as the environment has them unless the template says otherwise."""
    places, point, separator = runtime.environment.number_format
    if decimal is not None:
        places = to_int(decimal)
    if decimal_point is not None:
        point = to_text(decimal_point)
    if thousand_sep is not None:
        separator = to_text(thousand_sep)
    runtime.meter.text(max(places, 0) + len(point) + 400 * (1 + len(separator)))
    return grouped(to_float(value), max(places, 0), point, separator)


def grouped(number: float, places: int, point: str, separator: str) -> str:
    """PHP's `number_format`."""
    number = php_round(number, places)
    if not math.isfinite(number):
        return "nan" if math.isnan(number) else "inf" if number > 0 else "-inf"
    shown = f"{abs(number):.{places}f}"
    digits, _, rest = shown.partition(".")
    groups = []
    while len(digits) > 3:
        digits, group = digits[:-3], digits[-3:]
        groups.append(group)
    groups.append(digits)
    text = separator.join(reversed(groups)) + (point + rest if places else "")
    return f"-{text}" if number < 0 and any(char in "123456789" for char in shown) else text
