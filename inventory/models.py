"""Items and how many of them there are, as a ledger."""

from typing import Any, Self

from django.db import models
from django.db.models.functions import Now

from inventory.counts import CODE_LENGTH, NAME_LENGTH
from stores.scoping import StoreOwned, StoreRows

AMOUNT: dict[str, Any] = {"max_digits": 14, "decimal_places": 4, "default": 0}


class InventoryItemQuerySet(models.QuerySet["InventoryItem"]):
    """A store's items."""

    def coded(self, codes: Any) -> Self:
        return self.filter(code__in=list(codes))

    def after(self, code: str) -> Self:
        """Give what comes behind this code in the order of codes."""
        return self.filter(code__gt=code)


class InventoryItem(StoreOwned):
    """A thing the store sells; `stock` is the running sum of its changes."""

    name = models.CharField(max_length=NAME_LENGTH)
    code = models.CharField(max_length=CODE_LENGTH)
    price = models.DecimalField(**AMOUNT)
    cost = models.DecimalField(**AMOUNT)
    weight = models.DecimalField(**AMOUNT)
    stock = models.IntegerField(default=0)
    manufacturer_sku = models.CharField(max_length=120, blank=True)
    variation_list = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    location = models.CharField(max_length=120, blank=True)
    update_source = models.CharField(max_length=80, blank=True)
    added_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())

    objects = StoreRows(InventoryItemQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "code"], name="one_item_per_code"),
        ]
        indexes = [models.Index(fields=["store", "updated_at"], name="stock_item_by_updated")]

    def __str__(self) -> str:
        return self.code


class StockChangeQuerySet(models.QuerySet["StockChange"]):
    """The ledger."""

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class StockChange(StoreOwned):
    """By how much an item's stock changed, why, and what was counted; never changed itself."""

    item = models.ForeignKey(
        InventoryItem, on_delete=models.CASCADE, related_name="changes", db_index=False
    )
    delta = models.IntegerField()
    level = models.IntegerField()
    source = models.CharField(max_length=80)
    happened_at = models.DateTimeField(db_default=Now())

    objects = StoreRows(StockChangeQuerySet)

    class Meta:
        indexes = [models.Index(fields=["store", "item"], name="change_by_item")]

    def __str__(self) -> str:
        return f"{self.delta:+d} of item {self.item_id}"
