"""The rules' pages, used without a script."""

import re
from datetime import UTC, datetime

import pytest

from orders.models import Folder, Order, OrderEvent
from rules.models import Rule, RuleRun
from rules.services import RuleDraft, save_rule
from stores import work
from stores.scoping import entered
from tests.factories import make_connection, make_order

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


def folder_id(store, name):
    with entered(store):
        return Folder.objects.for_store(store).get(name=name).pk


@pytest.fixture
def rule(store):
    return make_rule(store, "US orders")


def make_rule(store, name, **changes):
    stated = {
        "trigger": "imported",
        "filters": [{"filter": "shipping_country", "operator": "equals", "value": "US"}],
        "actions": [{"action": "move_to_folder", "folder": folder_id(store, "Prepared")}],
    }
    with entered(store):
        draft = RuleDraft(name=name, **{**stated, **changes})
        return save_rule(store=store, draft=draft, now=NOW)


def typed(store, **changes):
    """What the browser sends for a rule of one condition and one action."""
    stated = {
        "name": "Large orders",
        "trigger": "imported",
        "match": "all",
        "is_enabled": "on",
        "filter_row": ["0.order_total"],
        "filter-0-operator": "greater_than",
        "filter-0-value": "50",
        "action_row": ["0.move_to_folder"],
        "action-0-folder": str(folder_id(store, "Prepared")),
    }
    return {**stated, **changes}


def address(store, *parts):
    return "/".join([f"/s/{store.pk}/settings/rules", *map(str, parts)])


def rules_of(store):
    with entered(store):
        return list(Rule.objects.for_store(store).in_order())


def page(answer):
    return re.sub(r"\s+", " ", answer.content.decode())


# --- the list -----------------------------------------------------------------------------------


def test_a_store_without_rules_is_told_what_they_are_for(store, alice_client):
    shown = page(alice_client.get(address(store)))

    assert "No rules yet" in shown
    assert "Make a rule" in shown


def test_the_list_reads_each_rule_as_a_sentence_and_counts_its_hits(store, rule, alice_client):
    make_order(store)
    for claim in work.claim(RuleRun):
        work.perform(claim)

    shown = page(alice_client.get(address(store)))

    assert "When Order is Imported" in shown
    assert "If Shipping country equals <strong>US</strong>" in shown
    assert "move to folder <strong>Prepared</strong>" in shown
    assert '<span class="number">1 time</span>' in shown


def test_the_list_marks_a_rule_whose_folder_is_gone(store, rule, alice_client):
    with entered(store):
        Folder.objects.for_store(store).filter(name="Prepared").delete()

    assert "The folder to move to is gone" in page(alice_client.get(address(store)))


def test_rules_change_places(store, alice_client):
    for name in ("First", "Second"):
        make_rule(store, name)
    [first, _] = rules_of(store)

    answer = alice_client.post(address(store, first.pk, "move"), {"to": "down"}, follow=True)

    assert [each.name for each in rules_of(store)] == ["Second", "First"]
    assert "Rule “First” is number 2 of 2." in page(answer)


def test_the_first_rule_stays_first_when_moved_up(store, alice_client):
    for name in ("First", "Second"):
        make_rule(store, name)

    alice_client.post(address(store, rules_of(store)[0].pk, "move"), {"to": "up"})

    assert [each.name for each in rules_of(store)] == ["First", "Second"]


def test_a_rule_is_switched_off_and_on(store, rule, alice_client):
    alice_client.post(address(store, rule.pk, "switch"), {"on": "0"})
    assert not rules_of(store)[0].is_enabled

    alice_client.post(address(store, rule.pk, "switch"), {"on": "1"})
    assert rules_of(store)[0].is_enabled


# --- writing ------------------------------------------------------------------------------------


def test_a_rule_is_built_row_by_row_and_saved(store, alice_client):
    new = address(store, "new")
    empty = {"name": "Large orders", "trigger": "imported", "match": "all", "is_enabled": "on"}

    shown = alice_client.post(new, {**empty, "do": "filter.add", "filter_new": "order_total"})
    assert 'value="0.order_total"' in page(shown)
    assert 'value="Large orders"' in page(shown)
    assert "There is a problem" not in page(shown)
    assert not rules_of(store)

    alice_client.post(new, typed(store))
    [rule] = rules_of(store)
    assert (rule.name, rule.trigger, rule.is_enabled) == ("Large orders", "imported", True)
    assert rule.filters == [{"filter": "order_total", "operator": "greater_than", "value": "50"}]
    prepared = folder_id(store, "Prepared")
    assert rule.actions == [{"action": "move_to_folder", "folder": prepared}]


def test_the_filters_to_add_stand_in_groups(store, alice_client):
    shown = page(alice_client.get(address(store, "new")))

    addresses = shown.partition('<optgroup label="Addresses">')[2].partition("</optgroup>")[0]
    assert '<option value="shipping_postal_code">Shipping postal code</option>' in addresses
    assert "Order total" not in addresses


def test_a_condition_on_a_named_entry_is_saved_with_its_name(store, alice_client):
    sent = typed(
        store,
        **{
            "filter_row": ["0.any_item_variation"],
            "filter-0-name": "Size",
            "filter-0-operator": "matches",
            "filter-0-value": "^x+l$",
        },
    )

    alice_client.post(address(store, "new"), sent)

    assert rules_of(store)[0].filters == [
        {"filter": "any_item_variation", "name": "Size", "operator": "matches", "value": "^x+l$"}
    ]


def test_adding_a_row_keeps_what_was_typed_even_if_it_is_wrong(store, alice_client):
    sent = typed(
        store, **{"do": "filter.add", "filter_new": "checkout_data", "filter-0-value": "much"}
    )

    shown = page(alice_client.post(address(store, "new"), sent))

    assert 'value="much"' in shown
    assert 'value="0.order_total"' in shown
    assert 'value="1.checkout_data"' in shown
    assert "is not a number" not in shown


def test_a_removed_row_is_gone_and_the_others_keep_their_values(store, alice_client):
    sent = typed(
        store,
        **{
            "do": "filter.remove.0",
            "filter_row": ["0.order_total", "4.source_name"],
            "filter-4-operator": "contains",
            "filter-4-value": "shop",
        },
    )

    shown = page(alice_client.post(address(store, "new"), sent))

    assert "0.order_total" not in shown
    assert 'value="4.source_name"' in shown
    assert 'value="shop"' in shown
    assert '<option value="contains" selected>' in shown


def test_actions_move_up_and_keep_their_values(store, alice_client):
    sent = typed(
        store,
        **{
            "do": "action.up.1",
            "action_row": ["0.move_to_folder", "1.set_checkout_data"],
            "action-1-name": "lane",
            "action-1-value": "east",
        },
    )

    shown = page(alice_client.post(address(store, "new"), sent))

    assert shown.index('value="1.set_checkout_data"') < shown.index('value="0.move_to_folder"')
    assert 'value="lane"' in shown


@pytest.mark.parametrize("do", ["filter.remove.99", "filter.add", "what", "action.up.x", "a.b.c"])
def test_a_button_that_names_nothing_changes_nothing(store, alice_client, do):
    answer = alice_client.post(address(store, "new"), typed(store, do=do))

    assert answer.status_code == 200
    assert 'value="0.order_total"' in page(answer)


def test_errors_stand_at_their_fields_and_on_top(store, alice_client):
    sent = typed(store, **{"name": "", "filter-0-value": "much", "action-0-folder": ""})

    answer = alice_client.post(address(store, "new"), sent)

    shown = page(answer)
    assert answer.status_code == 422
    assert '<a href="#id_name">Name: This field is required.</a>' in shown
    assert '<a href="#id_filter-0-value">Order total, Value: “much” is not a number' in shown
    assert '<a href="#id_action-0-folder">Move to folder, Folder: ' in shown
    assert 'id="id_filter-0-value_error"' in shown
    assert not rules_of(store)


def test_a_rule_without_an_action_is_refused(store, alice_client):
    answer = alice_client.post(address(store, "new"), typed(store, action_row=[]))

    assert answer.status_code == 422
    assert "A rule needs at least one action." in page(answer)


def test_a_row_of_no_catalogue_is_shown_and_must_go_before_saving(store, alice_client):
    answer = alice_client.post(address(store, "new"), typed(store, filter_row=["0.moon"]))

    assert answer.status_code == 422
    assert "“moon” does not exist. Remove it." in page(answer)
    assert not rules_of(store)


def test_a_saved_rule_opens_with_all_it_has_and_saves_a_new_version(store, rule, alice_client):
    shown = page(alice_client.get(address(store, rule.pk)))
    assert 'value="US orders"' in shown
    assert 'value="0.shipping_country"' in shown
    assert f'<option value="{folder_id(store, "Prepared")}" selected>Prepared</option>' in shown

    sent = typed(store, name="Renamed", version=str(rule.version))
    alice_client.post(address(store, rule.pk, "save"), sent)

    [saved] = rules_of(store)
    assert (saved.name, saved.version) == ("Renamed", rule.version + 1)


def test_two_people_cannot_overwrite_each_other(store, rule, alice_client):
    stale = typed(store, version=str(rule.version))
    alice_client.post(address(store, rule.pk, "save"), {**stale, "name": "First"})

    answer = alice_client.post(address(store, rule.pk, "save"), {**stale, "name": "Second"})

    assert "Somebody else changed this rule" in page(answer)
    assert rules_of(store)[0].name == "First"


def test_an_integration_is_chosen_by_its_name(store, alice_client):
    warehouse = make_connection(store, "unleashed")
    make_connection(store, "shopify")

    sent = typed(store, do="action.add", action_new="send_order")
    shown = page(alice_client.post(address(store, "new"), sent))

    assert f'<option value="{warehouse.pk}">Unleashed</option>' in shown
    assert ">Shopify</option>" not in shown


def test_a_deleted_rule_is_asked_about_first(store, rule, alice_client):
    shown = page(alice_client.get(address(store, rule.pk, "delete")))
    assert "Delete US orders?" in shown
    assert rules_of(store)

    alice_client.post(address(store, rule.pk, "delete"))
    assert not rules_of(store)


# --- trying -------------------------------------------------------------------------------------


def everything(store):
    with entered(store):
        return (
            list(Order.objects.for_store(store).values()),
            list(Rule.objects.for_store(store).values()),
            list(RuleRun.objects.for_store(store).values()),
            list(OrderEvent.objects.for_store(store).values()),
        )


def test_trying_shows_what_would_happen_and_writes_nothing(store, alice_client):
    order = make_order(store)
    before = everything(store)

    sent = typed(store, do="try", order=str(order.pk))
    shown = page(alice_client.post(address(store, "try"), sent))

    assert "Nothing was written or sent." in shown
    assert "<del>New</del>" in shown
    assert "<ins>Prepared</ins>" in shown
    assert everything(store) == before


def test_trying_counts_what_earlier_rules_do(store, rule, alice_client):
    order = make_order(store)
    late = {
        "filter_row": ["0.folder"],
        "filter-0-operator": "equals",
        "filter-0-value": str(folder_id(store, "Prepared")),
    }

    sent = typed(store, do="try", order=str(order.pk), **late)
    shown = page(alice_client.post(address(store, "try"), sent))

    assert "1 rule runs before it" in shown
    assert "It is in Prepared already." in shown


def test_trying_a_rule_with_errors_shows_the_errors(store, alice_client):
    order = make_order(store)

    sent = typed(store, do="try", order=str(order.pk), **{"filter-0-value": "much"})
    answer = alice_client.post(address(store, "try"), sent)

    assert answer.status_code == 422
    assert "is not a number" in page(answer)


def test_trying_needs_an_order_of_this_store(store, other_store, alice_client):
    theirs = make_order(other_store)

    answer = alice_client.post(address(store, "try"), typed(store, do="try", order=str(theirs.pk)))

    assert answer.status_code == 422
    assert "Order to try it on: choose one." in page(answer)


# --- who may ------------------------------------------------------------------------------------

CHANGING = [
    ("get", "new"),
    ("post", "new"),
    ("post", "try"),
    ("post", "{rule}/save"),
    ("post", "{rule}/switch"),
    ("post", "{rule}/move"),
    ("get", "{rule}/delete"),
    ("post", "{rule}/delete"),
]
LOOKING = [("get", ""), ("get", "{rule}"), ("post", "{rule}/try")]


def ask(client, store, rule, method, path):
    where = address(store, path.format(rule=rule.pk)) if path else address(store)
    return getattr(client, method)(where)


@pytest.mark.parametrize(("method", "path"), CHANGING)
def test_a_member_without_the_right_changes_no_rule(store, rule, bob_client, method, path):
    answer = ask(bob_client, store, rule, method, path)

    assert answer.status_code == 403
    assert "Change rules" in page(answer)
    assert [each.version for each in rules_of(store)] == [rule.version]


@pytest.mark.parametrize(("method", "path"), LOOKING)
def test_a_member_without_the_right_may_look(store, rule, bob_client, method, path):
    assert ask(bob_client, store, rule, method, path).status_code == 200


@pytest.mark.parametrize(("method", "path"), CHANGING + LOOKING)
def test_a_stranger_finds_nothing(store, rule, charlie_client, method, path):
    assert ask(charlie_client, store, rule, method, path).status_code == 404


def test_a_rule_of_another_store_is_not_found(store, rule, other_store, charlie_client):
    assert charlie_client.get(address(other_store, rule.pk)).status_code == 404


def test_who_only_looks_reads_the_rule_in_words_and_may_try_it(store, rule, bob_client):
    order = make_order(store)
    shown = page(bob_client.get(address(store, rule.pk)))
    assert "If Shipping country equals <strong>US</strong>" in shown
    assert "Save rule" not in shown

    tried = bob_client.post(address(store, rule.pk, "try"), {"do": "try", "order": str(order.pk)})

    assert "<ins>Prepared</ins>" in page(tried)
