"""Order, its items, its folder, its shipments and everything that ever happened to it."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from orders.drafts import Address
from stores.models import User
from stores.scoping import StoreOwned, StoreRows

MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 4, "default": 0}
CANCELED_FOLDER = "Canceled"
DEFAULT_FOLDERS = ("New", "Prepared", "Closed", CANCELED_FOLDER)
SHIPPING_PARTS = (
    "first_name",
    "last_name",
    "company",
    "address1",
    "address2",
    "address3",
    "address4",
    "city",
    "state",
    "postal_code",
    "country",
    "phone",
)
CUSTOMER_PARTS = tuple(part for part in SHIPPING_PARTS if part not in ("address3", "address4"))


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


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders of a store."""

    def present(self) -> Self:
        """Leave out the deleted ones."""
        return self.filter(deleted_at=None)

    def canceled_after_sent(self) -> Self:
        """Give those canceled at their source that a warehouse has and did not ship yet.

        In the folder for canceled ones nobody has to see to them any more.
        """
        parcels = Shipment.across_stores.filter(
            store_id=models.OuterRef("store_id"), order_id=models.OuterRef("pk")
        )
        sent = self.present().filter(canceled_at__isnull=False).exclude(fulfillment_name="")
        return sent.exclude(models.Exists(parcels)).exclude(folder__name=CANCELED_FOLDER)

    def newest_first(self) -> Self:
        return self.order_by("-added_at", "-pk")

    def older_than(self, added_at: Any, pk: int) -> Self:
        """Give what comes after this place in `newest_first` order."""
        return self.filter(Q(added_at__lt=added_at) | Q(added_at=added_at, pk__lt=pk))

    def newer_than(self, added_at: Any, pk: int) -> Self:
        """Give what comes before this place in `newest_first` order."""
        return self.filter(Q(added_at__gt=added_at) | Q(added_at=added_at, pk__gt=pk))

    def known_as(self, *, source_name: str, source_key: str) -> Self:
        return self.filter(source_name=source_name, source_key=source_key)

    def count_by_email(self, emails: Iterable[str]) -> dict[str, int]:
        """Count the orders of each address by one query; without an address there is no count."""
        asked = {email for email in emails if email}
        if not asked:
            return {}
        counted = self.filter(email__in=asked).order_by()
        return dict(counted.values_list("email").annotate(models.Count("pk")))

    def with_lines(self, *, labels: bool = False) -> Self:
        """Fetch items and shipments too; the shipments' labels, which are large, only if asked."""
        shipments = Shipment.across_stores.order_by("pk")
        return self.prefetch_related(
            models.Prefetch("items", OrderItem.across_stores.order_by("position", "pk")),
            models.Prefetch("shipments", shipments if labels else shipments.defer("label_image")),
        )


class Order(StoreOwned):
    """What a customer bought, as the store knows it now.

    Field meanings are those of the public API; amounts are in `currency`, weights in the unit the
    items state. `shipping_*` is where the parcel goes, `customer_*` who pays.
    """

    folder = models.ForeignKey(
        Folder, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    source_name = models.CharField(max_length=80, default="Order Desk")
    source_id = models.CharField(max_length=120, blank=True)
    source_key = models.CharField(max_length=120)
    source_updated_at = models.DateTimeField(null=True, blank=True)

    email = models.CharField(max_length=254, blank=True)
    shipping_method = models.CharField(max_length=200, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    quantity_total = models.DecimalField(**MONEY)
    weight_total = models.DecimalField(**MONEY)
    product_total = models.DecimalField(**MONEY)
    shipping_total = models.DecimalField(**MONEY)
    handling_total = models.DecimalField(**MONEY)
    tax_total = models.DecimalField(**MONEY)
    discount_total = models.DecimalField(**MONEY)
    order_total = models.DecimalField(**MONEY)
    refund_total = models.DecimalField(**MONEY)
    processor_balance = models.DecimalField(**MONEY)

    cc_last4 = models.CharField(max_length=4, blank=True)
    cc_exp = models.CharField(max_length=7, blank=True)
    processor_response = models.CharField(max_length=250, blank=True)
    payment_type = models.CharField(max_length=80, blank=True)
    payment_status = models.CharField(max_length=30, blank=True)
    customer_id = models.CharField(max_length=120, blank=True)
    ip_address = models.CharField(max_length=45, blank=True)
    tag_color = models.CharField(max_length=20, blank=True)
    tag_name = models.CharField(max_length=40, blank=True)
    fulfillment_name = models.CharField(max_length=80, blank=True)
    fulfillment_id = models.CharField(max_length=120, blank=True)

    shipping_first_name = models.CharField(max_length=120, blank=True)
    shipping_last_name = models.CharField(max_length=120, blank=True)
    shipping_company = models.CharField(max_length=200, blank=True)
    shipping_address1 = models.CharField(max_length=250, blank=True)
    shipping_address2 = models.CharField(max_length=250, blank=True)
    shipping_address3 = models.CharField(max_length=250, blank=True)
    shipping_address4 = models.CharField(max_length=250, blank=True)
    shipping_city = models.CharField(max_length=120, blank=True)
    shipping_state = models.CharField(max_length=120, blank=True)
    shipping_postal_code = models.CharField(max_length=30, blank=True)
    shipping_country = models.CharField(max_length=80, blank=True)
    shipping_phone = models.CharField(max_length=40, blank=True)
    customer_first_name = models.CharField(max_length=120, blank=True)
    customer_last_name = models.CharField(max_length=120, blank=True)
    customer_company = models.CharField(max_length=200, blank=True)
    customer_address1 = models.CharField(max_length=250, blank=True)
    customer_address2 = models.CharField(max_length=250, blank=True)
    customer_city = models.CharField(max_length=120, blank=True)
    customer_state = models.CharField(max_length=120, blank=True)
    customer_postal_code = models.CharField(max_length=30, blank=True)
    customer_country = models.CharField(max_length=80, blank=True)
    customer_phone = models.CharField(max_length=40, blank=True)

    # {"title", "name", "company", "address1", "address2", "city", "state", "postal_code",
    # "country", "phone"}
    return_address = models.JSONField(default=dict, blank=True)
    # Flat, text to text: what users see and edit, and what only machines read.
    checkout_data = models.JSONField(default=dict, blank=True)
    order_metadata = models.JSONField(default=dict, blank=True)
    # A list of {"name", "code", "amount"}, amounts positive and text.
    discount_list = models.JSONField(default=list, blank=True)
    # A list of {"date_added", "username", "content"}.
    order_notes = models.JSONField(default=list, blank=True)
    # Names of fields people or scripts changed here; the source does not overwrite them.
    edited_fields = models.JSONField(default=list, blank=True)

    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    canceled_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = StoreRows(OrderQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "source_name", "source_key"], name="one_order_per_source_key"
            ),
        ]
        indexes = [
            models.Index(
                F("store"),
                F("folder"),
                F("added_at").desc(),
                F("id").desc(),
                name="order_by_folder",
                condition=Q(deleted_at=None),
            ),
            models.Index(
                F("store"),
                F("added_at").desc(),
                F("id").desc(),
                name="order_by_added",
                condition=Q(deleted_at=None),
            ),
            models.Index(fields=["store", "source_id"], name="order_by_source_id"),
            models.Index(fields=["store", "email"], name="order_by_email"),
            models.Index(fields=["store", "shipping_last_name"], name="order_by_last_name"),
            models.Index(fields=["store", "updated_at"], name="order_by_updated"),
            models.Index(
                fields=["store", "folder"],
                name="order_canceled_after_sent",
                condition=Q(canceled_at__isnull=False, deleted_at=None) & ~Q(fulfillment_name=""),
            ),
        ]

    def __str__(self) -> str:
        return f"order {self.pk} ({self.source_name} {self.source_id})"

    @property
    def number(self) -> str:
        """The number people use: the source's, or ours where there is none."""
        return self.source_id or str(self.pk)

    @property
    def shipping(self) -> Address:
        """Where the parcel goes."""
        return Address(**{part: getattr(self, f"shipping_{part}") for part in SHIPPING_PARTS})

    @property
    def customer(self) -> Address:
        """Who pays."""
        return Address(**{part: getattr(self, f"customer_{part}") for part in CUSTOMER_PARTS})

    @property
    def cc_number_masked(self) -> str:
        """The card number as it may be shown."""
        return f"xxxxxxxxxxxx{self.cc_last4}" if self.cc_last4 else ""


class OrderItemQuerySet(models.QuerySet["OrderItem"]):
    """Lines of orders."""

    def in_order(self) -> Self:
        return self.order_by("order_id", "position", "pk")


class OrderItem(StoreOwned):
    """One line of an order; `price` is per unit."""

    DELIVERY_TYPES = [
        ("ship", "Ship"),
        ("noship", "Do not ship"),
        ("download", "Download"),
        ("future", "Ship later"),
    ]

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="items", db_index=False)
    position = models.PositiveIntegerField(default=0)
    source_line_id = models.CharField(max_length=120, blank=True)
    name = models.CharField(max_length=500)
    code = models.CharField(max_length=120, blank=True)
    price = models.DecimalField(**MONEY)
    quantity = models.DecimalField(**MONEY)
    weight = models.DecimalField(**MONEY)
    delivery_type = models.CharField(max_length=8, choices=DELIVERY_TYPES, default="ship")
    category_code = models.CharField(max_length=120, blank=True)
    fulfillment_method = models.CharField(max_length=120, blank=True)
    variation_list = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)

    objects = StoreRows(OrderItemQuerySet)

    class Meta:
        indexes = [models.Index(fields=["store", "order", "position"], name="item_by_order")]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.code or self.name}"


class ShipmentQuerySet(models.QuerySet["Shipment"]):
    """Parcels of orders."""

    def known_as(self, *, source: str, external_ids: Iterable[str]) -> Self:
        return self.filter(source=source, external_id__in=list(external_ids))


class Shipment(StoreOwned):
    """One parcel of an order."""

    order = models.ForeignKey(
        Order, on_delete=models.CASCADE, related_name="shipments", db_index=False
    )
    tracking_number = models.CharField(max_length=250)
    carrier_code = models.CharField(max_length=80, blank=True)
    shipment_method = models.CharField(max_length=120, blank=True)
    weight = models.CharField(max_length=20, blank=True)
    cost = models.CharField(max_length=20, blank=True)
    status = models.CharField(max_length=40, blank=True)
    tracking_url = models.CharField(max_length=1000, blank=True)
    label_format = models.CharField(max_length=20, blank=True)
    label_image = models.TextField(blank=True)
    print_status = models.CharField(max_length=4, blank=True)
    # [{"code", "name", "quantity"}] of what is inside; empty where nobody told.
    lines = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=80, default="Manual")
    external_id = models.CharField(max_length=120, blank=True)
    cart_shipment_id = models.CharField(max_length=120, blank=True)
    label_shipment_id = models.CharField(max_length=120, blank=True)
    shipped_date = models.DateField(null=True, blank=True)
    added_at = models.DateTimeField(db_default=Now())

    objects = StoreRows(ShipmentQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["store", "source", "external_id"],
                name="one_shipment_per_external_id",
                condition=~Q(external_id=""),
            ),
        ]
        indexes = [
            models.Index(fields=["store", "order"], name="shipment_by_order"),
            models.Index(fields=["store", "tracking_number"], name="shipment_by_tracking"),
        ]

    def __str__(self) -> str:
        return f"{self.carrier_code} {self.tracking_number}".strip()


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
        DETAILS_CHANGED = "details_changed", "Order details changed"
        FOLDER_CHANGED = "folder_changed", "Folder is changed"
        CHECKOUT_DATA_CHANGED = "checkout_data_changed", "Checkout data changed"
        NOTE_ADDED = "note_added", "Note is added"
        RULES_RAN = "rules_ran", "Rules ran"
        SUBMISSION_REQUESTED = "submission_requested", "Sending was asked for"
        SUBMITTED = "submitted", "Order is sent"
        SUBMISSION_DELAYED = "submission_delayed", "Sending is delayed"
        SUBMISSION_FAILED = "submission_failed", "Sending failed"
        SHIPMENT_ADDED = "shipment_added", "Shipment is added"
        TRACKING_PUSHED = "tracking_pushed", "Tracking is sent to the cart"
        CANCELED = "canceled", "Order is canceled"
        DELETED = "deleted", "Order is deleted"
        HISTORY = "history", "Note in the history"

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
