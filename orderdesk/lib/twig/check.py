"""What an editor tells a template's author before anything is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from orderdesk.lib.twig.environment import Environment


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right."""

    message: str
    line: int


def check_template(
    environment: Environment, source: str, sample: Mapping[str, Any], templates: Mapping[str, str]
) -> list[Problem]:
    """All problems of a template."""
    return []
