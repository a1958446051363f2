"""PHP 8's comparisons: loose, strict, and the order they give."""

from __future__ import annotations

import functools
from collections.abc import Callable

from orderdesk.lib.twig.arrays import MISSING, Array, get, items
from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.limits import pay
from orderdesk.lib.twig.values import (
    Markup,
    Value,
    float_text,
    numeric,
    truth,
)

DEEPEST = 100


def order(a: float | str, b: float | str) -> int:
    """-1, 0 or 1 for two numbers or two texts; 1 where a NAN is among them.

    An integer beside a float is made one first, as large as it may be.
    """
    if isinstance(a, float) and isinstance(b, int):
        b = float(b)
    elif isinstance(b, float) and isinstance(a, int):
        a = float(a)
    if a == b:
        return 0
    return -1 if a < b else 1  # type: ignore[operator]


def compare_texts(a: str, b: str) -> int:
    """Two texts: as numbers where both are, else letter by letter."""
    if a == b:
        return 0
    first, second = numeric(a), numeric(b)
    if first is None or second is None:
        return order(a, b)
    floats = isinstance(first, float) and isinstance(second, float)
    if floats and first == second and not set(a + b) & set(".eE"):
        # Integers too large for 64 bits would all look alike as floats.
        return order(a, b)
    return order(first, second)


def compare_number_text(number: int | float, text: str) -> int:
    """A number and a text: as numbers where the text is one, else as texts."""
    other = numeric(text)
    if other is not None:
        return order(number, other)
    shown = float_text(number) if isinstance(number, float) else str(number)
    return order(shown, text)


def compare(a: Value, b: Value, depth: int = 0) -> int:
    """PHP's `<=>`."""
    if isinstance(a, bool | None) or isinstance(b, bool | None):
        return compare_bool(a, b)
    if isinstance(a, Markup) or isinstance(b, Markup):
        return compare_markup(a, b)
    if isinstance(a, str | int | float) and isinstance(b, str | int | float):
        return compare_scalars(a, b)
    return compare_compound(a, b, depth)


def compare_scalars(a: str | float, b: str | float) -> int:
    """Two texts, two numbers, or one of each."""
    if isinstance(a, str):
        return compare_texts(a, b) if isinstance(b, str) else -compare_number_text(b, a)
    return compare_number_text(a, b) if isinstance(b, str) else order(a, b)


def compare_bool(a: Value, b: Value) -> int:
    """Where one of them is a boolean or null."""
    if a is None and isinstance(b, str) and not isinstance(b, Markup):
        return 0 if b == "" else -1
    if b is None and isinstance(a, str) and not isinstance(a, Markup):
        return 0 if a == "" else 1
    return truth(a) - truth(b)


def compare_markup(a: Value, b: Value) -> int:
    """A text made by a template is an object: a number sees only that it is there."""
    if isinstance(a, str) and isinstance(b, str):
        return compare_texts(str(a), str(b))
    if isinstance(a, int | float):
        return order(a, 1)
    if isinstance(b, int | float):
        return order(1, b)
    return 1 if isinstance(a, Markup) else -1


def compare_compound(a: Value, b: Value, depth: int) -> int:
    """Where one of them is an array or an object."""
    if isinstance(a, list | dict):
        return compare_arrays(a, b, depth) if isinstance(b, list | dict) else 1
    if isinstance(b, list | dict):
        return -1
    moment, other = getattr(a, "stamp", None), getattr(b, "stamp", None)
    if moment is not None and other is not None:
        return order(moment, other)
    return 0 if a is b else 1


def compare_arrays(a: Array, b: Array, depth: int) -> int:
    """The longer one is greater; else key by key; a key that is missing settles it."""
    if depth > DEEPEST:
        raise TwigRuntimeError("Nesting level too deep - recursive dependency?")
    if len(a) != len(b):
        return order(len(a), len(b))
    pay(1 + len(a) // 4)
    for key, value in items(a):
        other = get(b, key, MISSING)
        if other is MISSING:
            return 1
        result = compare(value, other, depth + 1)
        if result:
            return result
    return 0


def equal(a: Value, b: Value) -> bool:
    """PHP's `==`."""
    if type(a) is type(b) and type(a) is int:
        return bool(a == b)
    return compare(a, b) == 0


def less(a: Value, b: Value) -> bool:
    """PHP's `<`: false both ways where a NAN or a missing key makes things incomparable."""
    return compare(a, b) < 0


def identical(a: Value, b: Value, depth: int = 0) -> bool:
    """PHP's `===`: same kind and same value; for arrays also the same order."""
    if depth > DEEPEST:
        raise TwigRuntimeError("Nesting level too deep - recursive dependency?")
    if isinstance(a, list | dict) and isinstance(b, list | dict):
        pay(1 + len(a) // 4)
        return len(a) == len(b) and all(
            k == m and type(k) is type(m) and identical(v, w, depth + 1)
            for (k, v), (m, w) in zip(items(a), items(b), strict=True)
        )
    if isinstance(a, Markup) or isinstance(b, Markup):
        return a is b
    return type(a) is type(b) and bool(a == b)


def contains(needle: Value, haystack: Value) -> bool:
    """Twig's `in`."""
    if isinstance(haystack, str):
        if isinstance(needle, bool) or not isinstance(needle, str | int | float):
            return False
        shown = float_text(needle) if isinstance(needle, float) else str(needle)
        return shown in haystack
    if not isinstance(haystack, list | dict):
        return False
    if isinstance(needle, Markup):
        needle = str(needle)
    pay(len(haystack) // 4)
    return any(compare(needle, item) == 0 for _, item in items(haystack))


SORT_KEY: Callable[[Value], Value] = functools.cmp_to_key(compare)
