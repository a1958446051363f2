"""Rules run once per event, all or nothing, whatever happens to the worker."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime

import pytest
from django.conf import settings as django_settings
from django.db import connection

from integrations.models import Submission
from orders.drafts import ShipmentDraft
from orders.models import Folder, Order, OrderEvent
from orders.services import By, add_shipment, delete_order, record
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


def test_a_rule_whose_folder_is_gone_is_told_and_the_next_one_runs(store):
    make_rule(store, move(store, "Closed"), position=1)
    make_rule(store, move(store, "Prepared"), position=2)
    with entered(store):
        Folder.objects.for_store(store).filter(name="Closed").delete()

    order = make_order(store)
    do_rules()

    assert [entry["result"] for entry in told(order)] == ["broken", "fired"]
    assert now_in(order).folder.name == "Prepared"


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
