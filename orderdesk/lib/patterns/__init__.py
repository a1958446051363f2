r"""Regular expressions that cannot hang, for patterns merchants write.

The language is what is common to all: characters, `.`, `[…]`, `\d \w \s \b` and their opposites,
`^`, `$`, groups, `|`, and `* + ? {m,n}`. There is no way to refer back or to look around, so a
text is read once, from left to right, whatever the pattern. PostgreSQL is handed the same pattern
spelt out, and finds the same.
"""

from orderdesk.lib.patterns.machine import TEXT_READ, Machine
from orderdesk.lib.patterns.reading import LONGEST_PATTERN, BadPattern, read
from orderdesk.lib.patterns.spelling import spelt

__all__ = ["LONGEST_PATTERN", "TEXT_READ", "BadPattern", "Pattern"]


class Pattern:
    """A pattern, ready to be looked for. With `folds`, texts come casefolded.

    Raises:
        BadPattern: if it cannot be understood or is too large.
    """

    def __init__(self, text: str, *, folds: bool = False) -> None:
        tree = read(text, folds=folds)
        self._machine = Machine(tree)
        self.spelt = spelt(tree)

    def found_in(self, text: str) -> bool:
        """Tell whether it matches anywhere in the first part of a text."""
        return self._machine.search(text[:TEXT_READ])
