"""The tokens as the parser sees them: one at a time, with a look ahead."""

from __future__ import annotations

from orderdesk.lib.twig import lexer
from orderdesk.lib.twig.errors import Source, TwigSyntaxError
from orderdesk.lib.twig.lexer import Lexer, Token


class TokenStream:
    """A cursor over the tokens of one source."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens = Lexer(source).tokens()
        self.index = 0

    @property
    def current(self) -> Token:
        """The token that is read next."""
        return self.tokens[self.index]

    def look(self, ahead: int = 1) -> Token:
        """A later token, without reading."""
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def next(self) -> Token:
        """Read one token."""
        token = self.tokens[self.index]
        if token.kind == lexer.EOF:
            raise self.fail("Unexpected end of template.", token.at)
        self.index += 1
        return token

    def test(self, kind: str, value: str | None = None) -> bool:
        """Is the next token of this kind, and this value?"""
        token = self.tokens[self.index]
        return token.kind == kind and (value is None or token.value == value)

    def accept(self, kind: str, value: str | None = None) -> Token | None:
        """Read the next token if it is this one."""
        return self.next() if self.test(kind, value) else None

    def expect(self, kind: str, value: str | None = None, message: str = "") -> Token:
        """Read the next token, which must be this one."""
        if self.test(kind, value):
            token = self.tokens[self.index]
            if kind != lexer.EOF:
                self.index += 1
            return token
        token = self.current
        found = f' of value "{token.value}"' if token.value else ""
        wanted = f' with value "{value}"' if value else ""
        lead = f"{message}. " if message else ""
        raise self.fail(
            f'{lead}Unexpected token "{token.kind}"{found} ("{kind}" expected{wanted}).', token.at
        )

    def unexpected(self) -> TwigSyntaxError:
        """The refusal of the next token, whatever it is."""
        token = self.current
        return self.fail(f'Unexpected token "{token.kind}" of value "{token.value}".', token.at)

    def fail(self, message: str, at: int) -> TwigSyntaxError:
        """A refusal that knows its place."""
        error = TwigSyntaxError(message)
        error.at(self.source, at)
        return error
