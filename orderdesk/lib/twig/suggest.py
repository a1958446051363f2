"""Which known name an unknown one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterable

# What people who know Jinja2 reach for, and how Twig says it.
HINTS = {
    "sum": "reduce((sum, v) => sum + v, 0)",
    "unique": "a loop with `not in`",
    "list": "nothing: every value is a list already",
    "safe": "raw",
    "tojson": "json_encode",
    "truncate": "slice(0, n)",
    "count": "length",
    "selectattr": "filter(v => v.name)",
    "rejectattr": "filter(v => not v.name)",
    "select": "filter(v => …)",
    "reject": "filter(v => not …)",
    "groupby": "a loop with merge",
    "dictsort": "sort",
    "items": "for key, value in …",
    "max": "max(…)",
    "min": "min(…)",
    "random": "random(…)",
    "string": "~ ''",
    "int": "round",
    "float": "+ 0",
    "urlencode": "url_encode",
    "indent": "replace({'\\n': '\\n  '})",
    "center": "format",
    "wordcount": "split(' ')|length",
}


def distance(one: str, other: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        last, row[0] = row[0], i
        for j, b in enumerate(other, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (a != b))
    return row[-1]


def alternatives(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """Known names near this one, nearest first, as Twig chooses them."""
    name = name[:64]
    near = [
        (away, other)
        for other in known
        if (away := distance(name, other)) <= len(name) / 3 or name in other
    ]
    near.sort(key=lambda pair: pair[0])
    return tuple(other for _, other in near)


def did_you_mean(names: Iterable[str]) -> str:
    """The sentence that follows an "Unknown …" message; empty where nothing is near."""
    quoted = ", ".join(f'"{name}"' for name in names)
    return f" Did you mean {quoted}?" if quoted else ""
