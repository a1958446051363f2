"""Orders, items and shipments as the contract's plain JSON values.

Ids are text, totals are numbers, an empty map is what `EMPTY_MAP` says.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import to_locale

from inventory.models import InventoryItem
from orders.models import (
    CUSTOMER_PARTS,
    SHIPPING_PARTS,
    Folder,
    Order,
    OrderEvent,
    OrderItem,
    Shipment,
)
from stores.models import Store

# PHP writes an empty map as an empty list, and so do the answers clients were written against.
EMPTY_MAP: Any = []
# Orders take nothing off the stock: it is what the warehouse counts, or a script states.
STOCK_BEHAVIOR = "counted"
LOCALE = to_locale(settings.LANGUAGE_CODE)
RETURN_PARTS = (
    "title",
    "name",
    "company",
    "address1",
    "address2",
    "city",
    "state",
    "postal_code",
    "country",
    "phone",
)


# What an event tells of a parcel. Labels are images, and what they weigh belongs in no event.
PARCEL_COLUMNS = (
    "tracking_number",
    "carrier_code",
    "shipment_method",
    "weight",
    "cost",
    "status",
    "tracking_url",
    "lines",
    "source",
    "cart_shipment_id",
    "shipped_date",
)


def parcel_told(shipment: Shipment) -> dict[str, Any]:
    """Give what an event tells of a parcel."""
    told = {name: getattr(shipment, name) for name in PARCEL_COLUMNS}
    return {**told, "shipped_date": told["shipped_date"] and told["shipped_date"].isoformat()}


def shown_moment(value: datetime, zone: tzinfo = UTC) -> str:
    """Show a moment as the contract does: in UTC, to the second, without naming the zone."""
    return value.astimezone(zone).replace(tzinfo=None).isoformat(" ", "seconds")


def number(value: Decimal) -> int | float:
    """Give an amount as a JSON number, whole ones without a decimal point."""
    return int(value) if value == value.to_integral_value() else float(value)


def flat(value: Mapping[str, Any]) -> Any:
    """Give a map, or what stands for an empty one."""
    return dict(value) if value else EMPTY_MAP


def order_json(
    order: Order,
    *,
    email_count: int,
    labels: bool,
    history: list[OrderEvent] | None = None,
) -> dict[str, Any]:
    """Give an order with its lines and shipments, which must be fetched already.

    `labels` tells whether the shipments' labels are shown, and so were fetched.
    """
    told = {} if history is None else {"order_history": [event_json(each) for each in history]}
    return {
        "id": str(order.pk),
        "source_id": order.source_id,
        "source_name": order.source_name,
        "email": order.email,
        "shipping_method": order.shipping_method,
        **_totals(order),
        "cc_number_masked": order.cc_number_masked,
        "cc_exp": order.cc_exp,
        "processor_response": order.processor_response,
        "payment_type": order.payment_type,
        "payment_status": order.payment_status,
        "processor_balance": number(order.processor_balance),
        "refund_total": number(order.refund_total),
        "customer_id": order.customer_id,
        "email_count": str(email_count),
        "ip_address": order.ip_address,
        "tag_color": order.tag_color,
        "tag_name": order.tag_name,
        "fulfillment_name": order.fulfillment_name,
        "fulfillment_id": order.fulfillment_id,
        "folder_id": order.folder_id,
        "date_added": shown_moment(order.added_at),
        "date_updated": shown_moment(order.updated_at),
        "shipping": {part: getattr(order, f"shipping_{part}") for part in SHIPPING_PARTS},
        "customer": {part: getattr(order, f"customer_{part}") for part in CUSTOMER_PARTS},
        "return_address": {part: order.return_address.get(part, "") for part in RETURN_PARTS},
        "checkout_data": flat(order.checkout_data),
        "order_metadata": flat(order.order_metadata),
        "discount_list": order.discount_list,
        "order_notes": order.order_notes,
        "order_items": [item_json(item) for item in order.items.all()],
        "order_shipments": [shipment_json(each, labels=labels) for each in order.shipments.all()],
        **told,
    }


def _totals(order: Order) -> dict[str, Any]:
    return {
        "quantity_total": number(order.quantity_total),
        "weight_total": number(order.weight_total),
        "product_total": number(order.product_total),
        "shipping_total": number(order.shipping_total),
        "handling_total": number(order.handling_total),
        "tax_total": number(order.tax_total),
        "discount_total": number(order.discount_total),
        "order_total": number(order.order_total),
    }


def item_json(item: OrderItem) -> dict[str, Any]:
    """Give one line of an order."""
    return {
        "id": str(item.pk),
        "name": item.name,
        "price": number(item.price),
        "quantity": number(item.quantity),
        "weight": number(item.weight),
        "code": item.code,
        "delivery_type": item.delivery_type,
        "category_code": item.category_code,
        "fulfillment_method": item.fulfillment_method,
        "variation_list": flat(item.variation_list),
        "metadata": flat(item.metadata),
    }


def shipment_json(shipment: Shipment, *, labels: bool = True) -> dict[str, Any]:
    """Give one shipment, every value as text; without `labels` the label's image is left out."""
    return {
        "id": str(shipment.pk),
        "order_id": str(shipment.order_id),
        "store_id": str(shipment.store_id),
        "tracking_number": shipment.tracking_number,
        "carrier_code": shipment.carrier_code,
        "shipment_method": shipment.shipment_method,
        "weight": shipment.weight or "0",
        "cost": shipment.cost or "0",
        "status": shipment.status,
        "tracking_url": shipment.tracking_url,
        "label_format": shipment.label_format,
        **({"label_image": shipment.label_image} if labels else {}),
        "print_status": shipment.print_status or "1",
        "order_items": json.dumps(shipment.lines, ensure_ascii=False) if shipment.lines else "",
        "source": shipment.source,
        "cart_shipment_id": shipment.cart_shipment_id,
        "label_shipment_id": shipment.label_shipment_id,
        "date_shipped": shipment.shipped_date.isoformat() if shipment.shipped_date else "",
        "date_added": shown_moment(shipment.added_at),
    }


def inventory_item_json(item: InventoryItem) -> dict[str, Any]:
    """Give one item of the inventory."""
    return {
        "id": str(item.pk),
        "name": item.name,
        "code": item.code,
        "price": number(item.price),
        "cost": number(item.cost),
        "weight": number(item.weight),
        "stock": item.stock,
        "manufacturer_sku": item.manufacturer_sku,
        "location": item.location,
        "variation_list": flat(item.variation_list),
        "metadata": flat(item.metadata),
        "update_source": item.update_source,
        "date_added": shown_moment(item.added_at),
        "date_updated": shown_moment(item.updated_at),
    }


def event_json(event: OrderEvent) -> dict[str, Any]:
    """Give one line of an order's history."""
    return {
        "id": str(event.pk),
        "date_added": shown_moment(event.happened_at),
        "username": event.actor_name or event.get_actor_display(),
        "content": event.details.get("note") or event.sentence,
    }


def store_json(store: Store, folders: list[Folder], shipping_methods: list[str]) -> dict[str, Any]:
    """Give a store's settings, without anything secret."""
    language = settings.LANGUAGE_CODE.partition("-")[0]
    return {
        "id": str(store.pk),
        "name": store.name,
        "country": store.country,
        "currency": store.currency,
        "timezone": store.timezone,
        "locale": f"{language}_{store.country}" if store.country else LOCALE,
        "date_format": store.date_format,
        "phone_format": store.phone_format,
        "country_format": store.country_format,
        "ioss_number": store.ioss_number,
        "stock_behavior": STOCK_BEHAVIOR,
        "shipping_methods": shipping_methods,
        "date_added": shown_moment(store.created_at),
        "folders": flat({str(folder.pk): folder.name for folder in folders}),
    }
