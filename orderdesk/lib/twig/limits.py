"""How much one render may use, and the meter that counts it."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from orderdesk.lib.twig.errors import (
    NestingLimitReached,
    OutputLimitReached,
    RangeLimitReached,
    StepLimitReached,
    TimeLimitReached,
)

# A step pays for one node of the tree, or for this many characters of text made on the way.
CHARACTERS_PER_STEP = 512
# So many items of a list can be passed through the interpreter's own loops in the time of one step.
ITEMS_PER_STEP = 32
# The clock is read once in so many steps: reading it at each one costs more than the step.
STEPS_PER_CLOCK = 500


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one render may use.

    `output` counts characters, also of every text made on the way; `source` counts characters
    of one template; `seconds` is wall clock.
    """

    steps: int = 200_000
    nesting: int = 20
    output: int = 1_048_576
    range: int = 100_000
    source: int = 65_536
    seconds: float = 2.0


class Meter:
    """Counts what one render uses and refuses the rest."""

    __slots__ = ("checkpoint", "clock", "deadline", "depth", "limits", "most", "size", "steps")

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.monotonic) -> None:
        self.limits = limits
        self.clock = clock
        self.deadline = clock() + limits.seconds
        self.steps = 0
        self.checkpoint = min(STEPS_PER_CLOCK, limits.steps)
        self.size = 0
        self.most = limits.output
        self.depth = 0

    def charge(self, steps: int) -> None:
        """Pay for work before it is done."""
        self.steps += steps
        if self.steps > self.checkpoint:
            self.check()

    def check(self) -> None:
        """Refuse when the steps or the time are used up; else set the next checkpoint."""
        if self.steps > self.limits.steps:
            raise StepLimitReached(f"The template needs more than {self.limits.steps} steps.")
        if self.clock() > self.deadline:
            raise TimeLimitReached(f"The template ran for more than {self.limits.seconds} seconds.")
        self.checkpoint = min(self.steps + STEPS_PER_CLOCK, self.limits.steps)

    def text(self, length: int) -> None:
        """Pay for a text of this length before it is made."""
        if length > self.limits.output:
            raise self.too_long()
        self.charge(length // CHARACTERS_PER_STEP)

    def too_long(self) -> OutputLimitReached:
        """The refusal of a text that is longer than a whole output may be."""
        return OutputLimitReached(f"The text is longer than {self.limits.output} characters.")

    def items(self, count: int) -> None:
        """Pay for a list of this many items before it is made."""
        if count > self.limits.range:
            raise RangeLimitReached(f"The list has more than {self.limits.range} items.")
        self.charge(count // ITEMS_PER_STEP)

    def enter(self) -> None:
        """Go one template, block or macro deeper."""
        self.depth += 1
        if self.depth > self.limits.nesting:
            raise NestingLimitReached(
                f"Templates and macros are nested more than {self.limits.nesting} levels deep."
            )

    def leave(self) -> None:
        """Come back from one level."""
        self.depth -= 1


CURRENT: ContextVar[Meter] = ContextVar("meter of the present render")


def pay(steps: int) -> None:
    """Charge the render that is going on, from where its meter is out of reach.

    Arrays that share their parts can take for ever to compare, so even an operator has to pay.
    """
    meter = CURRENT.get(None)
    if meter is not None:
        meter.charge(steps)
