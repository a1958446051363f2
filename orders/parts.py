"""What an order's parts are and what of its amounts each of them gets. Pure.

The first part is what stays in the order; nothing is created or lost between the parts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from orderdesk.lib.money import ZERO, rounded
from orders.models import Order, OrderItem
from orders.shares import settled, share, share_rows, weights_of
from orders.totals import discount_total, line_total

CHARGES = ("shipping_total", "handling_total", "tax_total")
PAYMENTS = ("refund_total", "processor_balance")


@dataclass(frozen=True, slots=True)
class Piece:
    """So many of one line."""

    item: OrderItem
    quantity: Decimal

    @property
    def is_whole(self) -> bool:
        """Tell whether this is all there is of the line."""
        return self.quantity == self.item.quantity


@dataclass(frozen=True, slots=True)
class Part:
    """Some of an order's lines and their share of its amounts, by the order's column."""

    pieces: tuple[Piece, ...]
    amounts: dict[str, Any]


def rest_of(items: Sequence[OrderItem], groups: Sequence[Sequence[Piece]]) -> list[Piece]:
    """Give what stays when the groups are taken out."""
    gone: dict[int, Decimal] = {}
    for piece in (piece for group in groups for piece in group):
        gone[piece.item.pk] = gone.get(piece.item.pk, ZERO) + piece.quantity
    return [
        Piece(item, item.quantity - gone.get(item.pk, ZERO))
        for item in items
        if item.pk not in gone or item.quantity > gone[item.pk]
    ]


def parts_of(order: Order, groups: Sequence[Sequence[Piece]], *, keep_extras: bool) -> list[Part]:
    """Share the order's amounts out to groups of pieces that together are all its lines.

    They go by what the products of each group cost, else by how many there are, else equally.
    Discounts belong to the goods and are always shared. Shipping, handling, tax and payments are
    so only with `keep_extras`; else they stay with the first group.
    """
    products = _products(order, groups)
    pieces = [sum((piece.quantity for piece in group), ZERO) for group in groups]
    weights = weights_of(products, pieces)
    extras = weights if keep_extras else [Decimal(1), *[ZERO] * (len(groups) - 1)]
    rows = share_rows(order.discount_list, weights, order.currency)
    amounts: dict[str, list[Any]] = {
        "quantity_total": pieces,
        "weight_total": [
            sum((piece.item.weight * piece.quantity for piece in group), ZERO) for group in groups
        ],
        "product_total": products,
        "discount_list": rows,
        "discount_total": settled(
            [rounded(discount_total(each), order.currency) for each in rows], order.discount_total
        ),
        **{name: share(getattr(order, name), extras, order.currency) for name in CHARGES},
    }
    amounts["order_total"] = _order_totals(order, amounts, extras)
    paid = weights_of(amounts["order_total"], weights) if keep_extras else extras
    amounts |= {name: share(getattr(order, name), paid, order.currency) for name in PAYMENTS}
    return [
        Part(tuple(group), {name: each[place] for name, each in amounts.items()})
        for place, group in enumerate(groups)
    ]


def _products(order: Order, groups: Sequence[Sequence[Piece]]) -> list[Decimal]:
    """Give what the products of each group cost: each line's total, shared by quantity."""
    places: dict[int, list[tuple[int, Piece]]] = {}
    for place, group in enumerate(groups):
        for piece in group:
            places.setdefault(piece.item.pk, []).append((place, piece))
    sums = [ZERO] * len(groups)
    for found in places.values():
        weights = weights_of([piece.quantity for _, piece in found])
        total = line_total(found[0][1].item, order.currency)
        for (place, _), shared in zip(found, share(total, weights, order.currency), strict=True):
            sums[place] += shared
    # An order whose own sum says something else keeps it.
    return settled(sums, order.product_total)


def _order_totals(
    order: Order, amounts: dict[str, list[Any]], extras: Sequence[Decimal]
) -> list[Decimal]:
    """Sum each part up; what the source's own total has besides is shared like the charges."""
    charged = [sum(each) for each in zip(*(amounts[name] for name in CHARGES), strict=True)]
    sums = [
        rounded(product - discount + charge, order.currency)
        for product, discount, charge in zip(
            amounts["product_total"], amounts["discount_total"], charged, strict=True
        )
    ]
    besides = share(order.order_total - sum(sums, ZERO), extras, order.currency)
    each = [total + more for total, more in zip(sums, besides, strict=True)]
    return settled(each, order.order_total)
