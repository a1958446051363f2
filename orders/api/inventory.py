"""Items of the inventory: list, get, create, replace, delete, and many at once."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any

from django.db.models import Q
from django.utils import timezone
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.counts import CODE_LENGTH, LARGEST_COUNT, NAME_LENGTH
from inventory.drafts import COLUMNS, ItemDraft
from inventory.models import InventoryItem, InventoryItemQuerySet
from inventory.services import create_item, delete_item, put_items
from orderdesk.lib.ids import id_in
from orders.api.documented import answers, documented
from orders.api.fields import FlatMap, Loose, Moment, Number, Text, Whole, rows_of
from orders.api.listing import bound
from orders.api.paging import PageQuery, Sort, page_of
from orders.shapes import inventory_item_json
from stores.api import StoreAPI

ROWS_ALLOWED = 5000
MODIFIED = (("modified_start_date", "gte"), ("modified_end_date", "lt"))


class InventoryItemSerializer(Loose):
    """A thing the store sells; its code is its own in the store."""

    id: Any = serializers.CharField(read_only=True)
    name = Text(required=True, allow_blank=False, max_length=NAME_LENGTH)
    code = Text(required=True, allow_blank=False, max_length=CODE_LENGTH)
    price = Number()
    cost = Number()
    weight = Number(at_least_zero=True)
    stock = Whole(most=LARGEST_COUNT)
    manufacturer_sku = Text(max_length=120)
    location = Text(max_length=120, help_text="The warehouse or fulfillment method.")
    variation_list = FlatMap()
    metadata = FlatMap()
    update_source = Text(
        max_length=80, help_text="Who changes the stock; the key's name where it is left out."
    )
    date_added = serializers.CharField(read_only=True)
    date_updated = serializers.CharField(read_only=True)


class InventoryRow(InventoryItemSerializer):
    """An item in full, known by its id or, without one, by its code."""

    id = Text()

    def validate_id(self, value: str) -> int | None:
        pk = id_in(value)
        if value and not pk:
            raise serializers.ValidationError("is not an item's id.")
        return pk


class WrappedRows(Loose):
    """Rows within an object."""

    inventory_items = rows_of(InventoryRow, ROWS_ALLOWED, required=True, allow_empty=False)


class InventoryQuery(PageQuery):
    """The parameters of a list of items; an empty one counts as absent, others are ignored."""

    code = serializers.CharField(required=False, allow_blank=True, help_text="The exact code.")
    search = serializers.CharField(
        required=False, allow_blank=True, help_text="A part of the name or of the code."
    )
    modified_start_date = serializers.CharField(
        required=False, allow_blank=True, help_text="UTC, inclusive."
    )
    modified_end_date = serializers.CharField(
        required=False, allow_blank=True, help_text="UTC, inclusive."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        for name, comparison in MODIFIED:
            try:
                if name in attrs:
                    attrs[name] = bound(attrs[name], UTC, is_end=comparison == "lt")
            except ValueError:
                message = Moment.default_error_messages["invalid"]
                raise serializers.ValidationError({name: message}) from None
        return attrs


ANY_FORM = PolymorphicProxySerializer(
    component_name="BatchOfInventoryItems",
    serializers=[InventoryRow(many=True), WrappedRows],
    resource_type_field_name=None,
    many=False,
)
ONE_ITEM = answers("inventory_item", InventoryItemSerializer)


class Inventory(StoreAPI):
    """The store's items."""

    @documented(
        "Inventory items",
        answers("inventory_items", InventoryItemSerializer, many=True, paged=True),
        query=InventoryQuery,
        refuses=(400,),
    )
    def index(self, request: Request) -> Response:
        """Give a page of the items that fit every parameter, the oldest first."""
        query = InventoryQuery(data=request.query_params, context={"model": InventoryItem})
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        rows = _listed(self.rows(InventoryItem.objects), asked)
        page = page_of(
            rows,
            sort=Sort("pk", is_descending=False),
            query=asked,
            request=request,
            total=rows.count,
        )
        shown = [inventory_item_json(row) for row in page.rows]
        return self.answer("Inventory Items Found", **page.told, inventory_items=shown)

    @documented("One inventory item", ONE_ITEM)
    def retrieve(self, request: Request, item_id: int) -> Response:
        """Give one item."""
        shown = inventory_item_json(self._item(item_id))
        return self.answer("Inventory Item Found", inventory_item=shown)

    @documented(
        "Add an inventory item",
        answers("inventory_item", InventoryItemSerializer, status=201),
        InventoryItemSerializer,
        changes=True,
    )
    def create(self, request: Request) -> Response:
        """Add an item. A code that another item has is refused with 409."""
        stated = self.stated(InventoryItemSerializer, within="inventory_item")
        added = create_item(
            store=self.api_store, draft=_draft(stated), source=self.key.name, now=timezone.now()
        )
        return self._answer_with(added.pk, "Added", status=201)

    @documented("Replace an inventory item", ONE_ITEM, InventoryItemSerializer, changes=True)
    def replace(self, request: Request, item_id: int) -> Response:
        """Replace an item whole: what the body leaves out is cleared, its stock is 0."""
        item = self._item(item_id)
        stated = self.stated(InventoryItemSerializer, within="inventory_item")
        self._put([_draft(stated, pk=item.pk)])
        return self._answer_with(item.pk, "Updated")

    @documented("Delete an inventory item", answers(), changes=True)
    def destroy(self, request: Request, item_id: int) -> Response:
        """Delete an item and the story of its stock. Orders that have its code keep it."""
        delete_item(item=self._item(item_id))
        return self.answer(f"Inventory Item {item_id} Deleted")

    def _item(self, item_id: int) -> InventoryItem:
        rows = self.rows(InventoryItem.objects)
        item: InventoryItem = self.one(rows, "inventory item", item_id)
        return item

    def _put(self, drafts: Sequence[ItemDraft]) -> list[InventoryItem]:
        return put_items(
            store=self.api_store, drafts=drafts, source=self.key.name, now=timezone.now()
        )

    def _answer_with(self, pk: int, done: str, *, status: int = 200) -> Response:
        # Read anew: the database keeps amounts to four places.
        shown = inventory_item_json(self._item(pk))
        return self.answer(f"Inventory Item {pk} {done}", status=status, inventory_item=shown)


class BatchInventory(Inventory):
    """Many items at once."""

    @documented(
        "Replace many inventory items",
        answers("inventory_items", InventoryItemSerializer, many=True, named="BatchInventory"),
        ANY_FORM,
        changes=True,
    )
    def replace_many(self, request: Request) -> Response:
        """Replace items whole, all of them or, if one does not fit, none.

        The body is a list of items, or an object with that list as `inventory_items`. An item is
        known by its id or, without one, by its code; a code that is not here becomes an item.
        """
        rows = _rows(request.data)
        serializer = InventoryRow(data=rows, many=True)
        serializer.is_valid(raise_exception=True)
        put = self._put([_draft(row, pk=row.get("id")) for row in serializer.validated_data])
        wanted = [row.pk for row in put]
        kept = self.rows(InventoryItem.objects).in_bulk(wanted)
        shown = [inventory_item_json(kept[pk]) for pk in wanted]
        return self.answer(f"{len(shown)} Inventory Items Updated", inventory_items=shown)


def _listed(rows: InventoryItemQuerySet, asked: dict[str, Any]) -> InventoryItemQuerySet:
    if "code" in asked:
        rows = rows.filter(code=asked["code"])
    if search := asked.get("search"):
        rows = rows.filter(Q(code__icontains=search) | Q(name__icontains=search))
    for name, comparison in MODIFIED:
        if name in asked:
            rows = rows.filter(**{f"updated_at__{comparison}": asked[name]})
    return rows


def _rows(body: Any) -> list[Any]:
    rows = body.get("inventory_items") if isinstance(body, dict) else body
    if not isinstance(rows, list) or not rows:
        raise exceptions.ParseError(
            "inventory_items: The body must be a list of items, or an object with that list."
        )
    if len(rows) > ROWS_ALLOWED:
        raise exceptions.ParseError(
            f"inventory_items has {len(rows):,} items; at most {ROWS_ALLOWED:,} go."
        )
    return rows


def _draft(stated: dict[str, Any], *, pk: int | None = None) -> ItemDraft:
    values = {name: stated[name] for name in (*COLUMNS, "update_source") if name in stated}
    values["stock"] = int(values.get("stock", 0))
    return ItemDraft(**values, pk=pk)
