"""Turns a tree into a template of closures, and settles escaping on the way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from orderdesk.lib.twig import compile_statements, compile_values
from orderdesk.lib.twig.errors import Source
from orderdesk.lib.twig.escaping import Strategy, strategy_for
from orderdesk.lib.twig.library import Library
from orderdesk.lib.twig.nodes import Body, Expr, Parsed
from orderdesk.lib.twig.runtime import Context, Do, Run, Runtime, Template


class Compiler:
    """Compiles one source.

    `cost` counts the nodes of the body at hand, so that running it can pay for them at once.
    """

    def __init__(
        self, source: Source, library: Library, *, autoescape: Strategy, strict: bool
    ) -> None:
        self.source = source
        self.library = library
        self.strict = strict
        self.lenient = False
        self.cost = 0
        self.strategies = [self.strategy(autoescape)]
        self.template = Template(source.name, source.text)

    def strategy(self, wanted: Strategy) -> Strategy:
        """A strategy, with "name" looked up and true taken for HTML."""
        if wanted == "name":
            return strategy_for(self.source.name)
        return "html" if wanted is True else wanted

    def compile(self, tree: Parsed) -> Template:
        """Compile the whole template."""
        template = self.template
        template.used = {"tags": tree.tags, "filters": tree.filters, "functions": tree.functions}
        template.traits = [(trait.template, trait.aliases, trait.at) for trait in tree.traits]
        template.body = self.body(tree.body)
        if tree.parent is not None:
            template.parent = self.value(tree.parent)
            template.parent_at = tree.parent.at
        for block in tree.blocks.values():
            if block.name not in template.blocks:
                template.blocks[block.name] = self.body(block.body)
        for macro in tree.macros.values():
            template.macros[macro.name] = compile_statements.macro(self, macro)
        return template

    def embedded(self, tree: Parsed) -> Template:
        """Compile a template that is written inside this one."""
        inner = Compiler(
            self.source, self.library, autoescape=self.strategies[0], strict=self.strict
        )
        return inner.compile(tree)

    def value(self, node: Expr) -> Run:
        """Compile an expression."""
        self.cost += 1
        return compile_values.COMPILERS[type(node)](self, node)

    def defined(self, node: Expr) -> Run:
        """Compile the question whether an expression's value exists."""
        return compile_values.defined(self, node)

    def separately(self, node: Expr) -> tuple[Run, int]:
        """Compile an expression that is paid for each time it runs, and tell its cost."""
        outer, self.cost = self.cost, 0
        run = self.value(node)
        cost, self.cost = self.cost, outer
        return run, cost

    def body(self, node: Body) -> Do:
        """Compile statements; running them pays for their own nodes first."""
        outer, self.cost = self.cost, 0
        runs = [compile_statements.compile_one(self, one) for one in node.statements]
        cost = self.cost + len(runs) + 1  # even an empty body takes its time
        self.cost = outer
        if len(runs) == 1:
            return compile_statements.paid(runs[0], cost)

        def run(runtime: Runtime, context: Context) -> None:
            meter = runtime.meter
            meter.steps += cost
            if meter.steps > meter.checkpoint:
                meter.check()
            for one in runs:
                one(runtime, context)

        return run

    @contextmanager
    def leniently(self, *, on: bool = True) -> Iterator[None]:
        """Compile what may be missing, even where names must exist."""
        outer, self.lenient = self.lenient, self.lenient or on
        yield
        self.lenient = outer

    @contextmanager
    def escaping(self, strategy: Strategy) -> Iterator[None]:
        """Compile with another strategy."""
        self.strategies.append(self.strategy(strategy))
        yield
        self.strategies.pop()
