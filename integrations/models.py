"""A store's accounts with other systems, what came in from them and what goes out."""

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from orders.models import Order, OrderEvent, Shipment
from stores.scoping import StoreOwned, StoreRows
from stores.work import Work

SENDERS_AT_ONCE = 10
MARGIN_OF_CLOCKS = timedelta(minutes=5)
SENDERS_PER_STORE = 3


def new_hook_token() -> str:
    """Make the unguessable last part of a hook's address."""
    return secrets.token_urlsafe(24)


class ConnectionQuerySet(models.QuerySet["Connection"]):
    """A store's accounts."""

    def connected(self) -> Self:
        return self.exclude(state=Connection.State.DISCONNECTED)

    def active(self) -> Self:
        return self.filter(state=Connection.State.ACTIVE)

    def named(self, key: str) -> Self:
        return self.filter(key=key)


class Connection(StoreOwned):
    """One store's account with one outside system: settings, secrets and health.

    `revision` grows with every change of settings or secrets, so that whoever keeps a copy of
    them knows when it is old.
    """

    class State(models.TextChoices):
        ACTIVE = "active", "Connected"
        PAUSED = "paused", "Paused: credentials refused"
        DISCONNECTED = "disconnected", "Disconnected"

    has_door = True

    key = models.CharField(max_length=40)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ACTIVE)
    environment = models.CharField(
        max_length=7, choices=[("live", "Live"), ("sandbox", "Sandbox")], default="live"
    )
    settings = models.JSONField(default=dict, blank=True)
    # Ciphertext of {"field": secret}; see integrations.vault.
    sealed_secrets = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=1)
    hook_token = models.CharField(max_length=64, unique=True, default=new_hook_token)
    problem = models.TextField(blank=True)
    connected_at = models.DateTimeField(db_default=Now())
    last_ok_at = models.DateTimeField(null=True, blank=True)

    objects = StoreRows(ConnectionQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "key"], name="one_connection_per_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.key} of store {self.store_id}"

    @property
    def past_before(self) -> datetime:
        """What the other side did before this is the past: a little before it was connected.

        The margin makes up for clocks that differ and for times told in whole minutes.
        """
        return self.connected_at - MARGIN_OF_CLOCKS


class WorkQuerySet(models.QuerySet[Any]):
    """Rows of work of a store."""

    def newest_first(self) -> Self:
        return self.order_by("-pk")


class InboundMessage(Work):
    """A signed message as it came in, kept as bytes before anybody interprets it."""

    worker = "integrations.delivery.process_message"
    batch = 10

    # Without the database's own check: it locks the store's and the connection's row for every
    # message, and the function that takes messages in has looked at both in the same statement.
    store = models.ForeignKey(
        "stores.Store",
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    connection = models.ForeignKey(
        Connection,
        on_delete=models.CASCADE,
        related_name="messages",
        db_index=False,
        db_constraint=False,
    )
    delivery_id = models.CharField(max_length=200)
    topic = models.CharField(max_length=100, blank=True)
    headers = models.JSONField(default=dict, blank=True)
    body = models.BinaryField()
    order = models.ForeignKey(
        Order, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    # What became of it: created, updated, unchanged, stale, ignored.
    result = models.CharField(max_length=20, blank=True)

    objects = StoreRows(WorkQuerySet)

    class Meta(Work.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["store", "connection", "delivery_id"], name="one_message_per_delivery"
            ),
        ]

    def __str__(self) -> str:
        return f"message {self.delivery_id} for connection {self.connection_id}"


class Submission(Work):
    """One thing to be done at an outside system: send this order, push this shipment's tracking.

    `reference` is what we call it when talking to them. It is made with the row, before the first
    try, and is the same on every try, so that a resend names the same thing.
    """

    class Verb(models.TextChoices):
        SUBMIT_ORDER = "submit_order", "Send order"
        PUSH_SHIPMENT = "push_shipment", "Send tracking"

    worker = "integrations.delivery.send"
    on_parked = "integrations.delivery.tell_parked"
    has_effect = True
    at_once = SENDERS_AT_ONCE
    at_once_per_store = SENDERS_PER_STORE

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="submissions", db_index=False
    )
    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="submissions", db_index=False
    )
    shipment = models.ForeignKey(
        Shipment,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="submissions",
        db_index=False,
    )
    verb = models.CharField(max_length=20, choices=Verb.choices)
    reference = models.UUIDField(default=uuid.uuid4)
    external_id = models.CharField(max_length=200, blank=True)
    # The vendor's number for people, where it has one beside its id.
    external_number = models.CharField(max_length=120, blank=True)
    actor = models.CharField(max_length=12, choices=OrderEvent.Actor.choices)
    actor_name = models.CharField(max_length=254, blank=True)
    cause = models.ForeignKey(
        OrderEvent,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    objects = StoreRows(WorkQuerySet)

    class Meta(Work.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["store", "connection", "verb", "order", "shipment"],
                name="one_submission_per_intent",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            *Work.Meta.indexes,
            models.Index(fields=["store", "order"], name="submission_by_order"),
            models.Index(
                fields=["store", "connection", "external_id"], name="submission_by_external_id"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.order_id} at connection {self.connection_id}"


class Schedule(Work):
    """A recurring pull from one connection: when it runs next, where it goes on, how it went."""

    class Verb(models.TextChoices):
        ORDERS = "orders", "Download orders"
        SHIPMENTS = "shipments", "Check for shipments"
        INVENTORY = "inventory", "Sync stock"

    worker = "integrations.delivery.run_schedule"
    parks = False
    at_once = 4
    at_once_per_store = 2

    connection = models.ForeignKey(
        Connection, on_delete=models.CASCADE, related_name="schedules", db_index=False
    )
    verb = models.CharField(max_length=10, choices=Verb.choices)
    interval_seconds = models.PositiveIntegerField()
    # The high-water mark of the last whole run; the next one asks from a little before it.
    cursor = models.CharField(max_length=200, blank=True)
    last_run_at = models.DateTimeField(null=True, blank=True)
    # {"seen", "new", "changed", "skipped", "failed": int, "reasons": [text]}
    last_result = models.JSONField(default=dict, blank=True)

    objects = StoreRows(WorkQuerySet)

    class Meta(Work.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["store", "connection", "verb"], name="one_schedule_per_verb"
            ),
            models.CheckConstraint(
                condition=Q(interval_seconds__gte=1), name="schedule_interval_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.verb} of connection {self.connection_id}"
