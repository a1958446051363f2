"""Reads a pattern into a tree."""

from __future__ import annotations

import re
from typing import NoReturn

from orderdesk.lib.twig.regex import charset
from orderdesk.lib.twig.regex.charset import Test
from orderdesk.lib.twig.regex.delimiters import BadPattern
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

QUANTIFIER = re.compile(r"\{(\d{1,5})(,)?(\d{1,5})?\}")
HEX = re.compile(r"x(?:\{([0-9A-Fa-f]{1,6})\}|([0-9A-Fa-f]{0,2}))")
OCTAL = re.compile(r"[0-7]{1,3}")
PROPERTY = re.compile(r"[pP](?:\{(\^?[A-Za-z&]{1,20})\}|([A-Z]))")
GROUP_NAME = re.compile(r"(?:P?<([A-Za-z_]\w{0,31})>|'([A-Za-z_]\w{0,31})')", re.ASCII)
REFERENCE = re.compile(
    r"([1-9]\d{0,2})|g(?:\{(-?\w+)\}|(-?\d+))|k(?:\{(\w+)\}|<(\w+)>|'(\w+)')", re.ASCII
)
INLINE = re.compile(r"([imsxUJn]*)(?:-([imsxUJn]*))?([:)])")
POSIX_CLASS = re.compile(r"\[:(\^?)([a-z]+):\]")
CONTROL = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "e": "\x1b", "a": "\x07"}
# What stands after `(?`, whether it looks behind, and whether it must not match.
LOOKS = (("=", False, False), ("!", False, True), ("<=", True, False), ("<!", True, True))
LARGEST_REPEAT = 65535


class PatternReader:
    """Reads one pattern from front to back."""

    def __init__(self, text: str, flags: str) -> None:
        self.text = text
        self.at = 0
        self.flags = set(flags)
        self.groups = 0
        self.names: dict[str, int] = {}
        self.references: list[int] = []

    def read(self) -> Node:
        """Read the whole pattern."""
        node = self.read_alternatives()
        if self.at < len(self.text):
            self.fail("unmatched closing parenthesis")
        if any(index > self.groups for index in self.references):
            self.fail("reference to non-existent subpattern")
        return node

    def fail(self, message: str) -> NoReturn:
        raise BadPattern(f"Compilation failed: {message} at offset {self.at}")

    def peek(self, text: str) -> bool:
        return self.text.startswith(text, self.at)

    def accept(self, text: str) -> bool:
        if self.peek(text):
            self.at += len(text)
            return True
        return False

    def read_alternatives(self) -> Node:
        flags = set(self.flags)
        branches = [self.read_sequence()]
        while self.accept("|"):
            branches.append(self.read_sequence())
        self.flags = flags
        return branches[0] if len(branches) == 1 else Alt(branches)

    def read_sequence(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.text) and self.text[self.at] not in "|)":
            if "x" in self.flags and self.skip_space():
                continue
            if self.accept("\\Q"):
                quoted = self.read_quoted()
                parts.extend(quoted[:-1])
                parts.extend(self.read_quantifiers(one) for one in quoted[-1:])
                continue
            if self.accept("\\E"):
                continue
            node = self.read_atom()
            if node is not None:
                parts.append(self.read_quantifiers(node))
        return parts[0] if len(parts) == 1 else Seq(parts)

    def skip_space(self) -> bool:
        char = self.text[self.at]
        if char == "#":
            end = self.text.find("\n", self.at)
            self.at = len(self.text) if end < 0 else end + 1
            return True
        if char in " \t\n\v\f\r":
            self.at += 1
            return True
        return False

    def skip_between(self) -> None:
        """Skip comments, and with `x` white space, before a quantifier."""
        while self.at < len(self.text):
            if self.accept("(?#"):
                self.skip_comment()
            elif "x" not in self.flags or not self.skip_space():
                return

    def read_quoted(self) -> list[Node]:
        end = self.text.find("\\E", self.at)
        stop = len(self.text) if end < 0 else end
        literal = self.text[self.at : stop]
        self.at = stop if end < 0 else end + 2
        return [self.literal(char) for char in literal]

    def literal(self, char: str) -> Node:
        test = charset.member(char)
        return One(self.cased(test) if char.lower() != char.upper() else test)

    def cased(self, test: Test) -> Test:
        if "i" in self.flags:
            return charset.any_case(test, unicode="u" in self.flags)
        return test

    def read_quantifiers(self, node: Node) -> Node:
        if isinstance(node, Assert):
            return node
        bounds = self.read_bounds()
        if bounds is None:
            return node
        mode = "?" if self.accept("?") else "+" if self.accept("+") else ""
        if "U" in self.flags and mode != "+":
            mode = "" if mode else "?"
        return Repeat(node, *bounds, mode)

    def read_bounds(self) -> tuple[int, int | None] | None:
        self.skip_between()
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self.accept(sign):
                return bounds
        found = QUANTIFIER.match(self.text, self.at)
        if not found:
            return None
        self.at = found.end()
        least = int(found[1])
        most = int(found[3]) if found[3] else None if found[2] else least
        if least > LARGEST_REPEAT or (most or 0) > LARGEST_REPEAT:
            self.fail("number too big in {} quantifier")
        if most is not None and most < least:
            self.fail("numbers out of order in {} quantifier")
        return least, most

    def read_atom(self) -> Node | None:
        if QUANTIFIER.match(self.text, self.at):
            self.fail("quantifier does not follow a repeatable item")
        char = self.text[self.at]
        self.at += 1
        if char == "(":
            return self.read_group()
        if char == "[":
            return One(self.read_class())
        if char == "\\":
            return self.read_escape()
        if char in "*+?":
            self.at -= 1
            self.fail("quantifier does not follow a repeatable item")
        return self.read_sign(char)

    def read_sign(self, char: str) -> Node:
        if char == ".":
            return One(bool if "s" in self.flags else charset.inverse(charset.member("\n")))
        if char == "^":
            return Assert("^m" if "m" in self.flags else "A")
        if char == "$":
            return Assert("$m" if "m" in self.flags else "z" if "D" in self.flags else "Z")
        return self.literal(char)

    def read_group(self) -> Node | None:
        if self.peek("*"):
            self.fail("backtracking verbs are not supported here")
        if not self.accept("?"):
            capture = "n" not in self.flags
            return self.read_capture() if capture else self.closed(self.read_alternatives())
        if self.accept("#"):
            self.skip_comment()
            return None
        for sign, behind, negated in LOOKS:
            if self.accept(sign):
                return Look(self.closed(self.read_alternatives()), behind, negated)
        return self.read_special_group()

    def read_special_group(self) -> Node | None:
        if self.accept(">"):
            return Atomic(self.closed(self.read_alternatives()))
        if found := GROUP_NAME.match(self.text, self.at):
            self.at = found.end()
            return self.read_capture(found[1] or found[2])
        return self.read_inline()

    def skip_comment(self) -> None:
        end = self.text.find(")", self.at)
        if end < 0:
            self.fail("missing ) after (?# comment")
        self.at = end + 1

    def read_capture(self, name: str = "") -> Node:
        self.groups += 1
        index = self.groups
        if name:
            if name in self.names and "J" not in self.flags:
                self.fail("two named subpatterns have the same name (PCRE2_DUPNAMES not set)")
            self.names[name] = index
        return Group(self.closed(self.read_alternatives()), index)

    def closed(self, node: Node) -> Node:
        if not self.accept(")"):
            self.fail("missing closing parenthesis")
        return node

    def read_inline(self) -> Node | None:
        found = INLINE.match(self.text, self.at)
        if not found:
            self.fail("unrecognized character after (? or (?-")
        self.at = found.end()
        flags = (self.flags | set(found[1])) - set(found[2] or "")
        if found[3] == ")":
            self.flags = flags
            return None
        outer, self.flags = self.flags, flags
        node = self.closed(self.read_alternatives())
        self.flags = outer
        # Within brackets, even a place may be asked for several times.
        return Seq([node]) if isinstance(node, Assert) else node

    def read_escape(self) -> Node | None:
        if self.at >= len(self.text):
            self.fail("\\ at end of pattern")
        char = self.text[self.at]
        if char in "AzZbBG":
            self.at += 1
            return Assert("A" if char == "G" else char)
        if char == "R":
            self.at += 1
            pair = Seq([One(charset.member("\r")), One(charset.member("\n"))])
            return Atomic(Alt([pair, One(charset.class_test("v", unicode=False))]))
        if char == "K":
            self.at += 1
            return None
        found = REFERENCE.match(self.text, self.at)
        if found and (
            char not in "123456789" or int(found[0]) < 10 or int(found[0]) <= self.groups
        ):
            return self.read_reference(found)
        if test := self.read_escaped_class():
            return One(test)
        return self.literal(self.read_escaped_char())

    def read_reference(self, found: re.Match[str]) -> Node:
        self.at = found.end()
        wanted = next(part for part in found.groups() if part)
        if wanted.lstrip("-").isdigit():
            index = int(wanted)
            index = self.groups + 1 + index if index < 0 else index
        else:
            index = self.names.get(wanted, 0)
        if index <= 0:
            self.fail("reference to non-existent subpattern")
        self.references.append(index)
        return Back(index, "i" in self.flags)

    def read_escaped_class(self) -> Test | None:
        char = self.text[self.at]
        if char in "dDwWsShHvV":
            self.at += 1
            return charset.class_test(char, unicode="u" in self.flags)
        if char == "N":
            self.at += 1
            return charset.inverse(charset.member("\n"))
        if found := PROPERTY.match(self.text, self.at):
            test = charset.property_test(found[1] or found[2])
            if test is None:
                self.fail("unknown property name after \\P or \\p")
            self.at = found.end()
            return charset.inverse(test) if char == "P" else test
        if char in "pP":
            self.fail("malformed \\P or \\p sequence")
        return None

    def read_escaped_char(self) -> str:
        char = self.text[self.at]
        if found := HEX.match(self.text, self.at):
            self.at = found.end()
            return self.character(int(found[1] or found[2] or "0", 16))
        if found := OCTAL.match(self.text, self.at):
            self.at = found.end()
            return self.character(int(found[0], 8))
        self.at += 1
        if char == "c" and self.at < len(self.text):
            self.at += 1
            return chr(ord(self.text[self.at - 1].upper()) & 127 ^ 64)
        if char in CONTROL:
            return CONTROL[char]
        if char.isalnum() and char.isascii():
            self.fail("unrecognized character follows \\")
        return char

    def character(self, code: int) -> str:
        if code > (0x10FFFF if "u" in self.flags else 0xFF):
            self.fail("character code point value in \\x{} or \\o{} is too large")
        return chr(code)

    def read_class(self) -> Test:
        """Read `[…]`, after its bracket."""
        negated = self.accept("^")
        tests: list[Test] = []
        first = True
        while first or not self.peek("]"):
            if self.at >= len(self.text):
                self.fail("missing terminating ] for character class")
            tests.append(self.read_member())
            first = False
        self.at += 1
        test = self.cased(charset.either(tests))
        return charset.inverse(test) if negated else test

    def read_member(self) -> Test:
        if found := POSIX_CLASS.match(self.text, self.at):
            test = charset.posix_test(found[2], unicode="u" in self.flags)
            if test is None:
                self.fail("unknown POSIX class name")
            self.at = found.end()
            return charset.inverse(test) if found[1] else test
        low = self.read_class_char()
        ranged = self.peek("-") and self.text[self.at + 1 : self.at + 2] not in ("]", "")
        if not ranged:
            return charset.member(low) if isinstance(low, str) else low
        self.at += 1
        high = self.read_class_char()
        if not isinstance(low, str) or not isinstance(high, str):
            self.fail("invalid range in character class")
        if high < low:
            self.fail("range out of order in character class")
        return charset.span(low, high)

    def read_class_char(self) -> str | Test:
        char = self.text[self.at]
        self.at += 1
        if char != "\\":
            return char
        if self.at >= len(self.text):
            self.fail("\\ at end of pattern")
        if self.text[self.at] == "b":
            self.at += 1
            return "\b"
        return self.read_escaped_class() or self.read_escaped_char()
