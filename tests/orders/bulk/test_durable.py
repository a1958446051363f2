"""A job through bad days: killed workers, lost leases, orders that cannot be done, cancels."""

import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import ClassVar

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.db.models.functions import Now

from orders.bulk import OneByOne, Outcome, cancel_job, do_job, register, retry_failed, undo_job
from orders.bulk.actions import _actions
from orders.models import BulkJob, BulkOrder, OrderEvent
from orders.services import By
from stores import work
from stores.scoping import entered
from tests.factories import NEW_YEAR
from tests.orders.bulk.jobs import (
    folders,
    fresh,
    job_of,
    move_job,
    orders_of,
    outcomes,
    work_off,
)

WORKER = """
import sys, django
django.setup()
from django.db import connections
connections["default"].settings_dict["NAME"] = sys.argv[1]
from orders.bulk.moving import Move
from orders.models import BulkJob
from stores import work
Move.chunk = 2
for claim in work.claim(BulkJob):
    work.perform(claim)
"""


class Stamp(OneByOne):
    """Writes a line into an order's history, two orders a chunk; a number may stumble or refuse."""

    key = "stamp"
    label = "Stamp"
    verb = "Stamp"
    icon = "tag"
    done_word = "stamped"
    chunk = 2
    broken: ClassVar[set[int]] = set()

    def run_one(self, order, settings, by, now):
        if order.pk in self.broken:
            raise ZeroDivisionError
        event = OrderEvent(store_id=order.store_id, order=order, kind="history", sentence="Stamp")
        event.actor = "system"
        event.save()
        return Outcome()


@pytest.fixture
def stamp():
    register(Stamp())
    Stamp.broken = set()
    yield Stamp
    del _actions["stamp"]


def stamps(store, orders):
    """How often each order was stamped."""
    with entered(store):
        told = OrderEvent.objects.for_store(store).filter(sentence="Stamp")
        return [told.filter(order=order).count() for order in orders]


def expire(job):
    with entered(job.store_id):
        BulkJob.objects.for_store(job.store_id).filter(pk=job.pk).update(
            leased_until=Now() - timedelta(seconds=1)
        )


@pytest.mark.django_db
def test_one_order_that_stumbles_stops_no_other_and_can_be_tried_again(store, alice, stamp):
    orders = orders_of(store, 5)
    stamp.broken = {orders[1].pk}
    job = job_of(store, alice, "stamp", orders)

    work_off()

    assert stamps(store, orders) == [1, 0, 1, 1, 1]
    assert fresh(job).failed == 1
    assert "stumbled over this order" in outcomes(job)[orders[1].pk][1]

    stamp.broken = set()
    with entered(store):
        assert retry_failed(job=fresh(job), now=NEW_YEAR) == 1
    work_off()

    assert stamps(store, orders) == [1, 1, 1, 1, 1]
    assert (fresh(job).done, fresh(job).failed) == (5, 0)


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_commits_nothing_more(store, alice, stamp):
    orders = orders_of(store, 4)
    job = job_of(store, alice, "stamp", orders)
    (slow,) = work.claim(BulkJob)
    expire(job)
    work.sweep()
    (other,) = work.claim(BulkJob)

    with pytest.raises(work.LeaseLost):
        do_job(slow)

    assert stamps(store, orders) == [0, 0, 0, 0]
    work.perform(other)
    assert stamps(store, orders) == [1, 1, 1, 1]
    assert fresh(job).done == 4


@pytest.mark.django_db
def test_a_job_canceled_in_the_middle_keeps_what_is_done_and_can_be_undone(store, alice):
    orders = orders_of(store, 3)
    job = move_job(store, alice, orders)
    (claim,) = work.claim(BulkJob)
    with entered(store):
        waiting = BulkOrder.objects.for_store(store).filter(job=job)
        waiting.filter(order=orders[0]).update(state="done", inverse={}, version=1)
        BulkJob.objects.for_store(store).filter(pk=job.pk).update(done=1)
        assert cancel_job(job=fresh(job), now=NEW_YEAR)

    work.perform(claim)

    job = fresh(job)
    assert (job.state, job.done, job.skipped) == ("done", 1, 2)
    assert folders(store, orders) == {"New"}
    assert job.undo_until is not None


@pytest.mark.django_db
def test_an_undo_that_is_parked_or_done_is_not_made_twice(store, alice):
    job = move_job(store, alice, orders_of(store, 2))
    work_off()
    with entered(store):
        made = undo_job(job=job, by=By.person(alice), now=fresh(job).finished_at)
    work_off()

    assert fresh(made).done == 2
    with pytest.raises(Exception, match="undone already"), entered(store):
        undo_job(job=job, by=By.person(alice), now=fresh(job).finished_at)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("where", ["bulk.before_commit", "bulk.after_chunk"])
def test_a_worker_killed_in_the_middle_loses_nothing_and_repeats_nothing(store, alice, where):
    orders = orders_of(store, 6)
    job = move_job(store, alice, orders)

    killed = subprocess.run(
        [sys.executable, "-c", WORKER, connection.settings_dict["NAME"]],
        env={
            **os.environ,
            "ORDERDESK_CRASH_AT": where,
            "ORDERDESK_WORK_BELL": "0",
            "DJANGO_SETTINGS_MODULE": "orderdesk.settings",
        },
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        check=False,
    )

    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert fresh(job).state == "working"
    assert fresh(job).done == (0 if where == "bulk.before_commit" else 2)
    expire(job)
    work.sweep()
    work_off()
    assert (fresh(job).state, fresh(job).done) == ("done", 6)
    assert folders(store, orders) == {"Prepared"}
    with entered(store):
        moves = OrderEvent.objects.for_store(store).filter(kind="folder_changed")
        assert moves.count() == 6
