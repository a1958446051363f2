"""Sums over an order. Pure; every amount is a Decimal in the order's currency."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from orderdesk.lib.money import ZERO, rounded


class Line(Protocol):
    """What a sum needs to know of an item."""

    @property
    def price(self) -> Decimal: ...
    @property
    def quantity(self) -> Decimal: ...
    @property
    def weight(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of one order; weight in the unit the items state."""

    quantity_total: Decimal
    weight_total: Decimal
    product_total: Decimal
    discount_total: Decimal
    order_total: Decimal


def line_total(line: Line, currency: str) -> Decimal:
    """Give price times quantity, rounded to the currency's smallest unit."""
    return rounded(line.price * line.quantity, currency)


def discount_total(discounts: Iterable[Mapping[str, Any]]) -> Decimal:
    """Sum the amounts of {"name", "code", "amount"} rows; amounts are positive."""
    return sum((Decimal(str(row.get("amount") or 0)) for row in discounts), ZERO)


def totals(
    lines: Iterable[Line],
    *,
    currency: str,
    discounts: Iterable[Mapping[str, Any]] = (),
    charges: Iterable[Decimal] = (),
) -> Totals:
    """Sum an order: products, less discounts, plus charges (shipping, handling, tax).

    Each line is rounded by itself, as invoices do, so that the parts add up to the whole. The
    grand total is never below zero.
    """
    kept = list(lines)
    products = sum((line_total(line, currency) for line in kept), ZERO)
    discount = rounded(discount_total(discounts), currency)
    charged = sum((rounded(charge, currency) for charge in charges), ZERO)
    return Totals(
        quantity_total=sum((line.quantity for line in kept), ZERO),
        weight_total=sum((line.weight * line.quantity for line in kept), ZERO),
        product_total=products,
        discount_total=discount,
        order_total=max(products - discount + charged, ZERO),
    )
