"""Twig's escaping strategies."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from typing import Any

from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.values import Markup, Value, to_text

# A strategy by its name, or whether the usual one is to be used.
Strategy = str | bool
STRATEGIES = ("html", "js", "url", "css", "html_attr")
NOT_JS = re.compile(r"[^A-Za-z0-9,._]")
NOT_CSS = re.compile(r"[^A-Za-z0-9]")
NOT_ATTR = re.compile(r"[^A-Za-z0-9,.\-_]")
SHORT_JS = {
    "\\": "\\\\", "/": "\\/", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t",
}  # fmt: skip
NAMED = {'"': "&quot;", "&": "&amp;", "<": "&lt;", ">": "&gt;"}


def html(text: str) -> str:
    """For the body of an HTML or XML document."""
    if "&" in text:
        text = text.replace("&", "&amp;")
    if "<" in text:
        text = text.replace("<", "&lt;")
    if ">" in text:
        text = text.replace(">", "&gt;")
    if '"' in text:
        text = text.replace('"', "&quot;")
    if "'" in text:
        text = text.replace("'", "&#039;")
    return text


def js(text: str) -> str:
    """For a string in JavaScript."""

    def one(found: re.Match[str]) -> str:
        char = found[0]
        if char in SHORT_JS:
            return SHORT_JS[char]
        units = char.encode("utf-16-be", "surrogatepass")
        return "".join(f"\\u{units[i]:02X}{units[i + 1]:02X}" for i in range(0, len(units), 2))

    return NOT_JS.sub(one, text)


def css(text: str) -> str:
    """For a value in a style sheet."""
    return NOT_CSS.sub(lambda found: f"\\{ord(found[0]):X} ", text)


def html_attr(text: str) -> str:
    """For an HTML attribute, even one without quotes."""

    def one(found: re.Match[str]) -> str:
        char = found[0]
        code = ord(char)
        if (code <= 0x1F and char not in "\t\n\r") or 0x7F <= code <= 0x9F:
            return "&#xFFFD;"
        if char in NAMED:
            return NAMED[char]
        return f"&#x{code:02X};" if code < 128 else f"&#x{code:04X};"

    return NOT_ATTR.sub(one, text)


def url(text: str) -> str:
    """For a part of an address."""
    return urllib.parse.quote(text.encode("utf-8", "surrogatepass"), safe="-_.~")


ESCAPERS: dict[str, Callable[[str], str]] = {
    "html": html, "js": js, "url": url, "css": css, "html_attr": html_attr,
}  # fmt: skip


def escaper(strategy: Any) -> Callable[[str], str]:
    """The function of a strategy.

    Raises:
        TwigRuntimeError: where there is no such strategy.
    """
    found = ESCAPERS.get(strategy) if isinstance(strategy, str) else None
    if found is None:
        valid = ", ".join(f'"{name}"' for name in STRATEGIES)
        raise TwigRuntimeError(
            f'Invalid escaping strategy "{to_text(strategy)}" (valid ones: {valid}).'
        )
    return found


def escape(
    value: Value,
    strategy: Value = "html",
    charset: Value = None,
    autoescape: Value = False,  # noqa: FBT002
) -> Value:
    """The `escape` filter: what is no text comes back as it is, and all text is UTF-8."""
    run = escaper(strategy)
    return run(str(value)) if isinstance(value, str) else value


def auto_escape(value: Value, run: Callable[[str], str]) -> Value:
    """Escape what is printed, unless a template made it."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return run(value)
    return value


def strategy_for(name: str) -> str | bool:
    """The strategy that a template's file name asks for, where `autoescape` is "name"."""
    name = name.removesuffix(".twig")
    ending = name.rsplit("/", 1)[-1].rpartition(".")[2] if "." in name else ""
    strategies: dict[str, str | bool] = {"js": "js", "css": "css", "txt": False}
    return strategies.get(ending, "html")
