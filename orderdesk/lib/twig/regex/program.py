"""Turns the tree of a pattern into instructions for the machine."""

from __future__ import annotations

from typing import Any

from orderdesk.lib.twig.regex.delimiters import BadPattern
from orderdesk.lib.twig.regex.syntax import PatternReader
from orderdesk.lib.twig.regex.tree import (
    Alt,
    Assert,
    Atomic,
    Back,
    Group,
    Look,
    Node,
    One,
    Repeat,
    Seq,
)

# Instructions. After each: what its two operands are.
ONE = 0  # the set's test
MANY = 1  # the set's test, (least, most, possessive)
SPLIT = 2  # where to go first, where to go if that fails
JUMP = 3  # where to go
SAVE = 4  # the slot that takes the position
MOVED = 5  # the slot that must hold another position than this
PLACE = 6  # kind of place
BACK = 7  # index of the group, whether case counts
LOOK = 8  # instructions, (widths to step back or None, negated)
ATOMIC = 9  # instructions
DONE = 10

Instruction = tuple[int, Any, Any]
# Patterns whose counted repeats would need more than this are refused, as PCRE does.
LARGEST = 20_000


class Program:
    """A pattern, ready to run."""

    def __init__(self, text: str, flags: str) -> None:
        reader = PatternReader(text, flags)
        tree = reader.read()
        self.unicode = "u" in flags
        self.anchored = "A" in flags
        self.slots = 2 * (reader.groups + 1)
        self.size = 0
        self.code = self.assemble(tree)

    def assemble(self, node: Node) -> list[Instruction]:
        code: list[Instruction] = []
        self.emit(node, code)
        code.append((DONE, None, None))
        return code

    def add(self, code: list[Instruction], *instruction: Any) -> int:
        self.size += 1
        if self.size > LARGEST:
            raise BadPattern("Compilation failed: regular expression is too large")
        code.append(instruction)
        return len(code) - 1

    def emit(self, node: Node, code: list[Instruction]) -> None:
        if isinstance(node, One):
            self.add(code, ONE, node.test, None)
        elif isinstance(node, Seq):
            for part in node.parts:
                self.emit(part, code)
        elif isinstance(node, Alt):
            self.emit_alternatives(node, code)
        elif isinstance(node, Repeat):
            self.emit_repeat(node, code)
        elif isinstance(node, Group):
            self.add(code, SAVE, 2 * node.index, None)
            self.emit(node.part, code)
            self.add(code, SAVE, 2 * node.index + 1, None)
        else:
            self.emit_simple(node, code)

    def emit_simple(self, node: Node, code: list[Instruction]) -> None:
        if isinstance(node, Assert):
            self.add(code, PLACE, node.kind, None)
        elif isinstance(node, Back):
            self.add(code, BACK, node.index, node.any_case)
        elif isinstance(node, Look):
            widths = lookbehind_widths(node.part) if node.behind else None
            self.add(code, LOOK, self.assemble(node.part), (widths, node.negated))
        elif isinstance(node, Atomic):
            self.add(code, ATOMIC, self.assemble(node.part), None)

    def emit_alternatives(self, node: Alt, code: list[Instruction]) -> None:
        jumps = []
        for branch in node.branches[:-1]:
            split = self.add(code, SPLIT, len(code) + 1, None)
            self.emit(branch, code)
            jumps.append(self.add(code, JUMP, None, None))
            code[split] = (SPLIT, split + 1, len(code))
        self.emit(node.branches[-1], code)
        for jump in jumps:
            code[jump] = (JUMP, len(code), None)

    def emit_repeat(self, node: Repeat, code: list[Instruction]) -> None:
        if isinstance(node.part, One) and node.mode != "?":
            bounds = (node.least, node.most, node.mode == "+")
            self.add(code, MANY, node.part.test, bounds)
            return
        if node.mode == "+":
            self.add(
                code, ATOMIC, self.assemble(Repeat(node.part, node.least, node.most, "")), None
            )
            return
        for _ in range(node.least):
            self.emit(node.part, code)
        if node.most is None:
            self.emit_loop(node, code)
        else:
            self.emit_optional(node, node.most - node.least, code)

    def emit_loop(self, node: Repeat, code: list[Instruction]) -> None:
        slot = self.slots
        self.slots += 1
        split = self.add(code, SPLIT, None, None)
        self.add(code, SAVE, slot, None)
        self.emit(node.part, code)
        self.add(code, MOVED, slot, None)
        self.add(code, JUMP, split, None)
        code[split] = self.choice(split + 1, len(code), node.mode)

    def emit_optional(self, node: Repeat, times: int, code: list[Instruction]) -> None:
        splits = []
        for _ in range(times):
            splits.append(self.add(code, SPLIT, None, None))
            self.emit(node.part, code)
        for split in splits:
            code[split] = self.choice(split + 1, len(code), node.mode)

    def choice(self, inside: int, after: int, mode: str) -> Instruction:
        return (SPLIT, after, inside) if mode == "?" else (SPLIT, inside, after)


def lookbehind_widths(node: Node) -> list[int]:
    """How far to step back for each alternative."""
    branches = node.branches if isinstance(node, Alt) else [node]
    found = set()
    for branch in branches:
        size = width(branch)
        if size is None:
            raise BadPattern("Compilation failed: lookbehind assertion is not fixed length")
        found.add(size)
    return sorted(found)


def width(node: Node) -> int | None:
    """How many characters a piece always takes; None where that varies."""
    if isinstance(node, One):
        return 1
    if isinstance(node, Seq):
        sizes = [width(part) for part in node.parts]
        return None if None in sizes else sum(size or 0 for size in sizes)
    if isinstance(node, Alt):
        branches = {width(branch) for branch in node.branches}
        return branches.pop() if len(branches) == 1 else None
    if isinstance(node, Repeat):
        part = width(node.part)
        fixed = node.least == node.most and part is not None
        return node.least * (part or 0) if fixed else None
    if isinstance(node, Group | Atomic):
        return width(node.part)
    return None if isinstance(node, Back) else 0
