"""Turns statements into closures: each takes the runtime and the variables, and acts."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from orderdesk.lib.twig import nodes
from orderdesk.lib.twig.arrays import items
from orderdesk.lib.twig.errors import TwigError, TwigLoaderError, TwigRuntimeError
from orderdesk.lib.twig.escaping import auto_escape, escaper
from orderdesk.lib.twig.loops import compile_for
from orderdesk.lib.twig.nodes import Expr, Statement
from orderdesk.lib.twig.runtime import Context, Do, Run, Runtime, Template
from orderdesk.lib.twig.safety import arms, safe_for
from orderdesk.lib.twig.values import Value, php_type, to_text, truth

if TYPE_CHECKING:
    from orderdesk.lib.twig.compiler import Compiler

Macro = Callable[[Runtime, list[Value], dict[str, Value]], Value]


def compile_one(compiler: Compiler, node: Statement) -> Do:
    """Compile any statement."""
    return COMPILERS[type(node)](compiler, node)


def paid(run: Do, cost: int) -> Do:
    """A body of one statement."""

    def pay(runtime: Runtime, context: Context) -> None:
        meter = runtime.meter
        meter.steps += cost
        if meter.steps > meter.checkpoint:
            meter.check()
        run(runtime, context)

    return pay


def text(compiler: Compiler, node: nodes.Text) -> Do:
    """Text outside tags."""
    written = node.text
    return lambda runtime, _context: runtime.write(written)


def output(compiler: Compiler, node: nodes.Print) -> Do:
    """`{{ value }}`, escaped unless its form says that it need not be."""
    strategy = compiler.strategies[-1]
    if not isinstance(strategy, str) or strategy in safe_for(node.value, compiler.library):
        return output_raw(compiler, node)
    chosen = arms(node.value)
    if chosen and any(strategy in safe_for(arm, compiler.library) for arm in chosen):
        return choice(compiler, node.value)
    return output_escaped(compiler, node, escaper(strategy))


def output_raw(compiler: Compiler, node: nodes.Print) -> Do:
    """Print a value as it is."""
    run = compiler.value(node.value)
    source, at = compiler.source, node.at

    def show(runtime: Runtime, context: Context) -> None:
        try:
            value = run(runtime, context)
            runtime.write(value if type(value) is str else to_text(value))
        except TwigError as error:
            error.at(source, at)
            raise

    return show


def output_escaped(compiler: Compiler, node: nodes.Print, escape: Callable[[str], str]) -> Do:
    """Print a value escaped, unless a template made it."""
    run = compiler.value(node.value)
    source, at = compiler.source, node.at

    def show(runtime: Runtime, context: Context) -> None:
        try:
            value = run(runtime, context)
            if type(value) is str:
                runtime.write(escape(value))
            else:
                runtime.write(to_text(auto_escape(value, escape)))
        except TwigError as error:
            error.at(source, at)
            raise

    return show


def choice(compiler: Compiler, node: Expr) -> Do:
    """`{{ a ? b : c }}` where one side needs escaping and the other does not."""
    if isinstance(node, nodes.Conditional):
        test = compiler.value(node.test)
        yes = output(compiler, nodes.Print(node.at, node.yes or node.test))
        no = output(compiler, nodes.Print(node.at, node.no))
        return lambda runtime, context: (
            yes(runtime, context) if truth(test(runtime, context)) else no(runtime, context)
        )
    assert isinstance(node, nodes.Coalesce)  # noqa: S101
    with compiler.leniently():
        left = compiler.value(node.left)
        first = output(compiler, nodes.Print(node.at, node.left))
    second = output(compiler, nodes.Print(node.at, node.right))
    exists = compiler.defined(node.left)

    def run(runtime: Runtime, context: Context) -> None:
        if exists(runtime, context) and left(runtime, context) is not None:
            first(runtime, context)
        else:
            second(runtime, context)

    return run


def do(compiler: Compiler, node: nodes.Do) -> Do:
    """`{% do %}`."""
    return compiler.value(node.value)


def condition(compiler: Compiler, node: nodes.If) -> Do:
    """`{% if %}`."""
    branches = [(compiler.value(test), compiler.body(body)) for test, body in node.branches]
    otherwise = compiler.body(node.otherwise) if node.otherwise else None

    def run(runtime: Runtime, context: Context) -> None:
        for test, body in branches:
            if truth(test(runtime, context)):
                body(runtime, context)
                return
        if otherwise:
            otherwise(runtime, context)

    return run


def assign(compiler: Compiler, node: nodes.Set) -> Do:
    """`{% set %}`: all values are found before any is assigned."""
    runs = [compiler.value(value) for value in node.values]
    names = node.names
    if len(runs) == 1:
        name, only = names[0], runs[0]

        def one(runtime: Runtime, context: Context) -> None:
            context[name] = only(runtime, context)

        return one
    return lambda runtime, context: context.update(
        zip(names, [run(runtime, context) for run in runs], strict=True)
    )


def scope(compiler: Compiler, node: nodes.With) -> Do:
    """`{% with %}`: what is set inside is gone after it."""
    variables = compiler.value(node.variables) if node.variables else None
    body = compiler.body(node.body)
    only = node.only
    source, at = compiler.source, node.at

    def run(runtime: Runtime, context: Context) -> None:
        inner = {} if only else context.copy()
        if variables:
            found = variables(runtime, context)
            if not isinstance(found, list | dict):
                raise TwigRuntimeError('Variables passed to the "with" tag must be a mapping.').at(
                    source, at
                )
            inner.update((str(key), value) for key, value in items(found))
        body(runtime, inner)

    return run


def include(compiler: Compiler, node: nodes.Include) -> Do:
    """`{% include %}` and `{% embed %}`."""
    template = compiler.value(node.template) if node.template else None
    embedded = compiler.embedded(node.embedded) if node.embedded else None
    variables = compiler.value(node.variables) if node.variables else None
    only, ignore = node.only, node.ignore_missing
    source, at = compiler.source, node.at

    def run(runtime: Runtime, context: Context) -> None:
        try:
            if template:
                chosen = runtime.choose(template(runtime, context))
            else:
                chosen = embedded or Template("")
        except TwigLoaderError as error:
            if ignore:
                return
            error.at(source, at)
            raise
        try:
            given = variables(runtime, context) if variables else {}
            runtime.display(chosen, included(context, given, only=only), {})
        except TwigError as error:
            error.at(source, at)
            raise

    return run


def included(context: Context, given: Value, *, only: bool) -> Context:
    """The variables of an included template."""
    if not isinstance(given, list | dict):
        raise TwigRuntimeError(
            'Variables passed to the "include" function or tag must be iterable, got '
            f'"{php_type(given)}".'
        )
    inner = {} if only else context.copy()
    inner.update((str(key), value) for key, value in items(given))
    return inner


def block(compiler: Compiler, node: nodes.Block) -> Do:
    """`{% block %}`: where it stands decides how it is escaped."""
    compiler.template.blocks[node.name] = compiler.body(node.body)
    name = node.name
    return lambda runtime, context: runtime.show_block(
        name, context, runtime.template, runtime.blocks
    )


def import_template(compiler: Compiler, node: nodes.Import) -> Do:
    """`{% import %}` and `{% from %}`."""
    alias, of_module = node.alias, node.of_module
    source, at = compiler.source, node.at
    template: Run | None = None
    if not (isinstance(node.template, nodes.Name) and node.template.name == "_self"):
        template = compiler.value(node.template)

    def run(runtime: Runtime, context: Context) -> None:
        try:
            found = runtime.template
            if template:
                found = runtime.choose(template(runtime, context))
        except TwigError as error:
            error.at(source, at)
            raise
        runtime.imports[alias] = found
        if of_module:
            runtime.module_imports.setdefault(runtime.template, {})[alias] = found

    return run


def auto_escaped(compiler: Compiler, node: nodes.AutoEscape) -> Do:
    """`{% autoescape %}`."""
    with compiler.escaping(node.strategy):
        return compiler.body(node.body)


def nothing(compiler: Compiler, node: nodes.Body) -> Do:
    """Statements that stand for one."""
    return compiler.body(node)


def macro(compiler: Compiler, node: nodes.Macro) -> Macro:
    """A macro: sees its parameters and nothing else."""
    defaults = [(name, compiler.value(value) if value else None) for name, value in node.params]
    names = [name for name, _ in defaults]
    body = compiler.body(node.body)

    def call(runtime: Runtime, values: list[Value], named: dict[str, Value]) -> Value:
        context: dict[str, Any] = {}
        for index, (name, default) in enumerate(defaults):
            if index < len(values):
                context[name] = values[index]
            elif name in named:
                context[name] = named[name]
            else:
                context[name] = default(runtime, {}) if default else None
        extra: list[Value] = values[len(names) :]
        unknown = {name: value for name, value in named.items() if name not in names}
        context["varargs"] = {**dict(enumerate(extra)), **unknown} if unknown else extra
        return runtime.markup(runtime.capture(body, context))

    return call


COMPILERS: dict[type[Statement], Callable[[Compiler, Any], Do]] = {
    nodes.Text: text,
    nodes.Print: output,
    nodes.Do: do,
    nodes.If: condition,
    nodes.For: compile_for,
    nodes.Set: assign,
    nodes.With: scope,
    nodes.Include: include,
    nodes.Block: block,
    nodes.Import: import_template,
    nodes.AutoEscape: auto_escaped,
    nodes.Body: nothing,
}
