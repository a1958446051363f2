"""What an environment is made of, in plain data: so it can be told to another process."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from importlib import import_module
from typing import Any

from orderdesk.lib.twig.environment import CORE, Environment
from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.library import Library
from orderdesk.lib.twig.limits import Limits

# (what is asked, plain values…) -> plain value; the host answers, or raises a TwigError
Ask = Callable[..., Any]


def nobody(name: str, *values: Any) -> Any:
    """Answer nothing: the host of a render that has none.

    Raises:
        TwigRuntimeError: always.
    """
    raise TwigRuntimeError(f'Nobody here can tell "{name}".')


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to make an environment, here or in a child.

    `options` are those of `Environment`. `library` is "module:function" of a function that gives
    the library, called with what answers questions about the host and with `arguments`; without
    one it is Twig's own. A template's author has no say in any of it.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    library: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def environment(self, ask: Ask = nobody) -> Environment:
        """Make the environment.

        Raises:
            TwigError: where an option makes no sense.
        """
        return Environment(library=self.entries(ask), limits=self.limits, **self.options)

    def entries(self, ask: Ask) -> Library:
        """Everything that can be called by name."""
        if not self.library:
            return CORE
        module, _, name = self.library.partition(":")
        library: Library = getattr(import_module(module), name)(ask, **self.arguments)
        return library

    def told(self) -> str:
        """The recipe as text."""
        return json.dumps(asdict(self))

    @classmethod
    def retold(cls, text: str | bytes) -> Recipe:
        """The recipe that `told` wrote."""
        parts = json.loads(text)
        return cls(
            parts["options"], Limits(**parts["limits"]), parts["library"], parts["arguments"]
        )
