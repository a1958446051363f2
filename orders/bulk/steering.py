"""What people do with a job: cancel it, try what failed again, take it back."""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import F

from orderdesk.lib.refused import Refused
from orders.bulk.actions import State, action_named
from orders.models import BulkJob, BulkOrder
from orders.services import By
from stores import bell
from stores.work import STUCK, Work

OVER = (Work.State.DONE, Work.State.DROPPED, *STUCK)
TOO_LATE = "A job can be undone for 24 hours; that time is over."
_TAKE_OVER = """
INSERT INTO orders_bulkorder
    (store_id, job_id, order_id, position, state, sentence, inverse, version, output)
SELECT store_id, %(undo)s, order_id, position, 'waiting', '', inverse, version, ''
FROM orders_bulkorder
WHERE store_id = %(store)s AND job_id = %(job)s AND state = 'done'
"""


def locked_job(job: BulkJob) -> BulkJob:
    """Lock a job that is about to be steered, so that two people do not at the same time."""
    jobs = BulkJob.objects.for_store(job.store_id)
    return jobs.select_for_update(of=("self",)).select_related("user").get(pk=job.pk)


@transaction.atomic
def cancel_job(*, job: BulkJob, now: datetime) -> bool:
    """Have a job stop before its next chunk, and tell whether it was still under way.

    What was done stays and can be undone.
    """
    job = locked_job(job)
    if job.state in (Work.State.DONE, Work.State.DROPPED) or job.canceled_at:
        return False
    job.canceled_at = now
    fields = ["canceled_at"]
    if job.state != Work.State.WORKING:
        # A worker has to tell what it left undone, also where the job was parked.
        job.state, job.attempts, job.deaths, job.due_at = Work.State.WAITING, 0, 0, now
        fields += ["state", "attempts", "deaths", "due_at"]
    job.save(update_fields=fields)
    bell.ring_after_commit()
    return True


@transaction.atomic
def retry_failed(*, job: BulkJob, now: datetime) -> int:
    """Have what failed tried again, and give how many orders that is.

    Raises:
        Refused: if the job is under way, or was undone.
    """
    job = locked_job(job)
    if job.state != Work.State.DONE:
        raise Refused("The job is still under way. Try again when it is done.")
    if is_undone(job):
        raise Refused("The job was undone, so nothing of it is tried again.")
    rows = BulkOrder.objects.for_store(job.store_id).filter(job=job, state=State.FAILED)
    count = rows.update(state=State.WAITING, sentence="")
    if count:
        job.state, job.attempts, job.deaths, job.due_at = Work.State.WAITING, 0, 0, now
        job.finished_at = job.undo_until = job.canceled_at = None
        job.failed = F("failed") - count
        job.save()
        bell.ring_after_commit()
    return count


def may_undo(job: BulkJob, *, now: datetime) -> bool:
    """Tell whether a job can be taken back now."""
    is_in_time = job.undo_until is not None and now < job.undo_until
    return job.state == Work.State.DONE and is_in_time and job.done > 0 and not is_undone(job)


def is_undone(job: BulkJob) -> bool:
    """Tell whether somebody took the job back, or is about to."""
    return BulkJob.objects.for_store(job.store_id).filter(undoes=job).exists()


@transaction.atomic
def undo_job(*, job: BulkJob, by: By, now: datetime) -> BulkJob:
    """Make the job that takes this one back. Orders that changed since will be skipped in it.

    Raises:
        Refused: if it cannot be undone, not any more, or was undone already.
    """
    job = locked_job(job)
    _check_undoable(job, now)
    undo = BulkJob(
        store_id=job.store_id,
        action=job.action,
        settings=job.settings,
        title=f"Undo: {job.title}"[:300],
        user=by.user,
        undoes=job,
        created_at=now,
        due_at=now,
    )
    undo.save(force_insert=True)
    with connection.cursor() as cursor:
        cursor.execute(_TAKE_OVER, {"store": job.store_id, "job": job.pk, "undo": undo.pk})
        undo.total = cursor.rowcount
    undo.save(update_fields=["total"])
    bell.ring_after_commit()
    return undo


def _check_undoable(job: BulkJob, now: datetime) -> None:
    if is_undone(job):
        raise Refused("This was undone already.")
    if job.undoes_id or not action_named(job.action).is_undoable:
        raise Refused("This cannot be undone.")
    if job.state != Work.State.DONE:
        raise Refused("The job is still under way. Cancel it first, then undo what was done.")
    if job.undo_until is None or now >= job.undo_until:
        raise Refused(TOO_LATE)
    if not job.done:
        raise Refused("Nothing was done that could be undone.")
