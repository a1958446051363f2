"""What evaluation needs, read from the database: the order as plain data, names, compiled rules."""

from functools import lru_cache
from typing import Any

from django.db.models import Model

from integrations.models import Connection, Submission
from integrations.registry import integration
from orders.filters.facts import Facts, Snapshot
from orders.models import Folder, Order
from rules.compile import Definition, RuleSet, compile_rules
from rules.models import Rule
from stores.work import STUCK


def order_snapshot(order: Order) -> Snapshot:
    """Give the order as plain data; see `orders.filters.facts.Snapshot`."""
    items = order.items.order_by("position", "pk")
    # What failed was not sent: a rule may ask for it once more. What a person dismissed rests.
    sent = (
        Submission.objects.for_store(order.store_id)
        .filter(order=order, verb=Submission.Verb.SUBMIT_ORDER)
        .exclude(state__in=STUCK)
    )
    return {
        **_columns(order),
        "items": tuple(map(_columns, items)),
        "shipments": tuple(map(_columns, order.shipments.filter(removed_at=None).order_by("pk"))),
        "sent_to": frozenset(sent.values_list("connection_id", flat=True)),
    }


def _columns(row: Model) -> dict[str, Any]:
    fields = row._meta.concrete_fields
    return {field.attname: getattr(row, field.attname) for field in fields}


def facts_of(store_id: int) -> Facts:
    """Give the names of what the store's rules may refer to."""
    folders = Folder.objects.for_store(store_id).in_order().values_list("pk", "name")
    rows = Connection.objects.for_store(store_id).connected().values_list("pk", "key")
    plugins = [(pk, integration(key)) for pk, key in rows]
    takers = [(pk, plugin.name) for pk, plugin in plugins if plugin.can("submit_order")]
    return Facts(tuple(folders), tuple(sorted(takers, key=lambda each: each[1])))


def definition_of(rule: Rule) -> Definition:
    """Give a rule as it was written, apart from its row."""
    return Definition(rule.pk, rule.name, rule.version, rule.match, rule.filters, rule.actions)


def rule_set(store_id: int, trigger: str, facts: Facts) -> RuleSet:
    """Give the store's enabled rules for a trigger, compiled once per version of any of them."""
    rules = Rule.objects.for_store(store_id).enabled().on(trigger).in_order()
    return _compiled(store_id, tuple(rules.values_list("pk", "version")), facts)


@lru_cache(maxsize=256)
def _compiled(store_id: int, versions: tuple[tuple[int, int], ...], facts: Facts) -> RuleSet:
    rows = Rule.objects.for_store(store_id).in_bulk([pk for pk, _ in versions])
    present = [rows[pk] for pk, _ in versions if pk in rows]
    return compile_rules(map(definition_of, present), facts)
