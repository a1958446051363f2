"""Filters on lists and mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orderdesk.lib.twig import arrays
from orderdesk.lib.twig.arrays import Array, get, items, keys, normal_key, packed
from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.limits import ITEMS_PER_STEP
from orderdesk.lib.twig.values import (
    Markup,
    Value,
    is_numeric,
    php_type,
    to_int,
    to_number,
    to_text,
)

if TYPE_CHECKING:
    from orderdesk.lib.twig.runtime import Runtime


def array_of(value: Value, of: str) -> Array:
    """An array, or a refusal in Twig's words."""
    if isinstance(value, list | dict):
        return value
    raise TwigRuntimeError(
        f'The "{of}" filter expects a sequence or a mapping, got "{php_type(value)}".'
    )


def join(runtime: Runtime, value: Value, glue: Value = "", and_: Value = None) -> Value:
    """All values in one text; `and_` stands before the last one."""
    if isinstance(value, Markup):
        # PHP casts the object to an array of what it holds: the text and its character set.
        value = [str(value), "UTF-8"]
    elif not isinstance(value, list | dict):
        value = [] if value is None else [value]
    texts = [to_text(item) for item in arrays.values(value)]
    runtime.meter.charge(len(texts) // ITEMS_PER_STEP)
    sign = to_text(glue)
    if and_ is None or and_ == glue:
        runtime.meter.text(sum(map(len, texts)) + len(sign) * len(texts))
        return sign.join(texts)
    if len(texts) < 2:
        return arrays.values(value)[0] if texts else ""
    runtime.meter.text(sum(map(len, texts)) + len(sign) * len(texts))
    return sign.join(texts[:-1]) + to_text(and_) + texts[-1]


def merged(runtime: Runtime, value: Value, *arrays_: Value) -> Value:
    """Arrays, one after another: integer keys are counted anew, text keys replaced."""
    both = [value, *arrays_]
    for number, one in enumerate(both, 1):
        if not isinstance(one, list | dict):
            raise TwigRuntimeError(
                'The "merge" filter expects a sequence or a mapping, got '
                f'"{php_type(one)}" for argument {number}.'
            )
    runtime.meter.items(sum(map(len, both)))
    return arrays.merge(both)


def batch(
    runtime: Runtime,
    items: Value,
    size: Value,
    fill: Value = None,
    preserve_keys: Value = True,  # noqa: FBT002
) -> Value:
    """Rows of a size, rounded up; each keeps the keys of its values."""
    array = array_of(items, "batch")
    if not is_numeric(size):
        raise TwigRuntimeError('The "batch" filter expects a number of items.')
    number = to_number(size)
    length = int(-(-number // 1)) if abs(number) < 2**62 else 2**62
    if length < 1:
        raise TwigRuntimeError("array_chunk(): Argument #2 ($length) must be greater than 0")
    runtime.meter.charge(len(array) // ITEMS_PER_STEP)
    pairs = list(arrays.items(array))
    rows: list[Array] = []
    for start in range(0, len(pairs), length):
        row = pairs[start : start + length]
        rows.append(packed(dict(row)) if preserve_keys else [value for _, value in row])
    if fill is not None and rows:
        rows[-1] = filled(runtime, rows[-1], length, fill)
    return rows


def filled(runtime: Runtime, row: Array, length: int, fill: Value) -> Array:
    """The last row, made as long as the others."""
    runtime.meter.items(length)
    full = dict(items(row))
    while len(full) < length:
        arrays.append(full, fill)
    return packed(full)


def column(runtime: Runtime, array: Value, name: Value, index: Value = None) -> Value:
    """One field of each row that has it."""
    rows = array_of(array, "column")
    runtime.meter.charge(len(rows) // ITEMS_PER_STEP)
    key = None if name is None else normal_key(name)
    found: dict[Any, Any] = {}
    for _, row in items(rows):
        if not isinstance(row, list | dict):
            continue
        value = row if key is None else get(row, key, arrays.MISSING)
        if value is arrays.MISSING:
            continue
        place = arrays.MISSING if index is None else get(row, normal_key(index), arrays.MISSING)
        if place is arrays.MISSING or isinstance(place, list | dict):
            arrays.append(found, value) if index is not None else found.update({len(found): value})
        else:
            found[normal_key(place)] = value
    return packed(found)


def reverse(runtime: Runtime, value: Value, preserve_keys: Value = False) -> Value:  # noqa: FBT002
    """Backwards: a text by its letters, an array by its values; text keys stay."""
    if not isinstance(value, list | dict):
        return to_text(value)[::-1]
    runtime.meter.charge(len(value) // ITEMS_PER_STEP)
    pairs = list(items(value))[::-1]
    if preserve_keys:
        return packed(dict(pairs))
    return (
        arrays.merge([{key: item} for key, item in pairs])
        if isinstance(value, dict)
        else [item for _, item in pairs]
    )


def shuffled(runtime: Runtime, array: Value) -> Value:
    """In an order of chance."""
    if not isinstance(array, list | dict):
        raise TwigRuntimeError(
            f'The "shuffle" filter expects a sequence or a mapping, got "{php_type(array)}".'
        )
    values = list(arrays.values(array))
    runtime.meter.charge(len(values))
    runtime.environment.random.shuffle(values)
    return values


def length(thing: Value) -> int:
    """How many values, or letters."""
    if thing is None:
        return 0
    if isinstance(thing, list | dict | str):
        return len(thing)
    return len(to_text(thing)) if isinstance(thing, int | float) else 1


def sliced(
    item: Value,
    start: Value,
    length: Value = None,
    preserve_keys: Value = False,  # noqa: FBT002
) -> Value:
    """Part of a text or an array: from `start`, so many; negative ones count from the end."""
    first = slice_number(start, "start")
    count = None if length is None else slice_number(length, "length")
    if isinstance(item, list | dict):
        chosen = cut(list(items(item)), first, count)
        if isinstance(item, list) and not preserve_keys:
            return [value for _, value in chosen]
        if preserve_keys:
            return packed(dict(chosen))
        return arrays.merge([dict(chosen)])
    return "".join(cut(list(to_text(item)), first, count))


def slice_number(value: Value, name: str) -> int:
    """A place or a length."""
    if not is_numeric(value):
        raise TwigRuntimeError(
            f'The "slice" filter expects an integer for its {name}, got "{php_type(value)}".'
        )
    return to_int(value)


def cut(entries: list[Any], start: int, length: int | None) -> list[Any]:
    """PHP's way to cut."""
    size = len(entries)
    begin = max(size + start, 0) if start < 0 else start
    if length is None:
        return entries[begin:]
    end = size + length if length < 0 else begin + length
    return entries[begin:end] if end > begin else []


def first(item: Value) -> Value:
    """The first value, or letter."""
    if isinstance(item, list | dict):
        return next(iter(arrays.values(item)), False)
    return to_text(item)[:1]


def last(item: Value) -> Value:
    """The last value, or letter."""
    if isinstance(item, list | dict):
        values = arrays.values(item)
        return values[-1] if values else False
    return to_text(item)[-1:]


def all_keys(array: Value) -> Value:
    """The keys."""
    return keys(array) if isinstance(array, list | dict) else []
