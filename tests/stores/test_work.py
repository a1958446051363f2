"""The row is the job: claimed once, leased, fenced, retried, parked."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from integrations.models import Connection, InboundMessage, Submission
from orders.models import OrderEvent
from stores import work
from stores.scoping import across_stores, entered
from tests.factories import make_order, make_store

pytestmark = pytest.mark.django_db


def keep_message(store, number=1, **fields):
    with entered(store):
        connection = store_connection(store)
        row = InboundMessage(
            store=store, connection=connection, delivery_id=f"d{number}", body=b"{}", **fields
        )
        row.save()
    return row


def store_connection(store):
    found = Connection.objects.for_store(store).first()
    if found is None:
        found = Connection(store=store, key="shopify")
        found.save()
    return found


def ask_to_send(store, **fields):
    order = make_order(store)
    with entered(store):
        row = Submission(
            store=store,
            connection=store_connection(store),
            order=order,
            verb="submit_order",
            actor=OrderEvent.Actor.SYSTEM,
            **fields,
        )
        row.save()
    return row


def state_of(row):
    with entered(row.store_id):
        return type(row).objects.for_store(row.store_id).get(pk=row.pk)


def expire(row):
    with entered(row.store_id):
        type(row).objects.for_store(row.store_id).filter(pk=row.pk).update(
            leased_until=Now() - timedelta(seconds=1)
        )


def test_a_row_is_claimed_once(store):
    keep_message(store)

    first, second = work.claim(InboundMessage), work.claim(InboundMessage)

    assert len(first) == 1
    assert second == []


def test_a_row_that_is_not_due_is_left_alone(store):
    keep_message(store, due_at=timezone.now() + timedelta(minutes=1))

    assert work.claim(InboundMessage) == []


def test_an_attempt_counts_before_the_work(store):
    row = keep_message(store)

    (mine,) = work.claim(InboundMessage)

    assert mine.attempts == 1
    assert state_of(row).attempts == 1


def test_finished_work_says_so_and_is_not_due_again(store):
    row = keep_message(store)
    (mine,) = work.claim(InboundMessage)

    with entered(store):
        work.finish(mine, result="created")

    done = state_of(row)
    assert (done.state, done.result) == ("done", "created")
    assert done.finished_at
    assert work.claim(InboundMessage) == []


def test_a_worker_that_lost_its_lease_cannot_write_an_outcome(store):
    row = keep_message(store)
    (stale,) = work.claim(InboundMessage)
    expire(row)
    work.sweep()
    (fresh,) = work.claim(InboundMessage)

    with pytest.raises(work.LeaseLost), entered(store):
        work.finish(stale, result="created")
    with entered(store):
        work.finish(fresh, result="updated")

    assert state_of(row).result == "updated"


def test_a_lost_worker_leaves_no_doubt_where_nothing_happens_outside(store):
    row = keep_message(store)
    work.claim(InboundMessage)
    expire(row)

    assert work.sweep() == 1

    swept = state_of(row)
    assert (swept.state, swept.in_doubt, swept.deaths) == ("waiting", False, 1)


def test_a_lost_worker_leaves_doubt_where_something_may_have_happened_outside(store):
    row = ask_to_send(store)
    work.claim(Submission)
    expire(row)

    work.sweep()

    assert state_of(row).state_word == "unknown"
    (mine,) = work.claim(Submission)
    assert mine.in_doubt


def test_a_row_that_kills_three_workers_is_parked_with_its_reason(store):
    row = keep_message(store)
    for _ in range(3):
        work.claim(InboundMessage)
        expire(row)
        work.sweep()

    parked = state_of(row)
    assert parked.state == "parked"
    assert "worker" in parked.problem


def test_a_live_lease_is_not_swept(store):
    keep_message(store)
    work.claim(InboundMessage)

    assert work.sweep() == 0


def test_a_retry_waits_longer_each_time_and_at_least_as_long_as_asked(settings):
    settings.WORK_RETRY_SECONDS = [2, 10, 100]

    assert 1.8 <= work.retry_seconds(1) <= 2.2
    assert 9 <= work.retry_seconds(2) <= 11
    assert 90 <= work.retry_seconds(9) <= 110
    assert work.retry_seconds(1, after=30) == 30


def test_the_tries_of_the_default_table_span_more_than_75_hours(settings):
    assert sum(settings.WORK_RETRY_SECONDS) >= 75 * 3600


def test_the_last_try_parks_the_row(store, settings):
    settings.WORK_RETRY_SECONDS = [0]
    row = keep_message(store)
    for _ in range(2):
        (mine,) = work.claim(InboundMessage)
        with entered(store):
            work.settle(mine, work.Retry("Shopify is away."))

    assert state_of(row).state == "parked"
    assert state_of(row).problem == "Shopify is away."


def test_doubt_stays_with_a_parked_row_that_is_tried_again(store):
    row = ask_to_send(store)
    (mine,) = work.claim(Submission)
    with entered(store):
        work.settle(mine, work.Doubt("No answer came."))
        type(row).objects.for_store(store).filter(pk=row.pk).update(state="parked")
        work.try_again(state_of(row))

    (again,) = work.claim(Submission)

    assert again.in_doubt


def test_a_stumble_is_kept_and_tried_again(store, monkeypatch):
    row = keep_message(store)

    def stumble(mine):
        raise RuntimeError("unforeseen")

    monkeypatch.setattr("integrations.delivery.process_message", stumble)
    (mine,) = work.claim(InboundMessage)
    work.perform(mine)

    after = state_of(row)
    assert (after.state, after.problem) == ("waiting", work.STUMBLED)


def test_a_large_backlog_of_one_store_does_not_starve_the_others(store, other_store, monkeypatch):
    monkeypatch.setattr(InboundMessage, "batch", 4)
    for number in range(40):
        keep_message(store, number)
    for number in range(2):
        keep_message(other_store, number)

    taken = [mine.store_id for _ in range(2) for mine in work.claim(InboundMessage)]

    assert taken.count(other_store.pk) == 2
    assert taken.count(store.pk) >= 4


def test_many_stores_have_their_turn_one_after_the_other(alice, monkeypatch):
    monkeypatch.setattr(InboundMessage, "batch", 2)
    stores = [make_store(alice, name=f"Shop {number}") for number in range(5)]
    for each in stores:
        for number in range(3):
            keep_message(each, number)

    turns = [mine.store_id for _ in range(3) for mine in work.claim(InboundMessage)]

    assert len(set(turns)) >= 5


def test_one_store_never_takes_all_senders(store):
    for _ in range(Submission.at_once_per_store + 2):
        ask_to_send(store)

    taken = [work.claim(Submission) for _ in range(Submission.at_once_per_store + 2)]

    assert sum(map(len, taken)) == Submission.at_once_per_store


def test_all_stores_together_never_take_more_senders_than_there_are(alice, monkeypatch):
    monkeypatch.setattr(Submission, "at_once", 2)
    for number in range(4):
        ask_to_send(make_store(alice, name=f"Shop {number}"))

    taken = [work.claim(Submission) for _ in range(4)]

    assert sum(map(len, taken)) == 2


def test_status_counts_by_kind_and_state_with_doubt_as_unknown(store):
    keep_message(store)
    ask_to_send(store, in_doubt=True)

    counted = {(row.kind, row.state): row.rows for row in work.tallies()}

    assert counted == {("InboundMessage", "waiting"): 1, ("Submission", "unknown"): 1}


def test_idle_means_nothing_due_and_nothing_in_hand(store):
    assert work.is_idle()
    row = keep_message(store)
    assert not work.is_idle()
    work.claim(InboundMessage)
    assert not work.is_idle()
    with entered(store):
        InboundMessage.objects.for_store(store).filter(pk=row.pk).update(state="done")
    assert work.is_idle()


def test_the_door_is_closed_again_after_a_claim(store, other_store):
    keep_message(store)
    keep_message(other_store)
    work.claim(InboundMessage)

    assert InboundMessage.across_stores.count() == 0
    with across_stores():
        assert InboundMessage.across_stores.count() == 2
