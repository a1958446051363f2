"""PHP's `range`."""

from __future__ import annotations

from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.limits import Meter
from orderdesk.lib.twig.values import Value, numeric, to_float, to_int

FAR = "range(): Argument #3 ($step) must not exceed the specified range"


def php_range(meter: Meter, low: Value, high: Value, step: Value) -> list[Value]:
    """Everything from low to high, both included: integers, floats or letters."""
    if is_letter(low) and is_letter(high):
        return letters(meter, low, high, to_int(step))
    # One text beside something else is a whole number, whatever it says.
    texts = all(isinstance(bound, str) and bound != "" for bound in (low, high))
    bounds = [bound for bound in (low, high) if texts or not isinstance(bound, str)]
    if any(is_float(bound) for bound in (*bounds, step)):
        return floats(meter, to_float(low), to_float(high), abs(to_float(step)))
    return integers(meter, to_int(low), to_int(high), abs(to_int(step)))


def is_letter(bound: Value) -> bool:
    """Is it a text that is no number?"""
    return isinstance(bound, str) and bound != "" and numeric(bound) is None


def is_float(bound: Value) -> bool:
    """Is it a float, or a text that is one?"""
    return isinstance(numeric(bound) if isinstance(bound, str) else bound, float)


def letters(meter: Meter, low: str, high: str, step: int) -> list[Value]:
    """Bytes from one letter to another."""
    first, last = low.encode()[0], high.encode()[0]
    codes = integers(meter, first, last, abs(step))
    return [bytes([code]).decode("latin-1") if code < 128 else "\ufffd" for code in codes]


def integers(meter: Meter, low: int, high: int, step: int) -> list[Value]:
    """Integers, up or down."""
    if low == high:
        return [low]
    if not 0 < step <= abs(high - low):
        raise TwigRuntimeError(FAR)
    meter.items(abs(high - low) // step + 1)
    return list(range(low, high + 1, step) if low < high else range(low, high - 1, -step))


def floats(meter: Meter, low: float, high: float, step: float) -> list[Value]:
    """Floats, up or down; each is counted from the first, so errors do not add up."""
    if low == high:
        return [low]
    span = abs(high - low)
    if not span < float("inf") or step != step:
        raise TwigRuntimeError("range(): the bounds must be finite.")
    if not 0 < step <= span:
        raise TwigRuntimeError(FAR)
    count = int(span / step + 1e-9) + 1
    meter.items(count)
    sign = 1 if low < high else -1
    # The first one is taken as it is: it may be a negative zero.
    return [low, *(low + sign * index * step for index in range(1, count))]
