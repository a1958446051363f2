"""What work there is, for those who watch it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from stores.scoping import across_stores
from stores.work.rows import STUCK, Work, kinds


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
                model.across_stores.exclude(state__in=[Work.State.DONE, Work.State.DROPPED])
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
