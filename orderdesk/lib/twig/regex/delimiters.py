"""Takes the inside and the flags out of `/…/flags`."""

from __future__ import annotations

PAIRS = {"(": ")", "[": "]", "{": "}", "<": ">"}
KNOWN_FLAGS = "imsxuADSUXJn"


class BadPattern(Exception):
    """The pattern cannot be read."""


def split_delimiters(pattern: str) -> tuple[str, str]:
    """The inside of `/…/flags`, and the flags."""
    text = pattern.lstrip(" \t\n\v\f\r")
    if not text:
        raise BadPattern("Empty regular expression")
    first = text[0]
    if first.isalnum() or first in "\\\0":
        raise BadPattern("Delimiter must not be alphanumeric, backslash, or NUL")
    last = PAIRS.get(first, first)
    end = closing(text, first, last)
    flags = text[end + 1 :].rstrip("\n\r ")
    for flag in flags:
        if flag not in KNOWN_FLAGS:
            raise BadPattern(f"Unknown modifier '{flag}'")
    return text[1:end], flags


def closing(text: str, first: str, last: str) -> int:
    """Where the closing delimiter stands."""
    at, depth = 1, 1
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif char == last:
            depth -= 1
            if depth == 0:
                return at
        elif char == first:
            depth += 1
        at += 1
    if first == last:
        raise BadPattern(f"No ending delimiter '{first}' found")
    raise BadPattern(f"No ending matching delimiter '{last}' found")
