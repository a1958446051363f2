"""Twig's tests: what may follow `is`."""

from __future__ import annotations

from orderdesk.lib.twig.arrays import is_list
from orderdesk.lib.twig.compare import identical
from orderdesk.lib.twig.functions import constant
from orderdesk.lib.twig.library import Entry, entry, index
from orderdesk.lib.twig.operators import modulo
from orderdesk.lib.twig.values import Value, empty


def is_even(value: Value) -> bool:
    """Is it divisible by two?"""
    return bool(modulo(value, 2) == 0)


def is_odd(value: Value) -> bool:
    """Is it not?"""
    return bool(modulo(value, 2) != 0)


def is_defined(value: Value) -> bool:
    """The compiler settles this one; the entry is here for its name."""
    return value is not None


def same_as(value: Value, other: Value, /) -> bool:
    """Same kind and same value."""
    return identical(value, other)


def is_null(value: Value) -> bool:
    """Is it null, or missing?"""
    return value is None


def divisible_by(value: Value, by: Value, /) -> bool:
    """Does the division leave nothing?"""
    return bool(modulo(value, by) == 0)


def is_constant(value: Value, name: Value, object: Value = None) -> bool:  # noqa: A002
    """Is it the value of a constant?"""
    return identical(value, constant(name, object))


def is_iterable(value: Value) -> bool:
    """Is it an array?"""
    return isinstance(value, list | dict)


def is_sequence(value: Value) -> bool:
    """Is it an array with the keys 0…n-1?"""
    return isinstance(value, list | dict) and is_list(value)


def is_mapping(value: Value) -> bool:
    """Is it an array with other keys?"""
    return isinstance(value, list | dict) and not is_list(value)


TESTS: dict[str, Entry] = index(
    [
        entry("even", is_even),
        entry("odd", is_odd),
        entry("defined", is_defined),
        entry("same as", same_as),
        entry("none", is_null),
        entry("null", is_null),
        entry("divisible by", divisible_by),
        entry("constant", is_constant),
        entry("empty", empty),
        entry("iterable", is_iterable),
        entry("sequence", is_sequence),
        entry("mapping", is_mapping),
    ]
)
