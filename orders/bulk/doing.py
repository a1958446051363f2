"""Doing a job: chunk by chunk, each with its outcomes in one transaction.

A worker that dies in the middle leaves whole chunks and nothing else; whoever takes the job next
goes on with the rows that wait. A worker that lost its lease cannot commit a chunk.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from orderdesk.lib.among import among
from orderdesk.lib.refused import Refused
from orders.bulk.actions import BulkAction, Outcome, Taken, action_named, locked_orders
from orders.bulk.rows import Row, next_rows, skip_the_rest, write_outcomes
from orders.models import BulkJob, Order, OrderEvent
from orders.services import By, hub
from stores import bell
from stores.crash import point
from stores.scoping import entered, once_more
from stores.work import Claim, Fail, Work, again, extend, finish

logger = logging.getLogger(__name__)

UNDOABLE_FOR = timedelta(hours=24)
# A worker lets others have their turn after so long.
TURN_SECONDS = 30.0
CANCELED = "The job was canceled before this order's turn."
GONE = "The order is not here any more."
STUMBLED = "The hub stumbled over this order. It stayed as it was and can be tried again."
Rows = list[Row]
Outcomes = dict[int, Outcome]


def do_job(claim: Claim) -> None:
    """Do a job's waiting rows until none waits, the job is canceled or this turn is over."""
    end = time.monotonic() + TURN_SECONDS
    place: int | None = 0
    while (place := once_more(partial(_step, claim, place or 0))) is not None:
        point("bulk.after_chunk")
        if time.monotonic() > end:
            with entered(claim.store_id):
                again(claim, seconds=0)
                bell.ring_after_commit()
            return


def _step(claim: Claim, behind: int) -> int | None:
    """Do one chunk, in one transaction with its outcomes; give the last place, None at the end."""
    with entered(claim.store_id):
        job = BulkJob.objects.for_store(claim.store_id).select_related("user").get(pk=claim.pk)
        action, now = _action_of(job), timezone.now()
        if job.canceled_at:
            skipped = skip_the_rest(job, CANCELED)
            finish(claim, **_grown(Counter(skipped=skipped)), **_end(job, action, now))
            return None
        rows = next_rows(job, action.chunk, behind=behind)
        counted = _do_rows(job, action, rows, now)
        is_over = len(rows) < action.chunk
        if is_over:
            finish(claim, **_grown(counted), **_end(job, action, now))
        else:
            extend(claim, **_grown(counted))
        point("bulk.before_commit")
    return None if is_over else rows[-1].position


def do_at_once(job: BulkJob, *, now: datetime) -> BulkJob:
    """Do a whole job now, in the caller's transaction, where nobody else can see it yet."""
    action = _action_of(job)
    counted, place = Counter[str](), 0
    while rows := next_rows(job, action.chunk, behind=place):
        counted += _do_rows(job, action, rows, now)
        place = rows[-1].position
    end = {**_grown(counted), **_end(job, action, now), "finished_at": now}
    BulkJob.objects.for_store(job.store_id).filter(pk=job.pk).update(state=Work.State.DONE, **end)
    job.refresh_from_db(from_queryset=BulkJob.objects.for_store(job.store_id))
    return job


def _action_of(job: BulkJob) -> BulkAction:
    try:
        return action_named(job.action)
    except Refused as refusal:
        raise Fail(f"This hub does not know the action “{job.action}” any more.") from refusal


def _grown(counted: Counter[str]) -> dict[str, Any]:
    """Give the job's counts with these added."""
    return {state: F(state) + counted[state] for state in ("done", "skipped", "failed")}


def _end(job: BulkJob, action: BulkAction, now: datetime) -> dict[str, Any]:
    can_be_undone = action.is_undoable and job.undoes_id is None
    return {"undo_until": now + UNDOABLE_FOR if can_be_undone else None}


def _do_rows(job: BulkJob, action: BulkAction, rows: Rows, now: datetime) -> Counter[str]:
    if not rows:
        return Counter()
    user = job.user
    by = replace(By.person(user) if user else hub(), job=job.pk)
    do = partial(_undo if job.undoes_id else _run, job, action, by, now)
    outcomes = _together_or_each(do, rows)
    return write_outcomes(job, rows, outcomes, _versions(job.store_id, outcomes))


def _versions(store_id: int, outcomes: Outcomes) -> dict[int, int]:
    """Give the versions that the orders have now, looking up those that no outcome tells."""
    told = {pk: each.version for pk, each in outcomes.items() if each.version is not None}
    asked = [pk for pk, each in outcomes.items() if each.version is None]
    if not asked:
        return told
    orders = Order.objects.for_store(store_id).filter(pk__in=among(asked))
    return told | dict(orders.values_list("pk", "version"))


def _together_or_each(do: Callable[[Rows], Outcomes], rows: Rows) -> Outcomes:
    """Do rows together; if that fails, each by itself, so that one order stops no other."""
    try:
        with transaction.atomic():
            return do(rows)
    except (OperationalError, InterfaceError):
        # The database's own trouble is no order's: the chunk is done again as a whole.
        raise
    except Refused:
        pass
    except Exception:
        logger.exception("a chunk stumbled; its orders are done one by one")
    outcomes: Outcomes = {}
    for row in rows:
        outcomes |= _each(do, row)
    return outcomes


def _each(do: Callable[[Rows], Outcomes], row: Row) -> Outcomes:
    try:
        with transaction.atomic():
            return do([row])
    except (OperationalError, InterfaceError):
        raise
    except Refused as refusal:
        return {row.order_id: Outcome.failed(refusal.message)}
    except Exception:
        logger.exception("a bulk action stumbled over order %s", row.order_id)
        return {row.order_id: Outcome.failed(STUMBLED)}


def _run(job: BulkJob, action: BulkAction, by: By, now: datetime, rows: Rows) -> Outcomes:
    ids = [row.order_id for row in rows]
    gone = dict.fromkeys(ids, Outcome.skipped(GONE))
    return gone | action.run_ids(job.store_id, ids, job.settings, by, now)


def _undo(job: BulkJob, action: BulkAction, by: By, now: datetime, rows: Rows) -> Outcomes:
    locked = locked_orders(action, job.store_id, [row.order_id for row in rows])
    outcomes = dict.fromkeys((row.order_id for row in rows), Outcome.skipped(GONE))
    taken, changed = [], []
    for row in rows:
        order = locked.get(row.order_id)
        if order is None:
            continue
        is_changed = action.undo_minds_version and order.version != row.version
        if is_changed or (order.deleted_at is not None) != action.undo_takes_deleted:
            changed.append(order)
        else:
            taken.append(Taken(order, row.inverse))
    outcomes |= _changed_since(job, changed)
    return outcomes | (action.undo(taken, by, now) if taken else {})


def _changed_since(job: BulkJob, orders: list[Order]) -> Outcomes:
    """Say of each order that it changed since, and what was the last that happened to it."""
    events = OrderEvent.objects.for_store(job.store_id).filter(order__in=orders)
    latest = events.order_by("order_id", "-pk").distinct("order_id")
    told = dict(latest.values_list("order_id", "sentence"))
    return {
        order.pk: Outcome.skipped(
            f"It changed since and was left as it is. Last: {told.get(order.pk, 'a change')}"
        )
        for order in orders
    }
