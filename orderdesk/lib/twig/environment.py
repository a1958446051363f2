"""The environment: options, library and limits, with the templates compiled so far."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

from orderdesk.lib.twig.arrays import plain
from orderdesk.lib.twig.check import Problem, check_template
from orderdesk.lib.twig.compiler import Compiler
from orderdesk.lib.twig.dates.zones import find_zone
from orderdesk.lib.twig.errors import (
    NestingLimitReached,
    Source,
    SourceLimitReached,
    TwigError,
    TwigInternalError,
    TwigRuntimeError,
    TwigSyntaxError,
)
from orderdesk.lib.twig.filters import FILTERS
from orderdesk.lib.twig.functions import FUNCTIONS
from orderdesk.lib.twig.library import Library
from orderdesk.lib.twig.limits import CURRENT, Limits, Meter
from orderdesk.lib.twig.nodes import Parsed
from orderdesk.lib.twig.parser import Parser
from orderdesk.lib.twig.policy import Policy
from orderdesk.lib.twig.predicates import TESTS
from orderdesk.lib.twig.regex import Patterns
from orderdesk.lib.twig.runtime import Runtime, Template
from orderdesk.lib.twig.tags import TAGS

CORE = Library(FILTERS, FUNCTIONS, TESTS)
KEPT = 500
MODES: dict[str, str | bool] = {"text": False, "html": "html", "xml": "html", "json": False}
FAULTS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, AssertionError)


class Environment:
    """Compiles and renders templates with one set of options."""

    def __init__(  # noqa: PLR0913
        self,
        *,
        autoescape: str | bool = False,
        strict: bool = False,
        timezone: str = "UTC",
        number_format: tuple[int, str, str] | None = None,
        date_format: tuple[str, str] | None = None,
        sandbox: Mapping[str, Collection[str]] | None = None,
        library: Library = CORE,
        limits: Limits | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        zone = find_zone(timezone)
        if zone is None:
            raise TwigRuntimeError(f"Unknown or bad timezone ({timezone})")
        self.zone = zone
        self.autoescape = autoescape
        self.strict = strict
        self.number_format = number_format or (0, ".", ",")
        self.date_format = date_format or ("F j, Y H:i", "%d days")
        self.policy = Policy(sandbox)
        self.library = library
        self.limits = limits or Limits()
        self.clock = clock
        self.patterns = Patterns()
        self.random = random.SystemRandom()
        self.kept: dict[tuple[bytes, str], Template] = {}

    @classmethod
    def for_mode(cls, mode: str, **options: Any) -> Environment:
        """An environment for text, html, xml or json output.

        Raises:
            TwigRuntimeError: if there is no such mode.
        """
        return cls(autoescape=escaping_of(mode), **options)

    def parse(self, source: str, name: str = "main") -> ReadyTemplate:
        """Read and compile a template, to render it any number of times.

        Raises:
            TwigError: where it is no Twig, or too long.
        """
        return ReadyTemplate(self, self.compiled(source, name))

    def render(
        self, source: str, context: Mapping[str, Any], templates: Mapping[str, str] | None = None
    ) -> str:
        """Render a template once."""
        return self.parse(source).render(context, templates)

    def check(
        self, source: str, sample: Mapping[str, Any], templates: Mapping[str, str] | None = None
    ) -> list[Problem]:
        """What is wrong with a template, and which names of it the sample does not have."""
        return check_template(self, source, sample, templates or {})

    def tree(self, source: str, name: str = "main") -> Parsed:
        """The syntax tree of a template."""
        text = Source(source.replace("\r\n", "\n").replace("\r", "\n"), name)
        if len(source) > self.limits.source:
            raise SourceLimitReached(
                f"The template is longer than {self.limits.source} characters."
            ).at(text, self.limits.source)
        return Parser(text, self.library, TAGS).parse()

    def compiled(self, source: str, name: str) -> Template:
        """A template, compiled or kept from before."""
        if not isinstance(source, str):
            raise TwigSyntaxError("A template is text.").at(Source("", name), 0)
        key = (hashlib.sha256(source.encode("utf-8", "surrogatepass")).digest(), name)
        template = self.kept.get(key)
        if template is None:
            template = self.compile(source, name)
            if len(self.kept) >= KEPT:
                self.kept.clear()
            self.kept[key] = template
        return template

    def compile(self, source: str, name: str) -> Template:
        """Compile a template."""
        text = Source(source.replace("\r\n", "\n").replace("\r", "\n"), name)
        try:
            tree = self.tree(source, name)
            compiler = Compiler(text, self.library, autoescape=self.autoescape, strict=self.strict)
            return compiler.compile(tree)
        except RecursionError as error:
            raise NestingLimitReached("The template is nested too deep.").at(text, 0) from error
        except FAULTS as error:
            fault = TwigInternalError(f"The template could not be read ({error}).")
            raise fault.at(text, 0) from error


def escaping_of(mode: str) -> str | bool:
    """What a mode escapes for.

    Raises:
        TwigRuntimeError: if there is no such mode.
    """
    if mode not in MODES:
        raise TwigRuntimeError(f'There is no mode "{mode}".')
    return MODES[mode]


class ReadyTemplate:
    """A template that is ready to render."""

    def __init__(self, environment: Environment, template: Template) -> None:
        self.environment = environment
        self.template = template

    def render(self, context: Mapping[str, Any], templates: Mapping[str, str] | None = None) -> str:
        """Render with these variables; `templates` are those it may include.

        Raises:
            TwigError: for whatever goes wrong.
        """
        environment = self.environment
        meter = Meter(environment.limits)
        present = CURRENT.set(meter)
        try:
            runtime = Runtime(environment, meter, dict(templates or {}))
            variables = plain(dict(context))
            named = {str(key): value for key, value in variables.items()}
            runtime.display(self.template, named, {})
            return "".join(runtime.out)
        except TwigError as error:
            # Nearly always a closer place is known.
            error.at(self.template.source, 0)
            raise
        except RecursionError as error:
            deep = NestingLimitReached("The template is nested too deep.")
            raise deep.at(self.template.source, 0) from error
        except FAULTS as error:
            fault = TwigInternalError(
                f'An exception has been thrown during the rendering of a template ("{error}").'
            )
            raise fault.at(self.template.source, 0) from error
        finally:
            CURRENT.reset(present)


def render(  # noqa: PLR0913
    template: str,
    context: dict[str, Any],
    *,
    templates: dict[str, str] | None = None,
    autoescape: str | bool = False,
    strict: bool = False,
    timezone: str = "UTC",
    number_format: tuple[int, str, str] | None = None,
    date_format: tuple[str, str] | None = None,
    sandbox: dict[str, Any] | None = None,
) -> str:
    """Render one template with plain data.

    `autoescape` is False, "html", "js", "css", "url", "html_attr" or "name". `number_format` is
    decimals, decimal point and thousands separator; `date_format` the format of dates and that of
    intervals. `sandbox` lists the `tags`, `filters` and `functions` that are allowed.

    Raises:
        TwigError: for whatever goes wrong, and nothing else.
    """
    try:
        environment = Environment(
            autoescape=autoescape,
            strict=strict,
            timezone=timezone,
            number_format=number_format,
            date_format=date_format,
            sandbox=sandbox,
        )
        return environment.render(template, context, templates)
    except FAULTS as error:
        raise TwigInternalError(f"This cannot be rendered ({error}).") from error
