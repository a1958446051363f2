"""Texts as they are compared: outer blanks never count, and case only where somebody says so."""

import json
import unicodedata
from typing import Any

# What `str.strip` takes off; PostgreSQL is given the same characters.
BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())


def text_of(value: Any) -> str:
    """Give a value as text; what is no text comes as PostgreSQL writes it out of JSON."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)


def folded(value: Any, *, exact: bool = False) -> str:
    """Bring a text into the form it is compared in."""
    text = unicodedata.normalize("NFC", text_of(value)).strip(BLANKS)
    return text if exact else text.casefold()
