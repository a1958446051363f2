"""Twig, the template language, over plain data: a language package of its own.

Nothing of the host is within reach of a template: values are plain data, `.` reads a key or an
index, and every render is limited in work, depth, output and time.
"""

from __future__ import annotations

from orderdesk.lib.twig.environment import Environment, render
from orderdesk.lib.twig.errors import (
    TwigError,
    TwigLimitError,
    TwigRuntimeError,
    TwigSecurityError,
    TwigSyntaxError,
)

__all__ = [
    "Environment",
    "TwigError",
    "TwigLimitError",
    "TwigRuntimeError",
    "TwigSecurityError",
    "TwigSyntaxError",
    "render",
]
