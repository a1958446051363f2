"""For which strategies an expression's value needs no escaping, told from its form alone."""

from __future__ import annotations

from orderdesk.lib.twig import nodes
from orderdesk.lib.twig.escaping import STRATEGIES
from orderdesk.lib.twig.library import Library
from orderdesk.lib.twig.nodes import Expr

ALL = frozenset(STRATEGIES)
NONE: frozenset[str] = frozenset()


def safe_for(expr: Expr, library: Library) -> frozenset[str]:
    """The strategies for which this is safe."""
    if isinstance(expr, nodes.Const | nodes.ParentCall | nodes.BlockCall | nodes.MacroCall):
        return ALL
    if chosen := arms(expr):
        return safe_for(chosen[0], library) & safe_for(chosen[1], library)
    if isinstance(expr, nodes.FilterCall):
        return safe_filter(expr, library)
    if isinstance(expr, nodes.FunctionCall):
        return library.functions[expr.name].safe
    return NONE


def safe_filter(expr: nodes.FilterCall, library: Library) -> frozenset[str]:
    """The same for a filter; `escape` is safe for the strategy it names."""
    if expr.name in ("e", "escape"):
        strategy = next(iter([*expr.args.positional, *expr.args.named.values()]), None)
        if strategy is None:
            return frozenset({"html"})
        if isinstance(strategy, nodes.Const) and isinstance(strategy.value, str):
            named = frozenset({strategy.value})
            return named | {"html"} if strategy.value == "html_attr" else named
        return NONE
    return library.filters[expr.name].safe


def arms(expr: Expr) -> tuple[Expr, Expr] | None:
    """The two expressions that `?:` and `??` choose from."""
    if isinstance(expr, nodes.Conditional):
        return expr.yes or expr.test, expr.no
    if isinstance(expr, nodes.Coalesce):
        return expr.left, expr.right
    return None
