"""Sets of characters in a pattern, as functions that tell members."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable

Test = Callable[[str], bool]

DIGITS = frozenset("0123456789")
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
WORD = DIGITS | LETTERS | {"_"}
SPACE = frozenset(" \t\n\v\f\r")
ACROSS = frozenset(" \t\xa0\u1680\u180e\u202f\u205f\u3000") | frozenset(
    chr(code) for code in range(0x2000, 0x200B)
)
DOWN = frozenset("\n\v\f\r\x85\u2028\u2029")
PRINTED = frozenset(chr(code) for code in range(33, 127))
POSIX: dict[str, frozenset[str]] = {
    "alpha": LETTERS,
    "digit": DIGITS,
    "alnum": LETTERS | DIGITS,
    "upper": frozenset(c for c in LETTERS if c.isupper()),
    "lower": frozenset(c for c in LETTERS if c.islower()),
    "space": SPACE,
    "blank": frozenset(" \t"),
    "punct": PRINTED - LETTERS - DIGITS,
    "xdigit": frozenset("0123456789abcdefABCDEF"),
    "word": WORD,
    "cntrl": frozenset(chr(code) for code in [*range(32), 127]),
    "print": PRINTED | {" "},
    "graph": PRINTED,
    "ascii": frozenset(chr(code) for code in range(128)),
}
CLASSES = {"d": DIGITS, "w": WORD, "s": SPACE, "h": ACROSS, "v": DOWN}
SCRIPTS = {
    "Latin": "LATIN", "Greek": "GREEK", "Cyrillic": "CYRILLIC", "Arabic": "ARABIC",
    "Hebrew": "HEBREW", "Han": "CJK", "Hiragana": "HIRAGANA", "Katakana": "KATAKANA",
    "Hangul": "HANGUL", "Thai": "THAI",
}  # fmt: skip


def member(chars: Iterable[str]) -> Test:
    """A test for these characters."""
    return frozenset(chars).__contains__


def inverse(test: Test) -> Test:
    """A test for all others."""
    return lambda char: not test(char)


def either(tests: list[Test]) -> Test:
    """A test for the members of any of these."""
    if len(tests) == 1:
        return tests[0]
    return lambda char: any(test(char) for test in tests)


def span(first: str, last: str) -> Test:
    """A test for everything from first to last."""
    return lambda char: first <= char <= last


def any_case(test: Test, *, unicode: bool) -> Test:
    """The same test with capitals and small letters alike."""

    def run(char: str) -> bool:
        if not unicode and not char.isascii():
            return test(char)
        return test(char) or test(char.lower()) or test(char.upper())

    return run


def is_word(char: str) -> bool:
    """Is it a letter or digit of any script, or an underscore?"""
    return char == "_" or unicodedata.category(char)[0] in "LN"


# With the flag `u`, these classes mean all scripts.
ANY_SCRIPT: dict[str, Test] = {
    "w": is_word,
    "word": is_word,
    "d": lambda char: unicodedata.category(char) == "Nd",
    "digit": lambda char: unicodedata.category(char) == "Nd",
    "s": lambda char: char in SPACE or char == "\x85" or unicodedata.category(char)[0] == "Z",
    "space": lambda char: char in SPACE or char == "\x85" or unicodedata.category(char)[0] == "Z",
    "alpha": lambda char: unicodedata.category(char)[0] == "L",
    "alnum": lambda char: unicodedata.category(char)[0] in "LN",
    "upper": lambda char: unicodedata.category(char) == "Lu",
    "lower": lambda char: unicodedata.category(char) == "Ll",
}


def class_test(letter: str, *, unicode: bool) -> Test:
    r"""A test for `\d`, `\w`, `\s`, `\h`, `\v`, or for the rest where it is a capital."""
    name = letter.lower()
    test = ANY_SCRIPT[name] if unicode and name in ANY_SCRIPT else member(CLASSES[name])
    return inverse(test) if letter.isupper() else test


def posix_test(name: str, *, unicode: bool) -> Test | None:
    """A test for `[:name:]`; None where there is no such class."""
    if unicode and name in ANY_SCRIPT:
        return ANY_SCRIPT[name]
    return member(POSIX[name]) if name in POSIX else None


def property_test(name: str) -> Test | None:
    r"""A test for `\p{name}`: a general category, `L&`, `Any` or one of the common scripts."""
    negated = name.startswith("^")
    name = name.removeprefix("^")
    test: Test
    if name == "Any":
        test = bool
    elif name == "L&":
        test = lambda char: unicodedata.category(char) in ("Lu", "Ll", "Lt")  # noqa: E731
    elif name in SCRIPTS:
        script = SCRIPTS[name]
        test = lambda char: unicodedata.name(char, "").startswith(script)  # noqa: E731
    elif name and name[0] in "LMNPSZC" and len(name) <= 2:
        test = lambda char: unicodedata.category(char).startswith(name)  # noqa: E731
    else:
        return None
    return inverse(test) if negated else test
