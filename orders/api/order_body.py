"""An order as clients state it, field by field, and its way to a draft."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from orders.api.fields import FlatMap, Loose, Moment, Number, Text, TextNumber, rows_of
from orders.api.shipments import ShipmentSerializer
from orders.drafts import Address, ItemDraft, OrderDraft
from orders.models import Order, OrderItem
from orders.shapes import RETURN_PARTS, shown_moment

PAYMENT_STATUSES = (
    "Approved",
    "Authorized",
    "Captured",
    "Fully Refunded",
    "Partially Refunded",
    "Pending",
    "Rejected",
    "Voided",
)
_STATUSES = {status.lower(): status for status in PAYMENT_STATUSES}
NOTE_ALLOWED = 1800
ITEMS_ALLOWED = 5000
LIST_ALLOWED = 1000
# Names that may stand beside the nested addresses instead of inside them.
NAME_PARTS = ("first_name", "last_name", "company")
# Columns an order and its draft share by name and the caller may state as text.
TEXTS = (
    "email",
    "shipping_method",
    "cc_exp",
    "processor_response",
    "payment_type",
    "customer_id",
    "ip_address",
    "fulfillment_name",
    "fulfillment_id",
)
CHARGES = ("shipping_total", "handling_total", "tax_total", "refund_total")


class CustomerAddress(Loose):
    """Who pays."""

    first_name = Text()
    last_name = Text()
    company = Text()
    address1 = Text()
    address2 = Text()
    city = Text()
    state = Text()
    postal_code = Text()
    country = Text()
    phone = Text()


class ShippingAddress(CustomerAddress):
    """Where the parcel goes."""

    address3 = Text()
    address4 = Text()


class ReturnAddress(Loose):
    """Where a parcel comes back to."""

    title = Text()
    name = Text()
    company = Text()
    address1 = Text()
    address2 = Text()
    city = Text()
    state = Text()
    postal_code = Text()
    country = Text()
    phone = Text()


class Discount(Loose):
    """One discount; the amount is positive."""

    name = Text()
    code = Text()
    amount = TextNumber(at_least_zero=True, required=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        # Text with two decimals at least, as every discount is kept.
        amount = attrs["amount"].normalize()
        shown = f"{amount:.2f}" if amount == round(amount, 2) else f"{amount:f}"
        return {"name": attrs.get("name", ""), "code": attrs.get("code", ""), "amount": shown}


class Note(Loose):
    """One note on an order."""

    date_added = Moment(help_text="Now where it is left out.")
    username = Text()
    content = Text(required=True, allow_blank=False, max_length=NOTE_ALLOWED)

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        added = attrs.get("date_added") or timezone.now()
        return {
            "date_added": shown_moment(added),
            "username": attrs.get("username") or self.context["username"],
            "content": attrs["content"],
        }


class Item(Loose):
    """One line of an order; on PUT its id says which line of the order it is."""

    id: Any = Text(help_text="Absent or empty for a new line.")
    name = Text(required=True, allow_blank=False)
    price = Number()
    quantity = Number(at_least_zero=True, help_text="1 where it is left out.")
    weight = Number(at_least_zero=True)
    code = Text()
    delivery_type = serializers.ChoiceField(
        [key for key, _ in OrderItem.DELIVERY_TYPES], required=False, allow_blank=True
    )
    category_code = Text()
    fulfillment_method = Text()
    variation_list = FlatMap()
    metadata = FlatMap()

    def validate_id(self, value: str) -> int | None:
        if not value:
            return None
        if not (value.isascii() and value.isdigit() and len(value) <= 18):
            raise serializers.ValidationError("is not an item's id.")
        return int(value)


class OrderSerializer(Loose):
    """An order. On POST and PUT what the hub itself works out is read over."""

    id = serializers.CharField(read_only=True)
    source_id = Text(help_text="The merchant's own number; the hub's id where it is left out.")
    source_name = Text(help_text="The sales channel; Order Desk where it is left out.")
    email = Text()
    shipping_method = Text()
    quantity_total = Number(read_only=True)
    weight_total = Number(read_only=True)
    product_total = Number(read_only=True)
    shipping_total = Number()
    handling_total = Number()
    tax_total = Number()
    discount_total = Number(read_only=True)
    order_total = Number(read_only=True)
    cc_number = Text(write_only=True, help_text="Only the last four digits are kept.")
    cc_number_masked = serializers.CharField(read_only=True)
    cc_exp = Text()
    processor_response = Text()
    payment_type = Text()
    payment_status = Text(help_text=f"One of {', '.join(PAYMENT_STATUSES)}; Captured on POST.")
    processor_balance = Number(help_text="The order's total where it is left out.")
    refund_total = Number()
    customer_id = Text()
    email_count = serializers.CharField(read_only=True)
    ip_address = Text()
    tag_color = serializers.CharField(read_only=True)
    tag_name = serializers.CharField(read_only=True)
    fulfillment_name = Text()
    fulfillment_id = Text()
    folder_id = Number(help_text="Only on POST; the first folder where it is left out.")
    date_added = Moment()
    date_updated = serializers.CharField(read_only=True)
    shipping = ShippingAddress(required=False)
    customer = CustomerAddress(required=False)
    return_address = ReturnAddress(required=False)
    checkout_data = FlatMap(longest=3500, help_text="At most 3,500 characters as JSON.")
    order_metadata = FlatMap(longest=2000, help_text="At most 2,000 characters as JSON.")
    discount_list = rows_of(Discount, LIST_ALLOWED)
    order_notes = rows_of(Note, LIST_ALLOWED)
    order_items = rows_of(Item, ITEMS_ALLOWED)
    order_shipments = rows_of(
        ShipmentSerializer, LIST_ALLOWED, help_text="On PUT those without an id are added."
    )

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            data = {**data, **{part: _with_flat_names(data, part) for part in _addresses(data)}}
            shipments = data.get("order_shipments")
            if self.context["order"] and isinstance(shipments, list):
                # Those given back are here already; they have addresses of their own.
                data["order_shipments"] = [row for row in shipments if not _has_id(row)]
        return super().to_internal_value(data)

    def validate_payment_status(self, value: str) -> str:
        order: Order | None = self.context["order"]
        value = _STATUSES.get(value.strip().lower(), value)
        # A source may state a word of its own; giving it back unchanged is no mistake.
        if not value or value in PAYMENT_STATUSES or (order and value == order.payment_status):
            return value
        raise serializers.ValidationError(f"must be one of {', '.join(PAYMENT_STATUSES)}.")

    def validate_order_items(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        ids = Counter(item["id"] for item in value if item.get("id"))
        if twice := [pk for pk, times in ids.items() if times > 1]:
            raise serializers.ValidationError(f"Item {twice[0]} stands twice.")
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if self.context["order"]:
            if not attrs:
                # A body that got lost on its way must not clear an order.
                raise serializers.ValidationError("The body states nothing of the order.")
            return attrs
        if not attrs.get("order_items"):
            raise serializers.ValidationError({"order_items": ["An order needs an item."]})
        addresses = [attrs.get("shipping", {}), attrs.get("customer", {})]
        if not any(address.get(part) for address in addresses for part in NAME_PARTS):
            raise serializers.ValidationError(
                {"shipping": ["A first name, a last name or a company is needed."]}
            )
        return attrs


def _addresses(data: dict[str, Any]) -> Iterable[str]:
    for whose in ("shipping", "customer"):
        if any(data.get(f"{whose}_{part}") for part in NAME_PARTS):
            yield whose


def _with_flat_names(data: dict[str, Any], whose: str) -> Any:
    nested = data.get(whose) or {}
    if not isinstance(nested, dict):
        return nested
    flat = {part: data[f"{whose}_{part}"] for part in NAME_PARTS if data.get(f"{whose}_{part}")}
    return {**flat, **{part: value for part, value in nested.items() if value}}


def _has_id(row: Any) -> bool:
    return isinstance(row, dict) and bool(row.get("id"))


def order_draft(stated: dict[str, Any], order: Order | None) -> OrderDraft:
    """Turn a validated body into a draft; `order` is the one to be replaced, with its lines."""
    source_id = stated.get("source_id", "").strip()
    number = "".join(letter for letter in stated.get("cc_number", "") if letter.isdigit())
    lines = {item.pk: item.source_line_id for item in order.items.all()} if order else {}
    same: dict[str, Any] = {name: stated.get(name, "") for name in TEXTS}
    same |= {name: stated[name] for name in CHARGES if name in stated}
    if order:
        same |= {"tag_color": order.tag_color, "tag_name": order.tag_name}
    return OrderDraft(
        source_name=stated.get("source_name", "").strip() or "Order Desk",
        source_key=source_id,
        source_id=source_id,
        placed_at=stated.get("date_added"),
        shipping=Address(**stated.get("shipping", {})),
        customer=Address(**stated.get("customer", {})),
        items=tuple(_line(row, lines) for row in stated.get("order_items", [])),
        processor_balance=stated.get("processor_balance"),
        discounts=tuple(stated.get("discount_list", [])),
        payment_status=stated.get("payment_status") or ("" if order else "Captured"),
        cc_number=number[-4:],
        return_address=_full_return_address(stated.get("return_address", {})),
        checkout_data=stated.get("checkout_data", {}),
        metadata=stated.get("order_metadata", {}),
        notes=tuple(stated.get("order_notes", [])),
        **same,
    )


def _full_return_address(stated: dict[str, str]) -> dict[str, str]:
    return {part: stated.get(part, "") for part in RETURN_PARTS} if any(stated.values()) else {}


def _line(stated: dict[str, Any], lines: dict[int, str]) -> ItemDraft:
    pk = stated.get("id") if lines else None
    return item_draft(stated, pk=pk, source_line_id=lines.get(pk, "") if pk else "")


def item_draft(
    stated: dict[str, Any], *, pk: int | None = None, source_line_id: str = ""
) -> ItemDraft:
    """Turn a validated line into a draft; with `pk` it is a line the order has already."""
    numbers = {name: stated[name] for name in ("price", "quantity", "weight") if name in stated}
    return ItemDraft(
        name=stated["name"],
        code=stated.get("code", ""),
        delivery_type=stated.get("delivery_type") or "ship",
        category_code=stated.get("category_code", ""),
        fulfillment_method=stated.get("fulfillment_method", ""),
        source_line_id=source_line_id,
        variations=stated.get("variation_list", {}),
        metadata=stated.get("metadata", {}),
        pk=pk,
        **numbers,
    )
