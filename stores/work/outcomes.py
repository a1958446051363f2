"""Writing what came of the work, while the claim still holds.

Each is called inside `entered(store)`, in the transaction of what it is the outcome of.
"""

import math
import random
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Now

from stores import bell
from stores.work.rows import STUCK, Claim, LeaseLost, Setback, Work

HELPED_BY_HAND = (*STUCK, Work.State.HELD, Work.State.WAITING, Work.State.DROPPED)


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
    if state == Work.State.WAITING and mine.attempts > len(waits) and mine.model.parks:
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


def spread(seconds: float) -> float:
    """Spread recurring work by a tenth either way, so that stores do not all pull at once."""
    return math.ceil(seconds * random.uniform(0.9, 1.1) * 10) / 10  # noqa: S311


def try_again(row: Work, *, states: Iterable[str] = HELPED_BY_HAND) -> bool:
    """Make stuck work due now and tell whether it was in one of the states. Call inside its store.

    A doubt about its outcome stays with it.
    """
    changed = type(row).across_stores.filter(
        pk=row.pk, store_id=row.store_id, state__in=list(states)
    )
    bell.ring_after_commit()
    return changed.update(state=Work.State.WAITING, attempts=0, deaths=0, due_at=Now()) == 1


def drop(row: Work) -> bool:
    """Let stuck work rest for good and tell whether it was stuck. Call inside its store.

    A doubt about its outcome stays with it, so that a later try looks first.
    """
    stuck = Q(state__in=STUCK) | Q(state=Work.State.WAITING, in_doubt=True)
    changed = type(row).across_stores.filter(stuck, pk=row.pk, store_id=row.store_id)
    return changed.update(state=Work.State.DROPPED, finished_at=Now()) == 1
