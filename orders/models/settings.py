"""How a store wants its orders treated, and the searches its people keep."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from orders.models.folders import Folder
from stores.models import User
from stores.scoping import StoreOwned, StoreRows

# A store's tags until it names its own. The colors are those a page can show.
TAG_COLORS = ("red", "orange", "yellow", "green", "blue", "purple", "gray")


def usual_tags() -> list[dict[str, str]]:
    """Give the tags a store begins with: {"name", "color"}."""
    return [{"name": color.capitalize(), "color": color} for color in TAG_COLORS]


class OrderSettingsQuerySet(models.QuerySet["OrderSettings"]):
    """The one row of a store."""


class OrderSettings(StoreOwned):
    """How a store wants its orders treated. A store without a row has the defaults."""

    class SplitMethod(models.TextChoices):
        KEEP = "keep", "Keep extra order details"
        REMOVE = "remove", "Remove extra order details"

    class Duplicates(models.TextChoices):
        REFUSE = "refuse", "Refuse an order whose number is here already"
        NUMBER = "number", "Add it under the next free number"

    class SourceChanges(models.TextChoices):
        APPLY = "apply", "Take them over at once"
        ASK = "ask", "Ask a person"
        IGNORE = "ignore", "Ignore them"

    split_method = models.CharField(
        max_length=6, choices=SplitMethod.choices, default=SplitMethod.KEEP
    )
    # Stands before the hub's own number of orders that come without one.
    number_prefix = models.CharField(max_length=20, blank=True)
    duplicates = models.CharField(
        max_length=6, choices=Duplicates.choices, default=Duplicates.REFUSE
    )
    # Where originals go after a merge; None leaves them where they are.
    merged_folder = models.ForeignKey(
        Folder, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # What happens when a cart states something else about an order that is here.
    source_changes = models.CharField(
        max_length=6, choices=SourceChanges.choices, default=SourceChanges.APPLY
    )
    # Name → value of the checkout data that an order added by hand begins with.
    checkout_fields = models.JSONField(default=dict, blank=True)
    # A list of addresses as in `Order.return_address`; the first is the store's own.
    return_addresses = models.JSONField(default=list, blank=True)
    # A list of {"name", "color"}.
    tags = models.JSONField(default=usual_tags, blank=True)

    objects = StoreRows(OrderSettingsQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store"], name="one_order_settings_per_store"),
        ]

    def __str__(self) -> str:
        return f"how store {self.store_id} treats its orders"

    @classmethod
    def of(cls, store_id: int) -> "OrderSettings":
        """Give the store's row, or one with the defaults that is not saved yet."""
        found = cls.objects.for_store(store_id).first()
        return found or cls(store_id=store_id)


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    """Searches people keep."""

    def visible_to(self, user: User) -> Self:
        """Give a person's own and the shared ones, starred first."""
        return self.filter(Q(user=user) | Q(is_shared=True)).order_by("-is_starred", "name", "pk")


class SavedSearch(StoreOwned):
    """A search under a name; `query` is the text of the search box."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=80)
    query = models.CharField(max_length=2000)
    is_shared = models.BooleanField(default=False)
    is_starred = models.BooleanField(default=False)
    created_at = models.DateTimeField(db_default=Now())

    objects = StoreRows(SavedSearchQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "user", "name"], name="one_search_per_name"),
        ]

    def __str__(self) -> str:
        return self.name


class SourceChangeQuerySet(models.QuerySet["SourceChange"]):
    """What sources stated anew about orders that are here."""

    def waiting(self) -> Self:
        return self.filter(state=SourceChange.State.WAITING)


class SourceChange(StoreOwned):
    """A later statement of an order's source that waits for a person to decide."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waits for a decision"
        APPLIED = "applied", "Taken over"
        IGNORED = "ignored", "Ignored"
        REPLACED = "replaced", "Replaced by a later statement"

    order = models.ForeignKey(
        "orders.Order", on_delete=models.CASCADE, related_name="source_changes", db_index=False
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    # The order's columns that differ, by name, as they were here and as the source states them.
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    # The lines as the source states them, as plain `ItemDraft` values; None where they are equal.
    items: Any = models.JSONField(null=True, blank=True)
    source_updated_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = StoreRows(SourceChangeQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "order"],
                name="one_waiting_change_per_order",
                condition=Q(state="waiting"),
            ),
        ]

    def __str__(self) -> str:
        return f"change of order {self.order_id}, {self.state}"
