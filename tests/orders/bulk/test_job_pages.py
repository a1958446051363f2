"""Asking for an action in the browser: done at once, asked about first, or followed as a job."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from orders.bulk import undo_job
from orders.models import BulkJob, Order
from orders.services import By
from stores.models import StoreUser
from stores.scoping import entered
from tests.factories import make_order
from tests.orders.bulk.jobs import (
    folder_of,
    folders,
    fresh,
    move_job,
    orders_of,
    outcomes,
    work_off,
)

pytestmark = pytest.mark.django_db


def ask(client, store, action, orders=(), /, **fields):
    posted = {"action": action, "ids": [order.pk for order in orders], **fields}
    return client.post(f"/s/{store.pk}/jobs", posted, follow=True)


def hidden(answer):
    """What a page that asks would send back, as the browser does."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.content.decode()))


def jobs_of(store):
    with entered(store):
        return list(BulkJob.objects.for_store(store).order_by("pk"))


def test_a_few_orders_are_moved_at_once_and_the_next_page_offers_undo(store, alice_client):
    orders = orders_of(store, 3)
    prepared = folder_of(store, "Prepared")

    page = ask(alice_client, store, "move", orders, folder=prepared.pk).content.decode()

    (job,) = jobs_of(store)
    assert (job.state, job.done) == ("done", 3)
    assert "3 orders moved to Prepared." in page
    assert f"/s/{store.pk}/jobs/{job.pk}/undo" in page
    assert folders(store, orders) == {"Prepared"}

    undone = alice_client.post(f"/s/{store.pk}/jobs/{job.pk}/undo", follow=True)

    assert "3 orders undone: Move to Prepared." in undone.content.decode()
    assert folders(store, orders) == {"New"}


def test_the_timeline_of_an_order_leads_to_the_job_it_was_part_of(store, alice_client):
    orders = orders_of(store, 2)
    ask(alice_client, store, "move", orders, folder=folder_of(store, "Prepared").pk)
    (job,) = jobs_of(store)

    page = alice_client.get(f"/s/{store.pk}/orders/{orders[0].pk}").content.decode()

    assert f'href="/s/{store.pk}/jobs/{job.pk}"' in page


def test_more_orders_become_a_job_that_the_worker_does(store, alice_client):
    orders = orders_of(store, 51)

    page = ask(alice_client, store, "tag", orders, tag="Red")

    (job,) = jobs_of(store)
    assert page.redirect_chain[-1][0] == f"/s/{store.pk}/jobs/{job.pk}"
    assert "0 of 51 tagged" in page.content.decode()
    assert "every 1s" in page.content.decode()
    work_off()
    live = alice_client.get(f"/s/{store.pk}/jobs/{job.pk}/live").content.decode()
    assert "51 of 51 tagged" in live
    assert "every" not in live
    assert f"/jobs/{job.pk}/undo" in live


def test_what_is_missing_is_asked_for_on_a_page(store, alice_client):
    order = make_order(store)

    page = ask(alice_client, store, "tag", [order])

    assert page.status_code == 200
    assert "Tag 1 order?" in page.content.decode()
    assert jobs_of(store) == []
    ask(alice_client, store, "tag", **hidden(page), tag="Red")
    assert fresh(order).tag_name == "Red"


def test_a_folder_of_another_store_is_refused_where_it_was_filled_in(
    store, other_store, alice_client
):
    order = make_order(store)

    answer = ask(alice_client, store, "move", [order], folder=folder_of(other_store, "New").pk)

    assert answer.status_code == 422
    assert "There is no such folder in this store." in answer.content.decode()
    assert folders(store, [order]) == {"New"}


def test_what_cannot_be_undone_is_said_with_the_number_before(store, alice_client):
    orders = orders_of(store, 2, email="ada@example.com")
    search = {"all": 1, "query": "ada@example.com"}

    page = ask(alice_client, store, "merge", **search)
    asked = page.content.decode()
    make_order(store, email="ada@example.com")
    again = ask(alice_client, store, "merge", **hidden(page))

    assert "Merge 2 orders?" in asked
    assert "This cannot be undone" in asked
    assert "Merge 3 orders?" in again.content.decode()
    assert jobs_of(store) == []
    done = ask(alice_client, store, "merge", **hidden(again))
    assert "3 orders merged." in done.content.decode()
    with entered(store):
        assert Order.objects.for_store(store).count() == len(orders) + 2


def test_a_form_sent_twice_makes_one_job(store, alice_client):
    order = make_order(store)
    page = ask(alice_client, store, "duplicate", [order])
    form = {**hidden(page), "copies": 2}

    for _ in range(2):
        ask(alice_client, store, "duplicate", **form)

    assert len(jobs_of(store)) == 1
    with entered(store):
        assert Order.objects.for_store(store).count() == 3


def test_each_action_needs_its_permission(store, bob, bob_client):
    order = make_order(store)
    with entered(store):
        StoreUser.objects.for_store(store).of(bob).update(permissions=["orders.edit"])

    assert ask(bob_client, store, "delete", [order]).status_code == 403
    assert ask(bob_client, store, "untag", [order]).status_code == 200


def test_whoever_may_not_edit_cannot_steer_a_job(store, alice, bob_client):
    job = move_job(store, alice, orders_of(store, 2))

    for verb in ("cancel", "retry", "undo"):
        assert bob_client.post(f"/s/{store.pk}/jobs/{job.pk}/{verb}").status_code == 403
    page = bob_client.get(f"/s/{store.pk}/jobs/{job.pk}")
    assert page.status_code == 200
    assert "Cancel the job" not in page.content.decode()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"action": "teleport", "ids": "1"}, "Choose what to do"),
        ({"action": "untag"}, "No order was picked"),
        ({"action": "untag", "ids": "x, -1, 9999999999999999999999"}, "No order was picked"),
        ({"action": "untag", "all": "1", "within": "no folder"}, "within"),
        ({"action": "untag", "ids": ",".join(["7"] * 60_000)}, "picked by hand"),
    ],
)
def test_nonsense_is_refused_in_words(store, alice_client, fields, told):
    answer = alice_client.post(f"/s/{store.pk}/jobs", fields, follow=True)

    assert answer.status_code < 500
    assert told in answer.content.decode()
    assert jobs_of(store) == []


def test_the_button_and_the_endpoint_are_gone_after_a_day(store, alice, alice_client, time_machine):
    orders = orders_of(store, 1)
    job = move_job(store, alice, orders)
    work_off()
    time_machine.move_to(timezone.now() + timedelta(hours=24, seconds=1))

    page = alice_client.get(f"/s/{store.pk}/jobs/{job.pk}").content.decode()
    answer = alice_client.post(f"/s/{store.pk}/jobs/{job.pk}/undo", follow=True)

    assert f"/jobs/{job.pk}/undo" not in page
    assert "that time is over" in answer.content.decode()
    assert folders(store, orders) == {"Prepared"}


def test_a_job_is_undone_once(store, alice, alice_client):
    orders = orders_of(store, 1)
    job = move_job(store, alice, orders)
    work_off()
    with entered(store):
        undo_job(job=job, by=By.person(alice), now=timezone.now())

    answer = alice_client.post(f"/s/{store.pk}/jobs/{job.pk}/undo", follow=True)

    assert "This was undone already." in answer.content.decode()


def test_the_page_counts_causes_and_pages_outcomes(store, alice, alice_client):
    there, here = orders_of(store, 55), make_order(store)
    move_job(store, alice, there)
    work_off()
    job = move_job(store, alice, [*there, here])
    work_off()

    page = alice_client.get(f"/s/{store.pk}/jobs/{job.pk}?show=skipped").content.decode()
    rest = alice_client.get(f"/s/{store.pk}/jobs/{job.pk}?show=skipped&after=50").content.decode()

    assert "It was in Prepared already." in page
    assert "55 orders" in page
    assert "after=50" in page
    assert f"#{there[54].number}" in rest
    assert f"#{there[0].number}<" not in rest
    listed = alice_client.get(f"/s/{store.pk}/jobs").content.decode()
    assert "1 of 56 moved, 55 skipped" in listed


def test_the_outcome_comes_as_a_file(store, alice, alice_client):
    order = make_order(store, source_id="=1+1")
    job = move_job(store, alice, [order, 10**9])
    work_off()

    answer = alice_client.get(f"/s/{store.pk}/jobs/{job.pk}/outcome.csv")

    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0] == "Order id,Order number,Outcome,Why"
    assert lines[1] == f"{order.pk},'=1+1,Done,"
    assert lines[2].startswith("1000000000,,Skipped,There is no such order")


def test_a_job_canceled_before_its_turn_does_nothing_and_says_so(store, alice, alice_client):
    orders = orders_of(store, 2)
    job = move_job(store, alice, orders)

    alice_client.post(f"/s/{store.pk}/jobs/{job.pk}/cancel")
    work_off()

    assert folders(store, orders) == {"New"}
    assert {sentence for _, sentence in outcomes(job).values()} == {
        "The job was canceled before this order's turn."
    }
    assert "Canceled" in alice_client.get(f"/s/{store.pk}/jobs/{job.pk}").content.decode()
