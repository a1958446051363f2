"""The typed search: from text to a question and back. Pure.

    folder:New country:US total:>100 -tag:red sku:MUG* "exact words"
    (country:US or country:CA) total:>=50

Terms side by side must all hold; "or" between them means that one is enough. Brackets join terms
once. A minus turns a term round. What is written comes back from what was read, see `written`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NoReturn

from orderdesk.lib.storable import storable
from orders.filters.facts import Broken, Facts
from orders.filters.fields import FIELDS, LIST_FIELDS, WORDS, Field, question
from orders.filters.kinds import YES, listed
from orders.filters.lexing import Lexer, Piece, Term, Unreadable
from orders.filters.operators import OPERATORS, OPPOSITES
from orders.filters.query import Condition, Group, Problem, Query
from orders.filters.texts import BLANKS, text_of
from orders.filters.values import Typed, did_you_mean, opposite_flag, quoted, read
from orders.filters.values import written as written_value

LONGEST_TEXT = 2000
MOST_CONDITIONS = 50
# Words that say what is asked of the date an order was added.
DATE_WORDS = {
    "before": "before",
    "since": "on_or_after",
    "after": "after",
    "until": "on_or_before",
    "on": "on",
    "older": "older_than",
    "last": "in_the_last",
}
ADDED = FIELDS["added"]
BY_WORD: dict[str, Field] = {word: field for field in LIST_FIELDS.values() for word in field.words}
BY_FLAG: dict[str, Field] = {field.flag: field for field in FIELDS.values() if field.flag}
SPECIAL = ("is", "has", "no")
PLAIN_NAME = re.compile(r"[^\s\"():]+")
PLAIN_WORD = re.compile(r"(?!or$|and$)[^\s\"():#-][^\s\"():]*", re.IGNORECASE)


def parse(text: str, facts: Facts) -> tuple[Query, tuple[Problem, ...]]:
    """Read what was typed. Where there are problems, the question is not to be asked."""
    text = storable(text)
    if len(text) > LONGEST_TEXT:
        sentence = f"The search has {len(text)} characters; at most {LONGEST_TEXT} fit."
        return Query(), (Problem(LONGEST_TEXT, len(text), sentence),)
    try:
        terms = Lexer(text).read()
    except Unreadable as unreadable:
        return Query(), (unreadable.problem,)
    parser = _Parser(terms, facts)
    query = parser.query()
    if len(list(query)) > MOST_CONDITIONS:
        sentence = f"A search has at most {MOST_CONDITIONS} conditions."
        parser.problems.append(Problem(0, len(text), sentence))
    return tidy(query), tuple(sorted(parser.problems, key=lambda each: each.start))


class _Parser:
    def __init__(self, terms: list[Term], facts: Facts) -> None:
        self.terms = terms
        self.facts = facts
        self.at = 0
        self.problems: list[Problem] = []

    def query(self) -> Query:
        parts: list[Condition | Group] = []
        match = "all"
        while self.at < len(self.terms):
            match, more = self._level(in_brackets=False)
            parts.extend(more)
            if self.at < len(self.terms):
                self._report(self.terms[self.at], "A bracket ( is missing before this one.")
                self.at += 1
        return Query(match, tuple(parts))

    def _report(self, at: Term | Piece, sentence: str) -> None:
        self.problems.append(Problem(at.start, at.end, sentence))

    def _level(self, *, in_brackets: bool) -> tuple[str, list[Condition | Group]]:
        """Read terms up to the end or to the closing bracket, which is left standing."""
        parts: list[Condition | Group] = []
        joints: list[Term | None] = []
        while self.at < len(self.terms) and self.terms[self.at].kind != ")":
            term = self.terms[self.at]
            if term.kind in ("or", "and"):
                self._check_joint(term, is_first=not parts)
                joints.append(term)
                self.at += 1
                continue
            if len(joints) < len(parts):
                joints.append(None)
            parts.extend(self._part(term, in_brackets=in_brackets))
        return self._match(joints[: len(parts) - 1] if parts else []), parts

    def _check_joint(self, term: Term, *, is_first: bool) -> None:
        behind = self.terms[self.at + 1].kind if self.at + 1 < len(self.terms) else ")"
        if is_first or behind in (")", "or", "and"):
            self._report(
                term,
                f"“{term.kind}” stands between two terms. "
                f'To search for the word itself, write "{term.kind}".',
            )

    def _match(self, joints: Sequence[Term | None]) -> str:
        either = [term for term in joints if term is not None and term.kind == "or"]
        if either and len(either) < len(joints):
            self._report(
                either[0], "Some of these terms are joined by “or” and some are not. "
                "Put those that belong to the “or” in brackets.",
            )  # fmt: skip
        return "any" if either else "all"

    def _part(self, term: Term, *, in_brackets: bool) -> Iterator[Condition | Group]:
        self.at += 1
        if term.kind in ("(", "-("):
            yield from self._group(term, in_brackets=in_brackets)
        else:
            try:
                yield self._condition(term)
            except _Wrong as wrong:
                self.problems.append(wrong.problem)

    def _group(self, term: Term, *, in_brackets: bool) -> Iterator[Condition | Group]:
        if in_brackets:
            self._report(term, "Brackets within brackets are not understood. Leave these out.")
        if term.kind == "-(":
            self._report(term, "A minus stands before one term, not before brackets.")
        match, parts = self._level(in_brackets=True)
        if self.at < len(self.terms):
            end = self.terms[self.at].end
            self.at += 1
            if not parts and not self.problems:
                self.problems.append(
                    Problem(term.start, end, "There is nothing between these brackets.")
                )
        else:
            self._report(term, "This bracket is not closed.")
        yield Group(match, tuple(part for part in parts if isinstance(part, Condition)))

    def _condition(self, term: Term) -> Condition:
        if term.kind == "words":
            return self._words(term)
        word = term.field.casefold()
        if word in SPECIAL:
            return self._special(word, term)
        if word in DATE_WORDS:
            return self._dated(DATE_WORDS[word], term)
        field = BY_WORD.get(word)
        if field is None:
            self._unknown(term)
        name = self._name(field, term.name, term)
        try:
            operator, value, exact = read(Typed(field, term.sign, term.pieces, self.facts))
        except Broken as broken:
            self._wrong_value(term, str(broken))
        return self._checked(Condition(field.key, operator, value, name, exact), term)

    def _words(self, term: Term) -> Condition:
        text = term.pieces[0].text
        is_bare = term.end - term.start == len(text) + term.negated
        return self._checked(
            Condition(WORDS.key, "contains", text.removeprefix("#") if is_bare else text), term
        )

    def _special(self, word: str, term: Term) -> Condition:
        """Read is:…, has:… and no:…, which ask for a flag or for a value being there at all."""
        asked = ",".join(piece.text for piece in term.pieces)
        flag = BY_FLAG.get(f"{'has' if word == 'no' else word}:{asked.casefold()}")
        if flag:
            value = YES if word != "no" else opposite_flag(YES)
            return self._checked(Condition(flag.key, "is", value), term)
        name, _, part = asked.partition(".")
        field = BY_WORD.get(name.casefold()) if word != "is" else None
        if field is None or "is_empty" not in field.kind.operators:
            kind = "is" if word == "is" else "has"
            known = [each.partition(":")[2] for each in BY_FLAG if each.startswith(f"{kind}:")]
            if word != "is":
                known += [one for one, each in BY_WORD.items() if "is_empty" in each.kind.operators]
            self._wrong_value(
                term, f"“{word}:{asked[:40]}” is unknown.{did_you_mean(asked, known)}"
            )
        operator = "is_empty" if word == "no" else "is_not_empty"
        return self._checked(
            Condition(field.key, operator, name=self._name(field, part, term)), term
        )

    def _dated(self, operator: str, term: Term) -> Condition:
        if term.sign or term.name:
            self._wrong_value(term, f"Write {term.field}: and then the value alone.")
        value = ",".join(piece.text for piece in term.pieces).strip(BLANKS)
        return self._checked(Condition(ADDED.key, operator, value), term)

    def _name(self, field: Field, name: str, term: Term) -> str:
        if field.is_named and not name:
            word = field.words[0]
            _raise(term.start, term.field_end, f"Write which one, as in {word}.name:value.")
        if name and not field.is_named:
            _raise(term.start, term.field_end, f"“{field.words[0]}” has no parts to name.")
        return name

    def _unknown(self, term: Term) -> NoReturn:
        known = [*BY_WORD, *DATE_WORDS, *SPECIAL]
        near = did_you_mean(term.field, known)
        more = near or " Put it in quotation marks to search for the text itself."
        _raise(
            term.start + term.negated, term.field_end, f"Unknown field “{term.field[:40]}”.{more}"
        )

    def _wrong_value(self, term: Term, sentence: str) -> NoReturn:
        _raise(term.field_end + 1, max(term.end, term.field_end + 2), sentence)

    def _checked(self, condition: Condition, term: Term) -> Condition:
        """Turn a condition round behind a minus, and have its field judge the value."""
        placed = replace(condition, start=term.start, end=term.end)
        if term.negated:
            placed = _opposite(placed)
        try:
            question(placed, self.facts)
        except Broken as broken:
            start = term.pieces[0].start if term.pieces else term.start
            _raise(start, max(term.end, start + 1), str(broken))
        return placed


class _Wrong(Exception):
    """A term that cannot be understood."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.sentence)
        self.problem = problem


def _raise(start: int, end: int, sentence: str) -> NoReturn:
    raise _Wrong(Problem(start, end, sentence))


def _opposite(condition: Condition) -> Condition:
    if condition.operator == "is":
        return replace(condition, value=opposite_flag(condition.value))
    return replace(condition, operator=OPPOSITES[condition.operator])


# --- back to text ---------------------------------------------------------------------------------

DATE_OF = {operator: word for word, operator in DATE_WORDS.items()}
MINUS = {
    one: other
    for one, other in OPPOSITES.items()
    if OPERATORS[one].negates and OPERATORS[one].takes != "nothing"
}


def written(query: Query, facts: Facts) -> str:
    """Write a question as a person would type it; `parse` reads the same from it."""
    joint = " or " if query.match == "any" else " "
    return joint.join(written_part(part, facts) for part in query.parts)


def written_part(part: Condition | Group, facts: Facts) -> str:
    """Write a condition, or several in brackets."""
    if isinstance(part, Condition):
        return _written(part, facts)
    joint = " or " if part.match == "any" else " "
    return f"({joint.join(_written(each, facts) for each in part.parts)})"


def _written(condition: Condition, facts: Facts) -> str:
    field = LIST_FIELDS[condition.field]
    minus = ""
    if condition.operator in MINUS:
        minus, condition = "-", replace(condition, operator=MINUS[condition.operator])
    if field is WORDS:
        return minus + quoted(text_of(condition.value), PLAIN_WORD)
    if field.flag:
        return ("" if condition.value == YES else "-") + field.flag
    if condition.operator in ("is_empty", "is_not_empty"):
        word = "no" if condition.operator == "is_empty" else "has"
        return f"{word}:{quoted('.'.join(filter(None, (field.words[0], condition.name))))}"
    if field is ADDED:
        return f"{minus}{DATE_OF[condition.operator]}:{quoted(text_of(condition.value))}"
    name = f".{quoted(condition.name, PLAIN_NAME)}" if field.is_named else ""
    return f"{minus}{field.words[0]}{name}:{written_value(condition, field.kind.style, facts)}"


def tidy(query: Query) -> Query:
    """Bring a question into the one form that reading its text gives."""
    parts = tuple(part for part in map(_tidy, query.parts) if part is not None)
    return Query("any" if query.match == "any" and len(parts) > 1 else "all", parts)


def _tidy(part: Condition | Group) -> Condition | Group | None:
    if isinstance(part, Condition):
        return _tidy_condition(part)
    inside = tuple(map(_tidy_condition, part.parts))
    if len(inside) < 2:
        return inside[0] if inside else None
    return replace(part, parts=inside)


def _tidy_condition(condition: Condition) -> Condition:
    field = LIST_FIELDS[condition.field]
    value = condition.value
    operator = OPERATORS[condition.operator]
    if operator.takes == "nothing":
        value = ""
    elif operator.takes == "list":
        value = ", ".join(listed(value))
    elif field is WORDS:
        value = " ".join(text_of(value).split())
    elif field.kind.style == "flag":
        value = text_of(value).strip(BLANKS).casefold()
    elif operator.asks == "matches":
        value = text_of(value)
    elif field.kind.style != "folder":
        value = text_of(value).strip(BLANKS)
    name = condition.name if field.is_named else ""
    case = condition.case and field.kind.has_case and operator.takes != "nothing"
    return replace(condition, value=value, name=name, case=case)
