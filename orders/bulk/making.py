"""From a choice of orders to a job: the orders are frozen to rows by one statement."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction

from orderdesk.lib.refused import Refused
from orders.bulk.actions import LARGEST_JOB, BulkAction
from orders.models import BulkJob, Order, OrderQuerySet
from orders.search import matching
from orders.services import By
from stores import bell
from stores.models import Store

# As many are done in the request itself.
AT_ONCE = 50
GONE = "There is no such order in this store any more."
NOTHING = "No order was picked. Tick the orders first, then choose what to do with them."
# The positions are those of the list, newest first; ids keep the order in which they were picked.
_FREEZE = """
INSERT INTO orders_bulkorder
    (store_id, job_id, order_id, position, state, sentence, inverse, version, output)
"""
_BY_IDS = (
    _FREEZE
    + """
SELECT %(store)s, %(job)s, picked.id, picked.place,
    CASE WHEN o.id IS NULL THEN 'skipped' ELSE 'waiting' END,
    CASE WHEN o.id IS NULL THEN %(gone)s ELSE '' END, '{}', 0, ''
FROM unnest(%(ids)s::bigint[]) WITH ORDINALITY AS picked (id, place)
LEFT JOIN orders_order o ON o.store_id = %(store)s AND o.id = picked.id
    AND (o.deleted_at IS NOT NULL) = %(deleted)s
"""
)
_BY_QUERY = (
    _FREEZE
    + """
SELECT %s, %s, found.id, row_number() OVER (ORDER BY found.added_at DESC, found.id DESC),
    'waiting', '', jsonb_build_object(), 0, ''
FROM ({found}) AS found
"""
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which orders: those with these ids, in this order; or, without ids, all that match.

    `query` is the text of the search box, `within` the id of the folder that is looked at.
    """

    ids: tuple[int, ...] = ()
    query: str = ""
    within: int | None = None
    is_all: bool = False

    @property
    def in_words(self) -> str:
        """How the orders were chosen, for people; '' where they were ticked."""
        return (self.query or "All orders of the list") if self.is_all else ""


def count_chosen(store: Store, chosen: Chosen, action: BulkAction) -> int:
    """Count the orders a job would be about.

    Raises:
        Refused: if the search text cannot be read.
    """
    if chosen.is_all:
        return _matching(store, chosen, action).order_by().count()
    return len(chosen.ids)


@transaction.atomic
def make_job(  # noqa: PLR0913 - what, on what, who, when
    *,
    store: Store,
    action: BulkAction,
    settings: Mapping[str, Any],
    chosen: Chosen,
    by: By,
    now: datetime,
    once: str = "",
    expected: int | None = None,
) -> BulkJob:
    """Freeze the chosen orders as a job that is due now.

    Ids of orders that are not here are kept as skipped. With the same `once` a second call makes
    no second job. `expected` is the number that was shown before; None takes any.

    Raises:
        Refused: if nothing or too much was chosen, or the search text cannot be read.
        AskedAlready: if this form made a job before.
        NumberChanged: if it would be about another number of orders than expected.
    """
    if not (chosen.ids or chosen.is_all):
        raise Refused(NOTHING)
    job = BulkJob(
        store=store,
        action=action.key,
        settings=dict(settings),
        title=action.title(settings)[:300],
        chosen_by=chosen.in_words[:2000],
        user=by.user,
        created_at=now,
        due_at=now,
        once=once,
    )
    _insert(job)
    total, skipped = _freeze(store, job, chosen, action)
    _check_size(action, total)
    if expected not in (None, total):
        raise NumberChanged(total)
    job.total, job.skipped = total, skipped
    job.save(update_fields=["total", "skipped"])
    bell.ring_after_commit()
    return job


class NumberChanged(Refused):
    """What was agreed to was another number of orders; `total` is what it is now."""

    def __init__(self, total: int) -> None:
        super().__init__(f"Meanwhile {total:,} orders match. Look at the number again.")
        self.total = total


class AskedAlready(Refused):
    """The form was sent twice; `job` is what it made the first time."""

    def __init__(self, job: BulkJob) -> None:
        super().__init__("This was asked for already.")
        self.job = job


def _insert(job: BulkJob) -> None:
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError as error:
        same = BulkJob.objects.for_store(job.store_id).filter(once=job.once).first()
        if not job.once or same is None:
            raise
        raise AskedAlready(same) from error


def _freeze(store: Store, job: BulkJob, chosen: Chosen, action: BulkAction) -> tuple[int, int]:
    """Write a row for each order and give how many there are and how many of them are skipped."""
    if chosen.is_all:
        found = _matching(store, chosen, action).order_by().values("id", "added_at")
        # One more than may be shows that there are too many.
        sql, parameters = found[: LARGEST_JOB + 1].query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(_BY_QUERY.format(found=sql), [store.pk, job.pk, *parameters])
            return cursor.rowcount, 0
    ids = list(dict.fromkeys(chosen.ids))
    if len(ids) > LARGEST_JOB:
        _check_size(action, len(ids))
    values: dict[str, Any] = {
        "store": store.pk,
        "job": job.pk,
        "ids": ids,
        "gone": GONE,
        "deleted": action.takes_deleted,
    }
    with connection.cursor() as cursor:
        cursor.execute(f"{_BY_IDS} RETURNING (state = 'skipped')::int", values)
        states = [skipped for (skipped,) in cursor.fetchall()]
    return len(states), sum(states)


def _check_size(action: BulkAction, total: int) -> None:
    if not total:
        raise Refused("No order matches any more, so there was nothing to do.")
    most = min(action.most, LARGEST_JOB)
    if total > most:
        raise Refused(f"{action.label} takes at most {most:,} orders at once; choose fewer.")
    if total < action.least:
        raise Refused(f"{action.label} needs {action.least} or more orders; pick another one.")


def _matching(store: Store, chosen: Chosen, action: BulkAction) -> OrderQuerySet:
    """Give the orders that the list shows for the same text and folder."""
    orders = Order.objects.for_store(store).all()
    if chosen.query:
        orders = matching(store, chosen.query)
    orders = orders.filter(deleted_at__isnull=not action.takes_deleted)
    return orders.filter(folder_id=chosen.within) if chosen.within else orders
