"""What each action does to a working copy, and which effect makes it real."""

from typing import Any

import pytest

from orders.filters.facts import Broken, Snapshot
from rules.actions import ACTIONS, MoveOrder, SendOrder, SetCheckoutData, Step
from tests.rules.written import FACTS, NEW, PREPARED, UNLEASHED, an_order, move, send, set_data

TABLE = [
    (move(PREPARED), {"folder_id": PREPARED}, [("Folder", "New", "Prepared")], MoveOrder(PREPARED)),
    (
        set_data("gift", "No"),
        {"checkout_data": {"gift": "No"}},
        [("Checkout data “gift”", "Yes", "No")],
        SetCheckoutData({"gift": "No"}),
    ),
    (
        set_data("note", ""),
        {"checkout_data": {"gift": "Yes", "note": ""}},
        [("Checkout data “note”", "", "")],
        SetCheckoutData({"note": ""}),
    ),
    (
        send(),
        {"sent_to": frozenset({UNLEASHED})},
        [("Sent to", "", "Unleashed")],
        SendOrder(UNLEASHED),
    ),
]
NOTHING_TO_DO = [
    (move(NEW), an_order(), "It is in New already."),
    (set_data("gift", "Yes"), an_order(), "gift has this value already."),
    (
        send(),
        an_order(sent_to=frozenset({UNLEASHED})),
        "It was sent to Unleashed, is on its way there, or was dismissed.",
    ),
]


def done(row: dict[str, Any], order: Snapshot) -> Step:
    _, change = ACTIONS[row["action"]].prepare(row, FACTS)
    return change(order)


@pytest.mark.parametrize(("row", "changed", "told", "effect"), TABLE)
def test_an_action_changes_a_copy_and_names_its_effect(row, changed, told, effect):
    order = an_order()

    step = done(row, order)

    assert step.order == {**an_order(), **changed}
    assert list(step.changes) == told
    assert step.effects == (effect,)
    assert order == an_order()


@pytest.mark.parametrize(("row", "order", "note"), NOTHING_TO_DO)
def test_an_action_with_nothing_to_do_says_why_and_has_no_effect(row, order, note):
    step = done(row, order)

    assert (step.order, step.changes, step.effects, step.note) == (order, (), (), note)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (move(99), "The folder to move to is gone"),
        ({"action": "move_to_folder"}, "The folder to move to is gone"),
        ({"action": "move_to_folder", "folder": "New"}, "The folder to move to is gone"),
        (set_data("", "x"), "has no name"),
        (send(99), "is not connected"),
    ],
)
def test_an_action_that_can_never_be_done_is_broken(row, sentence):
    with pytest.raises(Broken, match=sentence):
        ACTIONS[row["action"]].prepare(row, FACTS)


def test_every_action_is_in_the_tables():
    assert {row["action"] for row, *_ in TABLE} == set(ACTIONS)
    assert {row["action"] for row, *_ in NOTHING_TO_DO} == set(ACTIONS)


@pytest.mark.parametrize(
    ("key", "data", "field"),
    [
        ("move_to_folder", {"folder": "99"}, "folder"),
        ("move_to_folder", {}, "folder"),
        ("set_checkout_data", {"name": " "}, "name"),
        ("send_order", {"connection": "99"}, "connection"),
    ],
)
def test_a_form_refuses_what_the_store_does_not_have(key, data, field):
    form = ACTIONS[key].settings_form(data, facts=FACTS)

    assert not form.is_valid()
    assert field in form.errors
