"""Twig's filters, by what they work on."""

from __future__ import annotations

from orderdesk.lib.twig.escaping import escape
from orderdesk.lib.twig.filters import arrays, arrows, dates, html, numbers, texts
from orderdesk.lib.twig.filters.json import json_encode
from orderdesk.lib.twig.filters.sprintf import php_format
from orderdesk.lib.twig.library import Entry, entry, index
from orderdesk.lib.twig.safety import ALL
from orderdesk.lib.twig.values import Value

HTML = frozenset({"html"})


def default(value: Value, default: Value = "") -> Value:
    """The compiler settles this one; the entry is here for its name."""
    return value or default


def raw(value: Value) -> Value:
    """Leave a value unescaped: its form is what says so."""
    return value


# In Twig's own order, which decides the order of its suggestions.
FILTERS: dict[str, Entry] = index(
    [
        entry("date", dates.date),
        entry("date_modify", dates.date_modify),
        entry("format", php_format),
        entry("replace", texts.replace),
        entry("number_format", numbers.number_format),
        entry("abs", numbers.absolute, exact=True),
        entry("round", numbers.rounded),
        entry("url_encode", html.url_encode),
        entry("json_encode", json_encode, exact=True),
        entry("convert_encoding", texts.convert_encoding),
        entry("title", texts.title),
        entry("capitalize", texts.capitalize),
        entry("upper", texts.upper),
        entry("lower", texts.lower),
        entry("striptags", html.striptags),
        entry("trim", texts.trim),
        entry("nl2br", html.nl2br, pre_escape="html", safe=HTML),
        entry("spaceless", html.spaceless, pre_escape="html", safe=HTML),
        entry("join", arrays.join),
        entry("split", texts.split),
        entry("sort", arrows.sort),
        entry("merge", arrays.merged),
        entry("batch", arrays.batch),
        entry("column", arrays.column),
        entry("filter", arrows.filtered),
        entry("map", arrows.mapped),
        entry("reduce", arrows.reduced),
        entry("find", arrows.found),
        entry("reverse", arrays.reverse),
        entry("shuffle", arrays.shuffled),
        entry("length", arrays.length),
        entry("slice", arrays.sliced),
        entry("first", arrays.first),
        entry("last", arrays.last),
        entry("default", default),
        entry("keys", arrays.all_keys),
        entry("escape", escape),
        entry("e", escape),
        entry("raw", raw, safe=ALL),
    ]
)
