"""Ids as people and scripts write them."""

from collections.abc import Iterable

# What a 64-bit id column can hold: PostgreSQL refuses even to compare with more.
LARGEST_ID = 2**63 - 1


def id_in(text: str) -> int | None:
    """Read an id; None for what can be no row's, so that it is looked for nowhere."""
    # No id is longer, and Python itself refuses to read a number of thousands of digits.
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(LARGEST_ID))):
        return None
    return found if (found := int(text)) <= LARGEST_ID else None


def ids_in(texts: Iterable[str]) -> set[int]:
    """Read ids, leaving out what can be no row's."""
    return {found for text in texts if (found := id_in(text)) is not None}
