"""(order, rules) → Plan, Trace. No database, no clock, no effects.

Rules are asked in their order, each about the working copy the earlier ones left. What did not
fire costs nothing but its tests: the trace keeps the copies and works out the rest when read.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from orders.filters.facts import Snapshot
from rules.actions import Effect, Step
from rules.compile import Check, CompiledRule, Deed, RuleSet

FIRED = "fired"
NOT_FIRED = "not_fired"
BROKEN = "broken"
CUT = "cut"
REFUSED = "refused"
WOULD_NOT_FIRE = "This order does not meet its conditions, so it would not have fired."


@dataclass(frozen=True, slots=True)
class Barred:
    """Why a rule does nothing although its conditions hold; `result` is one of the words above."""

    result: str
    problem: str


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """What one rule that fired wants done, in order."""

    rule_id: int
    name: str
    effects: tuple[Effect, ...]


Plan = tuple[PlannedRule, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rule whose conditions held."""

    steps: tuple[Step, ...] = ()
    barred: Barred | None = None


@dataclass(frozen=True, slots=True)
class Trace:
    """Why each rule did or did not fire. `outcomes` has, by place, the rules that held."""

    rules: RuleSet
    order: Snapshot
    outcomes: Mapping[int, Outcome] = field(default_factory=dict)
    halted: str = ""

    def as_json(self) -> list[dict[str, Any]]:
        """Tell it all in plain data, one entry per rule, in order.

        Shape: {"rule": id, "name", "version", "result": one of the words above, "problem": text,
        "match": "all" | "any",
        "filters": [{"label", "operator", "expected", "actual", "passed": bool}],
        "actions": [{"label", "setting", "changes": [[field, before, after]], "note"}]}
        """
        told = []
        order = self.order
        for place, rule in enumerate(self.rules.rules):
            outcome = self.outcomes.get(place)
            told.append(self._entry(rule, order, outcome))
            if outcome and outcome.steps:
                order = outcome.steps[-1].order
        return told

    def failures(self) -> list[tuple[CompiledRule, Barred]]:
        """Give the rules that should have acted on this order and could not."""
        return [
            (self.rules.rules[place], outcome.barred)
            for place, outcome in self.outcomes.items()
            if outcome.barred and outcome.barred.result in (BROKEN, REFUSED)
        ]

    def _entry(
        self, rule: CompiledRule, order: Snapshot, outcome: Outcome | None
    ) -> dict[str, Any]:
        result, problem = self._result(rule, outcome)
        values = self.rules.read(order)
        steps = outcome.steps if outcome else ()
        return {
            "rule": rule.definition.id,
            "name": rule.definition.name,
            "version": rule.definition.version,
            "result": result,
            "problem": problem,
            "match": rule.definition.match,
            "filters": [_told_check(check, order, values) for check in rule.checks],
            "actions": [
                _told_deed(deed, step) for deed, step in zip(rule.deeds, steps, strict=False)
            ],
        }

    def _result(self, rule: CompiledRule, outcome: Outcome | None) -> tuple[str, str]:
        if self.halted:
            return CUT, self.halted
        if outcome is None and rule.problem:
            return BROKEN, f"{rule.problem} {WOULD_NOT_FIRE}"
        if outcome is None:
            return NOT_FIRED, ""
        if outcome.barred:
            return outcome.barred.result, outcome.barred.problem
        return FIRED, ""


def evaluate(
    order: Snapshot,
    rules: RuleSet,
    *,
    barred: Mapping[int, Barred] | None = None,
    halted: str = "",
) -> tuple[Plan, Trace]:
    """Work out what the rules would do to an order, and why.

    `barred` names, by id, rules that must do nothing even if they hold. `halted` is the reason
    why no rule may do anything. The order is not changed.
    """
    if halted:
        return (), Trace(rules, order, halted=halted)
    barred = barred or {}
    first, values = order, rules.read(order)
    outcomes: dict[int, Outcome] = {}
    plan = []
    for place, holds in enumerate(rules.holds):
        if not holds(values):
            continue
        rule = rules.rules[place]
        if bar := barred.get(rule.definition.id) or _broken(rule):
            outcomes[place] = Outcome(barred=bar)
            continue
        steps = _steps(rule, order)
        outcomes[place] = Outcome(steps)
        effects = tuple(effect for step in steps for effect in step.effects)
        plan.append(PlannedRule(rule.definition.id, rule.definition.name, effects))
        if steps[-1].order is not order:
            order = steps[-1].order
            values = rules.read(order)
    return tuple(plan), Trace(rules, first, outcomes)


def _broken(rule: CompiledRule) -> Barred | None:
    return Barred(BROKEN, rule.problem) if rule.problem else None


def _steps(rule: CompiledRule, order: Snapshot) -> tuple[Step, ...]:
    steps = []
    for deed in rule.deeds:
        step = deed.change(order)
        steps.append(step)
        order = step.order
    return tuple(steps)


def _told_check(check: Check, order: Snapshot, values: list[Any]) -> dict[str, Any]:
    return {
        "label": check.label,
        "operator": check.operator,
        "expected": check.expected,
        "actual": check.actual(order),
        "passed": check.test(values[check.slot]),
    }


def _told_deed(deed: Deed, step: Step) -> dict[str, Any]:
    return {
        "label": deed.label,
        "setting": deed.setting,
        "changes": [list(change) for change in step.changes],
        "note": step.note,
    }
