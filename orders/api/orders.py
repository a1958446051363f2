"""Orders: list, get, create, replace, delete, and a line for the history."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orders.api.documented import answers, documented
from orders.api.fields import FlatMap, Loose, Moment, Number, Text
from orders.api.listing import OrderQuery, listed
from orders.api.shipments import ShipmentSerializer, shipment_draft
from orders.drafts import Address, ItemDraft, OrderDraft
from orders.models import Folder, Order, OrderEvent, OrderItem, OrderQuerySet
from orders.services import (
    By,
    add_history,
    add_shipments,
    create_order,
    delete_order,
    replace_order,
    restate_origin,
)
from orders.shapes import RETURN_PARTS, order_json, shown_moment
from stores.api import StoreAPI

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
    amount = Number(at_least_zero=True, required=True)

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

    id = Text(help_text="Absent or empty for a new line.")
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


def _rows(shape: type[Loose], allowed: int, **kwargs: Any) -> Any:
    """Make a list of objects of this shape; a longer one is refused before it is looked into."""
    options: dict[str, Any] = {"many": True, "required": False, "max_length": allowed, **kwargs}
    return shape(**options)


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
    discount_list = _rows(Discount, LIST_ALLOWED)
    order_notes = _rows(Note, LIST_ALLOWED)
    order_items = _rows(Item, ITEMS_ALLOWED)
    order_shipments = _rows(
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


class HistoryNote(Loose):
    """A line for an order's history."""

    note = Text(required=True, allow_blank=False, max_length=NOTE_ALLOWED)
    source_name = Text(max_length=80, help_text="Who writes it; the key's name where left out.")


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
        items=tuple(_item(row, lines) for row in stated.get("order_items", [])),
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


def _item(stated: dict[str, Any], lines: dict[int, str]) -> ItemDraft:
    pk = stated.get("id") if lines else None
    numbers = {name: stated[name] for name in ("price", "quantity", "weight") if name in stated}
    return ItemDraft(
        name=stated["name"],
        code=stated.get("code", ""),
        delivery_type=stated.get("delivery_type") or "ship",
        category_code=stated.get("category_code", ""),
        fulfillment_method=stated.get("fulfillment_method", ""),
        source_line_id=lines.get(pk, "") if pk else "",
        variations=stated.get("variation_list", {}),
        metadata=stated.get("metadata", {}),
        pk=pk,
        **numbers,
    )


class Orders(StoreAPI):
    """The store's orders."""

    @documented(
        "Orders",
        answers("orders", OrderSerializer, many=True, paged=True),
        query=OrderQuery,
        refuses=(400,),
    )
    def index(self, request: Request) -> Response:
        """Give a page of the orders that fit every parameter; parameters not listed are ignored.

        Shipments stand in it without `label_image`; ask for the order, or its shipments, to get it.
        """
        query = OrderQuery(data=request.query_params, context={"store": self.api_store})
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        rows = listed(self._orders(), asked)
        start = asked["offset"]
        page = list(rows.with_lines()[start : start + asked["limit"]])
        return self.answer(
            "Orders Found",
            total_records=rows.count(),
            records_returned=len(page),
            offset=start,
            limit=asked["limit"],
            orders=self._shown(page, with_history=asked["get_order_history"]),
        )

    @documented("One order", answers("order", OrderSerializer))
    def retrieve(self, request: Request, order_id: int) -> Response:
        """Give an order with its items and shipments."""
        order = self.one(self._orders().with_lines(labels=True), "order", order_id)
        with_history = request.query_params.get("get_order_history", "") in ("1", "true", "True")
        shown = self._shown([order], labels=True, with_history=with_history)[0]
        return self.answer("Order Found", order=shown)

    @documented(
        "Add an order",
        answers("order", OrderSerializer, status=201),
        OrderSerializer,
        refuses=(409,),
    )
    def create(self, request: Request) -> Response:
        """Add an order; rules for *Order is Imported* run.

        It needs an item, and a name or company in one of its addresses; where only one address is
        stated it counts for both.
        """
        stated = self.stated(OrderSerializer, order=None, username=self.key.name)
        now = timezone.now()
        order = create_order(
            store=self.api_store,
            draft=order_draft(stated, None),
            by=self._by,
            now=now,
            folder=self._folder(stated),
        )
        self._ship(order, stated, now)
        return self._answer_with(order.pk, f"Order {order.pk} Added", status=201)

    @documented(
        "Replace an order", answers("order", OrderSerializer), OrderSerializer, refuses=(409,)
    )
    def replace(self, request: Request, order_id: int) -> Response:
        """Replace the whole order: what the body leaves out is cleared, absent items are removed.

        Number, channel and date stay where they are left out; the folder stays always. Items with
        an id change that line, others are added. Shipments are never removed by this.
        """
        order = self.one(self._orders().with_lines(), "order", order_id)
        stated = self.stated(OrderSerializer, order=order, username=self.key.name)
        now = timezone.now()
        restate_origin(
            order=order,
            source_name=stated.get("source_name", "").strip(),
            source_id=stated.get("source_id", "").strip(),
            placed_at=stated.get("date_added"),
            by=self._by,
            now=now,
        )
        replaced = replace_order(
            order=order, draft=order_draft(stated, order), by=self._by, now=now
        )
        self._ship(replaced, stated, now)
        return self._answer_with(order.pk, f"Order {order.pk} Updated")

    @documented("Delete an order", answers())
    def destroy(self, request: Request, order_id: int) -> Response:
        """Delete an order. Its history is kept; its number cannot be used again."""
        order = self.one(self._orders(), "order", order_id)
        delete_order(order=order, by=self._by, now=timezone.now())
        return self.answer(f"Order {order_id} Deleted")

    @documented("Add a line to an order's history", answers(status=201), HistoryNote)
    def add_history(self, request: Request, order_id: int) -> Response:
        """Write a line into an order's history; it cannot be changed afterwards."""
        order = self.one(self._orders(), "order", order_id)
        stated = self.stated(HistoryNote)
        name = stated.get("source_name", "").strip()
        by = By.api(f"{name} ({self.key.name})") if name else self._by
        add_history(order=order, note=stated["note"], by=by)
        return self.answer(f"Order {order_id} History Added", status=201)

    @property
    def _by(self) -> By:
        return By.api(self.key.name)

    def _orders(self) -> OrderQuerySet:
        return self.rows(Order.objects).present()

    def _folder(self, stated: dict[str, Any]) -> Folder | None:
        if not stated.get("folder_id"):
            return None
        pk = stated["folder_id"]
        folder = self.rows(Folder.objects).filter(pk=int(pk)).first() if pk == int(pk) else None
        if folder is None:
            raise serializers.ValidationError(
                {"folder_id": [f"There is no folder {pk.normalize():f} in this store."]}
            )
        return folder

    def _ship(self, order: Order, stated: dict[str, Any], now: datetime) -> None:
        """Add each shipment with the source it states."""
        for row in stated.get("order_shipments", []):
            add_shipments(
                order=order,
                drafts=[shipment_draft(row)],
                source=row.get("source") or "Manual",
                by=self._by,
                now=now,
            )

    def _answer_with(self, pk: int, message: str, *, status: int = 200) -> Response:
        # Read anew: the database rounds amounts and sets times.
        order = self._orders().with_lines(labels=True).get(pk=pk)
        return self.answer(message, status=status, order=self._shown([order], labels=True)[0])

    def _shown(
        self, page: Sequence[Order], *, labels: bool = False, with_history: bool = False
    ) -> Any:
        """Show orders with one query for all their e-mail counts and one for all their history."""
        counts = self._orders().count_by_email({order.email for order in page})
        history = self._history(page) if with_history else {}
        return [
            order_json(
                order,
                email_count=counts.get(order.email, 0),
                labels=labels,
                history=history.get(order.pk, []) if with_history else None,
            )
            for order in page
        ]

    def _history(self, page: Sequence[Order]) -> dict[int, list[OrderEvent]]:
        events: dict[int, list[OrderEvent]] = {}
        rows = self.rows(OrderEvent.objects).filter(order__in=[order.pk for order in page])
        for event in rows.order_by("pk"):
            events.setdefault(event.order_id, []).append(event)
        return events
