"""What evaluation needs, read from the database: the order as plain data, names, compiled rules."""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Model, Q

from integrations.models import Connection, Submission
from integrations.registry import integration
from inventory.models import InventoryItem
from orders.filters.facts import Facts, Snapshot
from orders.models import Folder, Order, OrderLink
from rules.compile import Definition, RuleSet, compile_rules
from rules.models import Rule, RuleRun
from stores.models import Store
from stores.work import STUCK


def order_snapshot(order: Order, *, needs: frozenset[str], facts: Facts, now: datetime) -> Snapshot:
    """Give the order as plain data; see `orders.filters.facts.Snapshot`.

    `needs` is what rules that read it have beyond the columns; see `orders.filters.sources`.
    """
    items = tuple(map(_columns, order.items.order_by("position", "pk")))
    # What failed was not sent: a rule may ask for it once more. What a person dismissed rests.
    sent = (
        Submission.objects.for_store(order.store_id)
        .filter(order=order, verb=Submission.Verb.SUBMIT_ORDER)
        .exclude(state__in=STUCK)
    )
    return {
        **_columns(order),
        "items": items,
        "shipments": tuple(map(_columns, order.shipments.filter(removed_at=None).order_by("pk"))),
        "sent_to": frozenset(sent.values_list("connection_id", flat=True)),
        "now": now,
        "timezone": facts.timezone,
        **{need: NEEDS[need](order) for need in needs},
    }


def _email_count(order: Order) -> int:
    orders = Order.objects.for_store(order.store_id).present()
    return orders.count_by_email([order.email]).get(order.email, 0)


def _stock(order: Order) -> dict[str, dict[str, Any]]:
    items = InventoryItem.objects.for_store(order.store_id).coded(
        order.items.values_list("code", flat=True)
    )
    return {item.code: {"stock": item.stock, "location": item.location} for item in items}


def _links(order: Order) -> frozenset[str]:
    links = OrderLink.objects.for_store(order.store_id)
    linked = links.filter(Q(parent=order) | Q(child=order))
    return frozenset(linked.values_list("kind", flat=True))


def _has_error(order: Order) -> bool:
    sending = Submission.objects.for_store(order.store_id)
    ruling = RuleRun.objects.for_store(order.store_id)
    return any(rows.filter(order=order, state__in=STUCK).exists() for rows in (sending, ruling))


NEEDS: dict[str, Callable[[Order], Any]] = {
    "email_count": _email_count,
    "stock": _stock,
    "links": _links,
    "has_error": _has_error,
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
    zone = Store.objects.values_list("timezone", flat=True).get(pk=store_id)
    return Facts(tuple(folders), tuple(sorted(takers, key=lambda each: each[1])), zone)


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
