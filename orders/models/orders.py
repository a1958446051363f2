"""The order and what it came from."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from orders.drafts import Address
from orders.models.folders import CANCELED_FOLDER, Folder
from orders.models.lines import MONEY, OrderItem, Shipment
from stores.scoping import StoreOwned, StoreRows

# How long a deleted order can be brought back.
RESTORABLE_FOR = timedelta(days=30)
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


class OrderQuerySet(models.QuerySet["Order"]):
    """Orders of a store."""

    def present(self) -> Self:
        """Leave out the deleted ones."""
        return self.filter(deleted_at=None)

    def restorable(self, now: datetime) -> Self:
        """Give the deleted ones that can still be brought back."""
        return self.filter(deleted_at__gt=now - RESTORABLE_FOR)

    def canceled_after_sent(self) -> Self:
        """Give those canceled at their source that a warehouse has and did not ship yet.

        In the folder for canceled ones nobody has to see to them any more.
        """
        parcels = Shipment.across_stores.filter(
            store_id=models.OuterRef("store_id"),
            order_id=models.OuterRef("pk"),
            removed_at=None,
            is_for_child=False,
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
        shipments = Shipment.across_stores.filter(removed_at=None).order_by("pk")
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
                fields=["store", "deleted_at"],
                name="order_deleted",
                condition=Q(deleted_at__isnull=False),
            ),
            models.Index(
                F("store"),
                F("tag_color"),
                F("added_at").desc(),
                F("id").desc(),
                name="order_by_tag",
                condition=Q(deleted_at=None) & ~Q(tag_color=""),
            ),
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


class OrderLinkQuerySet(models.QuerySet["OrderLink"]):
    """Which orders were made from which."""

    def from_order(self, order: Order) -> Self:
        return self.filter(parent=order).order_by("pk")

    def leading_to(self, order: Order) -> Self:
        return self.filter(child=order).order_by("pk")


class OrderLink(StoreOwned):
    """An order was made from another: a copy, a part split off, or one of several merged."""

    class Kind(models.TextChoices):
        DUPLICATED = "duplicated", "Duplicated"
        SPLIT = "split", "Split"
        MERGED = "merged", "Merged"

    parent = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+", db_index=False)
    child = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    created_at = models.DateTimeField(db_default=Now())

    objects = StoreRows(OrderLinkQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "parent", "child"], name="one_link_a_pair"),
        ]
        indexes = [models.Index(fields=["store", "child"], name="link_by_child")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.parent_id} → {self.child_id}"
