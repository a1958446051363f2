"""Shopify's orders to ours. Pure.

Source: https://shopify.dev/docs/api/admin-rest/latest/resources/order
"""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

from integrations.errors import UnexpectedReply
from integrations.shopify.money import money, pieces, tax
from integrations.shopify.values import Unreadable, amount, joined, moment, objects, text
from orders.drafts import Address, ItemDraft, OrderDraft

Doc = dict[str, Any]

SOURCE = "Shopify"
TOPICS = frozenset(
    f"orders/{what}"
    for what in (
        "create", "updated", "edited", "paid", "fulfilled", "partially_fulfilled", "cancelled",
    )
)  # fmt: skip
PAYMENT_STATUS = {
    "pending": "Pending",
    "authorized": "Authorized",
    "partially_paid": "Pending",
    "paid": "Captured",
    "partially_refunded": "Partially Refunded",
    "refunded": "Fully Refunded",
    "voided": "Voided",
    "expired": "Rejected",
}
# What machines may want to know later, kept as it is.
KEPT = (
    "tags", "financial_status", "fulfillment_status", "source_name", "po_number",
    "confirmation_number", "customer_locale", "presentment_currency",
)  # fmt: skip


def read_message(topic: str, body: bytes) -> OrderDraft | None:
    """Read an order out of a webhook's body; None for a topic that carries none.

    Raises:
        UnexpectedReply: if it cannot be read, saying why.
    """
    if topic.lower() not in TOPICS:
        return None
    try:
        given = json.loads(body, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise UnexpectedReply("The message from Shopify is not JSON.") from None
    if isinstance(given, dict) and "order_edit" in given:
        return None  # says what an edit added; the order itself follows as orders/updated
    return order_draft(given)


def order_draft(given: Any) -> OrderDraft:
    """Map one order, alone or under "order".

    Prices are per unit in the shop's currency, before discounts; weights are in grams.

    Raises:
        UnexpectedReply: if it has no id or no lines, or holds an amount or date that is none.
    """
    order = given.get("order", given) if isinstance(given, dict) else None
    if not isinstance(order, dict) or not order.get("id"):
        raise UnexpectedReply("The message from Shopify holds no order: it has no id.")
    named = text(order.get("name")).removeprefix("#") or text(order.get("order_number"))
    try:
        return _draft(order, named or text(order["id"]))
    except Unreadable as error:
        raise UnexpectedReply(f"Shopify order {named or order['id']}: {error}.") from None


def _draft(order: Doc, number: str) -> OrderDraft:
    if not isinstance(order.get("line_items"), list):
        raise Unreadable("it has no list of lines")
    return OrderDraft(
        source_name=SOURCE,
        source_key=text(order["id"]),
        source_id=number,
        source_updated_at=moment(order.get("updated_at")),
        placed_at=moment(order.get("created_at")),
        email=_email(order),
        currency=text(order.get("currency")),
        items=tuple(_item(line) for line in objects(order["line_items"])),
        **money(order),
        **_people(order),
        **_payment(order),
        shipping_method=", ".join(
            filter(None, (text(row.get("title")) for row in objects(order.get("shipping_lines"))))
        ),
        ip_address=text(order.get("browser_ip")),
        checkout_data=joined(
            (row.get("name"), row.get("value")) for row in objects(order.get("note_attributes"))
        ),
        metadata=_metadata(order),
        notes=_notes(order),
        canceled_at=moment(order.get("cancelled_at")),
        cancel_reason=text(order.get("cancel_reason")),
        fulfilled_at_source=order.get("fulfillment_status") == "fulfilled",
    )


def _item(line: Doc) -> ItemDraft:
    properties = [(row.get("name"), row.get("value")) for row in objects(line.get("properties"))]
    seen = joined((name, value) for name, value in properties if not text(name).startswith("_"))
    hidden = joined((name, value) for name, value in properties if text(name).startswith("_"))
    variant = text(line.get("variant_title"))
    if variant and variant != "Default Title":
        seen = {"Variant": variant, **seen}
    left, ordered = pieces(line), amount(line.get("quantity"))
    for name in ("product_id", "variant_id"):
        hidden |= {name: text(line[name])} if line.get(name) else {}
    if line.get("gift_card"):
        hidden["gift_card"] = "true"
    if left != ordered:
        hidden["ordered_quantity"] = f"{ordered.normalize():f}"
    ships = line.get("requires_shipping", True) and not line.get("gift_card")
    service = text(line.get("fulfillment_service"))
    return ItemDraft(
        name=text(line.get("title")) or text(line.get("name")) or "Item",
        code=text(line.get("sku")).strip(),
        price=amount(line.get("price")),
        quantity=left,
        weight=amount(line.get("grams")),
        delivery_type="noship" if not ships or not left else "ship",
        category_code=text(line.get("vendor")),
        fulfillment_method="" if service == "manual" else service,
        source_line_id=text(line.get("id")),
        variations=seen,
        metadata=hidden,
    )


def _people(order: Doc) -> dict[str, Any]:
    """Give who buys and where it goes; of a customer without an address only the name."""
    customer = order.get("customer")
    customer = customer if isinstance(customer, dict) else {}
    phone = text(order.get("phone")) or text(customer.get("phone"))
    buyer = address(order.get("billing_address"), phone)
    if not buyer:
        parts = {name: customer.get(name) for name in ("first_name", "last_name")}
        buyer = address(parts, phone)
    return {
        "shipping": address(order.get("shipping_address"), phone),
        "customer": buyer,
        "customer_id": text(customer.get("id")),
    }


def address(given: Any, phone: str = "") -> Address:
    """Map an address; a whole name stands in where its parts are missing."""
    if not isinstance(given, dict):
        return Address()
    first, last = text(given.get("first_name")), text(given.get("last_name"))
    if not (first or last):
        first, _, last = text(given.get("name")).strip().partition(" ")
    found = Address(
        first_name=first,
        last_name=last,
        company=text(given.get("company")),
        address1=text(given.get("address1")),
        address2=text(given.get("address2")),
        city=text(given.get("city")),
        state=text(given.get("province_code")) or text(given.get("province")),
        postal_code=text(given.get("zip")),
        country=text(given.get("country_code")) or text(given.get("country")),
        phone=text(given.get("phone")),
    )
    return found if found.phone or not found else replace(found, phone=phone)


def _email(order: Doc) -> str:
    customer = order.get("customer")
    places = [order.get("email"), order.get("contact_email")]
    places += [customer.get("email")] if isinstance(customer, dict) else []
    return next((text(place).strip() for place in places if place), "")


def _payment(order: Doc) -> dict[str, Any]:
    card = order.get("payment_details")
    card = card if isinstance(card, dict) else {}
    names = order.get("payment_gateway_names")
    named = ", ".join(text(name) for name in names) if isinstance(names, list) else ""
    digits = "".join(each for each in text(card.get("credit_card_number")) if each in "0123456789")
    status = text(order.get("financial_status"))
    return {
        "payment_type": (text(card.get("credit_card_company")) or named)[:80],
        "payment_status": PAYMENT_STATUS.get(status, ""),
        "cc_number": digits[-4:],
    }


def _metadata(order: Doc) -> dict[str, str]:
    kept = {name: text(order.get(name)) for name in KEPT}
    if order.get("test"):
        kept["test"] = "true"
    if order.get("taxes_included"):
        kept["taxes_included"] = "true"
        kept["included_tax_total"] = f"{tax(order)}"
    return {name: value for name, value in kept.items() if value}


def _notes(order: Doc) -> tuple[dict[str, str], ...]:
    note = text(order.get("note")).strip()
    if not note:
        return ()
    return ({"date_added": text(order.get("created_at")), "username": "Customer", "content": note},)
