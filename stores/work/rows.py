"""The row that is the job, the claim on it, and what may set it back."""

from dataclasses import dataclass
from typing import ClassVar

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from orderdesk.lib.storable import storable
from stores.scoping import StoreOwned


class Work(StoreOwned):
    """One piece of work for one store. Subclasses say what it is and who does it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        WORKING = "working", "Being done"
        HELD = "held", "Held until the connection works again"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        PARKED = "parked", "Parked"
        DROPPED = "dropped", "Dismissed"

    has_door = True

    # The function that does one row, by dotted name: `perform(claim) -> None`.
    worker: ClassVar[str]
    # Whether doing it changes something outside our database, so that a lost worker leaves doubt.
    has_effect: ClassVar[bool] = False
    # Whether it is parked after the last try; what recurs goes on trying.
    parks: ClassVar[bool] = True
    # Who tells of a row that was parked because its workers were lost, by dotted name:
    # `tell(store_id, pk) -> None`, called inside the store.
    on_parked: ClassVar[str] = ""
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
        if self.in_doubt and self.state not in (self.State.DONE, self.State.DROPPED):
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
        self.problem = storable(problem)
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
