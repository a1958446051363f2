"""PHP's sort, step by step.

Texts and numbers of mixed kinds have no consistent order, so the steps decide where they end; a
sort of another kind would be just as right, and print something else.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
Order = Callable[[T, T], int]
# Longer lists are cut in parts first; there only a consistent order is kept.
SHORT = 16
LINEAR = 6


def php_sorted(values: list[T], order: Order[T]) -> list[T]:
    """Sorted; equal values keep their places."""
    if len(values) > SHORT:
        return sorted(values, key=functools.cmp_to_key(order))
    numbered = list(enumerate(values))

    def above(one: tuple[int, T], other: tuple[int, T]) -> bool:
        result = order(one[1], other[1])
        return result > 0 or (result == 0 and one[0] > other[0])

    if len(numbered) < LINEAR:
        sort_few(numbered, above)
    else:
        sort_more(numbered, above)
    return [value for _, value in numbered]


Above = Callable[[tuple[int, T], tuple[int, T]], bool]


def sort_few(row: list[tuple[int, T]], above: Above[T]) -> None:
    """Up to five values: three at once, then each further one carried down."""
    if len(row) == 2 and above(row[0], row[1]):
        swap(row, 0, 1)
    if len(row) >= 3:
        sort_three(row, above)
    for last in range(3, len(row)):
        at = last
        while at and above(row[at - 1], row[at]):
            swap(row, at - 1, at)
            at -= 1


def sort_three(row: list[tuple[int, T]], above: Above[T]) -> None:
    """The first three values."""
    if not above(row[0], row[1]):
        if above(row[1], row[2]):
            swap(row, 1, 2)
            if above(row[0], row[1]):
                swap(row, 0, 1)
        return
    if not above(row[2], row[1]):
        swap(row, 0, 2)
        return
    swap(row, 0, 1)
    if above(row[1], row[2]):
        swap(row, 1, 2)


def swap(row: list[tuple[int, T]], one: int, other: int) -> None:
    """Change two places."""
    row[one], row[other] = row[other], row[one]


def sort_more(row: list[tuple[int, T]], above: Above[T]) -> None:
    """Six to sixteen values: each is put in among those before it."""
    for at in range(1, len(row)):
        if above(row[at - 1], row[at]):
            place = place_near(row, at, above) if at < LINEAR else place_far(row, at, above)
            row.insert(place, row.pop(at))


def place_near(row: list[tuple[int, T]], at: int, above: Above[T]) -> int:
    """Where a value goes, looked for one by one."""
    place = at - 1
    while place:
        place -= 1
        if not above(row[place], row[at]):
            return place + 1
    return place


def place_far(row: list[tuple[int, T]], at: int, above: Above[T]) -> int:
    """Where a value goes, looked for two by two."""
    place = at - 1
    while True:
        place -= 2
        if not above(row[place], row[at]):
            place += 1
            return place if above(row[place], row[at]) else place + 1
        if place == 0:
            return place
        if place == 1:
            return 1 if above(row[at], row[0]) else 0
