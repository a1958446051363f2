"""Spells a pattern out for PostgreSQL, so that nothing is left to its locale or its settings."""

from functools import singledispatch

from orderdesk.lib.patterns.tree import LAST, WORD, Chars, Choice, Node, Place, Repeat, Sequence


def spelt(tree: Node) -> str:
    """Give the pattern as an advanced regular expression of PostgreSQL."""
    return f"***:{_told(tree)}"


@singledispatch
def _told(node: Node) -> str:
    raise NotImplementedError(type(node).__name__)


@_told.register
def _(node: Chars) -> str:
    if not node.ranges:
        return r"(?!)"
    return f"[{''.join(_range(low, high) for low, high in node.ranges)}]"


@_told.register
def _(node: Sequence) -> str:
    return f"(?:{''.join(map(_told, node.parts))})"


@_told.register
def _(node: Choice) -> str:
    return f"(?:{'|'.join(map(_told, node.branches))})"


@_told.register
def _(node: Repeat) -> str:
    most = "" if node.most is None else str(node.most)
    return f"(?:{_told(node.part)}){{{node.least},{most}}}"


@_told.register
def _(node: Place) -> str:
    if node.kind in "^$":
        return node.kind
    word = _told(WORD)
    if node.kind == "b":
        return f"(?:(?<={word})(?!{word})|(?<!{word})(?={word}))"
    return f"(?:(?<={word})(?={word})|(?<!{word})(?!{word}))"


def _range(low: int, high: int) -> str:
    low = max(low, 1)  # no column holds NUL
    return _char(low) if low >= high else f"{_char(low)}-{_char(min(high, LAST))}"


def _char(code: int) -> str:
    char = chr(code)
    return char if char.isascii() and char.isalnum() else f"\\U{code:08x}"
