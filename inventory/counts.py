"""Which counts can be kept. Pure."""

from orderdesk.lib.storable import storable

CODE_LENGTH = 120
NAME_LENGTH = 500
# The way from the lowest count to the highest still fits a line of the ledger.
LARGEST_COUNT = 1_000_000_000


def problem_of_count(code: str, quantity: int, name: str = "") -> str:
    """Say why a count cannot be kept, as a sentence; '' if it can."""
    if not code:
        return "An item without a code cannot be counted."
    named = storable(code if len(code) <= CODE_LENGTH else f"{code[:40]}…")
    if len(code) > CODE_LENGTH:
        return f"{named}: the code has {len(code):,} characters; at most {CODE_LENGTH} fit."
    if len(name) > NAME_LENGTH:
        return f"{named}: the name has {len(name):,} characters; at most {NAME_LENGTH} fit."
    if storable(code + name) != code + name:
        return f"{named}: it holds characters that cannot be stored."
    if abs(quantity) > LARGEST_COUNT:
        return f"{named}: {quantity:,} pieces are more than can be counted."
    return ""
