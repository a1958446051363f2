"""What can go wrong with a template, always told in the words and place of its author."""

from __future__ import annotations

from dataclasses import dataclass

EXCERPT = 120


@dataclass(frozen=True, slots=True)
class Source:
    """A template's text and the name its author knows it by."""

    text: str
    name: str

    def locate(self, offset: int) -> tuple[int, int]:
        """Line and column, both from 1, of a character offset."""
        offset = min(offset, len(self.text))
        line = self.text.count("\n", 0, offset) + 1
        column = offset - (self.text.rfind("\n", 0, offset) + 1) + 1
        return line, column

    def excerpt(self, line: int, column: int = 1) -> str:
        """The author's own line, or as much of it around a column as fits a message."""
        lines = self.text.split("\n")
        if not 0 < line <= len(lines):
            return ""
        whole = lines[line - 1]
        start = 0 if len(whole) <= EXCERPT else max(0, column - EXCERPT // 2)
        return whole[start : start + EXCERPT].strip()


class TwigError(Exception):
    """Any refusal of this package; nothing else is ever raised.

    `line` and `column` count from 1 and are 0 until the place is known.
    """

    def __init__(self, message: str, suggestions: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.suggestions = suggestions
        self.template = ""
        self.line = 0
        self.column = 0
        self.excerpt = ""

    def at(self, source: Source, offset: int) -> TwigError:
        """Note where this happened, unless a closer place is already known."""
        if not self.line:
            self.template = source.name
            self.line, self.column = source.locate(offset)
            self.excerpt = source.excerpt(self.line, self.column)
        return self

    def __str__(self) -> str:
        if not self.line:
            return self.message
        place = f'in "{self.template}" at line {self.line}, column {self.column}'
        return f"{self.message} ({place}: {self.excerpt})"


class TwigSyntaxError(TwigError):
    """The text is not Twig."""


class TwigRuntimeError(TwigError):
    """The template is Twig, but cannot be rendered with this data."""


class TwigInternalError(TwigRuntimeError):
    """A fault of this package that reached the last guard; its cause is attached."""


class TwigLoaderError(TwigRuntimeError):
    """A template names another one that does not exist."""


class TwigSecurityError(TwigRuntimeError):
    """A tag, filter or function that the sandbox does not allow."""


class TwigLimitError(TwigRuntimeError):
    """A template asked for more than one render may use."""


class StepLimitReached(TwigLimitError):
    """Too much work."""


class NestingLimitReached(TwigLimitError):
    """Too many templates, macros or brackets inside each other."""


class OutputLimitReached(TwigLimitError):
    """Too much text."""


class RangeLimitReached(TwigLimitError):
    """Too many items in one list."""


class SourceLimitReached(TwigLimitError):
    """The template itself is too long."""


class TimeLimitReached(TwigLimitError):
    """Too much time on the clock."""


class RenderKilled(TwigLimitError):
    """The isolating process died while it rendered this template."""
