"""Twig's functions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderdesk.lib.twig import arrays
from orderdesk.lib.twig.arrays import get
from orderdesk.lib.twig.compare import compare
from orderdesk.lib.twig.compile_statements import included
from orderdesk.lib.twig.constants import CONSTANTS
from orderdesk.lib.twig.errors import TwigLoaderError, TwigRuntimeError
from orderdesk.lib.twig.filters.dates import date_function
from orderdesk.lib.twig.library import Entry, entry, index
from orderdesk.lib.twig.operators import modulo
from orderdesk.lib.twig.ranges import php_range
from orderdesk.lib.twig.runtime import Context, InlineTemplate
from orderdesk.lib.twig.safety import ALL
from orderdesk.lib.twig.values import Value, php_type, to_int, to_text, truth

if TYPE_CHECKING:
    from orderdesk.lib.twig.runtime import Runtime


def candidates(name: str, value: tuple[Value, ...]) -> list[Value]:
    """What `max` and `min` choose from: their arguments, or the values of the only one."""
    if len(value) > 1:
        return list(value)
    only = value[0] if value else None
    if not isinstance(only, list | dict):
        raise TwigRuntimeError(
            f"{name}(): Argument #1 ($value) must be of type array, {php_type(only)} given"
        )
    if not only:
        raise TwigRuntimeError(f"{name}(): Argument #1 ($value) must contain at least one element")
    return list(arrays.values(only))


def maximum(runtime: Runtime, value: Value, *values: Value) -> Value:
    """The greatest; the first of equal ones."""
    chosen, *others = candidates("max", (value, *values))
    for other in others:
        runtime.meter.charge(1)
        if compare(other, chosen) > 0:
            chosen = other
    return chosen


def minimum(runtime: Runtime, value: Value, *values: Value) -> Value:
    """The least; the first of equal ones."""
    chosen, *others = candidates("min", (value, *values))
    for other in others:
        runtime.meter.charge(1)
        if compare(other, chosen) < 0:
            chosen = other
    return chosen


def ranged(runtime: Runtime, low: Value, high: Value, step: Value = 1) -> Value:
    """Everything from one value to another."""
    return php_range(runtime.meter, low, high, step)


def cycle(values: Value, position: Value) -> Value:
    """The value at a position that begins anew at the end."""
    if not isinstance(values, list | dict):
        return values
    if not values:
        raise TwigRuntimeError('The "cycle" function expects a non-empty sequence.')
    return get(values, modulo(position, len(values)))


def random(runtime: Runtime, values: Value = None, max: Value = None) -> Value:  # noqa: A002
    """A value of an array, a letter of a text, or an integer up to a number, by chance."""
    chance = runtime.environment.random
    if values is None:
        return chance.randint(0, to_int(max) if max is not None else 2**31 - 1)
    if isinstance(values, int | float):
        low, high = (0, to_int(values)) if max is None else (to_int(values), to_int(max))
        return chance.randint(*sorted((low, high)))
    if isinstance(values, str):
        return chance.choice(values) if values else ""
    if not isinstance(values, list | dict):
        return values
    if not values:
        raise TwigRuntimeError(
            'The "random" function cannot pick from an empty sequence or mapping.'
        )
    return chance.choice(arrays.values(values))


def include(  # noqa: PLR0913
    runtime: Runtime,
    context: Context,
    template: Value,
    variables: Value = None,
    with_context: Value = True,  # noqa: FBT002
    ignore_missing: Value = False,  # noqa: FBT002
    sandboxed: Value = False,  # noqa: FBT002
) -> str:
    """What another template prints."""
    try:
        chosen = runtime.choose(template)
    except TwigLoaderError:
        if truth(ignore_missing):
            return ""
        raise
    inner = included(context, variables or {}, only=not truth(with_context))
    return runtime.capture(lambda r, c: r.display(chosen, c, {}), inner)


def template_from_string(runtime: Runtime, template: Value, name: Value = None) -> InlineTemplate:
    """A template that another one wrote, for `include` and `extends`."""
    text = to_text(template)
    runtime.meter.charge(len(text))
    return InlineTemplate(text)


def source(runtime: Runtime, name: Value, ignore_missing: Value = False) -> str:  # noqa: FBT002
    """The text of another template."""
    text = runtime.templates.get(to_text(name))
    if text is None and not truth(ignore_missing):
        raise TwigLoaderError(f'Template "{to_text(name)}" is not defined.')
    return text or ""


def constant(constant: Value, object: Value = None) -> Value:  # noqa: A002
    """One of a few constants of PHP; the host has none to give."""
    name = to_text(constant).lstrip("\\")
    if object is not None or name not in CONSTANTS:
        raise TwigRuntimeError(f'Constant "{to_text(constant)}" is undefined.')
    return CONSTANTS[name]


def elsewhere() -> None:
    """The parser reads these; the entries are here for their names."""
    raise TwigRuntimeError("The parser reads this function.")


FUNCTIONS: dict[str, Entry] = index(
    [
        entry("max", maximum, subject=False),
        entry("min", minimum, subject=False),
        entry(
            "range",
            ranged,
            subject=False,
            exact=True,
            aliases=(("start", "low"), ("end", "high")),
        ),
        entry("constant", constant, subject=False),
        entry("cycle", cycle, subject=False),
        entry("random", random, subject=False),
        entry("date", date_function, subject=False),
        entry("include", include, subject=False, safe=ALL),
        entry("source", source, subject=False, safe=ALL),
        entry("parent", elsewhere, subject=False),
        entry("block", elsewhere, subject=False),
        entry("attribute", elsewhere, subject=False),
        entry("template_from_string", template_from_string, subject=False),
    ]
)
