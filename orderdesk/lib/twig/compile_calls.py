"""Turns calls into closures: filters, functions, tests, macros and blocks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from orderdesk.lib.twig import nodes
from orderdesk.lib.twig.arguments import fit
from orderdesk.lib.twig.constants import CONSTANTS
from orderdesk.lib.twig.errors import TwigError, TwigRuntimeError, TwigSyntaxError
from orderdesk.lib.twig.escaping import auto_escape, escaper
from orderdesk.lib.twig.library import Entry
from orderdesk.lib.twig.limits import CHARACTERS_PER_STEP
from orderdesk.lib.twig.runtime import Context, Run, Runtime
from orderdesk.lib.twig.safety import safe_for
from orderdesk.lib.twig.values import Value, empty, to_text

if TYPE_CHECKING:
    from orderdesk.lib.twig.compiler import Compiler

Arguments = Callable[[Runtime, Context], list[Value]]


def arguments(compiler: Compiler, entry: Entry, args: nodes.Args, kind: str, at: int) -> Arguments:
    """A closure that gives the arguments of one call, in the order of the parameters."""
    compiler.cost += entry.cost
    try:
        places, extra = fit(args, entry, kind)
    except TwigSyntaxError as error:
        error.at(compiler.source, at)
        raise
    if args.spread:
        return spread_arguments(compiler, entry, args)
    while places and places[-1] is None:
        places.pop()
    runs: list[Run] = []
    for place, default in zip(places, entry.defaults, strict=False):
        runs.append(compiler.value(place) if place is not None else fixed(default))
    runs.extend(compiler.value(one) for one in extra)
    return gather(runs)


def fixed(value: Value) -> Run:
    """A closure for a default."""
    return lambda _runtime, _context: value


def gather(runs: list[Run]) -> Arguments:
    """A closure for a list of values; most calls have none or one."""
    if not runs:
        return lambda _runtime, _context: []
    if len(runs) == 1:
        only = runs[0]
        return lambda runtime, context: [only(runtime, context)]
    return lambda runtime, context: [run(runtime, context) for run in runs]


def spread_arguments(compiler: Compiler, entry: Entry, args: nodes.Args) -> Arguments:
    """The same where `...list` is among the arguments: counted only when called."""
    runs = [
        (compiler.value(one), index in args.spread) for index, one in enumerate(args.positional)
    ]
    named = {name: compiler.value(one) for name, one in args.named.items()}
    if named:
        raise TwigSyntaxError("A spread and named arguments cannot be used together here.").at(
            compiler.source, args.positional[0].at
        )

    def run(runtime: Runtime, context: Context) -> list[Value]:
        values: list[Value] = []
        for one, spread in runs:
            value = one(runtime, context)
            if spread:
                values.extend(item for _, item in runtime.sequence(value, "..."))
            else:
                values.append(value)
        if len(values) < entry.required:
            raise TwigRuntimeError(f'Too few arguments for "{entry.name}".')
        return values if entry.variadic else values[: len(entry.params)]

    return run


def filter_call(compiler: Compiler, node: nodes.FilterCall) -> Run:
    """`of|name(args)`."""
    if node.name == "default":
        return default_filter(compiler, node)
    entry = compiler.library.filters[node.name]
    of = compiler.value(node.of)
    if entry.pre_escape and entry.pre_escape not in safe_for(node.of, compiler.library):
        of = escaped(of, entry.pre_escape)
    return call(
        compiler, entry, of, arguments(compiler, entry, node.args, "filter", node.at), node.at
    )


def escaped(of: Run, strategy: str) -> Run:
    """A filter's subject, escaped first."""
    run = escaper(strategy)
    return lambda runtime, context: auto_escape(of(runtime, context), run)


def call(compiler: Compiler, entry: Entry, of: Run, args: Arguments, at: int) -> Run:
    """A closure that calls an entry with a subject."""
    function, source = entry.call, compiler.source

    def plain(runtime: Runtime, context: Context) -> Value:
        try:
            value = of(runtime, context)
            if isinstance(value, str | list | dict):
                runtime.meter.charge(len(value) // CHARACTERS_PER_STEP)
            return function(value, *args(runtime, context))
        except TwigError as error:
            error.at(source, at)
            raise

    def with_runtime(runtime: Runtime, context: Context) -> Value:
        try:
            return function(runtime, of(runtime, context), *args(runtime, context))
        except TwigError as error:
            error.at(source, at)
            raise

    return with_runtime if entry.runtime else plain


def default_filter(compiler: Compiler, node: nodes.FilterCall) -> Run:
    """`of|default(value)`: never raises for a path that does not exist."""
    args = [*node.args.positional, *node.args.named.values()]
    variable = isinstance(node.of, nodes.Name | nodes.Attribute)
    if node.args.named and (variable or list(node.args.named) != ["default"]):
        # Twig fails on this too, with a message about its own insides.
        raise TwigSyntaxError('The "default" filter takes its argument without a name.').at(
            compiler.source, node.at
        )
    with compiler.leniently(on=variable):
        of = compiler.value(node.of)
    default = compiler.value(args[0]) if args else fixed("")

    def run(runtime: Runtime, context: Context) -> Value:
        value, other = of(runtime, context), default(runtime, context)
        return other if empty(value) else value

    return run


def function_call(compiler: Compiler, node: nodes.FunctionCall) -> Run:
    """`name(args)`."""
    entry = compiler.library.functions[node.name]
    args = arguments(compiler, entry, node.args, "function", node.at)
    function, source, at = entry.call, compiler.source, node.at

    def plain(runtime: Runtime, context: Context) -> Value:
        try:
            return function(*args(runtime, context))
        except TwigError as error:
            error.at(source, at)
            raise

    def with_runtime(runtime: Runtime, context: Context) -> Value:
        try:
            return function(runtime, *args(runtime, context))
        except TwigError as error:
            error.at(source, at)
            raise

    def with_context(runtime: Runtime, context: Context) -> Value:
        try:
            return function(runtime, context, *args(runtime, context))
        except TwigError as error:
            error.at(source, at)
            raise

    return with_context if entry.context else with_runtime if entry.runtime else plain


def test_call(compiler: Compiler, node: nodes.TestCall) -> Run:
    """`of is name(args)`."""
    if node.name == "defined":
        return compiler.defined(node.of)
    entry = compiler.library.tests[node.name]
    # A missing variable may be asked whether it is null or empty only where names may be missing.
    of = compiler.value(node.of)
    return call(
        compiler, entry, of, arguments(compiler, entry, node.args, "test", node.at), node.at
    )


def macro_call(compiler: Compiler, node: nodes.MacroCall) -> Run:
    """A call of an imported macro."""
    imported, macro = node.imported, node.macro
    values = [
        (compiler.value(one), index in node.args.spread)
        for index, one in enumerate(node.args.positional)
    ]
    named = {name: compiler.value(one) for name, one in node.args.named.items()}
    source, at = compiler.source, node.at

    def run(runtime: Runtime, context: Context) -> Value:
        try:
            owner = runtime.macro_owner(imported, macro, context)
            if owner is None:
                known = runtime.imports.get(imported, runtime.template)
                raise TwigRuntimeError(
                    f'Macro "{macro}" is not defined in template "{known.name}".'
                )
            given: list[Value] = []
            for one, spread in values:
                value = one(runtime, context)
                if spread:
                    given.extend(item for _, item in runtime.sequence(value, "..."))
                else:
                    given.append(value)
            by_name = {name: one(runtime, context) for name, one in named.items()}
            return runtime.call_macro(owner, macro, given, by_name)
        except TwigError as error:
            error.at(source, at)
            raise

    return run


def parent_call(compiler: Compiler, node: nodes.ParentCall) -> Run:
    """`parent()`."""
    block, source, at = node.block, compiler.source, node.at

    def run(runtime: Runtime, context: Context) -> Value:
        try:
            return runtime.capture(lambda r, c: r.show_parent(block, c), context)
        except TwigError as error:
            error.at(source, at)
            raise

    return run


def block_call(compiler: Compiler, node: nodes.BlockCall) -> Run:
    """`block('name')`, of this template or of another."""
    name = compiler.value(node.name)
    template = compiler.value(node.template) if node.template else None
    source, at = compiler.source, node.at

    def run(runtime: Runtime, context: Context) -> Value:
        try:
            wanted = to_text(name(runtime, context))
            if template is None:
                return runtime.capture(
                    lambda r, c: r.show_block(wanted, c, r.template, r.blocks), context
                )
            other = runtime.choose(template(runtime, context))
            return runtime.capture(
                lambda r, c: r.show_block(wanted, c, other, r.own_blocks(other)), context
            )
        except TwigError as error:
            error.at(source, at)
            raise

    return run


def block_exists(compiler: Compiler, node: nodes.BlockCall) -> Run:
    """`block('name') is defined`."""
    name = compiler.value(node.name)
    template = compiler.value(node.template) if node.template else None

    def run(runtime: Runtime, context: Context) -> Value:
        wanted = to_text(name(runtime, context))
        if template is None:
            return runtime.has_block(wanted, context)
        return wanted in runtime.own_blocks(runtime.choose(template(runtime, context)))

    return run


def constant_exists(compiler: Compiler, node: nodes.FunctionCall) -> Run:
    """`constant('NAME') is defined`."""
    given = [*node.args.positional, *node.args.named.values()]
    name = compiler.value(given[0]) if given else fixed("")
    return lambda runtime, context: to_text(name(runtime, context)).lstrip("\\") in CONSTANTS
