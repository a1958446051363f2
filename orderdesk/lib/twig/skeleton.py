"""What may stand outside the blocks of a template that extends another."""

from __future__ import annotations

from dataclasses import replace

from orderdesk.lib.twig import nodes
from orderdesk.lib.twig.errors import Source, TwigSyntaxError
from orderdesk.lib.twig.nodes import Body, Statement

OUTSIDE = (
    "A template that extends another one cannot include content outside Twig blocks. Did you "
    "forget to put the content inside a {% block %} tag?"
)


def keep_definitions(body: Body, source: Source, *, nested: bool = False) -> Body:
    """The statements of a child template that act before its parent is shown.

    Raises:
        TwigSyntaxError: for anything that would print.
    """
    kept: list[Statement] = []
    for statement in body.statements:
        left = keep(statement, source, nested=nested)
        if left is not None:
            kept.append(left)
    return Body(body.at, kept)


def keep(statement: Statement, source: Source, *, nested: bool) -> Statement | None:
    """One statement as it acts outside blocks; None where it only defines."""
    if isinstance(statement, nodes.Text):
        if statement.text.strip():
            raise refusal(OUTSIDE, statement, source)
        return None
    if isinstance(statement, nodes.Print | nodes.Include):
        raise refusal(OUTSIDE, statement, source)
    if isinstance(statement, nodes.Block):
        if nested:
            raise refusal(
                "A block definition cannot be nested under non-capturing nodes.",
                statement,
                source,
            )
        return None
    return keep_inside(statement, source)


def keep_inside(statement: Statement, source: Source) -> Statement:
    """The same for the bodies inside a statement."""
    if isinstance(statement, nodes.If):
        branches = [
            (test, keep_definitions(body, source, nested=True)) for test, body in statement.branches
        ]
        otherwise = statement.otherwise
        if otherwise:
            otherwise = keep_definitions(otherwise, source, nested=True)
        return replace(statement, branches=branches, otherwise=otherwise)
    if isinstance(statement, nodes.For | nodes.With | nodes.AutoEscape):
        return replace(statement, body=keep_definitions(statement.body, source, nested=True))
    return statement


def refusal(message: str, statement: Statement, source: Source) -> TwigSyntaxError:
    """The error at a statement's place."""
    error = TwigSyntaxError(message)
    error.at(source, statement.at)
    return error
