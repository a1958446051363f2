"""Orders as a Shopify shop tells of them, signed; of the size that is usual there."""

import base64
import hashlib
import hmac
import json
from typing import Any

SHOP = "bench.myshopify.com"
# The scenarios' own; nothing outside a run knows it.
SIGNED_WITH = "benchmark"
BODY_BYTES = 2650
LINES = 3


def order(number: int) -> dict[str, Any]:
    """Give an order of three lines; its lines' ids follow from its number."""
    address = {
        "first_name": "Ada", "last_name": "Byron", "company": None,
        "address1": "12 St James's Square", "address2": "Flat 3", "city": "Portland",
        "province": "Oregon", "province_code": "OR", "zip": "97201",
        "country": "United States", "country_code": "US", "phone": "+15035550100",
    }  # fmt: skip
    lines = [
        {
            "id": number * 10 + place, "title": f"Analytical engine, part {place}",
            "sku": f"PART-{place}", "quantity": place, "price": "20.00", "grams": 500,
            "vendor": "Engines", "variant_title": "Brass", "requires_shipping": True,
            "fulfillment_service": "manual", "product_id": 700 + place, "properties": [],
        }
        for place in range(1, LINES + 1)
    ]  # fmt: skip
    return {
        "id": number, "name": f"#{number}", "order_number": number, "email": "ada@example.com",
        "created_at": "2026-01-05T10:00:00Z", "updated_at": "2026-01-05T10:00:00Z",
        "currency": "USD", "total_price": "125.00", "total_tax": "0.00", "taxes_included": False,
        "financial_status": "paid", "line_items": lines, "shipping_lines": [
            {"title": "Standard", "price": "5.00"}
        ],
        "shipping_address": address, "billing_address": address,
        "customer": {"id": 99, "first_name": "Ada", "last_name": "Byron"},
        "note": None, "note_attributes": [], "discount_codes": [], "tags": "",
    }  # fmt: skip


def body_of(told: dict[str, Any]) -> bytes:
    """Give an order's message, filled up to the usual size by what we do not read."""
    body = json.dumps(told).encode()
    filler = "x" * max(0, BODY_BYTES - len(body) - len(', "landing_site": ""'))
    return json.dumps({**told, "landing_site": filler}).encode()


def headers(body: bytes, *, delivery_id: str) -> dict[str, str]:
    """Give what goes with a message, its signature included."""
    digest = hmac.new(SIGNED_WITH.encode(), body, hashlib.sha256).digest()
    return {
        "Content-Type": "application/json",
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-Webhook-Id": delivery_id,
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
    }
