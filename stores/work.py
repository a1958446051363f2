"""Durable work: the row is the job.

A service writes a row in state `waiting`. A worker claims it: one UPDATE takes the row under a
lease and a fencing token. The outcome is written only while that token still holds. A lease that
ran out goes back to `waiting`; attempts are counted before the work, so a row that kills workers
is parked and shown to a person. Nothing here depends on the broker.
"""

import logging
import math
import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string

from stores import bell
from stores.scoping import StoreOwned, across_stores, entered

logger = logging.getLogger(__name__)

DEATHS_ALLOWED = 3
SWEEP_SECONDS = 1.0
STUMBLED = "The hub stumbled over this. It is kept and can be tried again."
WORKER_LOST = "The worker doing this was lost."
WORKER_LOST_OFTEN = f"{WORKER_LOST} Parked after the third time."


class Work(StoreOwned):
    """One piece of work for one store. Subclasses say what it is and who does it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        WORKING = "working", "Being done"
        HELD = "held", "Held until the connection works again"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        PARKED = "parked", "Parked"

    has_door = True

    # The function that does one row, by dotted name: `perform(claim) -> None`.
    worker: ClassVar[str]
    # Whether doing it changes something outside our database, so that a lost worker leaves doubt.
    has_effect: ClassVar[bool] = False
    # Rows taken in one claim; at most this many under lease in all, and per store.
    batch: ClassVar[int] = 1
    at_once: ClassVar[int] = 1000
    at_once_per_store: ClassVar[int] = 1000

    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    in_doubt = models.BooleanField(default=False)
    attempts = models.PositiveIntegerField(default=0)
    deaths = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveBigIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    leased_until = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        indexes = [
            models.Index(
                fields=["store", "due_at"], name="%(class)s_due", condition=Q(state="waiting")
            ),
            models.Index(
                fields=["store", "leased_until"],
                name="%(class)s_leased",
                condition=Q(state="working"),
            ),
            models.Index(
                fields=["store", "id"],
                name="%(class)s_stuck",
                condition=Q(state__in=["failed", "parked", "held"]),
            ),
        ]

    @property
    def state_word(self) -> str:
        """Name the state for people: doubt about the outcome comes before anything else."""
        if self.in_doubt and self.state != self.State.DONE:
            return "unknown"
        return self.state


# What a person has to look at.
STUCK = (Work.State.FAILED, Work.State.PARKED)


@dataclass(frozen=True, slots=True)
class Claim:
    """A row under our lease; `fence` proves it is still ours when the outcome is written."""

    model: type[Work]
    pk: int
    store_id: int
    fence: int
    attempts: int
    in_doubt: bool


class LeaseLost(Exception):
    """The row went to somebody else meanwhile; whatever was about to be written must not be."""


class Setback(Exception):
    """Work that did not come to its end; the message is for the merchant."""

    state = Work.State.FAILED
    in_doubt: bool | None = None

    def __init__(self, problem: str, *, after: float | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.after = after


class Retry(Setback):
    """Nothing happened outside; try again later."""

    state = Work.State.WAITING


class Doubt(Setback):
    """It may have happened outside; look before doing it again."""

    state = Work.State.WAITING
    in_doubt = True


class Hold(Setback):
    """The connection is paused; go on when it works again."""

    state = Work.State.HELD


class Fail(Setback):
    """A person has to look."""


class Park(Setback):
    """Only a person may decide how to go on."""

    state = Work.State.PARKED


def kinds() -> list[type[Work]]:
    """Give every kind of work."""
    return [model for model in apps.get_models() if issubclass(model, Work)]


# --- claiming -----------------------------------------------------------------------------------

_CLAIM = """
WITH RECURSIVE turn (store_id) AS (
    SELECT coalesce(
        (SELECT store_id FROM {table}
            WHERE state = 'waiting' AND due_at <= statement_timestamp() AND store_id > %(after)s
            ORDER BY store_id LIMIT 1),
        (SELECT store_id FROM {table}
            WHERE state = 'waiting' AND due_at <= statement_timestamp()
            ORDER BY store_id LIMIT 1)
    )
    UNION ALL
    SELECT (SELECT w.store_id FROM {table} w
        WHERE w.state = 'waiting' AND w.due_at <= statement_timestamp()
            AND w.store_id > turn.store_id
        ORDER BY w.store_id LIMIT 1)
    FROM turn WHERE turn.store_id IS NOT NULL
), served AS MATERIALIZED (
    SELECT store_id FROM turn WHERE store_id IS NOT NULL LIMIT %(limit)s
), chosen AS MATERIALIZED (
    SELECT one.id FROM served CROSS JOIN LATERAL (
        SELECT id FROM {table} w
        WHERE w.store_id = served.store_id AND w.state = 'waiting'
            AND w.due_at <= statement_timestamp()
            AND %(per_store)s > (SELECT count(*) FROM {table} b
                WHERE b.store_id = served.store_id AND b.state = 'working')
        ORDER BY w.due_at, w.id
        LIMIT (SELECT greatest(1, %(limit)s / greatest(1, count(*))) FROM served)
        FOR UPDATE SKIP LOCKED
    ) one
    LIMIT greatest(0, least(%(limit)s,
        %(at_once)s - (SELECT count(*) FROM {table} WHERE state = 'working')))
)
UPDATE {table} AS w
SET state = 'working', attempts = w.attempts + 1, fence = w.fence + 1,
    leased_until = statement_timestamp() + make_interval(secs => %(lease)s)
FROM chosen WHERE w.id = chosen.id
RETURNING w.id, w.store_id, w.fence, w.attempts, w.in_doubt
"""

_DUE = """
SELECT {place} WHERE EXISTS (
    SELECT FROM {table} WHERE state = 'waiting' AND due_at <= statement_timestamp()
)
"""
_OPEN = "SELECT set_config('app.across_stores', 'on', true)"
_CLOSE = "SELECT set_config('app.across_stores', '', true)"

# The store served last, per kind: the next claim goes on behind it, so every store has its turn.
_last_served: dict[type[Work], int] = {}
_swept_at = -math.inf


def claim(model: type[Work]) -> list[Claim]:
    """Take due rows of one kind under lease, one store after the other.

    A store with a large backlog gets its turn like every other one and no more.
    """
    after = _last_served.get(model, 0)
    claims = _claim_behind(model, after)
    if not claims and after:
        claims = _claim_behind(model, 0)
    _last_served[model] = claims[-1].store_id if claims else 0
    return claims


def _claim_behind(model: type[Work], after: int) -> list[Claim]:
    parameters = {
        "after": after,
        "limit": model.batch,
        "per_store": model.at_once_per_store,
        "at_once": model.at_once,
        "lease": settings.WORK_LEASE_SECONDS,
    }
    rows = _ask_across_stores(_CLAIM.format(table=model._meta.db_table), parameters)
    return sorted((Claim(model, *row) for row in rows), key=lambda one: (one.store_id, one.pk))


def _due_kinds() -> list[type[Work]]:
    """Give the kinds that have due work, asked for all of them at once."""
    models = kinds()
    asked = " UNION ALL ".join(
        _DUE.format(place=place, table=model._meta.db_table) for place, model in enumerate(models)
    )
    return [models[place] for (place,) in _ask_across_stores(asked, {})]


def _ask_across_stores(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run one statement as inside `across_stores()`, in one trip to the database instead of four.

    PostgreSQL runs statements that come together in one transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{_OPEN}; {statement}; {_CLOSE}", parameters)
        cursor.nextset()
        return list(cursor.fetchall())


# --- outcomes: each inside `entered(store)`, in the transaction of what it is the outcome of ------


def finish(mine: Claim, **fields: Any) -> None:
    """Write that the work is done.

    Raises:
        LeaseLost: if the row is no longer ours; the caller's transaction must roll back.
    """
    _write(mine, state=Work.State.DONE, in_doubt=False, problem="", finished_at=Now(), **fields)


def again(mine: Claim, *, seconds: float, problem: str = "", **fields: Any) -> None:
    """Write that recurring work is due again in so many seconds; it is never parked for failing."""
    if not problem:
        fields |= {"attempts": 0, "deaths": 0}
    _write(mine, state=Work.State.WAITING, problem=problem, due_at=_in(seconds), **fields)


def settle(mine: Claim, setback: Setback, **fields: Any) -> Work.State:
    """Write a setback and give the state it led to; the last attempt's leads to `parked`."""
    state = setback.state
    waits = settings.WORK_RETRY_SECONDS
    if state == Work.State.WAITING and mine.attempts > len(waits):
        state = Work.State.PARKED
    if setback.in_doubt is not None:
        fields["in_doubt"] = setback.in_doubt
    if state == Work.State.WAITING:
        fields["due_at"] = _in(retry_seconds(mine.attempts, after=setback.after))
    _write(mine, state=state, problem=setback.problem, **fields)
    return state


def retry_seconds(attempts: int, *, after: float | None = None) -> float:
    """Give the wait after so many attempts: the table's, spread by a fifth, never under `after`."""
    waits = settings.WORK_RETRY_SECONDS
    wait = waits[min(max(attempts, 1), len(waits)) - 1]
    return max(wait * random.uniform(0.9, 1.1), after or 0)  # noqa: S311


def extend(mine: Claim, **fields: Any) -> None:
    """Make the lease count from now and keep what is known so far; for long work in steps."""
    _write(mine, state=Work.State.WORKING, **fields)


def _write(mine: Claim, *, state: Work.State, **fields: Any) -> None:
    leased_until = _in(settings.WORK_LEASE_SECONDS) if state == Work.State.WORKING else None
    ours = mine.model.across_stores.filter(
        pk=mine.pk, store_id=mine.store_id, fence=mine.fence, state=Work.State.WORKING
    )
    if ours.update(state=state, leased_until=leased_until, **fields) != 1:
        raise LeaseLost(f"{mine.model.__name__} {mine.pk}")


def _in(seconds: float) -> Any:
    return Now() + Value(timedelta(seconds=seconds), output_field=models.DurationField())


# --- doing --------------------------------------------------------------------------------------


def perform(mine: Claim) -> None:
    """Do one claimed row. Nothing escapes: an unforeseen error is logged and the row kept."""
    try:
        import_string(mine.model.worker)(mine)
    except LeaseLost:
        logger.warning("lease lost", extra={"work": f"{mine.model.__name__} {mine.pk}"})
    except Setback as setback:
        _settle_alone(mine, setback)
    except Exception:
        logger.exception("work stumbled: %s %s", mine.model.__name__, mine.pk)
        _settle_alone(mine, (Doubt if mine.model.has_effect else Retry)(STUMBLED))


def _settle_alone(mine: Claim, setback: Setback) -> None:
    try:
        with entered(mine.store_id):
            settle(mine, setback)
    except LeaseLost:
        logger.warning("lease lost", extra={"work": f"{mine.model.__name__} {mine.pk}"})


def do_due(*, seconds: float) -> int:
    """Claim and do due work of every kind until none is due or the time is over.

    Gives the number of rows taken. When a claim comes back full, more workers are rung for.
    """
    end = time.monotonic() + seconds
    _sweep_now_and_then()
    taken = 0
    while time.monotonic() < end:
        round_taken = 0
        for model in _due_kinds():
            claims = claim(model)
            if len(claims) == model.batch:
                bell.ring()
            for mine in claims:
                perform(mine)
            round_taken += len(claims)
        taken += round_taken
        if not round_taken:
            break
    return taken


def _sweep_now_and_then() -> None:
    """Sweep unless this process did a moment ago: the bell rings often, leases are long."""
    global _swept_at  # noqa: PLW0603 - of this process
    if time.monotonic() - _swept_at >= SWEEP_SECONDS:
        _swept_at = time.monotonic()
        sweep()


def sweep() -> int:
    """Take back rows whose lease ran out and give how many.

    Their worker is dead or stuck; its outcome can no longer be written. A row that lost its worker
    too often is parked: it may be the one that kills them.
    """
    swept = 0
    for model in kinds():
        lost = Q(state=Work.State.WORKING, leased_until__lt=Now())
        doubt: dict[str, Any] = {"in_doubt": True} if model.has_effect else {}
        fresh = {"leased_until": None, "deaths": F("deaths") + 1, "due_at": Now(), **doubt}
        with across_stores():
            rows = model.across_stores.filter(lost)
            swept += rows.filter(deaths__gte=DEATHS_ALLOWED - 1).update(
                state=Work.State.PARKED, problem=WORKER_LOST_OFTEN, **fresh
            )
            swept += rows.update(state=Work.State.WAITING, problem=WORKER_LOST, **fresh)
    return swept


def try_again(row: Work) -> None:
    """Make stuck work due now; a doubt about its outcome stays with it. Call inside its store."""
    type(row).across_stores.filter(
        pk=row.pk,
        store_id=row.store_id,
        state__in=[Work.State.FAILED, Work.State.PARKED, Work.State.HELD, Work.State.WAITING],
    ).update(state=Work.State.WAITING, attempts=0, deaths=0, due_at=Now())
    bell.ring_after_commit()


# --- looking ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """How many rows of a kind are in a state, and since when the oldest is due."""

    kind: str
    state: str
    rows: int
    oldest_due_at: datetime | None


def tallies() -> Iterator[Tally]:
    """Count unfinished work of all stores by kind and state."""
    for model in kinds():
        with across_stores():
            counted = (
                model.across_stores.exclude(state=Work.State.DONE)
                .values("state", "in_doubt")
                .annotate(rows=models.Count("pk"), oldest=models.Min("due_at"))
                .order_by("state", "in_doubt")
            )
            rows = list(counted)
        for row in rows:
            word = "unknown" if row["in_doubt"] else row["state"]
            yield Tally(model.__name__, word, row["rows"], row["oldest"])


@dataclass(frozen=True, slots=True)
class Stuck:
    """A row that needs a person, and why."""

    store_id: int
    kind: str
    pk: int
    state: str
    problem: str


def stuck_rows(*, limit: int) -> list[Stuck]:
    """Give failed and parked rows of all stores, the oldest first."""
    found = []
    for model in kinds():
        with across_stores():
            rows = model.across_stores.filter(state__in=STUCK)
            found += [
                Stuck(row.store_id, model.__name__, row.pk, row.state_word, row.problem)
                for row in rows.only("store_id", "state", "in_doubt", "problem").order_by("pk")[
                    :limit
                ]
            ]
    return found[:limit]


def stuck_count(store_id: int) -> int:
    """Count the store's rows that need a person. Call inside the store."""
    one, *others = [
        model.across_stores.filter(store_id=store_id, state__in=STUCK).order_by().values("pk")
        for model in kinds()
    ]
    # One question for all kinds: every page of the store asks it.
    return one.union(*others, all=True).count()


def stuck_counts(store_ids: Iterable[int]) -> Counter[int]:
    """Count what needs a person by store, for those who may reach all of these stores."""
    wanted, counts = list(store_ids), Counter[int]()
    with across_stores():
        for model in kinds():
            rows = model.across_stores.filter(store_id__in=wanted, state__in=STUCK)
            for row in rows.values("store_id").annotate(rows=models.Count("pk")).order_by():
                counts[row["store_id"]] += row["rows"]
    return counts


def is_idle() -> bool:
    """Tell whether nothing is due and nothing is being done."""
    now = timezone.now()
    with across_stores():
        return not any(
            model.across_stores.filter(
                Q(state=Work.State.WORKING) | Q(state=Work.State.WAITING, due_at__lte=now)
            ).exists()
            for model in kinds()
        )


def spread(seconds: float) -> float:
    """Spread recurring work by a tenth either way, so that stores do not all pull at once."""
    return math.ceil(seconds * random.uniform(0.9, 1.1) * 10) / 10  # noqa: S311
