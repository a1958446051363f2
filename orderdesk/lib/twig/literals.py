"""Reads what stands for itself: numbers, strings, arrays and mappings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderdesk.lib.twig import lexer as kinds
from orderdesk.lib.twig import nodes
from orderdesk.lib.twig.nodes import Expr, Item
from orderdesk.lib.twig.values import LARGEST

if TYPE_CHECKING:
    from orderdesk.lib.twig.expressions import ExpressionParser


def read_number(text: str) -> int | float:
    """A number as PHP reads it: an integer that is too large becomes a float."""
    if text.isdigit() and len(text) <= 19 and float(text) <= float(LARGEST):
        return min(int(text), LARGEST)
    return float(text)


def read_string(reader: ExpressionParser) -> Expr:
    """A string, with the values of its `#{…}` put in."""
    stream = reader.stream
    at = stream.current.at
    parts: list[Expr] = []
    can_be_string = True
    while True:
        if can_be_string and (token := stream.accept(kinds.STRING)):
            parts.append(nodes.Const(token.at, token.value))
            can_be_string = False
        elif stream.accept(kinds.INTERPOLATION_START):
            parts.append(reader.read())
            stream.expect(kinds.INTERPOLATION_END)
            can_be_string = True
        else:
            break
    return parts[0] if len(parts) == 1 else nodes.Concat(at, parts)


def read_array(reader: ExpressionParser) -> Expr:
    """`[a, b, ...c]`."""
    stream = reader.stream
    at = stream.expect(kinds.PUNCTUATION, "[").at
    items: list[Item] = []
    while not stream.test(kinds.PUNCTUATION, "]"):
        if items:
            stream.expect(kinds.PUNCTUATION, ",", "A sequence element must be followed by a comma")
            if stream.test(kinds.PUNCTUATION, "]"):
                break
        spread = bool(stream.accept(kinds.SPREAD))
        items.append(Item(None, reader.read(), spread))
    stream.expect(kinds.PUNCTUATION, "]", "An opened sequence is not properly closed")
    return nodes.Array(at, items, mapping=False)


def read_mapping(reader: ExpressionParser) -> Expr:
    """`{a: 1, 'b': 2, (c): 3, d, ...e}`."""
    stream = reader.stream
    at = stream.expect(kinds.PUNCTUATION, "{").at
    items: list[Item] = []
    while not stream.test(kinds.PUNCTUATION, "}"):
        if items:
            stream.expect(kinds.PUNCTUATION, ",", "A mapping value must be followed by a comma")
            if stream.test(kinds.PUNCTUATION, "}"):
                break
        items.append(read_entry(reader))
    stream.expect(kinds.PUNCTUATION, "}", "An opened mapping is not properly closed")
    return nodes.Array(at, items, mapping=True)


def read_entry(reader: ExpressionParser) -> Item:
    """One key and value of a mapping."""
    stream = reader.stream
    if stream.accept(kinds.SPREAD):
        return Item(None, reader.read(), spread=True)
    token = stream.current
    key: Expr
    if stream.accept(kinds.NAME):
        key = nodes.Const(token.at, token.value)
        if stream.test(kinds.PUNCTUATION, ",") or stream.test(kinds.PUNCTUATION, "}"):
            reader.parser.note_variable(token.value)
            return Item(key, nodes.Name(token.at, token.value))
    elif stream.accept(kinds.STRING):
        key = nodes.Const(token.at, token.value)
    elif stream.accept(kinds.NUMBER):
        key = nodes.Const(token.at, read_number(token.value))
    elif stream.test(kinds.PUNCTUATION, "("):
        key = reader.read()
    else:
        raise stream.fail(
            "A mapping key must be a quoted string, a number, a name, or an expression enclosed "
            f'in parentheses (unexpected token "{token.kind}" of value "{token.value}".',
            token.at,
        )
    stream.expect(kinds.PUNCTUATION, ":", "A mapping key must be followed by a colon (:)")
    return Item(key, reader.read())
