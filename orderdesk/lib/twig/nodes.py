"""The syntax tree: what a template says, before anything is done about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Node:
    """Anything in the tree; `at` is its offset in the source."""

    at: int


@dataclass(slots=True)
class Expr(Node):
    """Something with a value."""


@dataclass(slots=True)
class Const(Expr):
    """A number, text, true, false or null written out."""

    value: Any


@dataclass(slots=True)
class Name(Expr):
    """A variable."""

    name: str


@dataclass(slots=True)
class Item:
    """One entry of an array: a value, a key and a value, or a spread."""

    key: Expr | None
    value: Expr
    spread: bool = False


@dataclass(slots=True)
class Array(Expr):
    """`[…]` or `{…}`."""

    items: list[Item]
    mapping: bool


@dataclass(slots=True)
class Unary(Expr):
    """`not x`, `-x`, `+x`; `bracketed` where brackets stand around it."""

    operator: str
    operand: Expr
    bracketed: bool = False


@dataclass(slots=True)
class Binary(Expr):
    """Two operands and the sign or word between them."""

    operator: str
    left: Expr
    right: Expr


@dataclass(slots=True)
class Concat(Expr):
    """`a ~ b ~ c`, or a string with `#{…}` in it."""

    parts: list[Expr]


@dataclass(slots=True)
class Conditional(Expr):
    """`test ? yes : no`; without `yes` it is `test ?: no`."""

    test: Expr
    yes: Expr | None
    no: Expr


@dataclass(slots=True)
class Coalesce(Expr):
    """`left ?? right`."""

    left: Expr
    right: Expr


@dataclass(slots=True)
class Args:
    """Arguments as written; `spread` marks the positional ones that are lists to unpack."""

    positional: list[Expr] = field(default_factory=list)
    named: dict[str, Expr] = field(default_factory=dict)
    spread: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Attribute(Expr):
    """`of.key` or `of[key]`; `call` where brackets with arguments follow."""

    of: Expr
    key: Expr
    call: Args | None = None


@dataclass(slots=True)
class FilterCall(Expr):
    """`of|name(args)`."""

    of: Expr
    name: str
    args: Args


@dataclass(slots=True)
class FunctionCall(Expr):
    """`name(args)`."""

    name: str
    args: Args


@dataclass(slots=True)
class TestCall(Expr):
    """`of is name(args)`."""

    of: Expr
    name: str
    args: Args


@dataclass(slots=True)
class MacroCall(Expr):
    """A macro of an imported template; `imported` is the name it was given there."""

    imported: str
    macro: str
    args: Args


@dataclass(slots=True)
class Arrow(Expr):
    """`(a, b) => body`."""

    params: list[str]
    body: Expr


@dataclass(slots=True)
class ParentCall(Expr):
    """`parent()` inside a block."""

    block: str


@dataclass(slots=True)
class BlockCall(Expr):
    """`block('name')`, or `block('name', 'template')`."""

    name: Expr
    template: Expr | None


@dataclass(slots=True)
class Captured(Expr):
    """The output of a body, as a value."""

    body: Body


@dataclass(slots=True)
class Statement(Node):
    """Something that is done."""


@dataclass(slots=True)
class Body(Statement):
    """Statements, one after another."""

    statements: list[Statement]


@dataclass(slots=True)
class Text(Statement):
    """Text outside all tags."""

    text: str


@dataclass(slots=True)
class Print(Statement):
    """`{{ value }}`."""

    value: Expr


@dataclass(slots=True)
class Do(Statement):
    """`{% do value %}`."""

    value: Expr


@dataclass(slots=True)
class If(Statement):
    """`{% if %}` with its `elseif`s and `else`."""

    branches: list[tuple[Expr, Body]]
    otherwise: Body | None


@dataclass(slots=True)
class For(Statement):
    """`{% for key, value in sequence %}`.

    `loop` and `inner` say whether the body can see `loop`, and Twig's own `_seq`, `_parent`.
    """

    key: str
    value: str
    sequence: Expr
    body: Body
    otherwise: Body | None
    loop: bool
    inner: bool


@dataclass(slots=True)
class Set(Statement):
    """`{% set names = values %}`."""

    names: list[str]
    values: list[Expr]


@dataclass(slots=True)
class With(Statement):
    """`{% with variables only %}`."""

    variables: Expr | None
    only: bool
    body: Body


@dataclass(slots=True)
class Include(Statement):
    """`{% include template %}`; an `embed` carries the template it wrote itself."""

    template: Expr | None
    variables: Expr | None
    only: bool
    ignore_missing: bool
    embedded: Parsed | None = None


@dataclass(slots=True)
class Block(Statement):
    """Where a block was defined, and is shown unless a child says otherwise."""

    name: str
    body: Body


@dataclass(slots=True)
class Import(Statement):
    """`{% import template as alias %}`; `of_module` where blocks and macros see it too."""

    template: Expr
    alias: str
    of_module: bool


@dataclass(slots=True)
class AutoEscape(Statement):
    """`{% autoescape strategy %}`."""

    strategy: str | bool
    body: Body


@dataclass(slots=True)
class Macro(Statement):
    """`{% macro name(params) %}`."""

    name: str
    params: list[tuple[str, Expr | None]]
    body: Body


@dataclass(slots=True)
class Trait:
    """`{% use 'template' with block as alias %}`."""

    template: str
    aliases: dict[str, str]
    at: int


@dataclass(slots=True)
class Parsed:
    """A whole template as a tree, with what it uses for the sandbox to judge."""

    body: Body
    parent: Expr | None
    blocks: dict[str, Block]
    macros: dict[str, Macro]
    traits: list[Trait]
    tags: dict[str, int]
    filters: dict[str, int]
    functions: dict[str, int]
