"""What a Shopify order comes to, in parts that add up. Pure."""

from decimal import Decimal
from typing import Any

from integrations.shopify.values import amount, objects

Doc = dict[str, Any]


def money(order: Doc) -> dict[str, Any]:
    """Give the amounts so that they add up to what Shopify says the order comes to."""
    total = amount(order.get("total_price"))
    taxed = tax(order)
    included = bool(order.get("taxes_included"))
    shipping = sum(
        (amount(row.get("price")) for row in objects(order.get("shipping_lines"))), Decimal(0)
    )
    rows = discounts(order)
    summed = sum(
        (amount(line.get("price")) * amount(line.get("quantity")) for line in _lines(order)),
        shipping + (0 if included else taxed) - sum((Decimal(row["amount"]) for row in rows), 0),
    )
    refunded = _refunded(order)
    return {
        "discounts": rows,
        "shipping_total": shipping,
        # Tips and duties have no field of their own; they are told where they explain the total.
        "handling_total": min(max(total - summed, Decimal(0)), _extras(order)),
        "tax_total": Decimal(0) if included else taxed,
        "refund_total": refunded,
        "order_total": total,
        "processor_balance": max(total - refunded, Decimal(0)) if refunded else None,
    }


def _lines(order: Doc) -> list[Doc]:
    return objects(order["line_items"])


def tax(order: Doc) -> Decimal:
    """Give the order's tax, be it on top of the prices or in them."""
    if order.get("total_tax") is not None:
        return amount(order["total_tax"])
    lines = objects(order.get("tax_lines"))
    return sum((amount(row.get("price")) for row in lines), Decimal(0))


def _extras(order: Doc) -> Decimal:
    duties = order.get("original_total_duties_set")
    shop_money = duties.get("shop_money") if isinstance(duties, dict) else None
    duty = shop_money.get("amount") if isinstance(shop_money, dict) else None
    return max(amount(order.get("total_tip_received")) + amount(duty), Decimal(0))


def _refunded(order: Doc) -> Decimal:
    return sum(
        (
            amount(row.get("amount"))
            for refund in objects(order.get("refunds"))
            for row in objects(refund.get("transactions"))
            if row.get("kind") == "refund" and row.get("status", "success") == "success"
        ),
        Decimal(0),
    )


def discounts(order: Doc) -> tuple[dict[str, str], ...]:
    """Give an order's discounts as {"name", "code", "amount"}; together what Shopify took off.

    Codes with their amounts where these explain all of it, else what was taken off line by line
    under each offer, else one row.
    """
    codes = [
        {"name": str(row.get("code") or ""), "code": str(row.get("code") or ""),
         "amount": str(amount(row.get("amount")))}
        for row in objects(order.get("discount_codes"))
    ]  # fmt: skip
    stated = order.get("total_discounts")
    total = amount(stated) if stated is not None else _sum(codes)
    if not total:
        return ()
    for rows in (codes, _by_offer(order)):
        if _sum(rows) == total:
            return tuple(row for row in rows if Decimal(row["amount"]))
    offers = objects(order.get("discount_applications"))
    names = [_name(row) for row in offers] or [row["name"] for row in codes]
    return (
        {"name": ", ".join(filter(None, names)) or "Discount", "code": "", "amount": str(total)},
    )


def _sum(rows: list[dict[str, str]]) -> Decimal:
    return sum((Decimal(row["amount"]) for row in rows), Decimal(0))


def _by_offer(order: Doc) -> list[dict[str, str]]:
    offers = objects(order.get("discount_applications"))
    taken = [Decimal(0)] * len(offers)
    lines = objects(order.get("line_items")) + objects(order.get("shipping_lines"))
    for line in lines:
        for share in objects(line.get("discount_allocations")):
            place = share.get("discount_application_index")
            if isinstance(place, int) and 0 <= place < len(offers):
                taken[place] += amount(share.get("amount"))
    return [
        {"name": _name(offer), "code": str(offer.get("code") or ""), "amount": str(off)}
        for offer, off in zip(offers, taken, strict=True)
    ]


def _name(offer: Doc) -> str:
    for part in ("title", "code", "description"):
        if offer.get(part):
            return str(offer[part])
    return "Discount"
