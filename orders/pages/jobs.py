"""What the pages of jobs show."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count

from orderdesk.lib.refused import Refused
from orderdesk.lib.spreadsheet import csv_line
from orders.bulk import BulkAction, action_named, may, may_undo
from orders.models import BulkJob, BulkOrder, Order
from stores.models import Store, StoreUser
from stores.scoping import entered
from stores.work import STUCK, Work

JOBS_A_PAGE = 30
ROWS_A_PAGE = 50
ROWS_READ_AT_ONCE = 500
CAUSES_SHOWN = 20
UNDER_WAY = (Work.State.WAITING, Work.State.WORKING)
# Seconds after its start → seconds until the page asks again.
POLLS = ((10, 1), (60, 2))
SLOW_POLL = 5
# How far a job is, is read out at these steps.
STEP = 25
OUTCOME_HEAD = ("Order id", "Order number", "Outcome", "Why")


@dataclass(frozen=True, slots=True)
class JobCard:
    """A job as lists and its page show it; `state` is a key of `parts/tag.html`."""

    job: BulkJob
    state: str
    text: str
    is_under_way: bool
    percent: int

    @property
    def handled(self) -> int:
        """The orders the job is through with."""
        return self.job.done + self.job.skipped + self.job.failed


@dataclass(frozen=True, slots=True)
class JobList:
    """One page of jobs, newest first; `older` is where the next one begins, None at the end."""

    cards: list[JobCard]
    older: int | None
    is_first: bool


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One order of a job; `order` is None where it is not here (any more)."""

    row: BulkOrder
    order: Order | None


@dataclass(frozen=True, slots=True)
class JobPage:
    """A job with what became of its orders.

    `causes` are (state, sentence, orders), the most frequent first. `after` is the place behind
    the last row shown, None at the end. `undone_by` is the job that took it back.
    """

    card: JobCard
    action: BulkAction | None
    causes: list[tuple[str, str, int]]
    rows: list[OutcomeRow]
    after: int | None
    undone_by: BulkJob | None
    may_act: bool
    may_undo: bool
    poll_seconds: int
    step: int


def job_list(store: Store, member: StoreUser, wanted: Mapping[str, Any]) -> JobList:
    """Read one page of the store's jobs; `wanted` is what `JobListForm.readable` gives."""
    jobs = BulkJob.objects.for_store(store).newest_first().select_related("user")
    if wanted["whose"] == "mine":
        jobs = jobs.filter(user=member.user_id)
    if wanted["before"]:
        jobs = jobs.filter(pk__lt=wanted["before"])
    found = list(jobs[: JOBS_A_PAGE + 1])
    shown = found[:JOBS_A_PAGE]
    return JobList(
        cards=[job_card(job) for job in shown],
        older=shown[-1].pk if len(found) > JOBS_A_PAGE else None,
        is_first=not wanted["before"],
    )


def job_card(job: BulkJob) -> JobCard:
    """Put a job into words and figures."""
    handled = job.done + job.skipped + job.failed
    return JobCard(
        job=job,
        state=_state(job),
        text=progress_text(job),
        is_under_way=job.state in UNDER_WAY,
        percent=handled * 100 // job.total if job.total else 100,
    )


def _state(job: BulkJob) -> str:
    if job.state in STUCK:
        return "parked"
    if job.canceled_at:
        return "canceled"
    words = {Work.State.WORKING: "running", Work.State.WAITING: "waiting"}
    return words.get(Work.State(job.state), "failed" if job.failed else "done")


def progress_text(job: BulkJob) -> str:
    """Say how far a job is: "320 of 1,284 sent, 3 failed"."""
    action = _action(job)
    word = "undone" if job.undoes_id else action.done_word if action else "done"
    words = [f"{job.done:,} of {job.total:,} {word}"]
    words += [f"{job.failed:,} failed"] if job.failed else []
    words += [f"{job.skipped:,} skipped"] if job.skipped else []
    return ", ".join(words)


def _action(job: BulkJob) -> BulkAction | None:
    try:
        return action_named(job.action)
    except Refused:
        return None


def job_page(
    job: BulkJob, member: StoreUser, wanted: Mapping[str, Any], *, now: datetime
) -> JobPage:
    """Read a job's page; `wanted` is what `JobForm.readable` gives."""
    card, action = job_card(job), _action(job)
    may_act = action is not None and may(member, action)
    rows = _rows(job).filter(position__gt=wanted["after"])
    if wanted["show"]:
        rows = rows.filter(state=wanted["show"])
    found = list(rows.defer("output", "inverse")[: ROWS_A_PAGE + 1])
    shown = found[:ROWS_A_PAGE]
    age = (now - job.created_at).total_seconds()
    return JobPage(
        card=card,
        action=action,
        causes=causes_of(job),
        rows=_with_orders(job, shown),
        after=shown[-1].position if len(found) > ROWS_A_PAGE else None,
        undone_by=BulkJob.objects.for_store(job.store_id).filter(undoes=job).first(),
        may_act=may_act,
        may_undo=may_act and may_undo(job, now=now),
        poll_seconds=next((wait for limit, wait in POLLS if age < limit), SLOW_POLL),
        step=card.percent // STEP * STEP,
    )


def _rows(job: BulkJob) -> Any:
    return BulkOrder.objects.for_store(job.store_id).filter(job=job).order_by("position")


def causes_of(job: BulkJob) -> list[tuple[str, str, int]]:
    """Count the failed and the skipped orders of a job by why, as `JobPage.causes` has them."""
    told = _rows(job).filter(state__in=[BulkOrder.State.FAILED, BulkOrder.State.SKIPPED])
    counted = told.order_by().values_list("state", "sentence").annotate(orders=Count("pk"))
    return list(counted.order_by("state", "-orders", "sentence")[:CAUSES_SHOWN])


def _with_orders(job: BulkJob, rows: list[BulkOrder]) -> list[OutcomeRow]:
    orders = Order.objects.for_store(job.store_id).only("store", "source_id", "deleted_at")
    found = orders.in_bulk([row.order_id for row in rows])
    return [OutcomeRow(row, found.get(row.order_id)) for row in rows]


def outcome_lines(store_id: int, job_id: int) -> Iterator[str]:
    """Give the outcomes of a job as lines of CSV. Enters the store by itself, page by page."""
    yield csv_line(OUTCOME_HEAD)
    for rows in _pages(store_id, job_id):
        for one in rows:
            number = one.order.number if one.order else ""
            state = BulkOrder.State(one.row.state).label
            yield csv_line([one.row.order_id, number, state, one.row.sentence])


def output_lines(store_id: int, job_id: int) -> Iterator[str]:
    """Give what a job made of its orders, in their order. Enters the store by itself."""
    for rows in _pages(store_id, job_id):
        for one in rows:
            if one.row.output:
                yield one.row.output


def _pages(store_id: int, job_id: int) -> Iterator[list[OutcomeRow]]:
    place = 0
    while True:
        with entered(store_id):
            job = BulkJob.objects.for_store(store_id).get(pk=job_id)
            rows = list(_rows(job).filter(position__gt=place)[:ROWS_READ_AT_ONCE])
            page = _with_orders(job, rows)
        if not rows:
            return
        yield page
        place = rows[-1].position
