"""From a draft to the columns of an order, with every limit checked before anything is written."""

from collections.abc import Iterable
from dataclasses import fields
from decimal import Decimal
from typing import Any

from orderdesk.lib.fitting import check_amount
from orderdesk.lib.fitting import check_row as check_row
from orderdesk.lib.fitting import check_text as check_text
from orderdesk.lib.refused import Refused
from orders import totals
from orders.drafts import Address, ItemDraft, OrderDraft
from orders.models import CUSTOMER_PARTS, SHIPPING_PARTS, Order, OrderItem

ITEMS_ALLOWED = 5000
# Columns a source's later statement may change; the rest is ours or is set once.
FROM_THE_SOURCE = frozenset(
    {
        "email",
        "shipping_method",
        "shipping_total",
        "handling_total",
        "tax_total",
        "refund_total",
        "payment_type",
        "payment_status",
        "processor_response",
        "processor_balance",
        "discount_list",
        "discount_total",
        "order_total",
        "quantity_total",
        "weight_total",
        "product_total",
        *(f"shipping_{part}" for part in SHIPPING_PARTS),
        *(f"customer_{part}" for part in CUSTOMER_PARTS),
    }
)


def order_values(draft: OrderDraft, *, currency: str) -> dict[str, Any]:
    """Give the columns of an order as the draft states them, sums included.

    Where only one address is stated it stands for the other, too.

    Raises:
        Refused: if an amount is no number that can be kept, naming it.
    """
    _check_amounts(draft, "")
    for place, item in enumerate(draft.items[:ITEMS_ALLOWED]):
        _check_amounts(item, f"order_items[{place}].")
    shipping = draft.shipping or draft.customer
    customer = draft.customer or draft.shipping
    sums = totals.totals(
        draft.items,
        currency=currency,
        discounts=draft.discounts,
        charges=(draft.shipping_total, draft.handling_total, draft.tax_total),
    )
    grand = sums.order_total if draft.order_total is None else draft.order_total
    balance = grand if draft.processor_balance is None else draft.processor_balance
    return {
        "email": draft.email,
        "shipping_method": draft.shipping_method,
        "currency": currency,
        "quantity_total": sums.quantity_total,
        "weight_total": sums.weight_total,
        "product_total": sums.product_total,
        "shipping_total": draft.shipping_total,
        "handling_total": draft.handling_total,
        "tax_total": draft.tax_total,
        "discount_total": sums.discount_total,
        "order_total": grand,
        "refund_total": draft.refund_total,
        "processor_balance": balance,
        "cc_last4": draft.cc_number[-4:],
        "cc_exp": draft.cc_exp,
        "processor_response": draft.processor_response,
        "payment_type": draft.payment_type,
        "payment_status": draft.payment_status,
        "customer_id": draft.customer_id,
        "ip_address": draft.ip_address,
        "tag_color": draft.tag_color,
        "tag_name": draft.tag_name,
        "fulfillment_name": draft.fulfillment_name,
        "fulfillment_id": draft.fulfillment_id,
        "return_address": draft.return_address,
        "checkout_data": draft.checkout_data,
        "order_metadata": draft.metadata,
        "discount_list": list(draft.discounts),
        "order_notes": list(draft.notes),
        **_address("shipping", SHIPPING_PARTS, shipping),
        **_address("customer", CUSTOMER_PARTS, customer),
    }


def _address(prefix: str, parts: Iterable[str], address: Address) -> dict[str, str]:
    return {f"{prefix}_{part}": getattr(address, part) for part in parts}


def item_rows(order: Order, items: Iterable[ItemDraft]) -> list[OrderItem]:
    """Give the order's lines as rows not yet saved, in the draft's order."""
    return [
        OrderItem(
            pk=item.pk,
            store_id=order.store_id,
            order=order,
            position=place,
            source_line_id=item.source_line_id,
            name=item.name,
            code=item.code,
            price=item.price,
            quantity=item.quantity,
            weight=item.weight,
            delivery_type=item.delivery_type,
            category_code=item.category_code,
            fulfillment_method=item.fulfillment_method,
            variation_list=item.variations,
            metadata=item.metadata,
        )
        for place, item in enumerate(items)
    ]


def check_rows(order: Order, items: list[OrderItem]) -> None:
    """Check what the database would refuse, before anything is written.

    Raises:
        Refused: naming the field and its limit.
    """
    if len(items) > ITEMS_ALLOWED:
        raise Refused(
            f"The order has {len(items):,} items; at most {ITEMS_ALLOWED:,} are allowed.",
            field="order_items",
        )
    check_row(order, "")
    for place, item in enumerate(items):
        check_row(item, f"order_items[{place}].")


def _check_amounts(draft: OrderDraft | ItemDraft, prefix: str) -> None:
    for each in fields(draft):
        value = getattr(draft, each.name)
        if isinstance(value, Decimal):
            check_amount(value, f"{prefix}{each.name}")
