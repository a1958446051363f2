"""What each operator does with two values."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

from orderdesk.lib.twig.arrays import each, union
from orderdesk.lib.twig.compare import compare, contains, equal, less
from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.ranges import php_range
from orderdesk.lib.twig.values import (
    Markup,
    Value,
    float_to_int,
    parse_number,
    php_type,
    to_number,
    to_text,
    truth,
    whole,
)

if TYPE_CHECKING:
    from orderdesk.lib.twig.runtime import Runtime

Number = int | float
NUMBERS = frozenset({int, float})
# Beyond this a float has lost its last digits long before, and an exact power would be huge.
LARGEST_POWER = 4096


def operands(a: Value, b: Value, sign: str) -> tuple[Number, Number]:
    """Both operands as numbers."""
    if type(a) in NUMBERS and type(b) in NUMBERS:
        return a, b
    kinds = f"{php_type(a)} {sign} {php_type(b)}"
    return to_number(a, kinds), to_number(b, kinds)


def add(a: Value, b: Value) -> Value:
    """`a + b`; two arrays are joined, the first one winning."""
    if isinstance(a, list | dict) and isinstance(b, list | dict):
        return union(a, b)
    x, y = operands(a, b, "+")
    return finite(x + y)


def subtract(a: Value, b: Value) -> Value:
    """`a - b`."""
    x, y = operands(a, b, "-")
    return finite(x - y)


def multiply(a: Value, b: Value) -> Value:
    """`a * b`."""
    x, y = operands(a, b, "*")
    return finite(x * y)


def finite(number: Number) -> Number:
    """A result, as a float where it does not fit 64 bits."""
    return whole(number) if isinstance(number, int) else number


def divide(a: Value, b: Value) -> Value:
    """`a / b`: an integer where it comes out even."""
    x, y = operands(a, b, "/")
    if y == 0:
        raise TwigRuntimeError("Division by zero")
    if isinstance(x, int) and isinstance(y, int) and x % y == 0:
        return whole(x // y)
    return x / y


def floor_divide(a: Value, b: Value) -> Value:
    """`a // b`: the integer below the quotient, which is a float on the way there."""
    quotient = float(divide(a, b))
    return float_to_int(math.floor(quotient)) if math.isfinite(quotient) else 0


def as_integer(value: Value, kinds: str) -> int:
    """An operand of `%` and of the bit operators: a float is cut."""
    number = to_number(value, kinds)
    return float_to_int(number) if isinstance(number, float) else number


def modulo(a: Value, b: Value) -> Value:
    """`a % b`: of integers, with the sign of the left side."""
    kinds = f"{php_type(a)} % {php_type(b)}"
    x, y = as_integer(a, kinds), as_integer(b, kinds)
    if y == 0:
        raise TwigRuntimeError("Modulo by zero")
    rest = abs(x) % abs(y)
    return -rest if x < 0 else rest


def power(a: Value, b: Value) -> Value:
    """`a ** b`."""
    x, y = operands(a, b, "**")
    exact = isinstance(x, int) and isinstance(y, int) and y >= 0
    if exact and y * int(x).bit_length() <= LARGEST_POWER:
        return whole(int(x) ** int(y))
    try:
        result = float(x) ** float(y)
    except OverflowError:
        return -math.inf if x < 0 and y % 2 else math.inf
    except ZeroDivisionError:
        return math.copysign(math.inf, x if y % 2 else 1)
    return math.nan if isinstance(result, complex) else result


def negate(value: Value) -> Value:
    """`-value`."""
    return multiply(value, -1) if not isinstance(value, float) else -value


def positive(value: Value) -> Value:
    """`+value`."""
    return multiply(value, 1)


def bits(combine: Callable[[int, int], int], sign: str) -> Callable[[Value, Value], Value]:
    """An operator on the bits of two integers."""

    def run(a: Value, b: Value) -> Value:
        if is_text(a) and is_text(b):
            return bits_of_texts(combine, a, b, longer=sign == "|")
        kinds = f"{php_type(a)} {sign} {php_type(b)}"
        return combine(bit_operand(a, kinds), bit_operand(b, kinds))

    return run


def bits_of_texts(combine: Callable[[int, int], int], a: str, b: str, *, longer: bool) -> str:
    """An operator on the bits of two texts, byte by byte."""
    one, other = a.encode("utf-8", "surrogatepass"), b.encode("utf-8", "surrogatepass")
    both = bytes(combine(x, y) for x, y in zip(one, other, strict=False))
    rest = max(one, other, key=len)[len(both) :] if longer else b""
    return (both + rest).decode("utf-8", "replace")


def bit_operand(value: Value, kinds: str) -> int:
    """An integer to take the bits of."""
    if isinstance(value, str) and parse_number(value)[0] is None:
        raise TwigRuntimeError(f"Unsupported operand types: {kinds}")
    return as_integer(value, kinds)


def starts_with(a: Value, b: Callable[[], Value]) -> bool:
    """`a starts with b`: only texts do; `b` is not asked for unless `a` is one."""
    return is_text(a) and is_text(other := b()) and a.startswith(other)


def ends_with(a: Value, b: Callable[[], Value]) -> bool:
    """`a ends with b`: only texts do; `b` is not asked for unless `a` is one."""
    return is_text(a) and is_text(other := b()) and a.endswith(other)


def is_text(value: Value) -> bool:
    """A text that is no object."""
    return isinstance(value, str) and not isinstance(value, Markup)


def matches(runtime: Runtime, a: Value, b: Value) -> int:
    """`a matches b`: a regular expression with its delimiters; 1 or 0, as PHP counts finds."""
    found = runtime.patterns.matches(runtime.meter, to_text(b), to_text(a))
    return int(found)


def between(runtime: Runtime, a: Value, b: Value) -> Value:
    """`a..b`."""
    return php_range(runtime.meter, a, b, 1)


def has_some(runtime: Runtime, a: Value, b: Value) -> bool:
    """`a has some (v, k) => …`."""
    call = runtime.callback(b, "has some")
    return any(truth(call(value, key)) for key, value in each(a))


def has_every(runtime: Runtime, a: Value, b: Value) -> bool:
    """`a has every (v, k) => …`."""
    call = runtime.callback(b, "has every")
    return all(truth(call(value, key)) for key, value in each(a))


SIMPLE: dict[str, Callable[[Value, Value], Value]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "//": floor_divide,
    "%": modulo,
    "**": power,
    "==": equal,
    "!=": lambda a, b: not equal(a, b),
    "<": less,
    ">": lambda a, b: less(b, a),
    "<=": lambda a, b: compare(a, b) <= 0,
    ">=": lambda a, b: compare(b, a) <= 0,
    "<=>": compare,
    "in": contains,
    "not in": lambda a, b: not contains(a, b),
    "b-and": bits(lambda a, b: a & b, "&"),
    "b-or": bits(lambda a, b: a | b, "|"),
    "b-xor": bits(lambda a, b: a ^ b, "^"),
    "xor": lambda a, b: truth(a) != truth(b),
}
Lazy = Callable[[Value, Callable[[], Value]], Value]
LAZY: dict[str, Lazy] = {
    "starts with": starts_with,
    "ends with": ends_with,
}
WITH_RUNTIME: dict[str, Callable[[Runtime, Value, Value], Value]] = {
    "matches": matches,
    "..": between,
    "has some": has_some,
    "has every": has_every,
}
UNARY: dict[str, Callable[[Value], Value]] = {
    "not": lambda value: not truth(value),
    "-": negate,
    "+": positive,
}
