"""The sandbox: which tags, filters and functions a template may use."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from orderdesk.lib.twig.errors import TwigSecurityError

if TYPE_CHECKING:
    from orderdesk.lib.twig.runtime import Template

KINDS = (("tags", "Tag"), ("filters", "Filter"), ("functions", "Function"))


class Policy:
    """What is allowed; None allows everything the library has."""

    def __init__(self, allowed: Mapping[str, Collection[str]] | None) -> None:
        self.allowed = allowed

    def check(self, template: Template) -> None:
        """Refuse a template that uses something else.

        Raises:
            TwigSecurityError: naming the first thing that is not allowed.
        """
        if self.allowed is None:
            return
        for kind, title in KINDS:
            names = self.allowed.get(kind) or ()
            for name, at in template.used.get(kind, {}).items():
                if name not in names:
                    error = TwigSecurityError(f'{title} "{name}" is not allowed.')
                    raise error.at(template.source, at)
