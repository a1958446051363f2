"""Regular expressions of the Perl kind, matched within a budget, so that none can hang.

A pattern that needs more work than a render may use is stopped by the same meter as any other
work, which an engine written in C would not allow.
"""

from __future__ import annotations

from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.limits import Meter
from orderdesk.lib.twig.regex.delimiters import BadPattern, split_delimiters
from orderdesk.lib.twig.regex.machine import Machine
from orderdesk.lib.twig.regex.program import Program

__all__ = ["Patterns"]

KEPT = 200


class Patterns:
    """Compiled patterns, kept while they are in use."""

    def __init__(self) -> None:
        self.kept: dict[str, Program] = {}

    def matches(self, meter: Meter, pattern: str, subject: str) -> bool:
        """Does the pattern match anywhere in the subject?

        Raises:
            TwigRuntimeError: where it is no valid pattern.
        """
        program = self.kept.get(pattern)
        if program is None:
            meter.charge(len(pattern))
            program = self.compiled(pattern)
            if len(self.kept) >= KEPT:
                self.kept.clear()
            self.kept[pattern] = program
        if not program.unicode:
            subject = as_bytes(subject)
        return Machine(program, subject, meter).search()

    def compiled(self, pattern: str) -> Program:
        try:
            body, flags = split_delimiters(pattern)
            if "u" not in flags:
                body = as_bytes(body)
            return Program(body, flags)
        except BadPattern as error:
            raise TwigRuntimeError(
                f'Regexp "{pattern[:200]}" passed to "matches" is not valid: {error}.'
            ) from error
        except RecursionError as error:
            raise TwigRuntimeError(
                f'Regexp "{pattern[:200]}" passed to "matches" is nested too deep.'
            ) from error


def as_bytes(text: str) -> str:
    """One character for each byte of the text in UTF-8, as PCRE sees it without `u`."""
    return text if text.isascii() else text.encode("utf-8", "surrogatepass").decode("latin-1")
