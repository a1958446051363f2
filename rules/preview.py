"""The dry run: what a rule would do to an order, among the store's other rules. Writes nothing."""

from datetime import datetime
from typing import Any

from orders.filters.facts import Facts
from orders.models import Order
from rules.compile import Definition, compile_rules
from rules.evaluate import evaluate
from rules.models import Rule
from rules.reading import definition_of, order_snapshot


def try_rule(
    *, order: Order, definition: Definition, trigger: str, facts: Facts, now: datetime
) -> list[dict[str, Any]]:
    """Evaluate the trigger's enabled rules with this one in its place, or last if it has none.

    Gives the trace as `rules.evaluate.Trace.as_json` has it, up to and including this rule: the
    earlier ones decide what it gets to see.
    """
    rows = Rule.objects.for_store(order.store_id).on(trigger).in_order()
    before = []
    for row in rows:
        if row.pk == definition.id:
            break
        if row.is_enabled:
            before.append(definition_of(row))
    rules = compile_rules([*before, definition], facts)
    snapshot = order_snapshot(order, needs=rules.needs, facts=facts, now=now)
    return evaluate(snapshot, rules)[1].as_json()
