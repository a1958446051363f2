"""The pieces that a pattern is made of."""

from __future__ import annotations

from dataclasses import dataclass

from orderdesk.lib.twig.regex.charset import Test


@dataclass(slots=True)
class Node:
    """A piece of a pattern."""


@dataclass(slots=True)
class One(Node):
    """One character of a set."""

    test: Test


@dataclass(slots=True)
class Seq(Node):
    """Pieces, one after another."""

    parts: list[Node]


@dataclass(slots=True)
class Alt(Node):
    """One piece of several."""

    branches: list[Node]


@dataclass(slots=True)
class Repeat(Node):
    """A piece several times; `mode` is "", "?" (few first) or "+" (never give back)."""

    part: Node
    least: int
    most: int | None
    mode: str


@dataclass(slots=True)
class Group(Node):
    """A piece whose text can be referred to."""

    part: Node
    index: int


@dataclass(slots=True)
class Assert(Node):
    """A place: `^ $ A z Z b B`, with `m` or `D` after a sign where they change it."""

    kind: str


@dataclass(slots=True)
class Back(Node):
    """The text of an earlier group."""

    index: int
    any_case: bool


@dataclass(slots=True)
class Look(Node):
    """A piece that must, or must not, follow or precede."""

    part: Node
    behind: bool
    negated: bool


@dataclass(slots=True)
class Atomic(Node):
    """A piece that is not tried again another way."""

    part: Node
