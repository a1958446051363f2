"""Filters that take an arrow function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderdesk.lib.twig.arrays import packed
from orderdesk.lib.twig.compare import compare
from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.sorting import php_sorted
from orderdesk.lib.twig.values import Value, php_type, to_int, truth

if TYPE_CHECKING:
    from orderdesk.lib.twig.runtime import Runtime


def filtered(runtime: Runtime, array: Value, arrow: Value) -> Value:
    """The values for which the arrow is true, under their keys."""
    call = runtime.callback(arrow, "filter")
    pairs = runtime.sequence(array, "filter")
    return packed({key: value for key, value in pairs if truth(call(value, key))})


def mapped(runtime: Runtime, array: Value, arrow: Value) -> Value:
    """What the arrow makes of each value, under the same keys."""
    call = runtime.callback(arrow, "map")
    if not isinstance(array, list | dict):
        raise TwigRuntimeError(
            f'The "map" filter expects a sequence or a mapping, got "{php_type(array)}".'
        )
    return packed({key: call(value, key) for key, value in runtime.sequence(array, "map")})


def reduced(runtime: Runtime, array: Value, arrow: Value, initial: Value = None) -> Value:
    """One value, made by taking in all of them in turn."""
    call = runtime.callback(arrow, "reduce")
    carry = initial
    for key, value in runtime.sequence(array, "reduce"):
        carry = call(carry, value, key)
    return carry


def found(runtime: Runtime, array: Value, arrow: Value) -> Value:
    """The first value for which the arrow is true, or null."""
    call = runtime.callback(arrow, "find")
    for key, value in runtime.sequence(array, "find"):
        if truth(call(value, key)):
            return value
    return None


def sort(runtime: Runtime, array: Value, arrow: Value = None) -> Value:
    """In order, under their keys; the arrow compares two values by `<=>`."""
    pairs = list(runtime.sequence(array, "sort"))
    runtime.meter.items(len(pairs))
    meter = runtime.meter
    if arrow is None:

        def order(one: tuple[Any, Any], other: tuple[Any, Any]) -> int:
            meter.charge(1)
            return compare(one[1], other[1])

    else:
        call = runtime.callback(arrow, "sort")

        def order(one: tuple[Any, Any], other: tuple[Any, Any]) -> int:
            answer = call(one[1], other[1])
            return to_int(answer)

    return packed(dict(php_sorted(pairs, order)))
