"""Believable Shopify orders: the JSON of the Admin REST resource, made from a running number.

Source: shopify.dev, REST Admin API, Order resource; sample names and addresses are invented.
"""

import zlib
from collections.abc import Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integrations.sandbox.goods import EVERYDAY, SCARCE, UNKNOWN_TO_WAREHOUSE, Good
from integrations.sandbox.storage import Doc

CURRENCY = "USD"
LOCATIONS = {88_100_200_301: "Main street stockroom", 88_100_200_302: "Harbour warehouse"}
KINDS = ("us", "small", "foreign", "discounted", "digital", "scarce", "unknown_sku")
ORDER_IDS_FROM = 5_871_204_000_000
CENT = Decimal("0.01")

# First name, last name, company, street, city, province, its code, country, its code, zip, phone.
_AT_HOME = (
    ("Maya", "Okafor", None, "418 Alder Street", "Portland", "Oregon", "OR",
     "United States", "US", "97205", "+15035550134"),
    ("Daniel", "Reyes", "Reyes Interiors", "77 Palmetto Avenue, Suite 4", "Miami", "Florida", "FL",
     "United States", "US", "33137", "+13055550178"),
    ("Hannah", "Lindqvist", None, "1206 Grand Avenue", "Saint Paul", "Minnesota", "MN",
     "United States", "US", "55105", "+16515550102"),
    ("Terrence", "O'Brien", None, "9 Orchard Lane", "Burlington", "Vermont", "VT",
     "United States", "US", "05401", "+18025550166"),
)  # fmt: skip
_ABROAD = (
    ("Zoë", "Bélanger", None, "2240 rue Sainte-Catherine E", "Montréal", "Quebec", "QC",
     "Canada", "CA", "H2K 2J4", "+15145550119"),
    ("Jürgen", "Großmann", "Großmann & Töchter", "Lindenstraße 14", "Köln", None, None,
     "Germany", "DE", "50674", "+492215550143"),
    ("Aroha", "Ngata", None, "31 Cuba Street", "Wellington", "Wellington", "WGN",
     "New Zealand", "NZ", "6011", "+6445550127"),
    ("美咲", "高橋", None, "神南1丁目2-3", "渋谷区", "Tōkyō", "JP-13",
     "Japan", "JP", "150-0041", "+81355550155"),
)  # fmt: skip
_ADDRESS_FIELDS = (
    "first_name", "last_name", "company", "address1", "city", "province", "province_code",
    "country", "country_code", "zip", "phone",
)  # fmt: skip
_TAX_RATES = {"FL": Decimal("0.06"), "MN": Decimal("0.06875"), "VT": Decimal("0.06")}


def build_order(number: int, kind: str, now: datetime) -> Doc:
    """Return the order with a running number, 1001 and up; the same number gives the same order.

    Args:
        number: the number customers see.
        kind: `us` comes to more than 50 and goes to the United States; `small` to at most 50 and
            goes to the United States or abroad; see `KINDS` for the others.
        now: the time of the order, with its zone.
    """
    people = _ABROAD if kind == "foreign" or (kind == "small" and number % 2) else _AT_HOME
    address = dict(zip(_ADDRESS_FIELDS, people[number % len(people)], strict=True))
    address |= {"address2": None, "latitude": None, "longitude": None}
    address["name"] = f"{address['first_name']} {address['last_name']}"
    order_id = ORDER_IDS_FROM + number * 1_013
    email = f"customer{number % 97}@example.com"
    order: Doc = {
        "id": order_id,
        "admin_graphql_api_id": f"gid://shopify/Order/{order_id}",
        **_identity(number, order_id, email, now),
        "billing_address": address,
        "shipping_address": address,
        "customer": _customer(number, email, address, now),
        "line_items": [
            _line(order_id, position, good, quantity)
            for position, (good, quantity) in enumerate(_basket(number, kind))
        ],
        "shipping_lines": [_shipping_line(order_id, abroad=people is _ABROAD)],
        "discount_codes": [],
        "fulfillments": [],
        "refunds": [],
    }
    if kind == "discounted" or (kind == "us" and number % 7 == 3):
        order["discount_codes"] = [{"code": "WELCOME10", "amount": "0.00", "type": "percentage"}]
    if kind == "digital":
        del order["shipping_address"]
        order["shipping_lines"] = []
    return retotal(order)


def _identity(number: int, order_id: int, email: str, now: datetime) -> Doc:
    at = now.isoformat(timespec="seconds")
    token = f"{order_id * 7_919:032x}"
    return {
        "name": f"#{number}",
        "number": number - 1000,
        "order_number": number,
        "confirmation_number": f"C{order_id % 999_983:06d}",
        "confirmed": True,
        "email": email,
        "contact_email": email,
        "phone": None,
        "po_number": None,
        "token": token,
        "cart_token": token[::-1],
        "checkout_token": None,
        "app_id": 580_111,
        "source_name": "web",
        "landing_site": "/",
        "referring_site": "",
        "location_id": None,
        "user_id": None,
        "browser_ip": "203.0.113.20",
        "buyer_accepts_marketing": number % 3 == 0,
        "customer_locale": "en",
        "note": "Please leave it with the neighbour." if number % 4 == 0 else None,
        "note_attributes": [{"name": "Gift", "value": "yes"}] if number % 5 == 0 else [],
        "tags": "gift, returning" if number % 5 == 0 else "",
        "test": False,
        "created_at": at,
        "updated_at": at,
        "processed_at": at,
        "cancelled_at": None,
        "cancel_reason": None,
        "closed_at": None,
        "financial_status": "paid",
        "fulfillment_status": None,
        "payment_gateway_names": ["shopify_payments"],
        "currency": CURRENCY,
        "presentment_currency": CURRENCY,
        "taxes_included": False,
    }


def _customer(number: int, email: str, address: Doc, now: datetime) -> Doc:
    customer_id = 7_204_511_000_000 + number % 97
    return {
        "id": customer_id,
        "admin_graphql_api_id": f"gid://shopify/Customer/{customer_id}",
        "email": email,
        "first_name": address["first_name"],
        "last_name": address["last_name"],
        "phone": address["phone"],
        "state": "disabled",
        "verified_email": True,
        "tags": "",
        "currency": CURRENCY,
        "created_at": now.isoformat(timespec="seconds"),
        "updated_at": now.isoformat(timespec="seconds"),
        "default_address": address,
    }


def _basket(number: int, kind: str) -> Sequence[tuple[Good, int]]:
    if kind == "scarce":
        return [(SCARCE, 1)]
    if kind == "unknown_sku":
        return [(EVERYDAY[0], 1), (UNKNOWN_TO_WAREHOUSE, 1)]
    if kind == "small":
        return [(EVERYDAY[(0, 5, 9)[number % 3]], 1 + number % 2)]
    main = (EVERYDAY[4], EVERYDAY[7], EVERYDAY[8])[number % 3]
    more = [EVERYDAY[(number * step) % len(EVERYDAY)] for step in range(1, 1 + number % 3)]
    return [(main, 1), *((good, 1 + number % 2) for good in dict.fromkeys(more) if good != main)]


def product_number(sku: str) -> int:
    """Return the number from which a product's ids are made."""
    return zlib.crc32(sku.encode())


def _line(order_id: int, position: int, good: Good, quantity: int) -> Doc:
    line_id = order_id * 3 + position
    product = product_number(good.sku)
    return {
        "id": line_id,
        "admin_graphql_api_id": f"gid://shopify/LineItem/{line_id}",
        "variant_id": 44_020_310_000_000 + product,
        "product_id": 8_310_420_000_000 + product,
        "product_exists": True,
        "title": good.title,
        "variant_title": good.variant or None,
        "name": good.name,
        "sku": good.sku,
        "vendor": "Sandbox Goods",
        "quantity": quantity,
        "current_quantity": quantity,
        "fulfillable_quantity": quantity,
        "fulfillment_status": None,
        "fulfillment_service": "manual",
        "grams": good.weight_grams,
        "price": str(good.price),
        "price_set": money_set(good.price),
        "requires_shipping": True,
        "taxable": True,
        "gift_card": False,
        "properties": [],
        "discount_allocations": [],
        "total_discount": "0.00",
        "total_discount_set": money_set(Decimal(0)),
        "duties": [],
        "tax_lines": [],
    }


def _shipping_line(order_id: int, *, abroad: bool) -> Doc:
    price = Decimal("18.50") if abroad else Decimal("5.90")
    title = "International tracked" if abroad else "Standard shipping"
    return {
        "id": order_id * 2,
        "code": title,
        "title": title,
        "price": str(price),
        "price_set": money_set(price),
        "discounted_price": str(price),
        "discounted_price_set": money_set(price),
        "source": "shopify",
        "carrier_identifier": None,
        "phone": None,
        "tax_lines": [],
        "discount_allocations": [],
    }


def retotal(order: Doc) -> Doc:
    """Set every amount that follows from the lines, and return the same order."""
    lines = order["line_items"]
    goods = sum((Decimal(line["price"]) * line["current_quantity"] for line in lines), Decimal(0))
    discount = _round(goods / 10) if order["discount_codes"] else Decimal(0)
    shipping = sum((Decimal(line["price"]) for line in order["shipping_lines"]), Decimal(0))
    rate = _tax_rate(order)
    tax = _round((goods - discount) * rate)
    for code in order["discount_codes"]:
        code["amount"] = f"{discount:.2f}"
    order["tax_lines"] = [
        {"title": "State tax", "price": f"{tax:.2f}", "rate": float(rate),
         "price_set": money_set(tax), "channel_liable": False}
    ] if rate else []  # fmt: skip
    order["total_weight"] = sum(line["grams"] * line["current_quantity"] for line in lines)
    order["total_outstanding"] = order["total_tip_received"] = "0.00"
    order["total_shipping_price_set"] = money_set(shipping)
    amounts = {
        "total_line_items_price": goods,
        "total_discounts": discount,
        "subtotal_price": goods - discount,
        "total_tax": tax,
        "total_price": goods - discount + tax + shipping,
    }
    for name, amount in amounts.items():
        order[name] = f"{amount:.2f}"
        order[f"{name}_set"] = money_set(amount)
        if name != "total_line_items_price":
            order[f"current_{name}"] = f"{amount:.2f}"
            order[f"current_{name}_set"] = money_set(amount)
    return order


def _tax_rate(order: Doc) -> Decimal:
    code = order.get("shipping_address", {}).get("province_code")
    return _TAX_RATES.get(code, Decimal(0))


def _round(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def money_set(amount: Decimal | str) -> dict[str, Any]:
    """Return an amount in the shop's and in the customer's currency, here the same."""
    money = {"amount": f"{Decimal(amount):.2f}", "currency_code": CURRENCY}
    return {"shop_money": money, "presentment_money": money}


def build_fulfillment_orders(order: Doc, *, locations: int = 1) -> list[Doc]:
    """Return the fulfilment orders of a new order, its lines dealt out over one or two locations.

    Their ids and their lines' ids are of their own, so that mistaking an order line's id for a
    fulfilment-order line's id is noticed.
    """
    physical = [line for line in order["line_items"] if line["requires_shipping"]]
    parts = [physical[place::locations] for place in range(locations)]
    return [
        {
            "id": order["id"] * 5 + place,
            "order_id": order["id"],
            "assigned_location_id": location,
            "status": "open",
            "line_items": [
                {
                    "id": line["id"] * 11 + 4,
                    "line_item_id": line["id"],
                    "sku": line["sku"],
                    "variant_id": line["variant_id"],
                    "quantity": line["quantity"],
                    "fulfillable_quantity": line["quantity"],
                }
                for line in part
            ],
        }
        for place, (location, part) in enumerate(zip(LOCATIONS, parts, strict=False))
        if part
    ]
