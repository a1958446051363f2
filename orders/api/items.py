"""The lines of an order, one by one."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orders.api.documented import answers, documented
from orders.api.order_body import Item, item_draft
from orders.models import Order, OrderItem
from orders.services import By
from orders.services.items import ITEM_FIELDS, add_items, change_item, remove_item
from orders.shapes import item_json
from stores.api import StoreAPI


class OrderItemSerializer(Item):
    """One line of an order; which one the address says."""

    id = serializers.CharField(read_only=True)


ONE_ITEM = answers("order_item", OrderItemSerializer)


class Items(StoreAPI):
    """The lines of one order. The order's sums follow each change."""

    @documented("Items of an order", answers("order_items", OrderItemSerializer, many=True))
    def index(self, request: Request, order_id: int) -> Response:
        """Give an order's lines, in the order they stand in it."""
        rows = self._items(self._order(order_id)).in_order()
        return self.answer("Order Items Found", order_items=[item_json(row) for row in rows])

    @documented("One item", ONE_ITEM)
    def retrieve(self, request: Request, order_id: int, item_id: int) -> Response:
        """Give one line of an order."""
        item = self._item(order_id, item_id)
        return self.answer("Order Item Found", order_item=item_json(item))

    @documented(
        "Add an item",
        answers("order_item", OrderItemSerializer, status=201),
        OrderItemSerializer,
        changes=True,
    )
    def create(self, request: Request, order_id: int) -> Response:
        """Add a line behind the others."""
        order = self._order(order_id)
        stated = self.stated(OrderItemSerializer, within="order_item")
        add_items(order=order, items=[item_draft(stated)], by=self._by, now=timezone.now())
        added = self._items(order).order_by("pk").last()
        return self._answer_with(added.pk, "Added", status=201)

    @documented("Replace an item", ONE_ITEM, OrderItemSerializer, changes=True)
    def replace(self, request: Request, order_id: int, item_id: int) -> Response:
        """Replace one line: what the body leaves out is cleared. It stays in its place."""
        order = self._item(order_id, item_id).order
        draft = item_draft(self.stated(OrderItemSerializer, within="order_item"))
        # A draft calls one of them otherwise.
        named = {name: name for name in ITEM_FIELDS} | {"variation_list": "variations"}
        values = {column: getattr(draft, name) for column, name in named.items()}
        change_item(order=order, item_id=item_id, values=values, by=self._by, now=timezone.now())
        return self._answer_with(item_id, "Updated")

    @documented("Delete an item", answers(), changes=True)
    def destroy(self, request: Request, order_id: int, item_id: int) -> Response:
        """Take a line off its order."""
        order = self._item(order_id, item_id).order
        remove_item(order=order, item_id=item_id, by=self._by, now=timezone.now())
        return self.answer(f"Order Item {item_id} Deleted")

    @property
    def _by(self) -> By:
        return By.api(self.key.name)

    def _order(self, order_id: int) -> Order:
        order: Order = self.one(self.rows(Order.objects).present(), "order", order_id)
        return order

    def _items(self, order: Order) -> Any:
        return self.rows(OrderItem.objects).filter(order=order)

    def _item(self, order_id: int, item_id: int) -> OrderItem:
        rows = self._items(self._order(order_id)).select_related("order")
        item: OrderItem = self.one(rows, "item", item_id)
        return item

    def _answer_with(self, pk: int, done: str, *, status: int = 200) -> Response:
        # Read anew: the database keeps amounts to four places.
        item = self.rows(OrderItem.objects).get(pk=pk)
        return self.answer(f"Order Item {pk} {done}", status=status, order_item=item_json(item))
