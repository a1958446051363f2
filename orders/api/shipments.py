"""Shipments of an order."""

import json
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orderdesk.lib.carriers import guess_carrier, tracking_url
from orders.api.documented import answers, documented
from orders.api.fields import Loose, Moment, Text
from orders.drafts import ShipmentDraft
from orders.models import Order, Shipment
from orders.services import By, add_shipment
from orders.services.shipments import change_shipment, remove_shipment
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
    order_id: Any = serializers.CharField(read_only=True)
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


# What a shipment, its draft and the contract call the same.
TEXTS = (
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


def shipment_draft(stated: dict[str, Any]) -> ShipmentDraft:
    """Turn a validated shipment into a draft."""
    return ShipmentDraft(
        **{name: stated.get(name, "") for name in TEXTS},
        shipped_date=_shipped(stated),
        lines=stated.get("order_items", []),
    )


def _shipped(stated: dict[str, Any]) -> datetime | None:
    return stated.get("date_shipped") or stated.get("shipment_date")


def _restated(shipment: Shipment, stated: dict[str, Any]) -> dict[str, Any]:
    """Give the columns a validated body changes.

    What is given back as it was shown is no change, though a column may be empty where a default
    is shown. A label is large and left out by many lists, so leaving it out keeps it.
    """
    shown = shipment_json(shipment)
    number = stated["tracking_number"].strip()
    carrier = stated.get("carrier_code", "").strip() or guess_carrier(number)
    built = stated.get("tracking_url") or tracking_url(carrier, number)
    full = {**stated, "tracking_number": number, "carrier_code": carrier, "tracking_url": built}
    texts = {name: full.get(name, "") for name in TEXTS if name != "label_image" or name in full}
    values: dict[str, Any] = {name: text for name, text in texts.items() if text != shown[name]}
    if shipped := _shipped(stated):
        values["shipped_date"] = shipped.date()
    return {**values, "lines": stated.get("order_items", [])}


ONE_SHIPMENT = answers("shipment", ShipmentSerializer)


class Shipments(StoreAPI):
    """The parcels of one order."""

    @documented("Shipments of an order", answers("shipments", ShipmentSerializer, many=True))
    def index(self, request: Request, order_id: int) -> Response:
        """Give an order's shipments, the oldest first."""
        rows = self._shipments(self._order(order_id))
        return self.answer("Shipments Found", shipments=[shipment_json(row) for row in rows])

    @documented("One shipment", ONE_SHIPMENT)
    def retrieve(self, request: Request, order_id: int, shipment_id: int) -> Response:
        """Give one shipment of an order."""
        shipment = self._shipment(order_id, shipment_id)
        return self.answer("Shipment Found", shipment=shipment_json(shipment))

    @documented(
        "Add a shipment",
        answers("shipment", ShipmentSerializer, status=201),
        ShipmentSerializer,
        changes=True,
    )
    def create(self, request: Request, order_id: int) -> Response:
        """Add a shipment; rules for *Shipment is Added* run, and a connected cart is told."""
        order = self._order(order_id)
        stated = self.stated(ShipmentSerializer, within="shipment")
        added = add_stated(order, stated, by=self._by, now=timezone.now())
        return self._answer_with(added.pk, "Added", status=201)

    @documented("Replace a shipment", ONE_SHIPMENT, ShipmentSerializer, changes=True)
    def replace(self, request: Request, order_id: int, shipment_id: int) -> Response:
        """Replace a shipment: what the body leaves out is cleared.

        Its source, its date and its label stay where they are left out.
        """
        shipment = self._shipment(order_id, shipment_id)
        stated = self.stated(ShipmentSerializer, within="shipment")
        values = _restated(shipment, stated)
        change_shipment(shipment=shipment, values=values, by=self._by, now=timezone.now())
        return self._answer_with(shipment_id, "Updated")

    @documented("Delete a shipment", answers(), changes=True)
    def destroy(self, request: Request, order_id: int, shipment_id: int) -> Response:
        """Take a shipment off its order. What the cart was told of it stays told."""
        shipment = self._shipment(order_id, shipment_id)
        remove_shipment(shipment=shipment, by=self._by, now=timezone.now())
        return self.answer(f"Shipment {shipment_id} Deleted")

    @property
    def _by(self) -> By:
        return By.api(self.key.name)

    def _order(self, order_id: int) -> Order:
        order: Order = self.one(self.rows(Order.objects).present(), "order", order_id)
        return order

    def _shipments(self, order: Order) -> Any:
        return self.rows(Shipment.objects).present().filter(order=order).order_by("pk")

    def _shipment(self, order_id: int, shipment_id: int) -> Shipment:
        rows = self._shipments(self._order(order_id))
        shipment: Shipment = self.one(rows, "shipment", shipment_id)
        return shipment

    def _answer_with(self, pk: int, done: str, *, status: int = 200) -> Response:
        # Read anew: the database sets times.
        shipment = self.rows(Shipment.objects).get(pk=pk)
        shown = shipment_json(shipment)
        return self.answer(f"Shipment {pk} {done}", status=status, shipment=shown)


def add_stated(order: Order, stated: dict[str, Any], *, by: By, now: datetime) -> Shipment:
    """Add a validated shipment to an order, with the source it states.

    Raises:
        Refused: if a value does not fit.
    """
    source = stated.get("source") or "Manual"
    added = add_shipment(order=order, draft=shipment_draft(stated), source=source, by=by, now=now)
    assert added is not None  # noqa: S101 - only a draft with an external id can be known
    return added
