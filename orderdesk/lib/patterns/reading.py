"""Reads a pattern into a tree."""

import re
from typing import NoReturn

from orderdesk.lib.patterns.tree import (
    CLASSES,
    NEWLINE,
    Chars,
    Choice,
    Node,
    Place,
    Repeat,
    Sequence,
    but,
    chars,
)

LONGEST_PATTERN = 250
MOST_TIMES = 100
DEEPEST = 20
# A range with more characters than this has no capitals worth folding one by one.
FOLDED_ONE_BY_ONE = 2000
TIMES = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}")
CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
PLACES = {"^": "^", "$": "$", "A": "^", "Z": "$", "z": "$", "b": "b", "B": "B"}


class BadPattern(ValueError):
    """A pattern that cannot be used; the message is a sentence that says why."""


def read(text: str, *, folds: bool) -> Node:
    """Read a pattern; with `folds` it takes casefolded texts.

    Raises:
        BadPattern: if it is none.
    """
    if len(text) > LONGEST_PATTERN:
        raise BadPattern(f"The pattern has {len(text)} characters; at most {LONGEST_PATTERN} fit.")
    reader = _Reader(text, folds=folds)
    tree = reader.choice(0)
    if reader.at < len(text):
        reader.fail("A bracket ) has no opening one")
    return tree


class _Reader:
    def __init__(self, text: str, *, folds: bool) -> None:
        self.text = text
        self.folds = folds
        self.at = 0

    def fail(self, words: str) -> NoReturn:
        raise BadPattern(f"{words}, at character {self.at + 1} of the pattern.")

    def accept(self, sign: str) -> bool:
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False

    def take(self, missing: str) -> str:
        if self.at >= len(self.text):
            self.fail(missing)
        self.at += 1
        return self.text[self.at - 1]

    def choice(self, depth: int) -> Node:
        if depth > DEEPEST:
            self.fail(f"Brackets stand more than {DEEPEST} deep")
        branches = [self.sequence(depth)]
        while self.accept("|"):
            branches.append(self.sequence(depth))
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            parts.append(self.repeated(self.atom(depth)))
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def repeated(self, part: Node) -> Node:
        times = self.times()
        if times is None:
            return part
        if isinstance(part, Place):
            self.fail("A place cannot be repeated")
        self.accept("?")  # as few as possible: whether it matches is the same
        if self.times() is not None:
            self.fail("There is nothing to repeat here")
        return Repeat(part, *times)

    def times(self) -> tuple[int, int | None] | None:
        for sign, times in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.accept(sign):
                return times
        found = TIMES.match(self.text, self.at)
        if not found:
            return None
        least = int(found[1])
        most = int(found[3]) if found[3] else None if found[2] else least
        if max(least, most or 0) > MOST_TIMES or (most is not None and most < least):
            self.fail(f"A number of times goes from the smaller to the larger, up to {MOST_TIMES}")
        self.at = found.end()
        return least, most

    def atom(self, depth: int) -> Node:
        char = self.take("")
        if char == "(":
            return self.group(depth)
        if char == "[":
            return self.set()
        if char == "\\":
            return self.escape()
        if char in "*+?" or TIMES.match(self.text, self.at - 1):
            self.at -= 1
            self.fail("There is nothing to repeat here")
        if char == ".":
            return but(NEWLINE)
        return Place(char) if char in "^$" else self.literal(char)

    def group(self, depth: int) -> Node:
        if self.accept("?") and not self.accept(":"):
            self.fail("Of what begins with (? only (?: is known")
        tree = self.choice(depth + 1)
        if not self.accept(")"):
            self.fail("A bracket ( is not closed")
        return tree

    def literal(self, char: str) -> Node:
        told = char.casefold() if self.folds else char
        one = [chars((ord(each), ord(each))) for each in told]
        return one[0] if len(one) == 1 else Sequence(tuple(one))

    def escape(self) -> Node:
        char = self.take("A \\ stands at the end")
        if char in CLASSES:
            return CLASSES[char]
        if char in PLACES and char.isalpha():
            return Place(PLACES[char])
        return self.literal(self.escaped(char))

    def escaped(self, char: str) -> str:
        if char in CONTROL:
            return CONTROL[char]
        if char.isascii() and char.isalnum():
            self.at -= 1
            self.fail(f"\\{char} is not known")
        return char

    def set(self) -> Chars:
        """Read `[…]`, after its bracket."""
        negated = self.accept("^")
        ranges: list[tuple[int, int]] = []
        first = True
        while first or not self.accept("]"):
            first = False
            ranges.extend(self.member())
        some = chars(*ranges)
        return but(some) if negated else some

    def member(self) -> list[tuple[int, int]]:
        low = self.one_of_set()
        if isinstance(low, Chars):
            return list(low.ranges)
        if self.text[self.at : self.at + 1] != "-" or self.text[self.at + 1 : self.at + 2] == "]":
            return self.cased(ord(low), ord(low))
        self.at += 1
        high = self.one_of_set()
        if isinstance(high, Chars) or high < low:
            self.fail("A range goes from one character to a later one")
        return self.cased(ord(low), ord(high))

    def one_of_set(self) -> str | Chars:
        char = self.take("A bracket [ is not closed")
        if char != "\\":
            return char
        char = self.take("A bracket [ is not closed")
        return CLASSES[char] if char in CLASSES else self.escaped(char)

    def cased(self, low: int, high: int) -> list[tuple[int, int]]:
        if not self.folds or high - low > FOLDED_ONE_BY_ONE:
            return [(low, high)]
        small = [chr(code).casefold() for code in range(low, high + 1)]
        return [(low, high), *((ord(one), ord(one)) for one in small if len(one) == 1)]
