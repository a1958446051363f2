"""What hangs on an order: its lines and its parcels."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from stores.scoping import StoreOwned, StoreRows

MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 4, "default": 0}


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

    order = models.ForeignKey(
        "orders.Order", on_delete=models.CASCADE, related_name="items", db_index=False
    )
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
    # The line of another order that this one was split, merged or copied from.
    origin = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )

    objects = StoreRows(OrderItemQuerySet)

    class Meta:
        indexes = [
            models.Index(fields=["store", "order", "position"], name="item_by_order"),
            models.Index(fields=["store", "code"], name="item_by_code"),
            models.Index(
                fields=["origin"], name="item_by_origin", condition=Q(origin__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.code or self.name}"


class ShipmentQuerySet(models.QuerySet["Shipment"]):
    """Parcels of orders."""

    def present(self) -> Self:
        """Leave out those that were taken off their order; what was told of them stays told."""
        return self.filter(removed_at=None)

    def known_as(self, *, source: str, external_ids: Iterable[str]) -> Self:
        return self.filter(source=source, external_id__in=list(external_ids))


class Shipment(StoreOwned):
    """One parcel of an order."""

    order = models.ForeignKey(
        "orders.Order", on_delete=models.CASCADE, related_name="shipments", db_index=False
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
    # [{"code", "name", "quantity"}] of what is inside; empty where nobody told. A parcel passed
    # back from another order also has "source_line_id", what the cart calls the line.
    lines = models.JSONField(default=list, blank=True)
    source = models.CharField(max_length=80, default="Manual")
    external_id = models.CharField(max_length=120, blank=True)
    cart_shipment_id = models.CharField(max_length=120, blank=True)
    label_shipment_id = models.CharField(max_length=120, blank=True)
    shipped_date = models.DateField(null=True, blank=True)
    # The parcel of the order made from this one, which this one passes on to the cart.
    origin = models.ForeignKey(
        "self", on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    # What is inside belongs to an order split off from this one: the cart hears of it from here,
    # and it ships nothing of what this order still has.
    is_for_child = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    added_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    removed_at = models.DateTimeField(null=True, blank=True)

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
            models.Index(
                fields=["origin"], name="shipment_by_origin", condition=Q(origin__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.carrier_code} {self.tracking_number}".strip()
