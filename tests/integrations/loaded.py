"""Orders as a worker hands them to a plugin: loaded with items and shipments, no database."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from orders.models import Order, OrderItem, Shipment

_numbers = count(1)


def loaded_item(**fields: Any) -> OrderItem:
    stated = {
        "pk": next(_numbers),
        "name": "Stoneware mug",
        "code": "MUG-STN-BLU",
        "price": Decimal("18.00"),
        "quantity": Decimal(2),
        "source_line_id": str(next(_numbers)),
    }
    return OrderItem(**{**stated, **fields})


def loaded_shipment(**fields: Any) -> Shipment:
    stated = {"pk": next(_numbers), "tracking_number": "1Z999AA10123456784", "carrier_code": "UPS"}
    return Shipment(**{**stated, **fields})


def loaded_order(
    *, items: list[OrderItem] | None = None, shipments: list[Shipment] | None = None, **fields: Any
) -> Order:
    stated: dict[str, Any] = {
        "pk": next(_numbers),
        "source_name": "Shopify",
        "source_key": "5871205014013",
        "source_id": "1001",
        "email": "ada@example.com",
        "currency": "USD",
        "shipping_method": "Standard",
        "shipping_first_name": "Ada",
        "shipping_last_name": "Byron",
        "shipping_address1": "12 Mill Lane",
        "shipping_city": "Springfield",
        "shipping_state": "IL",
        "shipping_postal_code": "62701",
        "shipping_country": "US",
        "customer_first_name": "Ada",
        "customer_last_name": "Byron",
        "added_at": datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC),
    }
    order = Order(**{**stated, **fields})
    order._prefetched_objects_cache = {  # type: ignore[attr-defined]
        "items": [loaded_item()] if items is None else items,
        "shipments": shipments or [],
    }
    return order
