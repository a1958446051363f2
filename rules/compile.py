"""From a store's rules to one thing that can be asked quickly. Pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from orders.filters.facts import Broken, Facts, Snapshot
from orders.filters.fields import FIELDS, Field
from orders.filters.operators import Test
from rules.actions import ACTIONS, Change

Values = list[Any]
Reader = Callable[[Snapshot], Any]


@dataclass(frozen=True, slots=True)
class Definition:
    """A rule as it was written; `filters` and `actions` as `rules.models.Rule` keeps them."""

    id: int
    name: str
    version: int
    match: str
    filters: list[dict[str, Any]]
    actions: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Check:
    """One filter, ready to be asked: `test` of the value in `slot`. `actual` is for the trace."""

    label: str
    operator: str
    expected: str
    slot: int
    test: Test
    actual: Callable[[Snapshot], str]


@dataclass(frozen=True, slots=True)
class Deed:
    """One action, ready to be done to a working copy."""

    label: str
    setting: str
    change: Change


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """One rule. A rule with a `problem` never fires; `unclear` if a condition is why."""

    definition: Definition
    checks: tuple[Check, ...]
    deeds: tuple[Deed, ...]
    problem: str
    unclear: bool
    tests: tuple[tuple[int, Test], ...]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Rules in their order, a reader for each value any of them looks at, and each rule's test.

    `needs` names what of a snapshot is worked out only when somebody asks for it.
    """

    rules: tuple[CompiledRule, ...] = ()
    readers: tuple[Reader, ...] = ()
    holds: tuple[Callable[[Values], bool], ...] = ()
    needs: frozenset[str] = frozenset()

    def read(self, order: Snapshot) -> Values:
        """Read every value the rules look at, once."""
        return [reader(order) for reader in self.readers]


@dataclass(slots=True)
class _Slots:
    """Gives filters that look at the same value the same slot."""

    places: dict[tuple[str, str, bool], int] = field(default_factory=dict)
    readers: list[Reader] = field(default_factory=list)
    needs: set[str] = field(default_factory=set)

    def of(self, asked: Field, name: str, *, exact: bool) -> int:
        key = (asked.key, name, exact)
        if key not in self.places:
            self.places[key] = len(self.readers)
            self.readers.append(_reader(asked, name, exact=exact))
            self.needs.add(asked.source.needs)
        return self.places[key]


def _reader(asked: Field, name: str, *, exact: bool) -> Reader:
    read = asked.source.read
    normal = partial(asked.kind.normal if asked.over == "one" else asked.normal, exact=exact)
    return lambda order: normal(read(order, name))


def compile_rules(definitions: Iterable[Definition], facts: Facts) -> RuleSet:
    """Compile rules, in the given order. A broken one is kept with its problem and never fires."""
    slots = _Slots()
    rules = tuple(_rule(definition, facts, slots) for definition in definitions)
    needs = frozenset(slots.needs - {""})
    return RuleSet(rules, tuple(slots.readers), tuple(map(_holds, rules)), needs)


def _rule(definition: Definition, facts: Facts, slots: _Slots) -> CompiledRule:
    problems: list[str] = []
    checks = _parts("Condition", definition.filters, partial(_check, facts, slots), problems)
    unclear = bool(problems)
    deeds = _parts("Action", definition.actions, partial(_deed, facts), problems)
    if not definition.actions:
        problems.append("It has no action. Add one.")
    tests = tuple((check.slot, check.test) for check in checks)
    return CompiledRule(definition, checks, deeds, " ".join(problems), unclear, tests)


def _parts(
    word: str,
    rows: list[dict[str, Any]],
    make: Callable[[dict[str, Any]], Any],
    problems: list[str],
) -> tuple[Any, ...]:
    made = []
    for place, row in enumerate(rows, start=1):
        try:
            made.append(make(row))
        except Broken as broken:
            problems.append(f"{word} {place}: {broken}")
    return tuple(made)


def _check(facts: Facts, slots: _Slots, row: dict[str, Any]) -> Check:
    asked = FIELDS.get(row.get("filter", ""))
    if asked is None:
        raise Broken(f"There is no filter “{row.get('filter', '')}”. Choose another one.")
    operator = asked.kind.operator(row.get("operator"))
    raw, name, exact = row.get("value"), row.get("name", ""), bool(row.get("case"))
    wanted = asked.kind.wanted(operator, raw, exact=exact, facts=facts)
    return Check(
        label=asked.label_of(name),
        operator=operator.name,
        expected=asked.kind.show_wanted(operator, raw, facts),
        slot=slots.of(asked, name, exact=exact),
        test=operator.against(wanted, over=asked.over),
        actual=lambda order: asked.show(asked.read(order, name), facts),
    )


def _deed(facts: Facts, row: dict[str, Any]) -> Deed:
    entry = ACTIONS.get(row.get("action", ""))
    if entry is None:
        raise Broken(f"There is no action “{row.get('action', '')}”. Choose another one.")
    setting, change = entry.prepare(row, facts)
    return Deed(entry.name, setting, change)


def _always(values: Values) -> bool:
    return True


def _holds(rule: CompiledRule) -> Callable[[Values], bool]:
    """Give one function for all tests of a rule; a rule without any holds for every order.

    A condition that cannot be asked counts as one that holds: the order may have been meant.
    """
    tests = rule.tests

    def all_hold(values: Values) -> bool:
        for slot, test in tests:  # noqa: SIM110 - a generator per rule and order doubles the time
            if not test(values[slot]):
                return False
        return True

    def any_holds(values: Values) -> bool:
        for slot, test in tests:  # noqa: SIM110 - see above
            if test(values[slot]):
                return True
        return False

    if rule.definition.match == "any" and rule.unclear:
        return _always
    return any_holds if rule.definition.match == "any" and tests else all_hold
