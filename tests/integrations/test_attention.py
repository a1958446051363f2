"""What needs a person is found, explained, and helped on by whom may do so."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.models import Connection, InboundMessage, Schedule, Submission
from orders.models import OrderEvent
from rules.models import RuleRun
from stores.models import Store
from stores.scoping import entered
from stores.work import Work
from tests.factories import make_connection, make_order
from tests.orders.pages import send


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
