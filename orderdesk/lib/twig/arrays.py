"""PHP's one array type over Python's two: a list has the keys 0…n-1, a dict any keys in order."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from typing import Any

from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.values import (
    KEY,
    LARGEST,
    SMALLEST,
    Callback,
    Markup,
    Value,
    float_to_int,
    whole,
)

Array = list[Any] | dict[Any, Any]
MISSING = object()
PLAIN = frozenset({str, float, bool, type(None)})
DEEPEST_DATA = 100


def normal_key(key: Value) -> int | str:
    """A key as PHP keeps it: `'1'`, `1.7` and true are all 1, null is ''.

    Raises:
        TwigRuntimeError: where the key is an array or an object.
    """
    if type(key) is str:
        if KEY.fullmatch(key) and SMALLEST <= int(key) <= LARGEST:
            return int(key)
        return key
    if isinstance(key, int):
        return int(key)
    if isinstance(key, float):
        return float_to_int(key)
    if key is None:
        return ""
    raise TwigRuntimeError("Illegal offset type")


def plain(value: Any, depth: int = 0) -> Value:
    """A copy of host data that holds nothing but plain values.

    Raises:
        TwigRuntimeError: for anything that is not plain data.
    """
    kind = type(value)
    if kind in PLAIN:
        return value
    if kind is int:
        return whole(value)
    if depth > DEEPEST_DATA:
        raise TwigRuntimeError("The data is nested too deep.")
    if kind is dict:
        return plain_dict(value, depth)
    if kind is list or kind is tuple:
        return [item if type(item) in PLAIN else plain(item, depth + 1) for item in value]
    if kind is Markup or kind is Callback:
        return value
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TwigRuntimeError(f"Only plain data can be given to a template, not {kind.__name__}.")


def plain_dict(value: dict[Any, Any], depth: int) -> dict[Any, Any]:
    """The same for a dict, with its keys as PHP keeps them."""
    copy: dict[Any, Any] = {}
    for key, item in value.items():
        if type(key) is not str:
            key = plain_key(key)  # noqa: PLW2901
        elif key and (key[0] in "-0123456789"):
            key = normal_key(key)  # noqa: PLW2901
        copy[key] = item if type(item) in PLAIN else plain(item, depth + 1)
    return copy


def plain_key(key: Any) -> int | str:
    """A key of host data that is no text."""
    if key is None or type(key) in (int, bool, float):
        return normal_key(key)
    raise TwigRuntimeError(f"Only texts and numbers can be keys, not {type(key).__name__}.")


def items(array: Array) -> Iterable[tuple[Any, Any]]:
    """Keys and values, in order."""
    return array.items() if isinstance(array, dict) else enumerate(array)


def values(array: Array) -> list[Any]:
    """The values, in order."""
    return list(array.values()) if isinstance(array, dict) else array


def keys(array: Array) -> list[Any]:
    """The keys, in order."""
    return list(array) if isinstance(array, dict) else list(range(len(array)))


def get(array: Array, key: int | str, default: Any = None) -> Value:
    """The value at a key as `normal_key` gives it."""
    if isinstance(array, dict):
        return array.get(key, default)
    if isinstance(key, int) and 0 <= key < len(array):
        return array[key]
    return default


def is_list(array: Array) -> bool:
    """Are the keys 0…n-1 in order?"""
    return isinstance(array, list) or all(
        a == b for a, b in zip(array, range(len(array)), strict=True)
    )


def packed(pairs: dict[Any, Any]) -> Array:
    """A dict, as a list where its keys allow."""
    return list(pairs.values()) if is_list(pairs) else pairs


def append(array: dict[Any, Any], value: Value) -> None:
    """PHP's `$array[] = $value`: the key after the largest integer key."""
    numbers = [key for key in array if isinstance(key, int)]
    array[max(numbers) + 1 if numbers else 0] = value


def merge(arrays: Iterable[Array]) -> Array:
    """PHP's `array_merge`: integer keys are counted anew, text keys are replaced."""
    merged: dict[Any, Any] = {}
    count = 0
    only_lists = True
    for array in arrays:
        for key, value in items(array):
            if isinstance(key, int):
                merged[count] = value
                count += 1
            else:
                merged[key] = value
                only_lists = False
    return list(merged.values()) if only_lists else merged


def union(first: Array, second: Array) -> Array:
    """PHP's `array + array`: the first one wins."""
    joined = dict(items(first))
    for key, value in items(second):
        joined.setdefault(key, value)
    return packed(joined)


def each(value: Value) -> Iterator[tuple[Any, Any]]:
    """Keys and values of an array; nothing for anything else, as Twig's `for` has it."""
    return iter(items(value)) if isinstance(value, list | dict) else iter(())
