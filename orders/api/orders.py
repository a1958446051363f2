"""Orders: list, get, create, replace, delete, and a line for the history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from orders.api.documented import answers, documented, tagged
from orders.api.fields import Loose, Text
from orders.api.listing import OrderQuery, asks_for_whole_folders, listed, sort_of
from orders.api.order_body import NOTE_ALLOWED, OrderSerializer, order_draft
from orders.api.paging import page_of
from orders.api.shipments import add_stated
from orders.api.tags import is_unchanged, refuse_unless_matched, tag_of
from orders.models import Folder, Order, OrderEvent, OrderQuerySet
from orders.services import (
    By,
    add_history,
    create_order,
    delete_order,
    replace_order,
    restate_origin,
)
from orders.shapes import order_json
from stores.api import StoreAPI


class HistoryQuery(serializers.Serializer[Any]):
    """What one order may be asked with."""

    get_order_history = serializers.BooleanField(
        required=False, default=False, help_text="Adds order_history."
    )

    def run_validation(self, data: Any = serializers.empty) -> Any:
        asked = data.get("get_order_history", "")
        return super().run_validation({"get_order_history": asked} if asked != "" else {})


class HistoryNote(Loose):
    """A line for an order's history."""

    note = Text(required=True, allow_blank=False, max_length=NOTE_ALLOWED)
    source_name = Text(max_length=80, help_text="Who writes it; the key's name where left out.")


ONE_ORDER = answers("order", OrderSerializer)


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
        context = {"store": self.api_store, "model": Order}
        query = OrderQuery(data=request.query_params, context=context)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        rows = listed(self._orders(), asked)
        page = page_of(
            rows,
            sort=sort_of(asked),
            query=asked,
            request=request,
            total=lambda: self._total(rows, asked),
            fetched=lambda rows: rows.with_lines(),
        )
        shown = self._shown(page.rows, with_history=asked["get_order_history"])
        return self.answer("Orders Found", **page.told, orders=shown)

    @documented(
        "One order", ONE_ORDER, query=HistoryQuery, headers=tagged("If-None-Match"), refuses=(400,)
    )
    def retrieve(self, request: Request, order_id: int) -> HttpResponseBase:
        """Give an order with its items and shipments."""
        query = HistoryQuery(data=request.query_params.dict())
        query.is_valid(raise_exception=True)
        order = self.one(self._orders().with_lines(labels=True), "order", order_id)
        with_history = query.validated_data["get_order_history"]
        tag = tag_of(order)
        # The history grows without the order changing, so it is always told.
        if not with_history and is_unchanged(request, tag):
            return HttpResponse(status=304, headers={"ETag": tag})
        shown = self._shown([order], labels=True, with_history=with_history)[0]
        return _tagged(self.answer("Order Found", order=shown), tag)

    @documented(
        "Add an order",
        answers("order", OrderSerializer, status=201),
        OrderSerializer,
        headers=tagged(),
        changes=True,
    )
    def create(self, request: Request) -> Response:
        """Add an order; rules for *Order is Imported* run.

        It needs an item, and a name or company in one of its addresses; where only one address is
        stated it counts for both. A number its channel has already is refused with 409, whatever
        the store does with the numbers of orders that are added by hand.
        """
        stated = self.stated(OrderSerializer, within="order", order=None, username=self.key.name)
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
        "Replace an order",
        ONE_ORDER,
        OrderSerializer,
        headers=tagged("If-Match"),
        refuses=(412,),
        changes=True,
    )
    def replace(self, request: Request, order_id: int) -> Response:
        """Replace the whole order: what the body leaves out is cleared, absent items are removed.

        Number, channel and date stay where they are left out; the folder stays always. Items with
        an id change that line, others are added. Shipments are never removed by this.
        """
        order = self._as_stated(order_id)
        stated = self.stated(OrderSerializer, within="order", order=order, username=self.key.name)
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

    @documented(
        "Delete an order", answers(), headers=tagged("If-Match"), refuses=(412,), changes=True
    )
    def destroy(self, request: Request, order_id: int) -> Response:
        """Delete an order. Its history is kept; its number cannot be used again."""
        order = self._as_stated(order_id)
        delete_order(order=order, by=self._by, now=timezone.now())
        return self.answer(f"Order {order_id} Deleted")

    @documented("Add a line to an order's history", answers(), HistoryNote, changes=True)
    def add_history(self, request: Request, order_id: int) -> Response:
        """Write a line into an order's history; it cannot be changed afterwards."""
        order = self.one(self._orders(), "order", order_id)
        stated = self.stated(HistoryNote)
        name = stated.get("source_name", "").strip()
        by = By.api(f"{name} ({self.key.name})") if name else self._by
        add_history(order=order, note=stated["note"], by=by)
        return self.answer(f"Order {order_id} History Added")

    @property
    def _by(self) -> By:
        return By.api(self.key.name)

    def _orders(self) -> OrderQuerySet:
        return self.rows(Order.objects).present()

    def _total(self, rows: OrderQuerySet, asked: dict[str, Any]) -> int:
        """Count the orders of a list; those of whole folders are counted already."""
        if not asks_for_whole_folders(asked):
            return rows.count()
        folders = self.rows(Folder.objects).with_counts()
        if "folder_id" in asked:
            folders = folders.filter(pk__in=asked["folder_id"])
        if "folder_name" in asked:
            folders = folders.filter(name=asked["folder_name"])
        return sum(folder.order_count for folder in folders)

    def _as_stated(self, order_id: int) -> Order:
        """Lock an order that is as the caller says it must be, and give it with its lines."""
        locked = self._orders().select_for_update(of=("self",)).with_lines()
        order: Order = self.one(locked, "order", order_id)
        refuse_unless_matched(self.request, tag_of(order))
        return order

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
        for row in stated.get("order_shipments", []):
            add_stated(order, row, by=self._by, now=now)

    def _answer_with(self, pk: int, message: str, *, status: int = 200) -> Response:
        # Read anew: the database rounds amounts and sets times.
        order = self._orders().with_lines(labels=True).get(pk=pk)
        shown = self._shown([order], labels=True)[0]
        return _tagged(self.answer(message, status=status, order=shown), tag_of(order))

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


def _tagged(response: Response, tag: str) -> Response:
    response["ETag"] = tag
    return response
