"""Names that a template reads and a sample of its data does not have.

The tree is walked with what is known of each variable, and no part of it is run: a name is missed
even where an `if` would have left it out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from orderdesk.lib.twig import nodes
from orderdesk.lib.twig.arrays import MISSING, get, keys, normal_key, values
from orderdesk.lib.twig.nodes import Node, Parsed

# The value of a variable that only a render would find.
UNKNOWN = object()
ALWAYS = ("_self", "_context", "_charset", "_key", "_seq", "_parent", "loop", "varargs")
LOOP = dict.fromkeys(
    ("parent", "index", "index0", "revindex", "revindex0", "first", "last", "length"), UNKNOWN
)
# Which parameter of a filter's arrow is an item of the array.
ARROW_ITEMS = {"filter": (0,), "find": (0,), "map": (0,), "reduce": (1,), "sort": (0, 1)}
# Filters that give an array with the same kind of items, and those that give one item.
SAME_ITEMS = ("filter", "reverse", "shuffle", "slice", "sort")
ONE_ITEM = ("find", "first", "last")
Scope = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Missing:
    """A name that is not there; `of` is the path it was looked for in."""

    name: str
    of: str
    at: int
    known: tuple[str, ...]


def missing_names(tree: Parsed, sample: Scope) -> list[Missing]:
    """All of them, in the order of the text and each once."""
    walker = Walker()
    scope = {**sample, **dict.fromkeys(ALWAYS, UNKNOWN)}
    scope = {**dict.fromkeys(assigned(tree), UNKNOWN), **scope}
    walker.visit(tree.body, scope)
    for block in tree.blocks.values():
        walker.visit(block.body, scope)
    for macro in tree.macros.values():
        names = [name for name, _ in macro.params]
        local = dict.fromkeys([*names, *assigned(macro.body), *ALWAYS], UNKNOWN)
        walker.visit(macro.body, local)
    return sorted({one.at: one for one in walker.found}.values(), key=lambda one: one.at)


def assigned(node: Any) -> Iterator[str]:
    """All names that are set anywhere in a tree."""
    for child in everything(node):
        if isinstance(child, nodes.Set):
            yield from child.names
        elif isinstance(child, nodes.With) and isinstance(child.variables, nodes.Array):
            yield from (str(k.value) for k in item_keys(child.variables))
        elif isinstance(child, nodes.With) and child.variables:
            yield "*"


def item_keys(array: nodes.Array) -> Iterator[nodes.Const]:
    """The keys of a mapping that are written out."""
    return (item.key for item in array.items if isinstance(item.key, nodes.Const))


def everything(node: Any) -> Iterator[Any]:
    """A node and all below it."""
    yield node
    for child in children(node):
        yield from everything(child)


def children(node: Any) -> Iterator[Any]:
    """The nodes right below one."""
    if isinstance(node, list | tuple):
        yield from node
    elif isinstance(node, dict):
        yield from node.values()
    elif dataclasses.is_dataclass(node) and not isinstance(node, type):
        yield from (getattr(node, field.name) for field in dataclasses.fields(node))


class Walker:
    """Walks a tree and notes what is missing."""

    def __init__(self) -> None:
        self.found: list[Missing] = []
        self.special: dict[type, Callable[[Any, Scope], Any]] = {
            nodes.Name: self.name,
            nodes.Attribute: self.attribute,
            nodes.For: self.loop,
            nodes.Arrow: self.arrow,
            nodes.FilterCall: self.filter,
            nodes.Coalesce: self.coalesce,
            nodes.TestCall: self.test,
            nodes.Conditional: self.conditional,
            nodes.If: self.condition,
            nodes.Include: self.include,
        }

    def visit(self, node: Any, scope: Scope) -> Any:
        """Walk a node; gives its value in the sample, or UNKNOWN."""
        special = self.special.get(type(node))
        if special:
            return special(node, scope)
        if isinstance(node, nodes.Const):
            return node.value
        for child in children(node):
            if isinstance(child, Node | list | tuple | dict | nodes.Item | nodes.Args):
                self.visit(child, scope)
        return UNKNOWN

    def name(self, node: nodes.Name, scope: Scope) -> Any:
        if node.name not in scope and "*" not in scope:
            known = tuple(name for name in scope if name not in ALWAYS)
            self.found.append(Missing(node.name, "", node.at, known))
        return scope.get(node.name, UNKNOWN)

    def attribute(self, node: nodes.Attribute, scope: Scope) -> Any:
        of = self.visit(node.of, scope)
        key = self.visit(node.key, scope)
        if node.call or of is UNKNOWN or not isinstance(node.key, nodes.Const):
            return UNKNOWN
        if not isinstance(of, list | dict) or not of:
            return UNKNOWN
        value = get(of, normal_key(key), MISSING)
        if value is MISSING:
            known = tuple(str(name) for name in keys(of)[:200])
            self.found.append(Missing(str(key), path(node.of), node.key.at, known))
            return UNKNOWN
        return value

    def loop(self, node: nodes.For, scope: Scope) -> Any:
        sequence = self.visit(node.sequence, scope)
        inner = {**scope, "loop": LOOP, node.key: UNKNOWN, node.value: an_item(sequence)}
        self.visit(node.body, inner)
        if node.otherwise:
            self.visit(node.otherwise, scope)
        return UNKNOWN

    def arrow(self, node: nodes.Arrow, scope: Scope, known: Scope | None = None) -> Any:
        own = dict.fromkeys(node.params, UNKNOWN) | (known or {})
        self.visit(node.body, scope | own)
        return UNKNOWN

    def filter(self, node: nodes.FilterCall, scope: Scope) -> Any:
        if node.name == "default":
            self.quietly(node.of, scope)
            self.visit(node.args, scope)
            return UNKNOWN
        array = self.visit(node.of, scope)
        item = an_item(array)
        places = ARROW_ITEMS.get(node.name, ())
        for arg in (*node.args.positional, *node.args.named.values()):
            if isinstance(arg, nodes.Arrow):
                self.arrow(arg, scope, {arg.params[at]: item for at in places if arg.params[at:]})
            else:
                self.visit(arg, scope)
        if node.name in SAME_ITEMS:
            return array
        return item if node.name in ONE_ITEM else UNKNOWN

    def coalesce(self, node: nodes.Coalesce, scope: Scope) -> Any:
        self.quietly(node.left, scope)
        self.visit(node.right, scope)
        return UNKNOWN

    def test(self, node: nodes.TestCall, scope: Scope) -> Any:
        if node.name in ("defined", "null", "none", "empty"):
            self.quietly(node.of, scope)
        else:
            self.visit(node.of, scope)
        self.visit(node.args, scope)
        return UNKNOWN

    def conditional(self, node: nodes.Conditional, scope: Scope) -> Any:
        self.visit(node.test, scope)
        known = asked_for(node.test)
        if node.yes:
            self.ignoring(known, node.yes, scope)
        self.ignoring(known, node.no, scope)
        return UNKNOWN

    def condition(self, node: nodes.If, scope: Scope) -> Any:
        for test, body in node.branches:
            self.visit(test, scope)
            self.ignoring(asked_for(test), body, scope)
        if node.otherwise:
            self.visit(node.otherwise, scope)
        return UNKNOWN

    def include(self, node: nodes.Include, scope: Scope) -> Any:
        for child in (node.template, node.variables):
            if child:
                self.visit(child, scope)
        if node.embedded:
            inner = {**dict.fromkeys(assigned(node.embedded), UNKNOWN), **scope, "*": UNKNOWN}
            self.visit(list(node.embedded.blocks.values()), inner)
        return UNKNOWN

    def quietly(self, node: Any, scope: Scope) -> None:
        """Walk what may be missing."""
        found = len(self.found)
        self.visit(node, scope)
        del self.found[found:]

    def ignoring(self, paths: Iterable[str], node: Any, scope: Scope) -> None:
        """Walk what runs only after a test has asked for these paths."""
        found = len(self.found)
        self.visit(node, scope)
        asked = set(paths)
        self.found[found:] = [
            one
            for one in self.found[found:]
            if (f"{one.of}.{one.name}" if one.of else one.name) not in asked
        ]


def an_item(array: Any) -> Any:
    """What stands for all items of an array: the first one."""
    return values(array)[0] if isinstance(array, list | dict) and array else UNKNOWN


def asked_for(node: Any) -> set[str]:
    """The paths that a condition asks whether they are defined."""
    return {
        path(one.of)
        for one in everything(node)
        if isinstance(one, nodes.TestCall) and one.name == "defined"
    }


def path(node: Any) -> str:
    """A variable's path as its author would write it."""
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Attribute):
        key = node.key.value if isinstance(node.key, nodes.Const) else "…"
        return f"{path(node.of)}.{key}"
    return "…"
