"""What needs a person is found, explained, and helped on by whom may do so."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.models import Connection, InboundMessage, Schedule, Submission
from orders.models import Order, OrderEvent
from orders.services import delete_order, hub
from rules.models import RuleRun
from stores.models import Store
from stores.scoping import entered
from stores.work import Work
from tests.factories import make_connection, make_order
from tests.orders.pages import folder, parcel, send


@pytest.fixture
def warehouse(store: Store) -> Connection:
    return make_connection(store, "unleashed")


def attention(store: Store, rest: str = "") -> str:
    return f"/s/{store.pk}/attention{rest}"


def read(client: Client, store: Store) -> str:
    return client.get(attention(store)).content.decode()


def keep_message(connection: Connection, **fields: Any) -> InboundMessage:
    stated = {"delivery_id": "d-1", "topic": "orders/create", "body": b"{}", "state": "failed"}
    with entered(connection.store_id):
        row = InboundMessage(
            store_id=connection.store_id, connection=connection, **{**stated, **fields}
        )
        row.save()
    return row


def state_of(row: Work) -> str:
    with entered(row.store_id):
        return type(row).across_stores.get(pk=row.pk).state


def test_a_store_without_trouble_is_told_so_with_the_time(store, alice_client):
    page = read(alice_client, store)

    assert "Nothing needs you" in page
    assert "Last check" in page


def test_orders_that_failed_for_one_cause_stand_together(store, alice_client, warehouse):
    for number in ("1001", "1002", "1003"):
        order = make_order(store, source_id=number)
        send(store, order, warehouse, state=Work.State.FAILED, problem="No such product: MUG.")
    send(store, make_order(store), warehouse, state=Work.State.FAILED, problem="Another cause.")

    page = read(alice_client, store)

    assert page.count("No such product: MUG.") == 1
    assert "Try all 3 again" in page
    assert "#1001" in page
    assert "Another cause." in page


def test_every_kind_of_stuck_work_is_shown(store, alice_client, warehouse):
    order = make_order(store)
    send(store, order, warehouse, state=Work.State.PARKED, problem="Sending is stuck.")
    keep_message(warehouse, problem="The message is not JSON.")
    with entered(store):
        event = OrderEvent.objects.for_store(store).get()
        Schedule(
            store=store,
            connection=warehouse,
            verb=Schedule.Verb.SHIPMENTS,
            interval_seconds=60,
            attempts=3,
            problem="The pull keeps failing.",
        ).save()
        RuleRun.objects.for_store(store).delete()
        RuleRun(
            store=store, event=event, order=order, state="parked", problem="The rules are stuck."
        ).save()

    page = read(alice_client, store)

    for sentence in [
        "Sending is stuck.",
        "The message is not JSON.",
        "The pull keeps failing.",
        "The rules are stuck.",
    ]:
        assert sentence in page


def numbers_told(page: str) -> dict[str, str]:
    """How much the page says needs a person: in its title, its heading, and the sidebar."""
    places = {
        "title": r"<title>Needs attention \((\d+)\)",
        "heading": r"<h1>Needs attention\s*<span[^>]*>([\d,]+)<",
        "sidebar": r'id="nav-attention".*?class="[^"]*count[^"]*"[^>]*>\s*([\d,]+)',
    }
    return {
        place: match[1]
        for place, pattern in places.items()
        if (match := re.search(pattern, page, re.DOTALL))
    }


def test_every_page_counts_what_this_one_shows(store, alice_client, warehouse):
    downloads: dict[str, dict[str, Any]] = {
        "shipments": {"attempts": 3, "problem": "No.", "last_result": {"failed": 2}},
        "orders": {"last_result": {"failed": 1}},
        "inventory": {"attempts": 1, "problem": "Busy just now."},
    }
    states = [(Work.State.FAILED, False), (Work.State.PARKED, True), (Work.State.WAITING, True)]
    for state, in_doubt in states:
        send(store, make_order(store), warehouse, state=state, in_doubt=in_doubt)
    send(store, make_order(store), warehouse, state=Work.State.WAITING)
    keep_message(warehouse)
    make_connection(store, "shopify", state=Connection.State.PAUSED, problem="Refused.")
    with entered(store):
        for verb, stated in downloads.items():
            Schedule(
                store=store, connection=warehouse, verb=verb, interval_seconds=60, **stated
            ).save()

    page = read(alice_client, store)
    home = alice_client.get(f"/s/{store.pk}/").content.decode()

    # Three orders sent, one message, two downloads and one connection.
    assert numbers_told(page) == {"title": "7", "heading": "7", "sidebar": "7"}
    assert page.count('name="rows"') >= 6
    assert numbers_told(home) == {"sidebar": "7"}


def test_a_paused_connection_alone_is_counted_too(store, alice_client):
    make_connection(store, "shopify", state=Connection.State.PAUSED, problem="Refused.")

    home = alice_client.get(f"/s/{store.pk}/").content.decode()

    assert numbers_told(read(alice_client, store)) == dict.fromkeys(
        ["title", "heading", "sidebar"], "1"
    )
    assert "Shopify is paused: Refused." in home
    assert "needs you" not in home


def test_home_shows_an_outcome_nobody_knows(store, alice_client, warehouse):
    send(
        store, make_order(store), warehouse, state=Work.State.WAITING, in_doubt=True,
        problem="The answer was lost.",
    )  # fmt: skip

    assert "The answer was lost." in alice_client.get(f"/s/{store.pk}/").content.decode()


def test_a_pull_that_failed_once_needs_nobody(store, alice_client, warehouse):
    with entered(store):
        Schedule(
            store=store,
            connection=warehouse,
            verb=Schedule.Verb.SHIPMENTS,
            interval_seconds=60,
            attempts=1,
            problem="Busy just now.",
        ).save()

    assert "Busy just now." not in read(alice_client, store)


def test_records_a_pull_left_behind_are_shown_with_their_reasons(store, alice_client, warehouse):
    with entered(store):
        Schedule(
            store=store,
            connection=warehouse,
            verb=Schedule.Verb.SHIPMENTS,
            interval_seconds=60,
            last_result={"failed": 1, "reasons": ["Shipment S-1 has no number."]},
        ).save()

    assert "Shipment S-1 has no number." in read(alice_client, store)


def test_an_unknown_outcome_is_shown_while_the_hub_still_looks(store, alice_client, warehouse):
    send(store, make_order(store), warehouse, in_doubt=True, problem="No answer came.")

    page = read(alice_client, store)

    assert "Outcome unknown" in page
    assert "We do not know if Unleashed got it." in page


def test_a_paused_connection_says_what_waits_for_it(store, alice_client):
    paused = make_connection(
        store, "unleashed", state=Connection.State.PAUSED, problem="The API key was refused."
    )
    send(store, make_order(store), paused, state=Work.State.HELD)

    page = read(alice_client, store)

    assert "Unleashed is paused" in page
    assert "The API key was refused." in page
    assert "1 order or tracking number waits" in page


def test_what_came_in_is_shown_escaped_and_cut(store, alice_client, warehouse):
    body = b"<script>alert(1)</script>\x00\xff" + b"x" * 5000
    keep_message(warehouse, body=body, problem="Not JSON.")

    page = read(alice_client, store)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;\ufffd\ufffdx" in page
    assert "x" * 2000 not in page


def test_a_store_user_sees_the_trouble_but_no_bodies_and_no_buttons(store, bob_client, warehouse):
    keep_message(warehouse, body=b"secret body", problem="Not JSON.")
    send(store, make_order(store), warehouse, state=Work.State.FAILED, problem="No such product.")

    page = read(bob_client, store)

    assert "Not JSON." in page
    assert "No such product." in page
    assert "secret body" not in page
    assert "Try again" not in page
    assert "Replay" not in page


def test_a_whole_group_is_tried_again_at_once(store, alice_client, warehouse):
    rows = [
        send(store, make_order(store), warehouse, state=Work.State.FAILED, problem="No.")
        for _ in range(3)
    ]

    answer = alice_client.post(
        attention(store, "/submissions"), {"rows": [row.pk for row in rows]}, follow=True
    )

    assert "3 are tried again now." in answer.content.decode()
    assert {state_of(row) for row in rows} == {Work.State.WAITING}


def test_a_doubt_stays_with_what_is_tried_again(store, alice_client, warehouse):
    row = send(store, make_order(store), warehouse, state=Work.State.PARKED, in_doubt=True)

    alice_client.post(attention(store, "/submissions"), {"rows": [row.pk]})

    with entered(store):
        assert Submission.objects.for_store(store).get().in_doubt


def test_a_message_can_be_replayed(store, alice_client, warehouse):
    row = keep_message(warehouse, problem="Not JSON.")

    alice_client.post(attention(store, "/messages"), {"rows": [row.pk]})

    assert state_of(row) == Work.State.WAITING


def test_nothing_is_tried_again_while_its_connection_is_paused(store, alice_client):
    paused = make_connection(store, "unleashed", state=Connection.State.PAUSED)
    row = send(store, make_order(store), paused, state=Work.State.FAILED)

    answer = alice_client.post(attention(store, "/submissions"), {"rows": [row.pk]}, follow=True)

    assert "Unleashed is paused. Update its credentials" in answer.content.decode()
    assert state_of(row) == Work.State.FAILED


def test_another_store_s_row_is_left_alone(store, other_store, alice_client):
    theirs = make_connection(other_store, "unleashed")
    row = send(other_store, make_order(other_store), theirs, state=Work.State.FAILED)

    alice_client.post(attention(store, "/submissions"), {"rows": [row.pk]})

    assert state_of(row) == Work.State.FAILED


@pytest.mark.parametrize("rest", ["/submissions", "/messages", "/schedules", "/rules"])
def test_a_store_user_without_the_permission_helps_nothing_on(store, bob_client, rest):
    answer = bob_client.post(attention(store, rest), {"rows": ["1"]})

    assert answer.status_code == 403


def test_a_schedule_is_made_due_at_once(store, alice_client, warehouse):
    with entered(store):
        row = Schedule(
            store=store,
            connection=warehouse,
            verb=Schedule.Verb.SHIPMENTS,
            interval_seconds=60,
            attempts=4,
            problem="Down.",
            due_at=timezone.now() + timedelta(days=1),
        )
        row.save()

    alice_client.post(attention(store, "/schedules"), {"rows": [row.pk]})

    with entered(store):
        assert Schedule.objects.for_store(store).get().due_at <= timezone.now()


# --- what is dismissed --------------------------------------------------------------------------


def told_of(store: Store) -> list[str]:
    """What the timelines of the store's orders say beside their coming."""
    with entered(store):
        events = OrderEvent.objects.for_store(store).exclude(kind=OrderEvent.Kind.IMPORTED)
        return list(events.order_by("pk").values_list("sentence", flat=True))


def test_what_is_dismissed_needs_nobody_any_more(store, alice_client, warehouse):
    rows = [
        send(store, make_order(store), warehouse, state=Work.State.FAILED, problem="No such mug.")
        for _ in range(2)
    ]
    assert "Dismiss all 2" in read(alice_client, store)

    answer = alice_client.post(
        attention(store, "/submissions/dismiss"), {"rows": [row.pk for row in rows]}, follow=True
    )

    page = answer.content.decode()
    assert "2 are dismissed." in page
    assert "No such mug." not in page
    assert numbers_told(page) == {}
    assert {state_of(row) for row in rows} == {Work.State.DROPPED}
    assert told_of(store) == ["Send order: dismissed by hand"] * 2


@pytest.mark.parametrize("state", [Work.State.PARKED, Work.State.WAITING])
def test_an_unknown_outcome_is_dismissed_with_a_word_about_the_doubt(
    store, alice_client, warehouse, state
):
    row = send(store, make_order(store), warehouse, state=state, in_doubt=True)

    alice_client.post(attention(store, "/submissions/dismiss"), {"rows": [row.pk]})

    assert state_of(row) == Work.State.DROPPED
    assert told_of(store) == [
        "Send order: dismissed by hand. Whether Unleashed got it is not known."
    ]


@pytest.mark.parametrize("state", [Work.State.WAITING, Work.State.WORKING, Work.State.DONE])
def test_what_needs_nobody_is_not_dismissed(store, alice_client, warehouse, state):
    row = send(store, make_order(store), warehouse, state=state)

    alice_client.post(attention(store, "/submissions/dismiss"), {"rows": [row.pk]})

    assert state_of(row) == state
    assert told_of(store) == []


def test_a_message_and_a_rule_run_can_be_dismissed(store, alice_client, warehouse):
    message, order = keep_message(warehouse, problem="Not JSON."), make_order(store)
    with entered(store):
        RuleRun.objects.for_store(store).delete()
        event = OrderEvent.objects.for_store(store).get()
        run = RuleRun(store=store, event=event, order=order, state="failed", problem="Stopped.")
        run.save()

    alice_client.post(attention(store, "/messages/dismiss"), {"rows": [message.pk]})
    alice_client.post(attention(store, "/rules/dismiss"), {"rows": [run.pk]})

    assert {state_of(message), state_of(run)} == {Work.State.DROPPED}
    assert "Nothing needs you" in read(alice_client, store)


def test_a_download_comes_again_and_is_never_dismissed(store, alice_client, warehouse):
    with entered(store):
        Schedule(
            store=store, connection=warehouse, verb=Schedule.Verb.SHIPMENTS, interval_seconds=60,
            attempts=3, problem="Down.",
        ).save()  # fmt: skip

    page = read(alice_client, store)

    assert "Down." in page
    assert "Dismiss" not in page


def test_a_dismissed_order_can_still_be_sent_and_keeps_its_doubt(store, alice_client, warehouse):
    order = make_order(store)
    row = send(store, order, warehouse, state=Work.State.DROPPED, in_doubt=True)

    page = alice_client.get(f"/s/{store.pk}/orders/{order.pk}").content.decode()
    alice_client.post(f"/s/{store.pk}/orders/{order.pk}/send", {"connection": warehouse.pk})

    assert "Dismissed" in page
    assert "Try again" in page
    with entered(store):
        again = Submission.objects.for_store(store).get()
    assert (again.pk, again.state, again.in_doubt) == (row.pk, Work.State.WAITING, True)


@pytest.mark.parametrize("kind", ["submissions", "messages", "rules"])
def test_a_store_user_without_the_permission_dismisses_nothing(store, bob_client, kind):
    answer = bob_client.post(attention(store, f"/{kind}/dismiss"), {"rows": ["1"]})

    assert answer.status_code == 403


# --- canceled after it was sent -----------------------------------------------------------------


def make_canceled(store: Store, number: str, *, warehouse: str = "Unleashed") -> Order:
    """An order its cart canceled; the warehouse has it, unless that is named as empty."""
    order = make_order(store, source_id=number)
    with entered(store):
        stated = {"canceled_at": timezone.now(), "fulfillment_name": warehouse}
        Order.objects.for_store(store).filter(pk=order.pk).update(**stated)
        order.refresh_from_db()
    return order


def test_an_order_canceled_after_it_was_sent_needs_a_person(store, alice_client):
    order = make_canceled(store, "1042")

    page = read(alice_client, store)

    assert "Canceled at Shopify, still at Unleashed" in page
    assert f'/s/{store.pk}/orders/{order.pk}"' in page
    assert "Cancel it at Unleashed, then move" in " ".join(page.split())
    assert numbers_told(page) == dict.fromkeys(["title", "heading", "sidebar"], "1")


def test_moving_it_to_canceled_ends_it(store, alice_client):
    orders = [make_canceled(store, number) for number in ("1001", "1002")]
    page = read(alice_client, store)
    assert "Move all 2 to Canceled" in page

    answer = alice_client.post(
        f"/s/{store.pk}/orders/move",
        {
            "ids": [order.pk for order in orders],
            "folder": folder(store, "Canceled").pk,
            "back": attention(store),
        },
        follow=True,
    )

    page = answer.content.decode()
    assert answer.redirect_chain == [(attention(store), 302)]
    assert "Nothing needs you" in page
    assert numbers_told(page) == {}


def test_it_ends_with_a_shipment_or_when_the_order_is_deleted(store, alice_client):
    parcel(store, make_canceled(store, "1001"), tracking_number="T-1")
    deleted = make_canceled(store, "1002")
    with entered(store):
        delete_order(order=deleted, by=hub(), now=timezone.now())

    assert numbers_told(read(alice_client, store)) == {}


def test_one_that_was_never_sent_or_not_canceled_needs_nobody(store, alice_client):
    make_canceled(store, "1001", warehouse="")
    sent = make_order(store, source_id="1002")
    with entered(store):
        Order.objects.for_store(store).filter(pk=sent.pk).update(fulfillment_name="Unleashed")

    assert numbers_told(read(alice_client, store)) == {}


def test_who_may_not_move_orders_sees_it_without_the_button(store, bob_client):
    make_canceled(store, "1042")

    page = read(bob_client, store)

    assert "still at Unleashed" in page
    assert "Move to Canceled" not in page
