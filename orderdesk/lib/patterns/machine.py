"""Looks for a pattern in a text by following all its ways at once."""

from dataclasses import dataclass, field
from functools import singledispatchmethod

from orderdesk.lib.patterns.reading import BadPattern
from orderdesk.lib.patterns.tree import WORD, Chars, Choice, Node, Place, Repeat, Sequence

TEXT_READ = 2000
MOST_STATES = 600
STEPS_KEPT = 2000
START, END, LETTER, OTHER = "start", "end", "letter", "other"
States = frozenset[int]


@dataclass(slots=True)
class State:
    """Where a reader may stand. It goes on by reading one of `reads`, or freely.

    With a `place` the free ways are open only there.
    """

    reads: Chars | None = None
    place: str = ""
    ways: list[int] = field(default_factory=list)


class Machine:
    """All states of a pattern. What was worked out for a step is kept, within a limit."""

    def __init__(self, tree: Node) -> None:
        self.states: list[State] = []
        self.end = self._add(State())
        self.first = frozenset({self._build(tree, self.end)})
        self.steps: dict[tuple[States, str, str], tuple[States, bool]] = {}

    def search(self, text: str) -> bool:
        """Tell whether the pattern matches anywhere."""
        standing, before = self.first, START
        for char in text:
            standing, done = self._step(standing, before, char)
            if done:
                return True
            before = LETTER if char in WORD else OTHER
        return self.end in self._freely(standing, before, END)

    def _step(self, standing: States, before: str, char: str) -> tuple[States, bool]:
        key = (standing, before, char)
        kept = self.steps.get(key)
        if kept is None:
            reached = self._freely(standing, before, LETTER if char in WORD else OTHER)
            moved = {
                way
                for number in reached
                if (reads := self.states[number].reads) is not None and char in reads
                for way in self.states[number].ways
            }
            kept = self.first | moved, self.end in reached
            if len(self.steps) >= STEPS_KEPT:
                self.steps.clear()
            self.steps[key] = kept
        return kept

    def _freely(self, standing: States, before: str, after: str) -> set[int]:
        """Give where one can stand without reading anything."""
        reached: set[int] = set()
        to_do = list(standing)
        while to_do:
            number = to_do.pop()
            if number in reached:
                continue
            reached.add(number)
            state = self.states[number]
            if state.reads is None and _is_open(state.place, before, after):
                to_do.extend(state.ways)
        return reached

    def _add(self, state: State) -> int:
        if len(self.states) >= MOST_STATES:
            raise BadPattern("The pattern is too large. Repeat less in it.")
        self.states.append(state)
        return len(self.states) - 1

    @singledispatchmethod
    def _build(self, node: Node, then: int) -> int:
        """Build the states of a piece that lead on to `then`, and give the first of them."""
        raise NotImplementedError(type(node).__name__)

    @_build.register
    def _(self, node: Chars, then: int) -> int:
        return self._add(State(reads=node, ways=[then]))

    @_build.register
    def _(self, node: Place, then: int) -> int:
        return self._add(State(place=node.kind, ways=[then]))

    @_build.register
    def _(self, node: Sequence, then: int) -> int:
        for part in reversed(node.parts):
            then = self._build(part, then)
        return then

    @_build.register
    def _(self, node: Choice, then: int) -> int:
        return self._add(State(ways=[self._build(branch, then) for branch in node.branches]))

    @_build.register
    def _(self, node: Repeat, then: int) -> int:
        if node.most is None:
            again = self._add(State())
            self.states[again].ways = [self._build(node.part, again), then]
            then = again
        for _time in range((node.most or node.least) - node.least):
            then = self._add(State(ways=[self._build(node.part, then), then]))
        for _time in range(node.least):
            then = self._build(node.part, then)
        return then


def _is_open(place: str, before: str, after: str) -> bool:
    if place == "^":
        return before == START
    if place == "$":
        return after == END
    if not place:
        return True
    return ((before == LETTER) != (after == LETTER)) == (place == "b")
