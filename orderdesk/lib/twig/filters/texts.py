"""Filters on text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.values import Value, php_type, to_int, to_text

if TYPE_CHECKING:
    from orderdesk.lib.twig.runtime import Runtime

WHITE = " \t\n\r\0\x0b"
ENCODINGS = {
    "UTF-8": "utf-8", "UTF8": "utf-8", "ASCII": "ascii", "ISO-8859-1": "latin-1",
    "ISO-8859-15": "iso8859-15", "WINDOWS-1252": "cp1252", "CP1252": "cp1252",
}  # fmt: skip
# A letter goes on after these, so `o'neil` and `ada@example.com` are one word in part.
TITLE_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['\u2019.:\u00b7](?=[^\W\d_])|[\u0300-\u036f])*")


def upper(value: Value) -> str:
    """In capitals."""
    return to_text(value).upper()


def lower(value: Value) -> str:
    """In small letters."""
    return small(to_text(value))


def small(text: str) -> str:
    """Letter by letter: PHP does not look whether a sigma ends its word."""
    return text.lower() if text.isascii() else "".join(char.lower() for char in text)


def capitalize(value: Value) -> str:
    """First letter in a capital, the rest in small letters."""
    text = to_text(value)
    return text[:1].upper() + small(text[1:])


def title(value: Value) -> str:
    """Each word with a capital."""
    return TITLE_WORD.sub(lambda found: found[0][:1].title() + small(found[0][1:]), to_text(value))


def replace(runtime: Runtime, value: Value, from_: Value) -> str:
    """Replace all keys of a mapping by their values at once, the longest first."""
    text = to_text(value)
    pairs = {str(key): to_text(new) for key, new in runtime.sequence(from_, "replace")}
    if not pairs or not text or "" in pairs:
        pairs.pop("", None)
        if not pairs or not text:
            return text
    longest = max(map(len, pairs.values()))
    # Paid before it is made: a short text can grow by every replacement.
    runtime.meter.charge(len(pairs) + len(text) * len(pairs) // 512)
    if longest * len(text) > runtime.meter.limits.output:
        count = sum(text.count(key) for key in pairs)
        runtime.meter.text(len(text) + longest * count)
    pattern = re.compile("|".join(map(re.escape, sorted(pairs, key=len, reverse=True))))
    return pattern.sub(lambda found: pairs[found[0]], text)


def convert_encoding(value: Value, to: Value, from_: Value) -> str:
    """Read a text's bytes in another encoding; the result is UTF-8, as all templates are."""
    source = ENCODINGS.get(to_text(from_).upper())
    if to_text(to).upper() not in ("UTF-8", "UTF8") or source is None:
        raise TwigRuntimeError("Templates are UTF-8 and can be converted to nothing else.")
    return to_text(value).encode("utf-8", "surrogatepass").decode(source, "replace")


def trim(value: Value, character_mask: Value = None, side: Value = "both") -> str:
    """Take characters off the ends: white space, or those of a mask such as `a..z/`."""
    text = to_text(value)
    mask = WHITE if character_mask is None else expand_mask(to_text(character_mask))
    if side == "both":
        return text.strip(mask) if mask else text
    if side == "left":
        return text.lstrip(mask) if mask else text
    if side == "right":
        return text.rstrip(mask) if mask else text
    raise TwigRuntimeError('Trimming side must be "left", "right" or "both".')


def expand_mask(mask: str) -> str:
    """`a..c` as `abc`."""

    def span(found: re.Match[str]) -> str:
        first, last = ord(found[1]), ord(found[2])
        return "".join(map(chr, range(first, last + 1))) if first <= last else found[0]

    return re.sub(r"([\x00-\x7f])\.\.([\x00-\x7f])", span, mask, flags=re.DOTALL)


def split(runtime: Runtime, value: Value, delimiter: Value, limit: Value = None) -> list[Value]:
    """Cut a text at each delimiter, or into pieces of a length where that is empty."""
    text, sign = to_text(value), to_text(delimiter)
    if limit is not None and not isinstance(limit, int | float):
        raise TwigRuntimeError(f'The "split" filter expects an integer, got "{php_type(limit)}".')
    runtime.meter.items(text.count(sign) if sign else len(text))
    if sign:
        return split_at(text, sign, to_int(limit) if limit is not None else None)
    size = to_int(limit) if limit is not None else 1
    if size <= 1:
        return list(text) or [""]
    if len(text) < size:
        # As it came: a number stays one.
        return [value if value is not None else ""]
    return [text[start : start + size] for start in range(0, len(text), size)] or [""]


def split_at(text: str, sign: str, limit: int | None) -> list[str]:
    """PHP's `explode`: a negative limit drops that many from the end."""
    if limit is None:
        return text.split(sign)
    if limit < 0:
        return text.split(sign)[:limit]
    return text.split(sign, max(limit, 1) - 1)
