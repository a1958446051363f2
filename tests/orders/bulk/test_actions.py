"""What each action makes of orders, and what an undo of it puts back."""

import csv
import io
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.models import Submission
from orders.bulk import offered, undo_job
from orders.models import Folder, Order, OrderEvent, OrderLink
from orders.services import By, delete_order, set_checkout_data
from rules.models import Rule, RuleRun
from stores import work
from stores.models import StoreUser
from stores.scoping import entered
from tests.factories import make_connection, make_item, make_order
from tests.orders.bulk.jobs import folders, fresh, job_of, orders_of, outcomes, work_off

pytestmark = pytest.mark.django_db


def undo(job, user):
    with entered(job.store_id):
        made = undo_job(job=job, by=By.person(user), now=timezone.now())
    work_off()
    return made


def ids(store):
    with entered(store):
        return set(Order.objects.for_store(store).present().values_list("pk", flat=True))


def test_deleted_orders_come_back_by_an_undo_and_by_restoring_them(store, alice):
    orders = orders_of(store, 2)
    job = job_of(store, alice, "delete", orders)
    work_off()
    assert ids(store) == set()

    undo(job, alice)

    assert ids(store) == {order.pk for order in orders}
    job_of(store, alice, "delete", orders)
    work_off()
    restored = job_of(store, alice, "restore", [*orders, make_order(store)])
    work_off()
    assert fresh(restored).done == 2
    assert fresh(restored).skipped == 1


def test_copies_are_deleted_by_an_undo_unless_somebody_worked_on_them(store, alice):
    orders = orders_of(store, 2)
    job = job_of(store, alice, "duplicate", orders, given={"copies": 2})
    work_off()
    with entered(store):
        links = OrderLink.objects.for_store(store).filter(parent=orders[0])
        touched = links.select_related("child")[0].child
        values = {"gift": "yes"}
        by, now = By.person(alice), timezone.now()
        set_checkout_data(order=touched, values=values, by=by, now=now)

    taken_back = undo(job, alice)

    assert ids(store) == {*(order.pk for order in orders), touched.pk}
    kept = (
        f"Changed or sent since and left as they are: {touched.number}. "
        f"The other 1 of its 2 copies are deleted."
    )
    assert list(outcomes(taken_back).values()) == [
        ("skipped", kept),
        ("done", "Its copies were deleted."),
    ]


def test_orders_are_split_by_what_their_lines_have_in_common(store, alice):
    mixed = make_order(
        store, items=(make_item(category_code="A"), make_item(category_code="B", code="B-1"))
    )
    alike = make_order(store)

    job = job_of(store, alice, "split", [mixed, alike], given={"method": "category_code"})
    work_off()

    told = outcomes(job)
    assert told[mixed.pk][0] == "done"
    assert "Split into" in told[mixed.pk][1]
    assert told[alike.pk] == (
        "failed",
        "All lines are alike in this, so there is nothing to split off.",
    )
    with entered(store):
        assert Order.objects.for_store(store).count() == 3


def test_orders_that_cannot_be_merged_all_say_why_and_stay(store, alice):
    orders = [make_order(store), make_order(store, currency="EUR")]

    job = job_of(store, alice, "merge", orders)
    work_off()

    assert set(outcomes(job).values()) == {
        ("failed", "Orders in EUR and USD cannot be merged into one.")
    }
    assert len(ids(store)) == 2


def test_sending_makes_one_submission_an_order_however_often_it_is_asked(store, alice):
    connection = make_connection(store, "unleashed")
    fine, canceled = make_order(store), make_order(store)
    with entered(store):
        Order.objects.for_store(store).filter(pk=canceled.pk).update(canceled_at=timezone.now())
    given = {"connection": connection.pk}

    first = job_of(store, alice, "send", [fine, canceled], given=given)
    second = job_of(store, alice, "send", [fine], given=given)
    work_off()

    assert outcomes(first)[fine.pk] == ("done", "")
    assert outcomes(first)[canceled.pk][0] == "failed"
    assert outcomes(second)[fine.pk][0] == "skipped"
    with entered(store):
        assert Submission.objects.for_store(store).count() == 1


def test_running_an_event_runs_its_rules_once_for_each_order(store, alice):
    orders = orders_of(store, 2)
    with entered(store):
        closed = Folder.objects.for_store(store).get(name="Closed")
        Rule(
            store=store,
            name="Close it",
            trigger="imported",
            actions=[{"action": "move_to_folder", "folder": closed.pk}],
        ).save()
    job = job_of(store, alice, "run_event", orders, given={"event": "imported"})
    work_off()
    while claims := work.claim(RuleRun):
        for claim in claims:
            work.perform(claim)

    assert folders(store, orders) == {"Closed"}
    assert fresh(job).done == 2
    with entered(store):
        runs = RuleRun.objects.for_store(store)
        assert runs.count() == 2
        told = OrderEvent.objects.for_store(store).filter(order=orders[0]).newest_first()
        assert told[1].sentence == "Event run by hand: Order is Imported"


def test_the_file_has_a_line_for_each_item_and_runs_no_formula(store, alice, alice_client):
    order = make_order(
        store,
        source_id="1042",
        email="=cmd|'/c calc'!A1",
        items=(make_item(code="A"), make_item(code="-B", price=Decimal("-2.50"))),
        checkout_data={"Gift": "yes", "Card": "é"},
    )
    empty = make_order(store, items=())
    job = job_of(store, alice, "export", [order, empty], given={"bom": "on"})
    work_off()

    answer = alice_client.get(f"/s/{store.pk}/jobs/{job.pk}/file")

    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufefforder_id,")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [row["item_code"] for row in rows] == ["A", "'-B", ""]
    assert [row["source_id"] for row in rows] == ["1042", "1042", empty.source_id]
    assert rows[0]["email"] == "'=cmd|'/c calc'!A1"
    assert rows[1]["item_price"] == "-2.5"
    assert sorted(rows[0]["checkout_data"].splitlines()) == ["Card: é", "Gift: yes"]
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"


def test_a_few_slips_open_at_once_and_many_are_pages_of_the_job(store, alice, alice_client):
    orders = orders_of(store, 52)
    few = {"action": "print", "ids": [order.pk for order in orders[:2]]}

    opened = alice_client.post(f"/s/{store.pk}/jobs", few)
    job = job_of(store, alice, "print", orders)
    work_off()
    page = alice_client.get(f"/s/{store.pk}/jobs/{job.pk}").content.decode()
    second = alice_client.get(f"/s/{store.pk}/jobs/{job.pk}/print?from=51")

    assert opened.headers["Location"].endswith(f"print?ids={orders[0].pk},{orders[1].pk}")
    assert f"/jobs/{job.pk}/print?from=51" in page
    assert second.headers["Location"].endswith(f"ids={orders[50].pk},{orders[51].pk}")


def test_the_bar_offers_what_a_member_may_do(store, alice, bob):
    with entered(store):
        members = StoreUser.objects.for_store(store)
        hers = {each.key: each.unavailable for each in offered(members.get(user=alice), store)}
        his = [each.key for each in offered(members.get(user=bob), store)]

    assert list(hers) == [
        "move",
        "tag",
        "untag",
        "send",
        "run_event",
        "print",
        "export",
        "merge",
        "split",
        "duplicate",
        "delete",
    ]
    assert hers["send"].startswith("No integration")
    assert his == ["print", "export"]


def test_what_was_deleted_since_is_left_by_an_undo(store, alice):
    orders = orders_of(store, 1)
    job = job_of(store, alice, "tag", orders, given={"tag": "Red"})
    work_off()
    with entered(store):
        delete_order(order=orders[0], by=By.person(alice), now=timezone.now())

    made = undo(job, alice)

    assert "Last: Deleted" in outcomes(made)[orders[0].pk][1]
