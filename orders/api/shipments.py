"""Shipments of an order."""

import json
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orders.api.documented import answers, documented
from orders.api.fields import Loose, Moment, Text
from orders.drafts import ShipmentDraft
from orders.models import Order, Shipment
from orders.services import By, add_shipment
from orders.shapes import shipment_json
from stores.api import StoreAPI

LINE_PARTS = ("code", "name", "quantity")
LABEL_ALLOWED = 1_000_000


@extend_schema_field({"type": "string", "description": "A list as JSON text, or empty."})
class ShippedItems(serializers.Field[list[dict[str, str]], Any, Any, Any]):
    """What is in the parcel: a list of {"code", "name", "quantity"}, itself or as JSON text."""

    default_error_messages = {
        "invalid": "must be a list of objects with code, name and quantity, or that as JSON text."
    }

    def to_internal_value(self, data: Any) -> list[dict[str, str]]:
        if isinstance(data, str):
            data = self._unpacked(data)
        if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
            self.fail("invalid")
        return [
            {part: Text().run_validation(row[part]) for part in LINE_PARTS if row.get(part)}
            for row in data
        ]

    def _unpacked(self, text: str) -> Any:
        if not text.strip():
            return []
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            return self.fail("invalid")


class ShipmentSerializer(Loose):
    """A shipment. Without a carrier the hub guesses it from the number's form."""

    id = serializers.CharField(read_only=True)
    order_id = serializers.CharField(read_only=True)
    store_id = serializers.CharField(read_only=True)
    tracking_number = Text(required=True, allow_blank=False, help_text="n/a where there is none.")
    carrier_code = Text()
    shipment_method = Text()
    weight = Text()
    cost = Text()
    status = Text()
    tracking_url = Text(help_text="Built from the carrier's name where it is left out.")
    label_format = Text()
    label_image = Text(
        max_length=LABEL_ALLOWED,
        help_text=f"At most {LABEL_ALLOWED:,} characters. Lists of orders leave it out.",
    )
    print_status = Text()
    order_items = ShippedItems(required=False)
    source = Text(help_text="Manual where it is left out.")  # type: ignore[assignment]
    cart_shipment_id = Text()
    label_shipment_id = Text()
    date_shipped = Moment(help_text="Today where it is left out.")
    shipment_date = Moment(write_only=True, help_text="Another name for date_shipped.")
    date_added = serializers.CharField(read_only=True)

    def validate_tracking_url(self, value: str) -> str:
        if value and not value.startswith(("https://", "http://")):
            raise serializers.ValidationError("must begin with https:// or http://.")
        return value


def shipment_draft(stated: dict[str, Any]) -> ShipmentDraft:
    """Turn a validated shipment into a draft."""
    names = (
        "tracking_number",
        "carrier_code",
        "shipment_method",
        "weight",
        "cost",
        "status",
        "tracking_url",
        "label_format",
        "label_image",
        "print_status",
        "cart_shipment_id",
        "label_shipment_id",
    )
    return ShipmentDraft(
        **{name: stated.get(name, "") for name in names},
        shipped_date=stated.get("date_shipped") or stated.get("shipment_date"),
        lines=stated.get("order_items", []),
    )


class Shipments(StoreAPI):
    """The parcels of one order."""

    @documented("Shipments of an order", answers("shipments", ShipmentSerializer, many=True))
    def index(self, request: Request, order_id: int) -> Response:
        """Give an order's shipments, the oldest first."""
        rows = self._shipments(self._order(order_id))
        return self.answer("Shipments Found", shipments=[shipment_json(row) for row in rows])

    @documented("One shipment", answers("shipment", ShipmentSerializer))
    def retrieve(self, request: Request, order_id: int, shipment_id: int) -> Response:
        """Give one shipment of an order."""
        shipment = self.one(self._shipments(self._order(order_id)), "shipment", shipment_id)
        return self.answer("Shipment Found", shipment=shipment_json(shipment))

    @documented(
        "Add a shipment", answers("shipment", ShipmentSerializer, status=201), ShipmentSerializer
    )
    def create(self, request: Request, order_id: int) -> Response:
        """Add a shipment; rules for *Shipment is Added* run, and a connected cart is told."""
        order = self._order(order_id)
        stated = self.stated(ShipmentSerializer)
        added = add_shipment(
            order=order,
            draft=shipment_draft(stated),
            source=stated.get("source") or "Manual",
            by=By.api(self.key.name),
            now=timezone.now(),
        )
        assert added is not None  # noqa: S101 - only a draft with an external id can be known
        added.refresh_from_db()
        return self.answer(f"Shipment {added.pk} Added", status=201, shipment=shipment_json(added))

    def _order(self, order_id: int) -> Order:
        order: Order = self.one(self.rows(Order.objects).present(), "order", order_id)
        return order

    def _shipments(self, order: Order) -> Any:
        return self.rows(Shipment.objects).present().filter(order=order).order_by("pk")
