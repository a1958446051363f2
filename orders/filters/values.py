"""From the values of a typed condition to an operator and what it is compared with, and back. Pure.

A star at an end of a text stands for anything, "=" before it means that case counts, "~" that it
is a regular expression. Several values with commas between them are a list.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from orders.filters.facts import Broken, Facts
from orders.filters.fields import Field
from orders.filters.kinds import NO, SEPARATORS, YES, listed
from orders.filters.lexing import Piece
from orders.filters.moments import SPAN
from orders.filters.query import Condition
from orders.filters.texts import BLANKS, text_of

# An operator, what it is compared with, and whether case counts.
Asked = tuple[str, str | int, bool]
STAR = "\0"  # a star that stands for anything; no text holds this character
ESCAPED = re.compile(r"\\([\\*])")
PLAIN = re.compile(r"[^\s\"(),|~<>=][^\s\"(),|]*")
PATTERNS = ("~", "=~")
NUMBER_SIGNS = {
    "": "equals",
    "=": "equals",
    ">": "greater_than",
    ">=": "greater_or_equal",
    "<": "less_than",
    "<=": "less_or_equal",
}
MOMENT_SIGNS = {
    "": "on",
    "=": "on",
    "<": "before",
    "<=": "on_or_before",
    ">": "after",
    ">=": "on_or_after",
}
SPAN_SIGNS = {">": "older_than", "<": "in_the_last"}
CLOCK_SIGNS = {"<": "earlier_than", ">=": "not_earlier_than"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed behind a field's name."""

    field: Field
    sign: str
    pieces: tuple[Piece, ...]
    facts: Facts

    @property
    def text(self) -> str:
        """All of it, without outer blanks."""
        return ",".join(piece.text for piece in self.pieces).strip(BLANKS)

    @property
    def is_list(self) -> bool:
        return len(self.pieces) > 1


def read(typed: Typed) -> Asked:
    """Read what stands behind a field's name.

    Raises:
        Broken: if it is nothing such a field is asked for.
    """
    text = typed.text
    if text in ("", "*", "**") and not typed.sign and "is_empty" in typed.field.kind.operators:
        return ("is_not_empty" if text else "is_empty"), "", False
    if not text and typed.sign not in PATTERNS:
        raise Broken(f"A value is missing behind “{typed.field.words[0]}:”.")
    return READERS[typed.field.kind.style](typed)


def _text(typed: Typed) -> Asked:
    exact = typed.sign.startswith("=")
    if typed.sign in PATTERNS:
        return "matches", typed.pieces[0].text, exact
    if typed.sign not in ("", "="):
        raise Broken(f"Words cannot be compared by “{typed.sign}”. Numbers and dates can.")
    if typed.is_list:
        return "in_list", _list(_unstarred(piece.text) for piece in typed.pieces), exact
    operator, value = _starred(typed.pieces[0].text)
    return operator, value.strip(BLANKS), exact


def _starred(text: str) -> tuple[str, str]:
    """Tell by its stars how a text is to be found."""
    told = _marked(text)
    starts, ends = not told.startswith(STAR), not told.endswith(STAR)
    value = told.strip(STAR)
    if STAR in value:
        raise Broken(
            "A star stands at the beginning or at the end. "
            "Write \\* for a star in the text, or search by ~ with a regular expression."
        )
    if not starts and not ends:
        return "contains", value
    return ("equals" if starts and ends else "starts_with" if starts else "ends_with"), value


def _unstarred(text: str) -> str:
    told = _marked(text)
    if STAR in told:
        raise Broken("A list takes no stars. Write the values in brackets with “or” between them.")
    return told


def _marked(text: str) -> str:
    """Put a mark in the place of every star that stands for anything."""
    parts = ESCAPED.split(text)
    # Every second part is a character that a backslash stood before.
    return "".join(
        part if place % 2 else part.replace("*", STAR) for place, part in enumerate(parts)
    )


def _list(values: Iterable[str]) -> str:
    told = [value.strip(BLANKS) for value in values]
    if any(SEPARATORS.search(value) for value in told):
        raise Broken("A value of a list holds no comma and no |.")
    return ", ".join(filter(None, told))


def _choice(typed: Typed) -> Asked:
    _expect(typed, ("", "="), "“{0}” is one of a few values. Write {0}: and the value.")
    if typed.is_list:
        return "in_list", _list(piece.text for piece in typed.pieces), False
    return "equals", typed.text, False


def _folder(typed: Typed) -> Asked:
    _expect(typed, ("", "="), "Write {0}: and the folder’s name.")  # noqa: RUF001 - an apostrophe
    exactly = {name: pk for pk, name in typed.facts.folders}
    nearly = {name.casefold(): pk for name, pk in reversed(exactly.items())}
    found = exactly.get(typed.text) or nearly.get(typed.text.casefold())
    if found is None:
        raise Broken(f"There is no folder “{typed.text[:40]}”.{did_you_mean(typed.text, exactly)}")
    return "equals", found, False


def _expect(typed: Typed, signs: Iterable[str], advice: str) -> None:
    if typed.sign not in signs:
        raise Broken(advice.format(typed.field.words[0]))


def _number(typed: Typed) -> Asked:
    _expect(typed, NUMBER_SIGNS, "Write {0}:50, {0}:>50 or {0}:<=50.")
    return NUMBER_SIGNS[typed.sign], typed.text, False


def _moment(typed: Typed) -> Asked:
    if SPAN.fullmatch(typed.text):
        _expect(typed, SPAN_SIGNS, "Write {0}:>7d for older than that, {0}:<7d for the last 7.")
        return SPAN_SIGNS[typed.sign], typed.text, False
    _expect(typed, MOMENT_SIGNS, "Write {0}:2026-01-31, {0}:<2026-01-31 or {0}:>=2026-01-31.")
    return MOMENT_SIGNS[typed.sign], typed.text, False


def _clock(typed: Typed) -> Asked:
    _expect(typed, CLOCK_SIGNS, "Write {0}:<17:00 or {0}:>=9:00.")
    return CLOCK_SIGNS[typed.sign], typed.text, False


def _flag(typed: Typed) -> Asked:
    _expect(typed, ("", "="), "Write {0}:yes or {0}:no.")
    return "is", typed.text.casefold(), False


def _words(typed: Typed) -> Asked:
    return "contains", typed.text, False


READERS: dict[str, Callable[[Typed], Asked]] = {
    "text": _text,
    "words": _words,
    "choice": _choice,
    "folder": _folder,
    "flag": _flag,
    "number": _number,
    "moment": _moment,
    "clock": _clock,
}


def opposite_flag(value: str | int) -> str:
    """Turn yes into no and anything else into yes."""
    return NO if value == YES else YES


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Suggest a word for one that is not known, as a sentence behind another; or ''."""
    names = {name.casefold(): name for name in reversed(list(known))}
    near = get_close_matches(word.casefold(), names, n=1, cutoff=0.6)
    return f" Did you mean “{names[near[0]]}”?" if near else ""


# --- back to text ---------------------------------------------------------------------------------

STARS = {
    "equals": ("", ""),
    "contains": ("*", "*"),
    "starts_with": ("", "*"),
    "ends_with": ("*", ""),
}
SIGN_OF = {
    operator: sign
    for signs in (NUMBER_SIGNS, MOMENT_SIGNS, SPAN_SIGNS, CLOCK_SIGNS)
    for sign, operator in signs.items()
    if sign != "="
}


def written(condition: Condition, style: str, facts: Facts) -> str:
    """Write what stands behind a field's name, for an operator that `read` gives."""
    operator, value = condition.operator, condition.value
    case = "=" if condition.case else ""
    if operator == "matches":
        return f"{case}~{quoted(text_of(value))}"
    if operator == "in_list":
        parts = [quoted(_starless(part) if style == "text" else part) for part in listed(value)]
        return case + ",".join(parts) + ("," if len(parts) == 1 else "")
    if style == "text":
        before, behind = STARS[operator]
        return case + quoted(f"{before}{_starless(text_of(value))}{behind}")
    told = facts.folder(value) if style == "folder" and isinstance(value, int) else text_of(value)
    return SIGN_OF.get(operator, "") + quoted(told)


def quoted(text: str, plain: re.Pattern[str] = PLAIN) -> str:
    """Write a text so that it is read as one: in quotation marks, where it needs them."""
    if plain.fullmatch(text):
        return text
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _starless(text: str) -> str:
    return text.replace("\\", "\\\\").replace("*", "\\*")
