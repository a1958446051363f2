"""The text orders are searched by; read by the database's function `orders_containing` alone."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models

from stores.models import Store
from stores.scoping import StoreOwned


class SearchText(StoreOwned):
    """What one part of an order says, folded and in one line, with an index on every three letters.

    Triggers on orders, items and shipments write it; nothing else does, and nothing in Python
    reads it. Pattern matching is not leakproof, so under row-level security its index would lie
    unused: `orders_containing` reads as a role the wall does not stand before, and takes the store
    from the same setting as the wall.
    """

    class Part(models.TextChoices):
        ORDER = "order", "The order itself"
        ITEMS = "items", "Its items"
        PARCELS = "parcels", "Its parcels"

    pk = models.CompositePrimaryKey("store", "order", "part")
    # Without constraints in the database: checking them would double the cost of each row.
    store = models.ForeignKey(
        Store, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    order = models.ForeignKey(
        "orders.Order",
        on_delete=models.DO_NOTHING,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    part = models.CharField(max_length=7, choices=Part.choices)
    words = models.TextField()

    class Meta:
        indexes = [
            GinIndex(
                name="searchtext_words",
                fields=["store", "words"],
                opclasses=["int8_ops", "gin_trgm_ops"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} of order {self.order_id}"
