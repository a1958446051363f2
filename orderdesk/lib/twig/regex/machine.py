"""Runs the instructions of a pattern over a text, and pays for every one."""

from __future__ import annotations

from typing import Any

from orderdesk.lib.twig.errors import StepLimitReached
from orderdesk.lib.twig.limits import Meter
from orderdesk.lib.twig.regex import program as p
from orderdesk.lib.twig.regex.charset import WORD, is_word
from orderdesk.lib.twig.regex.program import Instruction, Program

# So many instructions cost one step of the render.
PER_STEP = 16
# Ways not yet tried, over all; each takes some hundred bytes.
MOST_WAYS = 200_000

Slots = tuple[int, ...]


class Machine:
    """One pattern over one subject."""

    def __init__(self, program: Program, subject: str, meter: Meter) -> None:
        self.program = program
        self.text = subject
        self.meter = meter
        self.fuel = PER_STEP

    def search(self) -> bool:
        """Does it match anywhere?"""
        empty = (-1,) * self.program.slots
        starts = 1 if self.program.anchored else len(self.text) + 1
        return any(
            self.run(self.program.code, start, empty, None) is not None for start in range(starts)
        )

    def burn(self) -> None:
        self.meter.charge(1 - self.fuel // PER_STEP)
        self.fuel = PER_STEP

    def run(  # noqa: C901, PLR0915 - one loop, because a call for each instruction doubles the time
        self, code: list[Instruction], at: int, slots: Slots, end: int | None
    ) -> tuple[int, Slots] | None:
        """Match from one place; gives where it ended and what the slots hold.

        A match counts only where it ends at `end`, unless that is None.
        """
        ways: list[tuple[int, int, Slots, int]] = []
        counter = 0
        while True:
            self.fuel -= 1
            if self.fuel <= 0:
                self.burn()
            operation, first, second = code[counter]
            counter += 1
            if operation == p.ONE:
                fits = at < len(self.text) and first(self.text[at])
                at += 1
            elif operation == p.MANY:
                fits, at = self.many(ways, (counter, at, slots), first, second)
            elif operation == p.SPLIT:
                ways.append((second, at, slots, at))
                counter = first
                fits = True
            elif operation == p.JUMP:
                counter = first
                fits = True
            elif operation == p.SAVE:
                slots = (*slots[:first], at, *slots[first + 1 :])
                fits = True
            elif operation == p.DONE:
                fits = end is None or at == end
                if fits:
                    return at, slots
            else:
                fits, at, slots = self.step(operation, first, second, (at, slots))
            if not fits:
                if not ways:
                    return None
                counter, at, slots = self.back(ways)

    def back(self, ways: list[tuple[int, int, Slots, int]]) -> tuple[int, int, Slots]:
        """Take the last way not yet tried; a greedy run gives back one character."""
        if len(ways) > MOST_WAYS:
            raise StepLimitReached("The regular expression has too many ways to match.")
        counter, at, slots, lowest = ways.pop()
        if at > lowest:
            ways.append((counter, at - 1, slots, lowest))
        return counter, at, slots

    def many(
        self,
        ways: list[tuple[int, int, Slots, int]],
        state: tuple[int, int, Slots],
        test: Any,
        bounds: tuple[int, int | None, bool],
    ) -> tuple[bool, int]:
        """As many characters of a set as there are, with a way back for each."""
        counter, at, slots = state
        least, most, possessive = bounds
        text = self.text
        stop = len(text) if most is None else min(len(text), at + most)
        start = at
        while at < stop and test(text[at]):
            at += 1
        self.fuel -= (at - start) // 2
        if at - start < least:
            return False, at
        if at > start + least and not possessive:
            ways.append((counter, at - 1, slots, start + least))
            if len(ways) > MOST_WAYS:
                raise StepLimitReached("The regular expression has too many ways to match.")
        return True, at

    def step(
        self, operation: int, first: Any, second: Any, state: tuple[int, Slots]
    ) -> tuple[bool, int, Slots]:
        """The rarer instructions."""
        at, slots = state
        if operation == p.PLACE:
            return self.is_place(first, at), at, slots
        if operation == p.MOVED:
            return slots[first] != at, at, slots
        if operation == p.BACK:
            return self.same_again(first, second, state)
        if operation == p.ATOMIC:
            found = self.run(first, at, slots, None)
            return (True, *found) if found else (False, at, slots)
        widths, negated = second
        held = self.look(first, state, widths)
        if negated:
            return held is None, at, slots
        return (True, at, held) if held is not None else (False, at, slots)

    def look(
        self, code: list[Instruction], state: tuple[int, Slots], widths: list[int] | None
    ) -> Slots | None:
        """What the slots hold after a look around; None where it does not match."""
        at, slots = state
        if widths is None:
            found = self.run(code, at, slots, None)
            return found[1] if found else None
        for size in widths:
            if size <= at and (found := self.run(code, at - size, slots, at)):
                return found[1]
        return None

    def same_again(
        self, index: int, any_case: Any, state: tuple[int, Slots]
    ) -> tuple[bool, int, Slots]:
        """The text of an earlier group, once more."""
        at, slots = state
        start, end = slots[2 * index], slots[2 * index + 1]
        if start < 0 or end < 0:
            return False, at, slots
        wanted = self.text[start:end]
        self.fuel -= len(wanted) // 4
        found = self.text[at : at + len(wanted)]
        same = found == wanted or (any_case and found.lower() == wanted.lower())
        return same, at + len(wanted), slots

    def is_place(self, kind: str, at: int) -> bool:
        """Is this the kind of place that an assertion asks for?"""
        text = self.text
        if kind == "A":
            return at == 0
        if kind == "^m":
            return at == 0 or text[at - 1] == "\n"
        if kind == "z":
            return at == len(text)
        if kind == "Z":
            return at == len(text) or (at == len(text) - 1 and text[at] == "\n")
        if kind == "$m":
            return at == len(text) or text[at] == "\n"
        word = is_word if self.program.unicode else WORD.__contains__
        before = at > 0 and word(text[at - 1])
        after = at < len(text) and word(text[at])
        return (before != after) == (kind == "b")
