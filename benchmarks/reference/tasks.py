"""One task for each step of an order's way."""

# The type checker's Django plugin was given the hub's settings, not those of this project.
# mypy: ignore-errors

import json
from decimal import Decimal
from typing import Any

import requests
from celery import Task, shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from benchmarks.reference.models import Delivery, Event, Item, Order, Rule, Shipment

RETRIES: dict[str, Any] = {
    "autoretry_for": (requests.RequestException,),
    "retry_backoff": True,
    "max_retries": 8,
}
TIMEOUT = 20


@shared_task(**RETRIES)
def import_order(delivery_id: int) -> None:
    """Bring the order of a message in."""
    told = json.loads(bytes(Delivery.objects.get(pk=delivery_id).body))
    address = told["shipping_address"]
    with transaction.atomic():
        order, is_new = Order.objects.get_or_create(
            store=1,
            source_key=str(told["id"]),
            defaults={
                "number": str(told["order_number"]),
                "email": told["email"],
                "currency": told["currency"],
                "total": Decimal(told["total_price"]),
                "shipping_method": told["shipping_lines"][0]["title"],
                "shipping_name": f"{address['first_name']} {address['last_name']}",
                "shipping_address1": address["address1"],
                "shipping_address2": address["address2"] or "",
                "shipping_city": address["city"],
                "shipping_state": address["province_code"],
                "shipping_postal_code": address["zip"],
                "shipping_country": address["country_code"],
                "shipping_phone": address["phone"],
            },
        )
        if not is_new:
            return
        for line in told["line_items"]:
            Item(
                order=order,
                line_id=str(line["id"]),
                name=line["title"],
                code=line["sku"],
                price=Decimal(line["price"]),
                quantity=line["quantity"],
                weight=Decimal(line["grams"]),
            ).save()
        Event(order=order, sentence="Imported from Shopify").save()
    run_rules.delay(order.pk)


def _holds(order: Order, condition: list[str]) -> bool:
    field, operator, value = condition
    actual = getattr(order, field)
    if operator == "greater_than":
        return bool(actual > Decimal(value))
    return bool(str(actual).casefold() == value.casefold())


@shared_task(**RETRIES)
def run_rules(order_id: int) -> None:
    """Ask each rule and do what it says."""
    order = Order.objects.get(pk=order_id)
    trace = []
    for rule in Rule.objects.filter(store=order.store).order_by("position"):
        fired = all(_holds(order, condition) for condition in rule.conditions)
        trace.append({"rule": rule.name, "fired": fired})
        if fired and rule.action == "send":
            Event(order=order, sentence=f"{rule.name}: to be sent").save()
            send_order.delay(order.pk)
    Event(order=order, sentence="Rules ran", details={"rules": trace}).save()


@shared_task(bind=True, **RETRIES)
def send_order(self: Task, order_id: int) -> None:
    """Send the order to the warehouse."""
    order = Order.objects.get(pk=order_id)
    if order.external_id:
        return
    lines = [
        {
            "LineNumber": place,
            "Product": {"ProductCode": item.code},
            "OrderQuantity": item.quantity,
            "UnitPrice": float(item.price),
        }
        for place, item in enumerate(order.items.all(), start=1)
    ]
    guid = f"00000000-0000-4000-8000-{order.pk:012d}"
    answer = requests.post(
        f"{settings.VENDOR_URL}/SalesOrders/{guid}",
        json={
            "Guid": guid,
            "CustomerRef": order.number,
            "SalesOrderLines": lines,
            "DeliveryName": order.shipping_name,
            "DeliveryStreetAddress": order.shipping_address1,
            "DeliveryCity": order.shipping_city,
            "DeliveryCountry": order.shipping_country,
            "Customer": {"CustomerCode": "CART"},
            "SubTotal": float(order.total),
        },
        timeout=TIMEOUT,
    )
    answer.raise_for_status()
    order.external_id = answer.json()["Guid"]
    order.folder = "Prepared"
    order.save()
    Event(order=order, sentence=f"Unleashed has it as {answer.json()['OrderNumber']}").save()
    Event(order=order, sentence="Moved from New to Prepared").save()


@shared_task(**RETRIES)
def pull_shipments() -> None:
    """Fetch what was shipped."""
    page, pages = 1, 1
    while page <= pages:
        answer = requests.get(
            f"{settings.VENDOR_URL}/SalesShipments/{page}?pageSize=200", timeout=TIMEOUT
        )
        answer.raise_for_status()
        told = answer.json()
        pages = told["Pagination"]["NumberOfPages"]
        for row in told["Items"]:
            _take_in(row)
        page += 1


def _take_in(row: dict[str, Any]) -> None:
    if Shipment.objects.filter(external_id=row["Guid"]).exists():
        return
    order = Order.objects.filter(external_id=row["OrderGuid"]).first()
    if order is None:
        return
    shipment, is_new = Shipment.objects.get_or_create(
        external_id=row["Guid"],
        defaults={
            "order": order,
            "tracking_number": row["TrackingNumber"],
            "carrier": row["ShippingCompany"]["Name"],
        },
    )
    if is_new:
        order.folder = "Closed"
        order.save()
        Event(order=order, sentence=f"Shipped as {shipment.tracking_number}").save()
        Event(order=order, sentence="Moved from Prepared to Closed").save()
        push_tracking.delay(shipment.pk)


@shared_task(**RETRIES)
def push_tracking(shipment_id: int) -> None:
    """Tell the shop of a parcel."""
    shipment = Shipment.objects.select_related("order").get(pk=shipment_id)
    if shipment.pushed_at:
        return
    base = f"{settings.VENDOR_URL}/admin/api/2026-07"
    key = shipment.order.source_key
    parts = requests.get(f"{base}/orders/{key}/fulfillment_orders.json", timeout=TIMEOUT)
    parts.raise_for_status()
    answer = requests.post(
        f"{base}/graphql.json",
        json={
            "query": "mutation ($fulfillment: FulfillmentInput!) "
            "{ fulfillmentCreate(fulfillment: $fulfillment) { fulfillment { id } } }",
            "variables": {
                "fulfillment": {
                    "lineItemsByFulfillmentOrder": [
                        {"fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{part['id']}"}
                        for part in parts.json()["fulfillment_orders"]
                    ],
                    "trackingInfo": {
                        "number": shipment.tracking_number,
                        "company": shipment.carrier,
                    },
                }
            },
        },
        timeout=TIMEOUT,
    )
    answer.raise_for_status()
    shipment.pushed_at = timezone.now()
    shipment.save()
    Event(order=shipment.order, sentence="Tracking sent to the shop").save()
