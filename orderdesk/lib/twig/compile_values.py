"""Turns expressions into closures: each takes the runtime and the variables, and gives a value."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from orderdesk.lib.twig import compile_calls, nodes
from orderdesk.lib.twig.arrays import MISSING, append, normal_key
from orderdesk.lib.twig.attributes import attribute, call_method, missing
from orderdesk.lib.twig.errors import TwigError, TwigRuntimeError
from orderdesk.lib.twig.nodes import Expr
from orderdesk.lib.twig.operators import LAZY, SIMPLE, UNARY, WITH_RUNTIME, Lazy
from orderdesk.lib.twig.runtime import Context, Run, Runtime
from orderdesk.lib.twig.values import Callback, Value, to_text, truth

if TYPE_CHECKING:
    from orderdesk.lib.twig.compiler import Compiler


def constant(compiler: Compiler, node: nodes.Const) -> Run:
    """A literal."""
    return compile_calls.fixed(node.value)


def name(compiler: Compiler, node: nodes.Name) -> Run:
    """A variable; null where there is none, unless names must exist."""
    key = node.name
    special = special_name(compiler, key)
    if special:
        return special
    if not compiler.strict or compiler.lenient:
        return lambda _runtime, context: context.get(key)
    source, at = compiler.source, node.at

    def strict(runtime: Runtime, context: Context) -> Value:
        if key in context:
            return context[key]
        raise TwigRuntimeError(f'Variable "{key}" does not exist.').at(source, at)

    return strict


def special_name(compiler: Compiler, key: str) -> Run | None:
    """The variables that Twig itself provides."""
    if key == "_self":
        return lambda runtime, _context: runtime.template.name
    if key == "_charset":
        return lambda _runtime, context: context.get("_charset", "UTF-8")
    if key == "_context":
        return lambda _runtime, context: context.copy()
    if key == "loop":
        # The loop changes its own record in place; whoever keeps it must keep a copy.
        def loop(runtime: Runtime, context: Context) -> Value:
            found = context.get("loop")
            return dict(found) if isinstance(found, dict) else found

        return None if compiler.strict else loop
    return None


def array(compiler: Compiler, node: nodes.Array) -> Run:
    """`[…]` and `{…}`."""
    if all(item.key is None and not item.spread for item in node.items):
        runs = [compiler.value(item.value) for item in node.items]
        if node.mapping:
            return lambda _runtime, _context: {}
        return lambda runtime, context: [run(runtime, context) for run in runs]
    parts = [
        (
            compiler.value(item.key) if item.key else None,
            compiler.value(item.value),
            item.spread,
        )
        for item in node.items
    ]

    def build(runtime: Runtime, context: Context) -> Value:
        built: dict[Any, Any] = {}
        for key, value, spread in parts:
            found = value(runtime, context)
            if spread:
                add_spread(runtime, built, found)
            elif key is None:
                append(built, found)
            else:
                built[normal_key(key(runtime, context))] = found
        return built if node.mapping else list(built.values())

    return build


def add_spread(runtime: Runtime, built: dict[Any, Any], value: Value) -> None:
    """The entries of another array, with integer keys counted on."""
    for key, item in runtime.sequence(value, "..."):
        if isinstance(key, int):
            append(built, item)
        else:
            built[key] = item


def unary(compiler: Compiler, node: nodes.Unary) -> Run:
    """`not`, `-` and `+`."""
    run = compiler.value(node.operand)
    if node.operator == "not":
        return lambda runtime, context: not truth(run(runtime, context))
    operate = UNARY[node.operator]
    source, at = compiler.source, node.at

    def apply(runtime: Runtime, context: Context) -> Value:
        try:
            return operate(run(runtime, context))
        except TwigError as error:
            error.at(source, at)
            raise

    return apply


def binary(compiler: Compiler, node: nodes.Binary) -> Run:
    """All operators with two sides."""
    left, right = compiler.value(node.left), compiler.value(node.right)
    if node.operator in LOGIC:
        return LOGIC[node.operator](left, right)
    if node.operator in LAZY:
        return lazy(LAZY[node.operator], left, right)
    if node.operator in WITH_RUNTIME:
        return with_runtime(compiler, node, left, right)
    operate = SIMPLE[node.operator]
    source, at = compiler.source, node.at

    def apply(runtime: Runtime, context: Context) -> Value:
        try:
            return operate(left(runtime, context), right(runtime, context))
        except TwigError as error:
            error.at(source, at)
            raise

    return apply


def both(left: Run, right: Run) -> Run:
    """`a and b`."""
    return lambda runtime, context: truth(left(runtime, context)) and truth(right(runtime, context))


def either(left: Run, right: Run) -> Run:
    """`a or b`."""
    return lambda runtime, context: truth(left(runtime, context)) or truth(right(runtime, context))


LOGIC = {"and": both, "or": either}


def lazy(decide: Lazy, left: Run, right: Run) -> Run:
    """An operator that asks for its right side only where the left one leaves it open."""
    return lambda runtime, context: decide(left(runtime, context), lambda: right(runtime, context))


def with_runtime(compiler: Compiler, node: nodes.Binary, left: Run, right: Run) -> Run:
    """An operator that has to pay for its work."""
    operate = WITH_RUNTIME[node.operator]
    source, at = compiler.source, node.at

    def apply(runtime: Runtime, context: Context) -> Value:
        try:
            return operate(runtime, left(runtime, context), right(runtime, context))
        except TwigError as error:
            error.at(source, at)
            raise

    return apply


def concat(compiler: Compiler, node: nodes.Concat) -> Run:
    """`a ~ b ~ c`."""
    runs = [compiler.value(part) for part in node.parts]
    source, at = compiler.source, node.at

    def join(runtime: Runtime, context: Context) -> Value:
        try:
            texts = [to_text(run(runtime, context)) for run in runs]
            runtime.meter.text(sum(map(len, texts)))
            return "".join(texts)
        except TwigError as error:
            error.at(source, at)
            raise

    return join


def conditional(compiler: Compiler, node: nodes.Conditional) -> Run:
    """`a ? b : c` and `a ?: c`."""
    test, no = compiler.value(node.test), compiler.value(node.no)
    if node.yes is None:

        def either(runtime: Runtime, context: Context) -> Value:
            value = test(runtime, context)
            return value if truth(value) else no(runtime, context)

        return either
    yes = compiler.value(node.yes)
    return lambda runtime, context: (
        yes(runtime, context) if truth(test(runtime, context)) else no(runtime, context)
    )


def coalesce(compiler: Compiler, node: nodes.Coalesce) -> Run:
    """`a ?? b`: never raises for a path that does not exist."""
    with compiler.leniently():
        left = compiler.value(node.left)
    right = compiler.value(node.right)
    exists = defined(compiler, node.left)

    def choose(runtime: Runtime, context: Context) -> Value:
        value = left(runtime, context) if exists(runtime, context) else None
        return right(runtime, context) if value is None else value

    def choose_plain(runtime: Runtime, context: Context) -> Value:
        value = left(runtime, context)
        return right(runtime, context) if value is None else value

    plain = isinstance(node.left, nodes.Name | nodes.Attribute | nodes.Const | nodes.Array)
    return choose_plain if plain else choose


def attribute_of(compiler: Compiler, node: nodes.Attribute) -> Run:
    """`a.b`, `a[b]` and `a.b(c)`."""
    if node.call is not None:
        return method(compiler, node)
    source, at = compiler.source, node.at
    strict = compiler.strict and not compiler.lenient
    of = base_of(compiler, node.of)

    def fallback(found: Value, key: Value) -> Value:
        try:
            value = attribute(found, key)
            if value is not MISSING:
                return value
            if strict:
                raise missing(found, key)
        except TwigError as error:
            error.at(source, at)
            raise
        return None

    if isinstance(node.key, nodes.Const):
        return fixed_key(node, of, fallback)
    key = compiler.value(node.key)
    return lambda runtime, context: fallback(of(runtime, context), key(runtime, context))


def base_of(compiler: Compiler, node: Expr) -> Run:
    """What an attribute is taken of; `loop` needs no copy here."""
    if isinstance(node, nodes.Name) and node.name == "loop" and not compiler.strict:
        compiler.cost += 1
        return lambda _runtime, context: context.get("loop")
    return compiler.value(node)


def fixed_key(node: nodes.Attribute, of: Run, fallback: Callable[[Value, Value], Value]) -> Run:
    """An attribute whose key is written out: the road that nearly all of them take."""
    assert isinstance(node.key, nodes.Const)  # noqa: S101
    written = node.key.value
    key = normal_key(written)
    if isinstance(node.of, nodes.Name) and node.of.name not in ("_self", "_context", "_charset"):
        base = node.of.name

        def short(runtime: Runtime, context: Context) -> Value:
            found = context.get(base)
            if type(found) is dict:
                value = found.get(key, MISSING)
                if value is not MISSING:
                    return value
            return fallback(of(runtime, context), written)

        return short

    def long(runtime: Runtime, context: Context) -> Value:
        found = of(runtime, context)
        if type(found) is dict:
            value = found.get(key, MISSING)
            if value is not MISSING:
                return value
        return fallback(found, written)

    return long


def method(compiler: Compiler, node: nodes.Attribute) -> Run:
    """`a.b(c)`: dates have a few methods; nothing else has any."""
    of, key = compiler.value(node.of), compiler.value(node.key)
    arguments = [compiler.value(arg) for arg in (node.call or nodes.Args()).positional]
    source, at = compiler.source, node.at
    strict = compiler.strict and not compiler.lenient

    def run(runtime: Runtime, context: Context) -> Value:
        found, named = of(runtime, context), key(runtime, context)
        try:
            value = call_method(found, named, [arg(runtime, context) for arg in arguments])
            if value is MISSING and strict:
                raise missing(found, named, called=True)
        except TwigError as error:
            error.at(source, at)
            raise
        return None if value is MISSING else value

    return run


def arrow(compiler: Compiler, node: nodes.Arrow) -> Run:
    """`(a, b) => …`: sees the variables as they are where it is written."""
    body, cost = compiler.separately(node.body)
    params = node.params

    def make(runtime: Runtime, context: Context) -> Value:
        inner = context.copy()

        def call(*values: Value) -> Value:
            runtime.meter.charge(cost)
            if len(values) < len(params):
                raise TwigRuntimeError(
                    f"Too few arguments to the arrow function: {len(values)} passed and exactly "
                    f"{len(params)} expected"
                )
            inner.update(zip(params, values, strict=False))
            return body(runtime, inner)

        return Callback(call)

    return make


def defined(compiler: Compiler, node: Expr) -> Run:
    """Whether a variable, path, block or macro exists."""
    if isinstance(node, nodes.Name):
        return defined_name(node.name)
    if isinstance(node, nodes.Attribute):
        return defined_attribute(compiler, node)
    if isinstance(node, nodes.BlockCall):
        return compile_calls.block_exists(compiler, node)
    if isinstance(node, nodes.MacroCall):
        imported, macro = node.imported, node.macro
        return lambda runtime, context: runtime.macro_owner(imported, macro, context) is not None
    if isinstance(node, nodes.FunctionCall) and node.name == "constant":
        return compile_calls.constant_exists(compiler, node)
    return lambda _runtime, _context: True


def defined_attribute(compiler: Compiler, node: nodes.Attribute) -> Run:
    """Whether a path exists; no part of it has to."""
    with compiler.leniently():
        of, key = compiler.value(node.of), compiler.value(node.key)
    if node.call is not None:
        return lambda runtime, context: (
            call_method(of(runtime, context), key(runtime, context), []) is not MISSING
        )
    return lambda runtime, context: (
        attribute(of(runtime, context), key(runtime, context)) is not MISSING
    )


def defined_name(key: str) -> Run:
    """Whether a variable exists; Twig's own always do."""
    if key in ("_self", "_context", "_charset"):
        return lambda _runtime, _context: True
    return lambda _runtime, context: key in context


def captured(compiler: Compiler, node: nodes.Captured) -> Run:
    """The output of a body, as a text that is not escaped again."""
    body = compiler.body(node.body)
    return lambda runtime, context: runtime.markup(runtime.capture(body, context))


COMPILERS: dict[type[Expr], Callable[[Compiler, Any], Run]] = {
    nodes.Const: constant,
    nodes.Name: name,
    nodes.Array: array,
    nodes.Unary: unary,
    nodes.Binary: binary,
    nodes.Concat: concat,
    nodes.Conditional: conditional,
    nodes.Coalesce: coalesce,
    nodes.Attribute: attribute_of,
    nodes.Arrow: arrow,
    nodes.Captured: captured,
    nodes.FilterCall: compile_calls.filter_call,
    nodes.FunctionCall: compile_calls.function_call,
    nodes.TestCall: compile_calls.test_call,
    nodes.MacroCall: compile_calls.macro_call,
    nodes.ParentCall: compile_calls.parent_call,
    nodes.BlockCall: compile_calls.block_call,
}
