"""What a Shopify order comes to, in parts that add up. Pure."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from integrations.shopify.values import amount, objects

Doc = dict[str, Any]


def money(order: Doc) -> dict[str, Any]:
    """Give the amounts so that they add up to what Shopify says the order comes to now.

    Now is after edits, returns and refunds; `refund_total` is what was paid back of what the
    order came to at first.
    """
    first, total = amount(order.get("total_price")), amount(of_now(order, "total_price"))
    taxed = tax(order)
    included = bool(order.get("taxes_included"))
    shipping = _shipping(order)
    rows = discounts(order)
    summed = sum(
        (amount(line.get("price")) * pieces(line) for line in objects(order["line_items"])),
        shipping + (0 if included else taxed) - _sum(rows),
    )
    if total < min(first, summed):
        # Postage or goodwill given back; no field of an order tells of it.
        rows = (*rows, {"name": "Refunded", "code": "", "amount": str(summed - total)})
    refunded = _refunded(order)
    return {
        "discounts": rows,
        "shipping_total": shipping,
        # Tips and duties have no field of their own; they are told where they explain the total.
        "handling_total": min(max(total - summed, Decimal(0)), _extras(order)),
        "tax_total": Decimal(0) if included else taxed,
        "refund_total": refunded,
        "order_total": total,
        "processor_balance": max(first - refunded, Decimal(0)) if refunded else None,
    }


def of_now(order: Doc, name: str) -> Any:
    """Give an amount as it is after edits, returns and refunds, else as it was at first.

    Amounts of now go with quantities of now; an order whose lines do not state these is told as it
    was at first, so that its parts belong together.
    """
    lines = objects(order.get("line_items"))
    stands = any(line.get("current_quantity") is not None for line in lines)
    stated = order.get(f"current_{name}") if stands else None
    return order.get(name) if stated is None else stated


def pieces(line: Doc) -> Decimal:
    """Give how many of a line are still wanted: those ordered less those removed since."""
    left = line.get("current_quantity")
    return amount(line.get("quantity") if left is None else left)


def tax(order: Doc) -> Decimal:
    """Give the order's tax, be it on top of the prices or in them."""
    stated = of_now(order, "total_tax")
    if stated is not None:
        return amount(stated)
    lines = objects(order.get("tax_lines"))
    return sum((amount(row.get("price")) for row in lines), Decimal(0))


def _shipping(order: Doc) -> Decimal:
    stated = _shop_money(of_now(order, "shipping_price_set"))
    if stated is not None:
        return amount(stated)
    lines = objects(order.get("shipping_lines"))
    return sum((amount(row.get("price")) for row in lines), Decimal(0))


def _shop_money(given: Any) -> Any:
    """Read the shop's own currency out of an amount in two; None where it is not stated."""
    money = given.get("shop_money") if isinstance(given, dict) else None
    return money.get("amount") if isinstance(money, dict) else None


def _extras(order: Doc) -> Decimal:
    duties = of_now(order, "total_duties_set") or order.get("original_total_duties_set")
    tips = amount(order.get("total_tip_received"))
    return max(tips + amount(_shop_money(duties)), Decimal(0))


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
    stated = of_now(order, "total_discounts")
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


def _sum(rows: Iterable[dict[str, str]]) -> Decimal:
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
