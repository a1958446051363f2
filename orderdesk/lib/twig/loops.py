"""`{% for %}`: the variables it sets, and those that survive it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from orderdesk.lib.twig import nodes
from orderdesk.lib.twig.arrays import MISSING, items
from orderdesk.lib.twig.errors import Source, TwigError
from orderdesk.lib.twig.runtime import Context, Do, Runtime
from orderdesk.lib.twig.values import Value

if TYPE_CHECKING:
    from orderdesk.lib.twig.compiler import Compiler

INNER = ("_parent", "_seq", "_key", "_iterated")


def compile_for(compiler: Compiler, node: nodes.For) -> Do:
    """A loop over an array; over anything else it has no rounds."""
    sequence = compiler.value(node.sequence)
    body = compiler.body(node.body)
    otherwise = compiler.body(node.otherwise) if node.otherwise else None
    key, value, inner = node.key, node.value, node.inner
    rounds = plain_rounds if not node.loop else counted_rounds
    own = {key, value, *INNER, *(["loop"] if node.loop else [])}

    def run(runtime: Runtime, context: Context) -> None:
        array = sequence(runtime, context)
        if not isinstance(array, list | dict):
            array = []
        before = context.copy()
        if inner:
            context["_parent"], context["_seq"] = before, array
        for index, item in rounds(context, array, before):
            context[value] = item
            if inner or key != "_key":
                context[key] = index
            body(runtime, context)
        if otherwise and not array:
            otherwise(runtime, context)
        restore(context, before, own)

    return located(run, compiler.source, node.at)


def located(run: Do, source: Source, at: int) -> Do:
    """A statement whose errors have its place where none is closer."""

    def placed(runtime: Runtime, context: Context) -> None:
        try:
            run(runtime, context)
        except TwigError as error:
            error.at(source, at)
            raise

    return placed


def plain_rounds(context: Context, array: Value, before: Context) -> Iterator[tuple[Any, Any]]:
    """Keys and values, where nobody asks for `loop`."""
    return iter(items(array))


def counted_rounds(context: Context, array: Value, before: Context) -> Iterator[tuple[Any, Any]]:
    """Keys and values, with `loop` kept up to date."""
    length = len(array)
    loop: dict[str, Any] = {
        "parent": before, "index0": 0, "index": 1, "first": True,
        "revindex0": length - 1, "revindex": length, "length": length, "last": length == 1,
    }  # fmt: skip
    context["loop"] = loop
    for position, pair in enumerate(items(array)):
        if position:
            loop["index0"] = position
            loop["index"] = position + 1
            loop["first"] = False
            loop["revindex"] = length - position
            loop["revindex0"] = length - position - 1
            loop["last"] = position == length - 1
        yield pair


def restore(context: Context, before: Context, own: set[str]) -> None:
    """Drop what was born in the loop; put its own variables back; keep what was changed."""
    for name in own:
        value = before.get(name, MISSING)
        if value is not MISSING:
            context[name] = value
        else:
            context.pop(name, None)
    if len(context) > len(before):
        for name in [name for name in context if name not in before]:
            del context[name]
