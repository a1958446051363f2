"""Telling whether anything a page shows has changed since it was shown."""

import hashlib
from collections.abc import Iterable
from typing import Any


def digest(told: Iterable[Any]) -> str:
    """Give a short word that differs as soon as any of this does."""
    return hashlib.blake2b(repr(list(told)).encode(), digest_size=8).hexdigest()
