"""Filters on markup and addresses."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from orderdesk.lib.twig.arrays import Array, items
from orderdesk.lib.twig.escaping import url
from orderdesk.lib.twig.values import Value, to_text

if TYPE_CHECKING:
    from orderdesk.lib.twig.runtime import Runtime

LINE_BREAK = re.compile(r"\r\n|\n\r|\n|\r")
BETWEEN_TAGS = re.compile(r">\s+<", re.ASCII)
TAG_NAME = re.compile(r"</?\s*([A-Za-z0-9:_-]*)")


def nl2br(value: Value) -> str:
    """A `<br />` before each line break."""
    return LINE_BREAK.sub(lambda found: "<br />" + found[0], to_text(value))


def spaceless(value: Value) -> str:
    """No white space between tags."""
    return BETWEEN_TAGS.sub("><", to_text(value)).strip(" \t\n\r\0\x0b")


def url_encode(runtime: Runtime, value: Value) -> str:
    """A text for an address; a mapping as a query."""
    if isinstance(value, list | dict):
        pairs: list[str] = []
        query(runtime, value, "", pairs)
        return "&".join(pairs)
    return url(to_text(value))


def query(runtime: Runtime, array: Array, prefix: str, pairs: list[str]) -> None:
    """Each value of an array under its path: `a[b][0]=1`."""
    runtime.meter.charge(len(array))
    runtime.meter.enter()
    for key, value in items(array):
        name = f"{prefix}[{key}]" if prefix else str(key)
        if isinstance(value, list | dict):
            query(runtime, value, name, pairs)
        elif value is not None:
            shown = "0" if value is False else to_text(value)
            pairs.append(f"{url(name)}={url(shown)}")
            runtime.meter.text(len(name) + len(shown))
    runtime.meter.leave()


def striptags(value: Value, allowable_tags: Value = "") -> str:
    """Take out tags and comments, but those allowed."""
    text = to_text(value)
    if isinstance(allowable_tags, list | dict):
        allowed = {to_text(name).lower() for _, name in items(allowable_tags)}
    else:
        allowed = {
            name.lower() for name in re.findall(r"<([A-Za-z0-9:_-]+)>", to_text(allowable_tags))
        }
    written: list[str] = []
    at = 0
    while (start := text.find("<", at)) >= 0:
        written.append(text[at:start])
        end = end_of_tag(text, start)
        if end == start:
            written.append("<")
            end = start + 1
        else:
            tag = text[start:end]
            found = TAG_NAME.match(tag)
            if found and found[1].lower() in allowed and not tag.startswith("<!"):
                written.append(tag)
        at = end
    written.append(text[at:])
    return "".join(written)


def end_of_tag(text: str, start: int) -> int:
    """Where the tag or comment that starts here ends; `start` itself where it is no tag.

    A `<` before white space is text, as PHP has it; an open tag takes all that follows.
    """
    follows = text[start + 1 : start + 2]
    if follows.isspace():
        return start
    if text.startswith("<!--", start):
        end = text.find("-->", start)
        return end + 3 if end >= 0 else len(text)
    return end_of_element(text, start)


def end_of_element(text: str, start: int) -> int:
    """Where a tag closes: outside its quotes, and after as many `>` as it has `<`."""
    quote = ""
    depth = 0
    for at in range(start + 1, len(text)):
        char = text[at]
        if quote:
            if char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif char == "<":
            depth += not text[at + 1 : at + 2].isspace()
        elif char == ">":
            if not depth:
                return at + 1
            depth -= 1
    return len(text)
