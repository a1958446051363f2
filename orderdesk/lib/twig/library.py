"""What a template may call: entries for filters, functions and tests, and their collection."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One filter, function or test.

    `params` are the names that a template may use, the subject of a filter or test not among
    them. `runtime` entries get the render's runtime first, `context` ones the variables after it.
    `safe` names the strategies for which the result needs no escaping; `pre_escape` the one that
    is applied to the subject first. `exact` entries refuse extra arguments, as PHP's own
    functions do. `variadic` names the parameter that takes all further ones; `aliases` are further
    names of parameters.
    """

    name: str
    call: Callable[..., Any]
    params: tuple[str, ...] = ()
    defaults: tuple[Any, ...] = ()
    required: int = 0
    runtime: bool = False
    context: bool = False
    variadic: str = ""
    exact: bool = False
    safe: frozenset[str] = frozenset()
    pre_escape: str = ""
    cost: int = 1
    aliases: tuple[tuple[str, str], ...] = ()


def entry(name: str, call: Callable[..., Any], *, subject: bool = True, **options: Any) -> Entry:
    """Describe a Python function as an entry: its parameters are the entry's.

    Parameters named `runtime` and `context` mark what is given before the template's own;
    `subject` says whether the next one is what stands before `|` or `is`. A `_` at the end of a
    name only keeps it from being a word of Python.
    """
    params = list(inspect.signature(call).parameters.values())
    names = [param.name for param in params]
    runtime, context = "runtime" in names[:1], "context" in names[:2]
    params = params[runtime + context + subject :]
    rest = [param.name.rstrip("_") for param in params if param.kind is param.VAR_POSITIONAL]
    params = [param for param in params if param.kind is not param.VAR_POSITIONAL]
    required = sum(param.default is param.empty for param in params)
    return Entry(
        name,
        call,
        tuple(
            "" if param.kind is param.POSITIONAL_ONLY else param.name.rstrip("_")
            for param in params
        ),
        tuple(None if param.default is param.empty else param.default for param in params),
        required,
        runtime,
        context,
        "".join(rest),
        **options,
    )


@dataclass(slots=True)
class Library:
    """Everything that can be called by name."""

    filters: dict[str, Entry] = field(default_factory=dict)
    functions: dict[str, Entry] = field(default_factory=dict)
    tests: dict[str, Entry] = field(default_factory=dict)

    def extended(
        self,
        *,
        filters: Iterable[Entry] = (),
        functions: Iterable[Entry] = (),
        tests: Iterable[Entry] = (),
    ) -> Library:
        """A library with more entries; this one stays as it is."""
        return Library(
            self.filters | index(filters),
            self.functions | index(functions),
            self.tests | index(tests),
        )

    def of_kind(self, kind: str) -> dict[str, Entry]:
        """The entries of one kind: "filter", "function" or "test"."""
        return {"filter": self.filters, "function": self.functions, "test": self.tests}[kind]


def index(entries: Iterable[Entry]) -> dict[str, Entry]:
    """Entries by name."""
    return {one.name: one for one in entries}
