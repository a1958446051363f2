"""Moving many orders: frozen, done by chunks, told order by order, taken back."""

import pytest
from django.utils import timezone

from orders.bulk import undo_job
from orders.models import BulkOrder, OrderEvent
from orders.services import By, move_order
from stores.scoping import entered
from tests.factories import make_order
from tests.orders.bulk.jobs import (
    folder_of,
    folders,
    fresh,
    job_of,
    move_job,
    orders_of,
    outcomes,
    work_off,
)

pytestmark = pytest.mark.django_db


def test_a_job_moves_its_orders_and_each_says_so(store, alice):
    orders = orders_of(store, 3)
    job = move_job(store, alice, orders)

    work_off()

    job = fresh(job)
    assert (job.state, job.total, job.done, job.title) == ("done", 3, 3, "Move to Prepared")
    assert folders(store, orders) == {"Prepared"}
    with entered(store):
        event = OrderEvent.objects.for_store(store).filter(order=orders[0]).newest_first()[0]
    assert event.sentence == "Moved from New to Prepared"
    assert (event.user, event.details) == (alice, {"job": job.pk})


def test_what_lies_there_already_and_what_is_gone_is_skipped_and_listed(store, other_store, alice):
    there, here, strange = make_order(store), make_order(store), make_order(other_store)
    with entered(store):
        folder = folder_of(store, "Prepared")
        move_order(order=there, folder=folder, by=By.person(alice), now=timezone.now())
    job = move_job(store, alice, [there, here, strange, 2**60])

    work_off()

    job = fresh(job)
    assert (job.total, job.done, job.skipped, job.failed) == (4, 1, 3, 0)
    assert outcomes(job) == {
        there.pk: ("skipped", "It was in Prepared already."),
        here.pk: ("done", ""),
        strange.pk: ("skipped", "There is no such order in this store any more."),
        2**60: ("skipped", "There is no such order in this store any more."),
    }
    assert folders(other_store, [strange]) == {"New"}


def test_all_that_match_are_frozen_when_the_job_is_made(store, alice):
    orders = orders_of(store, 3, email="ada@example.com")
    make_order(store, email="other@example.com")
    job = move_job(store, alice, [], query="ada@example.com", is_all=True)
    late = make_order(store, email="ada@example.com")

    work_off()

    assert list(outcomes(job)) == [order.pk for order in reversed(orders)]
    assert folders(store, [late]) == {"New"}


def test_undo_puts_back_what_nobody_touched_and_says_what_it_left(store, alice):
    orders = orders_of(store, 3)
    job = move_job(store, alice, orders)
    work_off()
    touched = orders[1]
    with entered(store):
        closed = folder_of(store, "Closed")
        move_order(order=touched, folder=closed, by=By.person(alice), now=timezone.now())
        undo = undo_job(job=job, by=By.person(alice), now=timezone.now())

    work_off()

    assert folders(store, [orders[0], orders[2]]) == {"New"}
    assert folders(store, [touched]) == {"Closed"}
    state, sentence = outcomes(undo)[touched.pk]
    assert state == "skipped"
    assert "changed since" in sentence
    assert "Moved from Prepared to Closed" in sentence


def test_tags_are_given_taken_off_and_put_back(store, alice):
    red, plain = make_order(store, tag_color="red", tag_name="Urgent"), make_order(store)
    job = job_of(store, alice, "tag", [red, plain], given={"tag": "Blue"})
    work_off()
    assert {(fresh(one).tag_color, fresh(one).tag_name) for one in (red, plain)} == {
        ("blue", "Blue")
    }

    with entered(store):
        undo_job(job=job, by=By.person(alice), now=timezone.now())
    work_off()

    assert (fresh(red).tag_color, fresh(red).tag_name) == ("red", "Urgent")
    assert (fresh(plain).tag_color, fresh(plain).tag_name) == ("", "")


def test_a_frozen_order_has_one_row_however_often_it_was_named(store, alice):
    order = make_order(store)

    job = move_job(store, alice, [order, order])

    with entered(store):
        assert BulkOrder.objects.for_store(store).filter(job=job).count() == 1
