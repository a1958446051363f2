"""Actions on many orders: the job, and what became of each order."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from stores.models import User
from stores.scoping import StoreOwned, StoreRows
from stores.work import Work


class BulkJobQuerySet(models.QuerySet["BulkJob"]):
    """A store's jobs."""

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class BulkJob(Work):
    """One action on many orders. The orders are frozen as `BulkOrder` rows when it is made."""

    worker: ClassVar[str] = "orders.bulk.doing.do_job"
    at_once_per_store: ClassVar[int] = 2

    action = models.CharField(max_length=40)
    settings = models.JSONField(default=dict, blank=True)
    # What it does, for people: "Move to Prepared".
    title = models.CharField(max_length=300)
    # How the orders were chosen, for people: the search, or '' where they were ticked.
    chosen_by = models.CharField(max_length=2000, blank=True)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    canceled_at = models.DateTimeField(null=True, blank=True)
    # The job whose doings this one takes back.
    undoes = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # Until when it can be taken back; None where it cannot.
    undo_until = models.DateTimeField(null=True, blank=True)
    # Names the form it was asked by, so that a form sent twice makes one job; '' where it came
    # without one.
    once = models.CharField(max_length=40, blank=True)

    objects = StoreRows(BulkJobQuerySet)

    class Meta(Work.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["store", "undoes"],
                name="one_undo_per_job",
                condition=Q(undoes__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["store", "once"], name="one_job_per_form", condition=~Q(once="")
            ),
        ]
        indexes = [
            *Work.Meta.indexes,
            models.Index(F("store"), F("id").desc(), name="bulk_job_newest"),
        ]

    def __str__(self) -> str:
        return f"job {self.pk}: {self.title}"


class BulkOrderQuerySet(models.QuerySet["BulkOrder"]):
    """The orders of jobs."""

    def waiting(self) -> Self:
        return self.filter(state=BulkOrder.State.WAITING)


class BulkOrder(StoreOwned):
    """One order of a job, and what became of it."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DONE = "done", "Done"
        SKIPPED = "skipped", "Skipped"
        FAILED = "failed", "Failed"

    # Without the database's own checks: they look up store and job for each of many thousand rows,
    # which one statement makes from rows of that store and for that job.
    store = models.ForeignKey(
        "stores.Store",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    job = models.ForeignKey(
        BulkJob,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    order = models.ForeignKey(
        "orders.Order",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    # Why it was skipped or failed, or what was done.
    sentence = models.CharField(max_length=1000, blank=True)
    # What takes it back, and the order's version right after it was done.
    inverse = models.JSONField(default=dict, blank=True)
    version = models.PositiveIntegerField(default=0)
    # What the action made of the order: a line of a file, a page of a document.
    output = models.TextField(blank=True)

    objects = StoreRows(BulkOrderQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["job", "order"], name="one_place_per_order_in_job"),
        ]
        indexes = [
            # None about the state: a row's outcome then touches no index at all.
            models.Index(fields=["store", "job", "position"], name="bulk_order_by_place"),
        ]

    def __str__(self) -> str:
        return f"order {self.order_id} in job {self.job_id}, {self.state}"
