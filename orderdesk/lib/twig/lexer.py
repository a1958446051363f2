"""Cuts a template into tokens, and settles white space on the way."""

from __future__ import annotations

import re
from typing import NamedTuple

from orderdesk.lib.twig.errors import Source, TwigSyntaxError

# Kinds, in the words Twig uses for them in its messages.
TEXT = "text"
BLOCK_START, BLOCK_END = "begin of statement block", "end of statement block"
VAR_START, VAR_END = "begin of print statement", "end of print statement"
NAME, NUMBER, STRING, OPERATOR = "name", "number", "string", "operator"
PUNCTUATION, ARROW, SPREAD = "punctuation", "arrow function", "spread operator"
INTERPOLATION_START, INTERPOLATION_END = (
    "begin of string interpolation",
    "end of string interpolation",
)
EOF = "end of template"

WORDS = (
    "not in", "is not", "starts with", "ends with", "has some", "has every",
    "matches", "b-and", "b-xor", "b-or", "and", "xor", "not", "or", "in", "is",
)  # fmt: skip
SIGNS = (
    "<=>", "===", "!==", "**", "//", "..", "??", "==", "!=", "<=", ">=",
    "+", "-", "*", "/", "%", "~", "<", ">", "=",
)  # fmt: skip

WHITE = " \t\n\r\0\x0b"
BLANK = " \t\0\x0b"
START = re.compile(r"(\{\{|\{%|\{#)([-~])?")
COMMENT_END = re.compile(r"-#\}\s*|~#\}[ \t\0\x0b]*|#\}\n?")
BLOCK_CLOSE = re.compile(r"\s*(?:-%\}\s*|~%\}[ \t\0\x0b]*|%\}\n?)", re.ASCII)
VAR_CLOSE = re.compile(r"\s*(?:-\}\}\s*|~\}\}[ \t\0\x0b]*|\}\})", re.ASCII)
VERBATIM = re.compile(r"\s*verbatim\s*(?:-%\}\s*|~%\}[ \t\0\x0b]*|%\})", re.ASCII)
END_VERBATIM = re.compile(r"\{%([-~])?\s*endverbatim\s*(?:-%\}\s*|~%\}[ \t\0\x0b]*|%\})", re.ASCII)
LINE = re.compile(r"\s*line\s+\d+\s*%\}", re.ASCII)
SPACE = re.compile(r"\s+", re.ASCII)
INLINE_COMMENT = re.compile(r"#[^\n]*")
WORD_OPERATOR = re.compile(
    "(?<![.|])(?:" + "|".join(w.replace(" ", r"\s+") for w in WORDS) + r")(?=[\s()\[{])", re.ASCII
)
SIGN_OPERATOR = re.compile("|".join(re.escape(s) for s in SIGNS if s not in ("===", "!==")))
NAME_RE = re.compile(r"[A-Za-z_\x7f-\U0010ffff][A-Za-z0-9_\x7f-\U0010ffff]*")
NUMBER_RE = re.compile(r"[0-9]+(?:\.[0-9]+)?(?:[Ee][+-][0-9]+)?")
SINGLE_QUOTED = re.compile(r"'([^'\\]*(?:\\.[^'\\]*)*)'", re.DOTALL)
DOUBLE_QUOTED = re.compile(r'"([^#"\\]*(?:\\.[^#"\\]*)*)"', re.DOTALL)
STRING_PART = re.compile(r'[^#"\\]*(?:(?:\\.|#(?!\{))[^#"\\]*)*', re.DOTALL)
ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|(.))", re.DOTALL)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "v": "\x0b", "f": "\x0c", "a": "\x07", "b": "\x08"}
# In the order in which they are tried.
TOKENS = (
    (re.compile(r"\.\.\."), SPREAD),
    (re.compile("=>"), ARROW),
    (WORD_OPERATOR, OPERATOR),
    (SIGN_OPERATOR, OPERATOR),
    (NAME_RE, NAME),
    (NUMBER_RE, NUMBER),
)
INTERPOLATION_CLOSE = re.compile(r"\s*\}", re.ASCII)
CLOSING = {"(": ")", "[": "]", "{": "}"}


class Token(NamedTuple):
    """One piece of a template; `at` is its offset in the source."""

    kind: str
    value: str
    at: int


def unescape(text: str) -> str:
    """Resolve the backslashes of a quoted string, as C and PHP do; unknown ones are dropped."""
    if "\\" not in text:
        return text

    def one(found: re.Match[str]) -> str:
        octal, hexa, other = found.groups()
        if octal is not None:
            return chr(int(octal, 8) & 255)
        if hexa is not None:
            return chr(int(hexa, 16))
        return ESCAPES.get(other, other)

    return ESCAPE.sub(one, text)


class Lexer:
    """Reads one source from front to back; `tokens()` gives the result."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.code = source.text
        self.at = 0
        self.out: list[Token] = []
        self.brackets: list[tuple[str, int]] = []

    def tokens(self) -> list[Token]:
        """Read everything."""
        while self.at < len(self.code):
            self.read_text()
        self.push(EOF, "")
        return self.out

    def push(self, kind: str, value: str, at: int | None = None) -> None:
        self.out.append(Token(kind, value, self.at if at is None else at))

    def fail(self, message: str, at: int | None = None) -> TwigSyntaxError:
        error = TwigSyntaxError(message)
        error.at(self.source, self.at if at is None else at)
        return error

    def read_text(self) -> None:
        """Read up to the next tag, and the tag."""
        found = START.search(self.code, self.at)
        text = self.code[self.at : found.start() if found else len(self.code)]
        if found and found[2] == "-":
            text = text.rstrip(WHITE)
        elif found and found[2] == "~":
            text = text.rstrip(BLANK)
        if text:
            self.push(TEXT, text)
        if not found:
            self.at = len(self.code)
            return
        self.at = found.end()
        {"{#": self.read_comment, "{%": self.read_block, "{{": self.read_print}[found[1]](found)

    def read_comment(self, start: re.Match[str]) -> None:
        end = COMMENT_END.search(self.code, self.at)
        if not end:
            raise self.fail("Unclosed comment.", start.start())
        self.at = end.end()

    def read_block(self, start: re.Match[str]) -> None:
        if found := VERBATIM.match(self.code, self.at):
            self.at = found.end()
            self.read_verbatim(start)
        elif found := LINE.match(self.code, self.at):
            self.at = found.end()
        else:
            self.push(BLOCK_START, "", start.start())
            self.read_expression(BLOCK_CLOSE, BLOCK_END)

    def read_print(self, start: re.Match[str]) -> None:
        self.push(VAR_START, "", start.start())
        self.read_expression(VAR_CLOSE, VAR_END)

    def read_verbatim(self, start: re.Match[str]) -> None:
        end = END_VERBATIM.search(self.code, self.at)
        if not end:
            raise self.fail('Unexpected end of file: Unclosed "verbatim" block.', start.start())
        text = self.code[self.at : end.start()]
        text = text.rstrip({"-": WHITE, "~": BLANK}.get(end[1], "")) if end[1] else text
        if text:
            self.push(TEXT, text)
        self.at = end.end()

    def read_expression(self, close: re.Pattern[str], kind: str) -> None:
        """Read tokens until the tag closes outside all brackets."""
        opened = len(self.brackets)
        while True:
            if len(self.brackets) == opened and (found := close.match(self.code, self.at)):
                space = SPACE.match(self.code, self.at)
                self.push(kind, "", space.end() if space else self.at)
                self.at = found.end()
                return
            self.read_token()
            if self.at >= len(self.code):
                self.read_end(opened)
                return

    def read_end(self, opened: int) -> None:
        """The text ended inside a tag; Twig names the bracket left open, or the end."""
        if len(self.brackets) > opened:
            bracket, at = self.brackets[-1]
            raise self.fail(f'Unclosed "{bracket}".', at)

    def read_token(self) -> None:
        if found := SPACE.match(self.code, self.at):
            self.at = found.end()
            return
        for pattern, kind in TOKENS:
            if found := pattern.match(self.code, self.at):
                value = " ".join(found[0].split()) if kind == OPERATOR else found[0]
                self.take(kind, found[0], value)
                return
        if self.at < len(self.code):
            self.read_punctuation(self.code[self.at])

    def take(self, kind: str, text: str, value: str) -> None:
        self.push(kind, value)
        self.at += len(text)

    def read_punctuation(self, char: str) -> None:
        if char in "([{":
            self.brackets.append((char, self.at))
        elif char in ")]}":
            if not self.brackets:
                raise self.fail(f'Unexpected "{char}".')
            opening, at = self.brackets.pop()
            if CLOSING.get(opening) != char:
                raise self.fail(f'Unclosed "{opening}".', at)
        elif char not in "?:.,|":
            self.read_quoted(char)
            return
        self.take(PUNCTUATION, char, char)

    def read_quoted(self, char: str) -> None:
        if char == "#" and (found := INLINE_COMMENT.match(self.code, self.at)):
            self.at = found.end()
            return
        pattern = {"'": SINGLE_QUOTED, '"': DOUBLE_QUOTED}.get(char)
        if pattern and (found := pattern.match(self.code, self.at)):
            self.push(STRING, unescape(found[1]))
            self.at = found.end()
        elif char == '"':
            self.read_interpolated()
        else:
            raise self.fail(f'Unexpected character "{char}".')

    def read_interpolated(self) -> None:
        """Read a double-quoted string that holds `#{…}`."""
        start = self.at
        self.at += 1
        while True:
            part = STRING_PART.match(self.code, self.at)
            if part and part[0]:
                self.push(STRING, unescape(part[0]))
                self.at = part.end()
            if self.code.startswith('"', self.at):
                self.at += 1
                return
            if not self.code.startswith("#{", self.at):
                raise self.fail('Unclosed """.', start)
            self.push(INTERPOLATION_START, "#{")
            self.at += 2
            self.read_interpolation(start)

    def read_interpolation(self, start: int) -> None:
        opened = len(self.brackets)
        if opened > 100:
            raise self.fail("Strings are nested too deep.", start)
        self.brackets.append(("#", start))
        while True:
            if len(self.brackets) == opened + 1 and (
                found := INTERPOLATION_CLOSE.match(self.code, self.at)
            ):
                self.brackets.pop()
                self.push(INTERPOLATION_END, "}")
                self.at = found.end()
                return
            if self.at >= len(self.code):
                raise self.fail('Unclosed """.', start)
            self.read_token()
