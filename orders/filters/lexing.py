"""Cuts a typed search into pieces. Pure.

A quoted text may hold anything; a quotation mark in it is written twice. Outside of regular
expressions a backslash takes the meaning off a star or another backslash.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from orders.filters.query import Problem

QUOTE = '"'
SIGNS = (">=", "<=", "=~", ">", "<", "=", "~")


@dataclass(frozen=True, slots=True)
class Piece:
    """One value as it was typed, without its quotation marks."""

    text: str
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Term:
    """One word of a search. Its kind is "(", ")", "or", "and", "-(", "words" or "field"."""

    kind: str
    start: int
    end: int
    field: str = ""
    name: str = ""
    sign: str = ""
    pieces: tuple[Piece, ...] = ()
    negated: bool = False
    field_end: int = 0


class Unreadable(Exception):
    """A text that cannot be cut."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


@dataclass(slots=True)
class Lexer:
    """Reads a text from front to back."""

    text: str
    at: int = 0
    terms: list[Term] = field(default_factory=list)

    def read(self) -> list[Term]:
        """Give the terms.

        Raises:
            Unreadable: if a quotation mark is missing.
        """
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in "()":
                self.terms.append(Term(char, self.at, self.at + 1))
                self.at += 1
            elif char.isspace():
                self.at += 1
            else:
                self.terms.append(self._term())
        return self.terms

    def _term(self) -> Term:
        start = self.at
        negated = self._accept("-") if self._more(1) else False
        if self._accept("("):
            return Term("-(", start, self.at)
        before = self.at
        word = "" if self._peek() == QUOTE else self._bare("():.")
        if word and self._peek() in (":", "."):
            found = self._field(start, word, negated=negated)
            if found:
                return found
        self.at = before
        return self._words(start, negated=negated)

    def _words(self, start: int, *, negated: bool) -> Term:
        is_quoted = self._peek() == QUOTE
        at = self.at
        text = self._quoted() if is_quoted else self._bare("()")
        if not is_quoted and not negated and text.casefold() in ("or", "and"):
            return Term(text.casefold(), start, self.at)
        piece = Piece(text, at, self.at)
        return Term("words", start, self.at, pieces=(piece,), negated=negated)

    def _field(self, start: int, word: str, *, negated: bool) -> Term | None:
        """Read what follows a field's name; None where it is no field after all."""
        name = ""
        if self._accept("."):
            name = self._quoted() if self._peek() == QUOTE else self._bare("():")
        field_end = self.at
        if not self._accept(":"):
            return None
        sign = next((each for each in SIGNS if self._accept(each)), "")
        pieces = self._pieces(sign)
        return Term("field", start, self.at, word, name, sign, pieces, negated, field_end)

    def _pieces(self, sign: str) -> tuple[Piece, ...]:
        if sign.endswith("~"):
            return (self._piece(self._pattern),)
        pieces = [self._piece(self._value)]
        while self._peek() in (",", "|"):
            self.at += 1
            pieces.append(self._piece(self._value))
        return tuple(pieces)

    def _piece(self, bare: Callable[[], str]) -> Piece:
        start = self.at
        is_quoted = self._peek() == QUOTE
        text = self._quoted() if is_quoted else bare()
        return Piece(text, start, self.at)

    def _value(self) -> str:
        return self._bare("(),|")

    def _pattern(self) -> str:
        """Read a regular expression, which may have brackets of its own."""
        start, depth = self.at, 0
        while self.at < len(self.text) and not self.text[self.at].isspace():
            char = self.text[self.at]
            depth += (char == "(") - (char == ")")
            if depth < 0:
                break
            self.at += 2 if char == "\\" else 1
        self.at = min(self.at, len(self.text))
        return self.text[start : self.at]

    def _bare(self, stop: str) -> str:
        start = self.at
        while self.at < len(self.text):
            char = self.text[self.at]
            if char in stop or char.isspace():
                break
            self.at += 1
        return self.text[start : self.at]

    def _quoted(self) -> str:
        start = self.at
        self.at += 1
        parts: list[str] = []
        while True:
            end = self.text.find(QUOTE, self.at)
            if end < 0:
                sentence = "A quotation mark is missing at the end."
                raise Unreadable(Problem(start, len(self.text), sentence))
            parts.append(self.text[self.at : end])
            self.at = end + 1
            if self._peek() != QUOTE:
                return QUOTE.join(parts)
            self.at += 1

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _more(self, ahead: int) -> bool:
        """Tell whether a word goes on: a lone minus is a word itself."""
        char = self.text[self.at + ahead : self.at + ahead + 1]
        return bool(char) and not char.isspace() and char != ")"

    def _accept(self, sign: str) -> bool:
        if self.text.startswith(sign, self.at):
            self.at += len(sign)
            return True
        return False
