"""Everything that ever happened to an order."""

from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from orders.models.orders import Order
from stores.models import User
from stores.scoping import StoreOwned, StoreRows

# The events that a store's figures of the day are counted from; an index holds only these.
DAY_KINDS = ["imported", "created_manually", "submitted", "shipment_added", "submission_failed"]


class OrderEventQuerySet(models.QuerySet["OrderEvent"]):
    """What happened to orders."""

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class OrderEvent(StoreOwned):
    """One thing that happened to an order. Written once; the database refuses to change it."""

    class Kind(models.TextChoices):
        IMPORTED = "imported", "Order is imported"
        # Nothing is to be done with it any more, so no rule listens to this.
        HISTORY_IMPORTED = "history_imported", "Order is brought in as history"
        CREATED = "created_manually", "Order is created manually"
        UPDATED = "updated", "Order is updated by its source"
        SOURCE_CHANGE_WAITING = "source_change_waiting", "A change at the source waits"
        SOURCE_CHANGE_IGNORED = "source_change_ignored", "A change at the source is ignored"
        DETAILS_CHANGED = "details_changed", "Order details changed"
        ADDRESS_CHANGED = "address_changed", "Order address changed"
        ITEMS_CHANGED = "items_changed", "Items changed"
        FOLDER_CHANGED = "folder_changed", "Folder is changed"
        CHECKOUT_DATA_CHANGED = "checkout_data_changed", "Checkout data changed"
        METADATA_CHANGED = "metadata_changed", "Order metadata changed"
        NOTE_ADDED = "note_added", "Note is added"
        TAGGED = "tagged", "Tag is changed"
        DUPLICATED = "duplicated", "Order is duplicated"
        SPLIT = "split", "Order is split"
        MERGED = "merged", "Order is merged"
        SUBMISSION_REQUESTED = "submission_requested", "Sending was asked for"
        SUBMITTED = "submitted", "Order is sent"
        SUBMISSION_DELAYED = "submission_delayed", "Sending is delayed"
        SUBMISSION_FAILED = "submission_failed", "Sending failed"
        SHIPMENT_ADDED = "shipment_added", "Shipment is added"
        SHIPMENT_UPDATED = "shipment_updated", "Shipment is updated"
        SHIPMENT_DELETED = "shipment_deleted", "Shipment is deleted"
        TRACKING_PUSHED = "tracking_pushed", "Tracking is sent to the cart"
        CANCELED = "canceled", "Order is canceled"
        DELETED = "deleted", "Order is deleted"
        RESTORED = "restored", "Order is restored"
        HISTORY = "history", "Note in the history"
        # Rules run for it as for the event its details name as `trigger`.
        EVENT_RUN = "event_run", "Rules are run by hand"

    class Actor(models.TextChoices):
        USER = "user", "Person"
        RULE = "rule", "Auto"
        INTEGRATION = "integration", "Integration"
        API = "api", "API"
        SYSTEM = "system", "Hub"

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    kind = models.CharField(max_length=30, choices=Kind.choices)
    sentence = models.CharField(max_length=1000)
    actor = models.CharField(max_length=12, choices=Actor.choices)
    actor_name = models.CharField(max_length=254, blank=True)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    cause = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # Fields that changed, as {"field": value}; the same keys in both.
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    # The call or message this tells of, for those who want to look: {"label": text}.
    details = models.JSONField(default=dict, blank=True)
    happened_at = models.DateTimeField(db_default=Now())

    objects = StoreRows(OrderEventQuerySet)

    class Meta:
        indexes = [
            models.Index(F("store"), F("order"), F("id").desc(), name="event_by_order"),
            models.Index(
                fields=["store", "kind", "happened_at"],
                name="event_of_the_day",
                condition=Q(kind__in=DAY_KINDS),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on order {self.order_id}"
