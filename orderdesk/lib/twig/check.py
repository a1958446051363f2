"""What an editor tells a template's author before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from orderdesk.lib.twig.arrays import plain
from orderdesk.lib.twig.errors import Source, TwigError
from orderdesk.lib.twig.names import Missing, missing_names
from orderdesk.lib.twig.suggest import alternatives

if TYPE_CHECKING:
    from orderdesk.lib.twig.environment import Environment


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right.

    `severity` is "error" where the template cannot be rendered, else "warning". `suggestion` is
    what the author may have meant; empty where nothing is near.
    """

    severity: str
    message: str
    line: int
    column: int
    excerpt: str
    suggestion: str


def check_template(
    environment: Environment, source: str, sample: Mapping[str, Any], templates: Mapping[str, str]
) -> list[Problem]:
    """All problems of a template: first what stops it, then names the sample does not have."""
    try:
        ready = environment.parse(source)
        tree = environment.tree(source)
    except TwigError as error:
        return [from_error(error)]
    text = Source(source.replace("\r\n", "\n").replace("\r", "\n"), "main")
    problems: list[Problem] = []
    try:
        ready.render(sample, templates)
    except TwigError as error:
        problems.append(from_error(error))
    # Also after an error: a name that is not there is often the cause of it.
    try:
        found = missing_names(tree, plain(dict(sample)))
    except (TwigError, RecursionError):
        found = []
    return problems + [from_missing(one, text) for one in found]


def from_error(error: TwigError) -> Problem:
    """An error as the editor shows it."""
    suggestion = error.suggestions[0] if error.suggestions else ""
    return Problem("error", error.message, error.line, error.column, error.excerpt, suggestion)


def from_missing(found: Missing, text: Source) -> Problem:
    """A missing name as the editor shows it."""
    line, column = text.locate(found.at)
    near = alternatives(found.name, found.known) or get_close_matches(found.name, found.known, 1)
    kind = "Key" if found.of else "Variable"
    where = f' of "{found.of}"' if found.of else ""
    message = f'{kind} "{found.name}"{where} does not exist in the sample.'
    excerpt = text.excerpt(line, column)
    return Problem("warning", message, line, column, excerpt, near[0] if near else "")
