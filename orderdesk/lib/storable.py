"""Text as PostgreSQL can keep it."""

import re

# NUL, and halves of characters that JSON escapes let through.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Put a sign in the place of each character no database column can hold."""
    return _NO_TEXT.sub("\ufffd", text)
