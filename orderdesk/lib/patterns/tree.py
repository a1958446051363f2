"""The pieces of a pattern, and sets of characters."""

from __future__ import annotations

from dataclasses import dataclass

LAST = 0x10FFFF


@dataclass(frozen=True, slots=True)
class Chars:
    """One character of a set: ranges of code points, sorted and apart."""

    ranges: tuple[tuple[int, int], ...]

    def __contains__(self, char: str) -> bool:
        code = ord(char)
        return any(low <= code <= high for low, high in self.ranges)


@dataclass(frozen=True, slots=True)
class Sequence:
    """Pieces, one behind the other; none at all match an empty text."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One piece of several."""

    branches: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A piece several times; `most` is None without a limit."""

    part: Node
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Place:
    r"""A place between characters: `^`, `$`, `b` for \b or `B` for \B."""

    kind: str


Node = Chars | Sequence | Choice | Repeat | Place


def chars(*ranges: tuple[int, int]) -> Chars:
    """Make a set of ranges in any order."""
    joined: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if joined and low <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(high, joined[-1][1]))
        else:
            joined.append((low, high))
    return Chars(tuple(joined))


def but(some: Chars) -> Chars:
    """Give every character that is not in a set."""
    rest, at = [], 0
    for low, high in some.ranges:
        if low > at:
            rest.append((at, low - 1))
        at = high + 1
    if at <= LAST:
        rest.append((at, LAST))
    return Chars(tuple(rest))


def spans(text: str) -> Chars:
    """Make a set of characters in pairs, each from the first to the second."""
    return chars(*zip(map(ord, text[::2]), map(ord, text[1::2]), strict=True))


DIGIT = spans("09")
# Letters and digits of any script are what is beyond ASCII and no sign; this is near enough to
# that, and the same in every version of every engine.
WORD = spans("09AZ__az\u00aa\u00aa\u00b5\u00b5\u00ba\u00ba\u00c0\u00d6\u00d8\u00f6\u00f8\u1fff"
             "\u2c00\u2dff\u3040\ud7ff\uf900\ufdff\ufe70\ufeff\uff10\uff19\uff21\uff3a\uff41\uffdc"
             "\U00010000\U0010ffff")  # fmt: skip
SPACE = spans("\t\r  \x85\x85\xa0\xa0\u1680\u1680\u2000\u200a\u2028\u2029\u202f\u202f\u205f\u205f"
              "\u3000\u3000")  # fmt: skip
NEWLINE = spans("\n\n")
CLASSES = {"d": DIGIT, "w": WORD, "s": SPACE, "D": but(DIGIT), "W": but(WORD), "S": but(SPACE)}
