"""Saving, switching, ordering and deleting rules."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from orderdesk.lib.refused import Refused
from orders.models import Folder, OrderEvent
from rules.models import Rule
from rules.services import RuleDraft, delete_rule, reorder, save_rule, switch_rule
from rules.triggers import TRIGGERS
from stores.scoping import entered

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def draft(inside):
    prepared = Folder.objects.for_store(inside).get(name="Prepared")
    return RuleDraft(
        name="US orders",
        trigger="imported",
        filters=[{"filter": "shipping_country", "operator": "equals", "value": "US"}],
        actions=[{"action": "move_to_folder", "folder": prepared.pk}],
    )


def saved(store, draft, name, **changes):
    return save_rule(store=store, draft=replace(draft, name=name, **changes), now=NOW)


def names(store, trigger="imported"):
    return [rule.name for rule in Rule.objects.for_store(store).on(trigger).in_order()]


def test_a_new_rule_goes_behind_the_others_of_its_event(inside, draft):
    saved(inside, draft, "First")
    saved(inside, draft, "Elsewhere", trigger="shipment_added")
    second = saved(inside, draft, "Second")

    assert names(inside) == ["First", "Second"]
    assert (second.version, second.position) == (1, 2)


def test_saving_again_makes_a_new_version_in_the_same_place(inside, draft):
    first = saved(inside, draft, "First")
    saved(inside, draft, "Second")

    renamed = replace(draft, name="Renamed")
    changed = save_rule(store=inside, rule=first, draft=renamed, based_on=1, now=NOW)

    assert names(inside) == ["Renamed", "Second"]
    assert changed.version == 2


def test_a_rule_moved_to_another_event_goes_behind_the_rules_there(inside, draft):
    first = saved(inside, draft, "First")
    saved(inside, draft, "There", trigger="shipment_added")

    moved = replace(draft, name="First", trigger="shipment_added")
    save_rule(store=inside, rule=first, draft=moved, now=NOW)

    assert names(inside, "shipment_added") == ["There", "First"]


def test_who_saves_second_does_not_overwrite_the_first(inside, draft):
    rule = saved(inside, draft, "First")
    save_rule(store=inside, rule=rule, draft=replace(draft, name="Kim's"), based_on=1, now=NOW)

    with pytest.raises(Refused, match="Somebody else changed this rule"):
        save_rule(store=inside, rule=rule, draft=replace(draft, name="Mine"), based_on=1, now=NOW)

    assert names(inside) == ["Kim's"]


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": "  "}, "name", "Give the rule a name"),
        ({"name": "x" * 121}, "name", "at most 120"),
        ({"trigger": "full_moon"}, "trigger", "no event “full_moon”"),
        ({"match": "some"}, "match", "“all” or by “any”"),
        ({"actions": []}, "actions", "at least one action"),
        ({"actions": [{"action": "explode"}]}, "actions.0.action", "no action “explode”"),
        ({"actions": [{"action": "move_to_folder", "folder": 0}]}, "actions.0.folder", "Folder: "),
        ({"filters": [{"filter": "moon"}]}, "filters.0.filter", "no filter “moon”"),
        (
            {"filters": [{"filter": "order_total", "operator": "equals", "value": "x"}]},
            "filters.0.value",
            "Value: “x” is not a number",
        ),
        ({"actions": [{"action": "explode"}] * 51}, "actions", "at most 50"),
    ],
)
def test_a_bad_rule_is_refused_with_the_part_at_fault(inside, draft, changes, field, sentence):
    with pytest.raises(Refused, match=sentence) as refusal:
        save_rule(store=inside, draft=replace(draft, **changes), now=NOW)

    assert refusal.value.field == field
    assert not Rule.objects.for_store(inside).exists()


def test_a_folder_of_another_store_cannot_be_named(store, other_store):
    with entered(other_store):
        theirs = Folder.objects.for_store(other_store).get(name="Prepared").pk
    move = {"action": "move_to_folder", "folder": theirs}

    with entered(store), pytest.raises(Refused, match="Folder: "):
        save_rule(store=store, draft=RuleDraft("Theirs", "imported", [move]), now=NOW)


def test_switching_makes_a_version_and_switching_again_does_not(inside, draft):
    rule = saved(inside, draft, "First")

    off = switch_rule(rule=rule, on=False, now=NOW)
    still_off = switch_rule(rule=rule, on=False, now=NOW)

    assert (off.is_enabled, off.version) == (False, 2)
    assert still_off.version == 2
    assert not Rule.objects.for_store(inside).enabled().exists()


def test_rules_take_the_order_they_are_given(inside, draft):
    first, second, third = (saved(inside, draft, name) for name in ("One", "Two", "Three"))

    reorder(store=inside, trigger="imported", ids=[third.pk, first.pk, second.pk])

    assert names(inside) == ["Three", "One", "Two"]


@pytest.mark.parametrize("wrong", ["missing", "stranger", "twice"])
def test_an_order_that_misses_the_rules_there_are_is_refused(inside, draft, wrong):
    first, second = (saved(inside, draft, name) for name in ("One", "Two"))
    ids = {
        "missing": [second.pk],
        "stranger": [second.pk, first.pk, 0],
        "twice": [second.pk, second.pk],
    }[wrong]

    with pytest.raises(Refused, match="changed meanwhile"):
        reorder(store=inside, trigger="imported", ids=ids)

    assert names(inside) == ["One", "Two"]


def test_deleting_takes_one_rule_away_and_may_be_repeated(inside, draft):
    gone, kept = (saved(inside, draft, name) for name in ("Gone", "Kept"))

    delete_rule(rule=gone)
    delete_rule(rule=gone)

    assert names(inside) == [kept.name]


def test_every_trigger_stands_for_a_kind_of_event():
    assert {trigger.kind for trigger in TRIGGERS.values()} <= set(OrderEvent.Kind.values)
