"""Folders, and how their counts are kept."""

from typing import Self

from django.db import models

from stores.scoping import StoreOwned, StoreRows

CANCELED_FOLDER = "Canceled"
DEFAULT_FOLDERS = ("New", "Prepared", "Closed", CANCELED_FOLDER)


class FolderQuerySet(models.QuerySet["Folder"]):
    """Folders of a store, in their own order."""

    def in_order(self) -> Self:
        return self.order_by("position", "pk")

    def with_counts(self) -> Self:
        """Add `order_count`; summed from the tally, so its cost does not grow with the orders."""
        tally = (
            FolderTally.across_stores.filter(
                store_id=models.OuterRef("store_id"), folder_id=models.OuterRef("pk")
            )
            .order_by()
            .values("folder_id")
            .annotate(total=models.Sum("delta"))
            .values("total")
        )
        return self.annotate(
            order_count=models.functions.Coalesce(
                models.Subquery(tally, output_field=models.IntegerField()), 0
            )
        )


class Folder(StoreOwned):
    """Where an order lies; every order is in exactly one."""

    name = models.CharField(max_length=80)
    color = models.CharField(max_length=20, blank=True)
    position = models.PositiveIntegerField(default=0)
    is_hidden = models.BooleanField(default=False)
    # The columns its list shows, by key and in order; empty means the usual ones.
    columns = models.JSONField(default=list, blank=True)
    # There after `with_counts()`.
    order_count: int

    objects = StoreRows(FolderQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "name"], name="one_folder_per_name"),
        ]

    def __str__(self) -> str:
        return self.name


class FolderTallyQuerySet(models.QuerySet["FolderTally"]):
    """The changes that a folder's count is the sum of."""


class FolderTally(StoreOwned):
    """By how much a transaction changed a folder's count.

    Written by a trigger on orders, statement by statement; a folder's count is the sum. Rows
    instead of one counter, so that two imports into a folder never wait for each other.
    """

    folder = models.ForeignKey(Folder, on_delete=models.CASCADE, related_name="+", db_index=False)
    delta = models.IntegerField()

    objects = StoreRows(FolderTallyQuerySet)

    class Meta:
        indexes = [models.Index(fields=["store", "folder"], name="tally_by_folder")]

    def __str__(self) -> str:
        return f"{self.delta:+d} in folder {self.folder_id}"
