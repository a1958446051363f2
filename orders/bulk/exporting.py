"""Exporting many orders as CSV: all fields, one line per item."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.urls import reverse

from orderdesk.lib.spreadsheet import Value, csv_line
from orders.bulk.actions import BulkAction, BulkSettings, Outcome
from orders.models import CUSTOMER_PARTS, SHIPPING_PARTS, BulkJob, Order, OrderItem
from orders.services import By
from stores.models import Store

# As the public API names them, so that one set of names serves both.
PLAIN = (
    "source_name",
    "source_id",
    "email",
    "shipping_method",
    "currency",
    "quantity_total",
    "weight_total",
    "product_total",
    "shipping_total",
    "handling_total",
    "tax_total",
    "discount_total",
    "order_total",
    "refund_total",
    "processor_balance",
    "payment_type",
    "payment_status",
    "processor_response",
    "cc_number_masked",
    "cc_exp",
    "customer_id",
    "ip_address",
    "tag_color",
    "tag_name",
    "fulfillment_name",
    "fulfillment_id",
    *(f"shipping_{part}" for part in SHIPPING_PARTS),
    *(f"customer_{part}" for part in CUSTOMER_PARTS),
)
OF_AN_ITEM = (
    "id",
    "name",
    "code",
    "price",
    "quantity",
    "weight",
    "delivery_type",
    "category_code",
    "fulfillment_method",
)
Column = Callable[[Order, ZoneInfo], Value]


def _of(name: str) -> Column:
    return lambda order, _: cast("Value", getattr(order, name))


# Column → what it holds, from an order and the store's zone.
COLUMNS: dict[str, Column] = {
    "order_id": lambda order, _: order.pk,
    "date_added": lambda order, zone: _moment(order.added_at, zone),
    "date_updated": lambda order, zone: _moment(order.updated_at, zone),
    "folder": lambda order, _: order.folder.name,
    **{name: _of(name) for name in PLAIN},
    "return_address": lambda order, _: _pairs(order.return_address),
    "checkout_data": lambda order, _: _pairs(order.checkout_data),
    "order_metadata": lambda order, _: _pairs(order.order_metadata),
    "discounts": lambda order, _: _listed(order.discount_list, ("name", "code", "amount")),
    "notes": lambda order, _: _listed(order.order_notes, ("date_added", "username", "content")),
    "tracking_numbers": lambda order, _: _parcels(order, "tracking_number"),
    "carriers": lambda order, _: _parcels(order, "carrier_code"),
    "shipped_dates": lambda order, _: _parcels(order, "shipped_date"),
}
HEAD = csv_line([*COLUMNS, *(f"item_{name}" for name in OF_AN_ITEM), "item_variations",
                 "item_metadata"])  # fmt: skip
NO_ITEM: list[Value] = [None] * (len(OF_AN_ITEM) + 2)


class ExportSettings(BulkSettings):
    """How the file is written; {"bom"}."""

    bom = forms.BooleanField(
        label="Mark the file as UTF-8, as Excel needs it for letters like é", required=False
    )


class Export(BulkAction):
    """Writes orders to a file that spreadsheets open."""

    key = "export"
    label = "Export as CSV"
    verb = "Export"
    icon = "file-down"
    done_word = "exported"
    needs = ""
    settings_form = ExportSettings
    changes = False
    chunk = 200

    def leads_to(self, job: BulkJob, order_ids: list[int]) -> str:
        return reverse("orders:job_file", args=[job.store_id, job.pk]) if order_ids else ""

    def run(
        self, orders: list[Order], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        store_id = orders[0].store_id
        zone = ZoneInfo(Store.objects.values_list("timezone", flat=True).get(pk=store_id))
        whole = Order.objects.for_store(store_id).with_lines().select_related("folder")
        found = whole.filter(pk__in=[order.pk for order in orders])
        return {order.pk: Outcome(output=order_lines(order, zone)) for order in found}


def order_lines(order: Order, zone: ZoneInfo) -> str:
    """Give an order's lines of the file: one per item, or one without any.

    Its items and shipments must be fetched. Moments are written in the zone, amounts as numbers.
    """
    own = [column(order, zone) for column in COLUMNS.values()]
    items = [_item(item) for item in order.items.all()] or [NO_ITEM]
    return "".join(csv_line([*own, *item]) for item in items)


def _item(item: OrderItem) -> list[Value]:
    plain = [getattr(item, name) for name in OF_AN_ITEM]
    return [*plain, _pairs(item.variation_list), _pairs(item.metadata)]


def _moment(value: datetime, zone: ZoneInfo) -> str:
    return f"{value.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _pairs(values: Mapping[str, Any]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in values.items() if value != "")


def _listed(rows: list[dict[str, Any]], names: tuple[str, ...]) -> str:
    return "\n".join(", ".join(str(row[name]) for name in names if row.get(name)) for row in rows)


def _parcels(order: Order, name: str) -> str:
    return ", ".join(str(getattr(parcel, name) or "") for parcel in order.shipments.all())
