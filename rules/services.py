"""Writing rules, ordering them, and having them run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction

from orderdesk.lib.refused import Refused
from orders.filters.facts import Facts
from orders.filters.forms import FILTERS
from orders.models import Order, OrderEvent, Shipment
from orders.services import By
from orders.services.events import Told, record_all
from orders.services.shipments import parcel_in
from rules.actions import ACTIONS
from rules.compile import Definition
from rules.models import Rule, RuleRun
from rules.reading import facts_of
from rules.triggers import TRIGGERS, trigger_of
from stores import bell
from stores.models import Store

PARTS_ALLOWED = 50
OF_PARCELS = (
    OrderEvent.Kind.SHIPMENT_ADDED,
    OrderEvent.Kind.SHIPMENT_UPDATED,
    OrderEvent.Kind.SHIPMENT_DELETED,
)
CHANGED_MEANWHILE = (
    "Somebody else changed this rule while you had it open, so yours was not saved. "
    "Open the rule again to see what it is now."
)


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A rule as a person or a script states it; see `rules.models.Rule` for the shapes."""

    name: str
    trigger: str
    actions: list[dict[str, Any]]
    filters: list[dict[str, Any]] = field(default_factory=list)
    match: str = "all"
    is_enabled: bool = True

    def definition(self, *, rule_id: int = 0, version: int = 0) -> Definition:
        """Give the draft as evaluation takes it."""
        return Definition(rule_id, self.name, version, self.match, self.filters, self.actions)


@transaction.atomic
def save_rule(
    *,
    store: Store,
    draft: RuleDraft,
    now: datetime,
    rule: Rule | None = None,
    based_on: int | None = None,
) -> Rule:
    """Save a new rule behind the others of its trigger, or a new version of one.

    `based_on` is the version the writer saw; None overwrites whatever is there.

    Raises:
        Refused: with `field` naming the part at fault, as in "filters.0.value"; or if another
            version was saved meanwhile.
    """
    checked = _checked(draft, facts_of(store.pk))
    if rule is None:
        rule = Rule(store=store, version=0)
    else:
        rule = Rule.objects.for_store(store).select_for_update().get(pk=rule.pk)
        if based_on not in (None, rule.version):
            raise Refused(CHANGED_MEANWHILE)
    if rule.trigger != draft.trigger:
        rule.position = _last_position(store, draft.trigger) + 1
    for name, value in checked.items():
        setattr(rule, name, value)
    rule.version += 1
    rule.updated_at = now
    rule.save()
    return rule


def _last_position(store: Store, trigger: str) -> int:
    last = Rule.objects.for_store(store).on(trigger).order_by("-position").first()
    return last.position if last else 0


def _checked(draft: RuleDraft, facts: Facts) -> dict[str, Any]:
    """Check a draft by the catalogues' own forms and give the columns of its row."""
    name = draft.name.strip()
    if not name:
        raise Refused("Give the rule a name.", field="name")
    if len(name) > 120:
        raise Refused(f"The name has {len(name)} characters; at most 120 fit.", field="name")
    if draft.trigger not in TRIGGERS:
        raise Refused(f"There is no event “{draft.trigger}”.", field="trigger")
    if draft.match not in ("all", "any"):
        raise Refused("Conditions are joined by “all” or by “any”.", field="match")
    if not draft.actions:
        raise Refused("A rule needs at least one action.", field="actions")
    return {
        "name": name,
        "trigger": draft.trigger,
        "match": draft.match,
        "is_enabled": draft.is_enabled,
        "filters": list(_checked_parts("filter", FILTERS, draft.filters, facts)),
        "actions": list(_checked_parts("action", ACTIONS, draft.actions, facts)),
    }


def _checked_parts(
    word: str, catalogue: Mapping[str, Any], rows: list[dict[str, Any]], facts: Facts
) -> Iterator[dict[str, Any]]:
    if len(rows) > PARTS_ALLOWED:
        raise Refused(f"A rule has at most {PARTS_ALLOWED} {word}s.", field=f"{word}s")
    for place, row in enumerate(rows):
        at = f"{word}s.{place}"
        key = row.get(word, "")
        if key not in catalogue:
            raise Refused(f"There is no {word} “{key}”.", field=f"{at}.{word}")
        form = catalogue[key].settings_form(row, facts=facts)
        if not form.is_valid():
            _refuse(form, at)
        yield {word: key, **form.settings()}


def _refuse(form: forms.Form, at: str) -> None:
    name, sentences = next(iter(form.errors.items()))
    label = f"{form.fields[name].label}: " if name in form.fields else ""
    raise Refused(f"{label}{sentences[0]}", field=f"{at}.{name}")


@transaction.atomic
def switch_rule(*, rule: Rule, on: bool, now: datetime) -> Rule:
    """Switch a rule on or off. One that is so already stays as it is."""
    rule = Rule.objects.for_store(rule.store_id).select_for_update().get(pk=rule.pk)
    if rule.is_enabled != on:
        rule.is_enabled = on
        rule.version += 1
        rule.updated_at = now
        rule.save(update_fields=["is_enabled", "version", "updated_at"])
    return rule


@transaction.atomic
def delete_rule(*, rule: Rule) -> None:
    """Delete a rule. What it did stays in the orders' timelines; a second call changes nothing."""
    Rule.objects.for_store(rule.store_id).filter(pk=rule.pk).delete()


@transaction.atomic
def reorder(*, store: Store, trigger: str, ids: list[int]) -> None:
    """Put the rules of a trigger into this order.

    Raises:
        Refused: if the ids are not exactly those of the trigger's rules.
    """
    rules = {
        rule.pk: rule
        for rule in Rule.objects.for_store(store).on(trigger).select_for_update().order_by("pk")
    }
    if sorted(ids) != sorted(rules):
        raise Refused("The list of rules changed meanwhile. Look at it again, then order it.")
    for place, pk in enumerate(ids, start=1):
        rules[pk].position = place
    Rule.across_stores.bulk_update(rules.values(), ["position"])


def queue_rules(*, events: Sequence[OrderEvent]) -> list[RuleRun]:
    """Have the store's rules for these events, all of one kind, run soon, if it has any.

    Call where they are recorded. A parcel that was passed on from an order split off sets no rule
    off: it ships nothing of what this order still has, and its own order told of it already.
    """
    trigger = trigger_of(events[0])
    if trigger is None:
        return []
    store_id = events[0].store_id
    if not Rule.objects.for_store(store_id).enabled().on(trigger.key).exists():
        return []
    events = _of_their_own(events)
    runs = RuleRun.across_stores.bulk_create(
        RuleRun(store_id=store_id, event=event, order_id=event.order_id) for event in events
    )
    bell.ring_after_commit()
    return runs


def _of_their_own(events: Sequence[OrderEvent]) -> Sequence[OrderEvent]:
    if events[0].kind not in OF_PARCELS:
        return events
    passed = Shipment.objects.for_store(events[0].store_id).filter(is_for_child=True)
    theirs = set(passed.filter(pk__in=map(parcel_in, events)).values_list("pk", flat=True))
    return [event for event in events if parcel_in(event) not in theirs]


def run_event(*, orders: Sequence[Order], trigger: str, by: By) -> None:
    """Have the store's rules for a trigger run for these orders, as if it had just happened.

    Each order gets an event that says so, and rules run once for an event.

    Raises:
        Refused: if no rule waits for the trigger.
    """
    rules = Rule.objects.for_store(orders[0].store_id).enabled()
    if trigger not in TRIGGERS or not rules.on(trigger).exists():
        raise Refused("No rule is switched on for this event any more.", field="event")
    sentence = f"Event run by hand: {TRIGGERS[trigger].name}"
    told = [Told(order, sentence, details={"trigger": trigger}) for order in orders]
    record_all(told, OrderEvent.Kind.EVENT_RUN, by=by)


def runs_of(order: Order) -> list[RuleRun]:
    """Give the runs of rules on an order with their events, the newest first."""
    runs = RuleRun.objects.for_store(order.store_id).filter(order=order)
    return list(runs.select_related("event").newest_first())
