"""Values as PHP sees them: what is true, what is a number, how things are printed."""

from __future__ import annotations

import math
import re
from typing import Any

from orderdesk.lib.twig.errors import TwigRuntimeError

# Plain data, and the few objects below and in `dates` that a template can hold.
Value = Any
LARGEST = 2**63 - 1
SMALLEST = -(2**63)
NUMERIC = re.compile(r"[ \t\n\r\v\f]*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)", re.ASCII)
SPACES = " \t\n\r\v\f"
INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
KEY = re.compile(r"-?[1-9]\d{0,18}|0", re.ASCII)


class Markup(str):
    """Text that was made by a template and is not escaped again."""

    __slots__ = ()


class Callback:
    """An arrow function."""

    __slots__ = ("call", "name")

    def __init__(self, call: Any) -> None:
        self.call = call


def php_type(value: Value) -> str:
    """PHP's name for a value's kind, as its messages use it."""
    if value is None:
        return "null"
    if isinstance(value, Markup):
        return "Twig\\Markup"
    kinds = {bool: "bool", int: "int", float: "float", str: "string", list: "array", dict: "array"}
    return kinds.get(type(value), type(value).__name__)


def truth(value: Value) -> bool:
    """PHP's idea of true."""
    if value is True or value is False:
        return value
    if type(value) is str:
        return value != "" and value != "0"
    if isinstance(value, int | float | list | dict):
        return bool(value)
    return value is not None


def whole(number: int) -> int | float:
    """An integer, as a float where it does not fit 64 bits."""
    if SMALLEST <= number <= LARGEST:
        return number
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def parse_number(text: str) -> tuple[int | float | None, bool]:
    """The number a text begins with, and whether the text is nothing else.

    The number is None where the text does not begin with one.
    """
    found = NUMERIC.match(text)
    if not found:
        return None, False
    digits = found[1]
    complete = not text[found.end() :].strip(SPACES)
    if INTEGER.fullmatch(digits):
        return (whole(int(digits)) if len(digits) < 30 else float(digits[:400])), complete
    return float(digits), complete


def numeric(text: str) -> int | float | None:
    """The number that a whole text is, or None."""
    number, complete = parse_number(text)
    return number if complete else None


def float_text(number: float, digits: int = 14) -> str:
    """A float as PHP prints it: 14 significant digits, `1.0E+25` where it is large."""
    if math.isnan(number):
        return "NAN"
    if math.isinf(number):
        return "INF" if number > 0 else "-INF"
    text = f"{number:.{digits}G}"
    if "E" not in text:
        return text
    mantissa, exponent = text.split("E")
    if "." not in mantissa:
        mantissa += ".0"
    return f"{mantissa}E{exponent[0]}{exponent[1:].lstrip('0')}"


def is_numeric(value: Value) -> bool:
    """May PHP's own functions take it for a number? Text made by a template is none."""
    if isinstance(value, str):
        return not isinstance(value, Markup) and numeric(value) is not None
    return not isinstance(value, list | dict)


def to_text(value: Value) -> str:
    """A value as text, as `~` and `{{ }}` make it."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if value is None or value is False:
        return ""
    if value is True:
        return "1"
    if kind is int:
        return str(value)
    if kind is float:
        return float_text(value)
    if isinstance(value, str):
        return str(value)
    if kind is list or kind is dict:
        raise TwigRuntimeError(
            "An array cannot be printed. Print one of its values, or use |join or |json_encode."
        )
    raise TwigRuntimeError(f"Object of class {kind.__name__} could not be converted to string")


def to_number(value: Value, context: str = "") -> int | float:
    """A value as an operand of arithmetic.

    Raises:
        TwigRuntimeError: for arrays and text that does not begin with a number.
    """
    kind = type(value)
    if kind is int or kind is float:
        return value  # type: ignore[no-any-return]
    if value is None:
        return 0
    if kind is bool:
        return int(value)
    if kind is str:
        number, _ = parse_number(value)
        if number is not None:
            return number
    raise TwigRuntimeError(f"Unsupported operand types: {context or php_type(value)}")


def to_float(value: Value) -> float:
    """PHP's `(float)`: text that is no number is 0, and text made by a template 1."""
    if isinstance(value, Markup):
        return 1.0
    if isinstance(value, str):
        number, _ = parse_number(value)
        # As a float, zero keeps its sign.
        return float(number) if number else -0.0 if value.lstrip().startswith("-0") else 0.0
    if isinstance(value, list | dict):
        return float(bool(value))
    return float(value) if isinstance(value, int | float) else float(value is not None)


def to_int(value: Value) -> int:
    """PHP's `(int)`: floats are cut, text that is no number is 0, made by a template 1."""
    if isinstance(value, Markup):
        return 1
    if isinstance(value, bool | int):
        return int(value)
    if isinstance(value, str):
        number, _ = parse_number(value)
        value = number or 0
    if isinstance(value, float):
        return float_to_int(value)
    if isinstance(value, list | dict):
        return int(bool(value))
    return value if isinstance(value, int) else int(value is not None)


def float_to_int(number: float) -> int:
    """Cut a float; what does not fit 64 bits wraps round, as on PHP's usual machines."""
    if not math.isfinite(number):
        return 0
    cut = int(number)
    if SMALLEST <= cut <= LARGEST:
        return cut
    return (cut - SMALLEST) % 2**64 + SMALLEST


def empty(value: Value) -> bool:
    """The `empty` test: null, false, '' and [] are; 0 is not."""
    if isinstance(value, str | list | dict):
        return len(value) == 0
    return value is None or value is False
