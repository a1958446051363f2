"""Rules run once per event, all or nothing, whatever happens to the worker."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from django.conf import settings as django_settings
from django.db import connection

from integrations.models import Connection, Submission
from integrations.services import request_submission
from orders.drafts import ShipmentDraft
from orders.models import Folder, Order, OrderEvent
from orders.services import (
    By,
    add_shipment,
    delete_order,
    merge_orders,
    move_order,
    record,
)
from orders.signals import order_events_recorded
from rules.models import Rule, RuleRun
from rules.services import runs_of
from stores import work
from stores.scoping import entered
from stores.work import Work
from tests.factories import make_address, make_connection, make_order, make_store, make_user

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
TO_THE_US = {"filter": "shipping_country", "operator": "equals", "value": "US"}


def make_rule(store, *actions, filters=(), trigger="imported", position=1, name="US orders"):
    with entered(store):
        rule = Rule(
            store=store,
            name=name,
            trigger=trigger,
            position=position,
            filters=list(filters),
            actions=list(actions),
        )
        rule.save()
    return rule


def move(store, name):
    with entered(store):
        folder = Folder.objects.for_store(store).get(name=name)
    return {"action": "move_to_folder", "folder": folder.pk}


def set_data(name, value):
    return {"action": "set_checkout_data", "name": name, "value": value}


def do_rules():
    """Do every due run, as a worker would."""
    for claim in work.claim(RuleRun):
        work.perform(claim)


def told(order):
    with entered(order.store_id):
        return runs_of(order)[0].trace


def the_run(order):
    with entered(order.store_id):
        return RuleRun.objects.for_store(order.store_id).get(order=order)


def now_in(order):
    with entered(order.store_id):
        orders = Order.objects.for_store(order.store_id).select_related("folder")
        return orders.get(pk=order.pk)


def events_of(order, kind):
    with entered(order.store_id):
        return list(OrderEvent.objects.for_store(order.store_id).filter(order=order, kind=kind))


def test_an_import_sets_off_the_rules_and_they_tell_who_and_why(store):
    rule = make_rule(store, move(store, "Prepared"), set_data("lane", "east"), filters=[TO_THE_US])

    order = make_order(store)
    do_rules()

    assert now_in(order).folder.name == "Prepared"
    [moved] = events_of(order, "folder_changed")
    [imported] = events_of(order, "imported")
    assert (moved.actor, moved.actor_name, moved.cause_id) == ("rule", "US orders", imported.pk)
    assert moved.before == {"folder": "New"}
    [entry] = told(order)
    assert (entry["rule"], entry["result"]) == (rule.pk, "fired")
    assert entry["actions"][0]["changes"] == [["Folder", "New", "Prepared"]]


def test_a_rule_that_does_not_fire_leaves_no_line_in_the_timeline(store):
    make_rule(store, move(store, "Prepared"), filters=[TO_THE_US])

    order = make_order(store, shipping=make_address(country="Canada"))
    do_rules()

    with entered(store):
        kinds = [event.kind for event in OrderEvent.objects.for_store(store).filter(order=order)]
    assert kinds == ["imported"]
    assert told(order)[0]["filters"][0]["actual"] == "Canada"


@pytest.mark.parametrize("state", ["none", "off", "other trigger"])
def test_no_work_is_made_where_no_rule_waits_for_the_event(store, state):
    if state == "off":
        make_rule(store, set_data("a", "b"))
        with entered(store):
            Rule.objects.for_store(store).update(is_enabled=False)
    if state == "other trigger":
        make_rule(store, set_data("a", "b"), trigger="shipment_added")

    order = make_order(store)

    with entered(store):
        assert runs_of(order) == []


def test_a_shipment_sets_off_its_own_rules_only(store, by_alice):
    make_rule(store, move(store, "Prepared"), trigger="imported")
    make_rule(store, move(store, "Closed"), trigger="shipment_added")
    order = make_order(store)
    do_rules()

    with entered(store):
        draft = ShipmentDraft(tracking_number="1Z999AA10123456784")
        add_shipment(order=order, draft=draft, source="Manual", by=by_alice, now=NOW)
    do_rules()

    assert now_in(order).folder.name == "Closed"


def test_sending_asks_for_one_submission_however_many_rules_want_it(store):
    warehouse = make_connection(store, "unleashed")
    send = {"action": "send_order", "connection": warehouse.pk}
    make_rule(store, send, position=1, name="First")
    make_rule(store, send, position=2, name="Second")

    order = make_order(store)
    do_rules()

    with entered(store):
        [submission] = Submission.objects.for_store(store).filter(order=order)
    assert (submission.actor, submission.actor_name) == ("rule", "First")
    assert told(order)[1]["actions"][0]["note"].startswith("It was sent to")


def test_what_a_service_refuses_undoes_that_rule_alone(store):
    warehouse = make_connection(store, "unleashed")
    send = {"action": "send_order", "connection": warehouse.pk}
    unseen = {"filter": "checkout_data", "name": "second", "operator": "is_empty", "value": ""}
    make_rule(store, set_data("first", "1"), position=1, name="Before")
    make_rule(store, set_data("second", "2"), send, position=2, name="Refused")
    make_rule(store, set_data("third", "3"), filters=[unseen], position=3, name="After")

    order = make_order(store, source_key="A")
    canceled = make_order(store, source_key="A", canceled_at=NOW, source_updated_at=NOW)
    do_rules()

    assert canceled.pk == order.pk
    with entered(store):
        assert not Submission.objects.for_store(store).exists()
    assert now_in(order).checkout_data == {"first": "1", "third": "3"}
    assert [entry["result"] for entry in told(order)] == ["fired", "refused", "fired"]
    assert "canceled or deleted" in told(order)[1]["problem"]
    # There is nothing to put right about an order that was canceled.
    assert the_run(order).state == "done"


def test_an_order_that_was_merged_meanwhile_is_not_sent_and_needs_nobody(store):
    make_connection(store, "unleashed")
    with entered(store):
        target = Connection.objects.for_store(store).get().pk
    make_rule(store, {"action": "send_order", "connection": target})
    order, other = make_order(store), make_order(store)
    with entered(store):
        merge_orders(orders=[order, other], by=By.rule("by hand"), now=NOW)

    do_rules()
    do_rules()

    assert "its items go out with that one" in told(order)[0]["problem"]
    assert the_run(order).state == Work.State.DONE
    with entered(store):
        assert not Submission.objects.for_store(store).exists()


def test_a_rule_whose_folder_is_gone_is_told_and_the_next_one_runs(store):
    make_rule(store, move(store, "Closed"), position=1)
    make_rule(store, move(store, "Prepared"), position=2)
    with entered(store):
        Folder.objects.for_store(store).filter(name="Closed").delete()

    order = make_order(store)
    do_rules()

    assert [entry["result"] for entry in told(order)] == ["broken", "fired"]
    assert now_in(order).folder.name == "Prepared"


def reconnect(warehouse):
    with entered(warehouse.store_id):
        Connection.objects.for_store(warehouse.store_id).update(state=Connection.State.ACTIVE)


def test_a_rule_that_could_not_send_is_made_up_once_its_integration_is_back(store, alice_client):
    warehouse = make_connection(store, "unleashed", state="disconnected")
    send = {"action": "send_order", "connection": warehouse.pk}
    with entered(store):
        new = Folder.objects.for_store(store).get(name="New").pk
    in_new = {"filter": "folder", "operator": "equals", "value": new}
    make_rule(store, move(store, "Prepared"), filters=[in_new], position=1, name="Prepare")
    make_rule(store, send, filters=[TO_THE_US], position=2, name="US to Unleashed")
    order = make_order(store)
    do_rules()

    run = the_run(order)
    assert run.state == "failed"
    assert run.problem == (
        "Rule “US to Unleashed” could not act. Action 1: The integration to send to is not "
        "connected. Connect it or choose another one. Put that right, then try again."
    )
    assert now_in(order).folder.name == "Prepared"
    page = alice_client.get(f"/s/{store.pk}/attention").content.decode()
    assert run.problem in page
    assert f"/s/{store.pk}/orders/{order.pk}" in page

    reconnect(warehouse)
    alice_client.post(f"/s/{store.pk}/attention/rules", {"rows": run.pk})
    do_rules()

    run = the_run(order)
    assert (run.state, run.problem) == ("done", "")
    with entered(store):
        [submission] = Submission.objects.for_store(store).filter(order=order)
    assert submission.actor_name == "US to Unleashed"
    assert len(events_of(order, "folder_changed")) == 1
    # What the first run did stays told, although its condition no longer holds.
    assert [entry["result"] for entry in run.trace] == ["fired", "fired"]
    assert run.trace[0]["actions"][0]["changes"] == [["Folder", "New", "Prepared"]]
    assert run.trace[0]["problem"].startswith("Fired already")
    assert run.fired == [entry["rule"] for entry in run.trace]


def test_trying_again_does_not_repeat_a_rule_that_fired_however_the_order_changed(store, by_alice):
    warehouse = make_connection(store, "unleashed", state="disconnected")
    send = {"action": "send_order", "connection": warehouse.pk}
    make_rule(store, send, position=1, name="Send")
    make_rule(store, move(store, "Prepared"), position=2, name="Prepare")
    order = make_order(store)
    do_rules()
    with entered(store):
        new = Folder.objects.for_store(store).get(name="New")
        move_order(order=order, folder=new, by=by_alice, now=NOW)
        work.try_again(the_run(order))
    do_rules()

    assert the_run(order).state == "failed"
    assert now_in(order).folder.name == "New"
    assert [entry["result"] for entry in told(order)] == ["broken", "fired"]

    with entered(store):
        Rule.objects.for_store(store).all().delete()
        work.try_again(the_run(order))
    do_rules()

    assert the_run(order).state == "done"
    assert [entry["name"] for entry in told(order)] == ["Prepare"]


def test_trying_again_asks_no_rule_again_that_stands_before_the_one_that_failed(store):
    with entered(store):
        prepared = Folder.objects.for_store(store).get(name="Prepared").pk
    in_prepared = {"filter": "folder", "operator": "equals", "value": prepared}
    warehouse = make_connection(store, "unleashed", state="disconnected")
    send = {"action": "send_order", "connection": warehouse.pk}
    make_rule(store, set_data("early", "1"), filters=[in_prepared], position=1, name="Early")
    make_rule(store, move(store, "Prepared"), position=2, name="Prepare")
    make_rule(store, send, set_data("sent", "1"), position=3, name="Send")
    after = {"filter": "checkout_data", "name": "sent", "operator": "equals", "value": "1"}
    make_rule(store, set_data("late", "1"), filters=[after], position=4, name="Late")
    order = make_order(store)
    do_rules()
    reconnect(warehouse)
    with entered(store):
        work.try_again(the_run(order))
    do_rules()

    assert now_in(order).checkout_data == {"sent": "1", "late": "1"}
    assert [entry["result"] for entry in told(order)] == ["not_fired", "fired", "fired", "fired"]


def test_a_broken_rule_for_other_orders_is_told_and_needs_nobody(store):
    make_rule(store, move(store, "Closed"), filters=[{**TO_THE_US, "value": "FR"}])
    with entered(store):
        Folder.objects.for_store(store).filter(name="Closed").delete()

    order = make_order(store)
    do_rules()

    assert the_run(order).state == "done"
    assert told(order)[0]["result"] == "broken"


def test_what_a_service_refuses_needs_a_person(store):
    warehouse = make_connection(store, "unleashed")
    send = {"action": "send_order", "connection": warehouse.pk}
    make_rule(store, set_data("lane", "east"), position=1, name="First")
    make_rule(store, send, position=2, name="Second")
    order = make_order(store)

    def cut_the_line(**_):
        Connection.objects.for_store(store).update(state="disconnected")

    order_events_recorded.connect(cut_the_line)
    try:
        do_rules()
    finally:
        order_events_recorded.disconnect(cut_the_line)

    run = the_run(order)
    assert (run.state, run.problem) == (
        "failed",
        "Rule “Second” could not act. Unleashed is not connected. Put that right, then try again.",
    )
    assert [entry["result"] for entry in run.trace] == ["fired", "refused"]
    assert now_in(order).checkout_data == {"lane": "east"}


def test_an_order_that_could_not_be_sent_may_be_sent_by_a_later_rule(store, by_alice):
    warehouse = make_connection(store, "unleashed")
    send = {"action": "send_order", "connection": warehouse.pk}
    make_rule(store, send, trigger="shipment_added", name="Once more")
    order = make_order(store)
    with entered(store):
        request_submission(order=order, connection=warehouse, by=by_alice, now=NOW)
        Submission.objects.for_store(store).update(state=Work.State.FAILED)
        draft = ShipmentDraft(tracking_number="1Z999AA10123456784")
        add_shipment(order=order, draft=draft, source="Manual", by=by_alice, now=NOW)
    do_rules()

    with entered(store):
        [submission] = Submission.objects.for_store(store).filter(verb="submit_order")
    assert submission.state == "waiting"
    assert told(order)[0]["actions"][0]["changes"] == [["Sent to", "", "Unleashed"]]


def test_a_saved_change_of_a_rule_counts_from_the_next_order_on(store):
    make_rule(store, set_data("lane", "east"))
    first = make_order(store)
    do_rules()
    with entered(store):
        Rule.objects.for_store(store).update(actions=[set_data("lane", "west")], version=2)

    second = make_order(store)
    do_rules()

    assert now_in(first).checkout_data == {"lane": "east"}
    assert now_in(second).checkout_data == {"lane": "west"}
    assert told(second)[0]["version"] == 2


def test_rules_do_nothing_to_an_order_deleted_meanwhile(store, by_alice):
    make_rule(store, move(store, "Prepared"))
    order = make_order(store)
    with entered(store):
        delete_order(order=order, by=by_alice, now=NOW)

    do_rules()

    assert now_in(order).folder.name == "New"
    assert told(order)[0]["problem"] == "The order was deleted before its rules ran."


def test_no_rule_acts_on_an_order_that_is_brought_in_as_history(store):
    make_rule(store, move(store, "Prepared"))
    order = make_order(store, fulfilled_at_source=True)

    do_rules()

    assert now_in(order).folder.name == "Closed"
    assert len(events_of(order, "history_imported")) == 1


def test_a_rule_on_the_way_to_its_own_event_is_cut(store):
    make_rule(store, set_data("round", "1"))
    order = make_order(store)
    do_rules()
    [changed] = events_of(order, "checkout_data_changed")
    with entered(store):
        Rule.objects.for_store(store).update(actions=[set_data("round", "2")], version=2)
        record(order, OrderEvent.Kind.IMPORTED, "Again", by=By.rule("US orders", cause=changed))

    do_rules()

    assert told(order)[0]["result"] == "cut"
    assert "set itself off" in told(order)[0]["problem"]
    assert now_in(order).checkout_data == {"round": "1"}


@pytest.mark.parametrize(("links", "result"), [(5, "fired"), (6, "cut")])
def test_a_chain_of_events_longer_than_five_is_cut(store, links, result):
    order = make_order(store)
    make_rule(store, set_data("a", "b"))
    with entered(store):
        cause = None
        for link in range(links):
            by = By.rule(f"Rule {link}", cause=cause)
            cause = record(order, OrderEvent.Kind.FOLDER_CHANGED, "Moved", by=by)
        record(order, OrderEvent.Kind.IMPORTED, "Again", by=By.rule("Last", cause=cause))

    do_rules()

    assert told(order)[0]["result"] == result


def test_rules_of_another_store_stay_out_of_it(store, other_store):
    make_rule(other_store, set_data("spy", "1"))
    make_rule(store, set_data("lane", "east"))

    order = make_order(store)
    do_rules()

    assert [entry["name"] for entry in told(order)] == ["US orders"]
    assert now_in(order).checkout_data == {"lane": "east"}


def test_hits_are_counted_by_rule(store):
    rule = make_rule(store, set_data("lane", "east"), filters=[TO_THE_US])
    never = make_rule(store, set_data("never", "1"), filters=[{**TO_THE_US, "value": "FR"}])
    make_order(store)
    make_order(store)
    do_rules()

    with entered(store):
        hits = RuleRun.objects.for_store(store).hits_since(NOW.replace(year=2020))

    assert hits[rule.pk][0] == 2
    assert never.pk not in hits


# --- bad days: real commits, real races, real deaths --------------------------------------------


@pytest.fixture
def shop(transactional_db):
    return make_store(make_user("owner@example.com"))


def outcome(order):
    with entered(order.store_id):
        run = RuleRun.objects.for_store(order.store_id).get(order=order)
    return run.state, len(events_of(order, "checkout_data_changed"))


def perform_apart(claim):
    work.perform(claim)
    connection.close()


def test_two_workers_with_one_event_run_its_rules_once(shop):
    make_rule(shop, set_data("lane", "east"))
    order = make_order(shop)
    [late] = work.claim(RuleRun)
    with entered(shop):
        RuleRun.objects.for_store(shop).update(state=Work.State.WAITING)
    [owner] = work.claim(RuleRun)

    threads = [threading.Thread(target=perform_apart, args=[claim]) for claim in (late, owner)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert late.fence != owner.fence
    assert outcome(order) == ("done", 1)


def test_a_claim_that_lost_its_lease_leaves_nothing_behind(shop):
    make_rule(shop, set_data("lane", "east"))
    order = make_order(shop)
    [lost] = work.claim(RuleRun)
    with entered(shop):
        RuleRun.objects.for_store(shop).update(fence=lost.fence + 1)

    work.perform(lost)

    assert outcome(order) == ("working", 0)


WORKER = """
import sys, django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from rules.models import RuleRun
from stores import work
for claim in work.claim(RuleRun):
    work.perform(claim)
"""


@pytest.mark.parametrize(
    ("where", "left"),
    [("rules.before_commit", ("working", 0)), ("rules.after_commit", ("done", 1))],
)
def test_a_worker_killed_around_its_commit_leaves_all_or_nothing(shop, where, left):
    make_rule(shop, set_data("lane", "east"))
    order = make_order(shop)
    environment = {
        **os.environ,
        "ORDERDESK_CRASH_AT": where,
        "ORDERDESK_WORK_BELL": "0",
        "DJANGO_SETTINGS_MODULE": "orderdesk.settings",
    }

    died = subprocess.run(
        [sys.executable, "-c", WORKER, connection.settings_dict["NAME"]],
        env=environment,
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        check=False,
    )

    assert died.returncode == -9, died.stderr.decode()
    assert outcome(order) == left

    with entered(shop):
        RuleRun.objects.for_store(shop).filter(state="working").update(leased_until=NOW)
    work.sweep()
    do_rules()

    assert outcome(order) == ("done", 1)
