"""What `a.b` and `a[b]` find: a key of a mapping, an index of a list, nothing else."""

from __future__ import annotations

from orderdesk.lib.twig.arrays import MISSING, get, keys, normal_key
from orderdesk.lib.twig.dates.moment import Interval, Moment
from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.values import Value, php_type, to_text


def attribute(of: Value, key: Value) -> Value:
    """The value at a key; MISSING where there is none."""
    if isinstance(of, list | dict):
        return get(of, normal_key(key), MISSING)
    if isinstance(of, Interval) and isinstance(key, str):
        return of.attribute(key, MISSING)
    if isinstance(of, Moment) and isinstance(key, str):
        return of.call(key, [], MISSING)
    return MISSING


def call_method(of: Value, name: Value, arguments: list[Value]) -> Value:
    """The result of a date's method; MISSING for everything else."""
    if isinstance(of, Moment | Interval) and isinstance(name, str):
        return of.call(name, arguments, MISSING)
    return MISSING


def missing(of: Value, key: Value, *, called: bool = False) -> TwigRuntimeError:
    """Strict mode's refusal, in Twig's words."""
    shown = to_text(key) if not isinstance(key, list | dict) else "Array"
    if isinstance(of, list | dict) and not called:
        if not of:
            return TwigRuntimeError(
                f'Key "{shown}" does not exist as the sequence/mapping is empty.'
            )
        names = ", ".join(str(name) for name in keys(of)[:50])
        return TwigRuntimeError(
            f'Key "{shown}" for sequence/mapping with keys "{names}" does not exist.'
        )
    does = "invoke a method" if called else "access an attribute"
    if of is None:
        return TwigRuntimeError(f'Impossible to {does} ("{shown}") on a null variable.')
    if isinstance(of, list | dict):
        return TwigRuntimeError(f'Impossible to {does} ("{shown}") on a sequence/mapping.')
    sample = to_text(of)[:80] if isinstance(of, str | int | float) else ""
    return TwigRuntimeError(
        f'Impossible to {does} ("{shown}") on a {php_type(of)} variable ("{sample}").'
    )
