"""What the pages show that split, merge and delete orders."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from orders.models import Order, OrderItem, OrderSettings
from orders.parts import Part, Piece
from orders.services.lines import lines_of
from orders.services.links import Kind, children_of, merged_into, originals_of
from orders.services.merges import MergePlan
from orders.services.sent import is_on_its_way, is_sent, own_parcels, who_has
from orders.services.splits import SplitPlan

AMOUNTS = (
    ("Items", "product_total"),
    ("Discount", "discount_total"),
    ("Shipping", "shipping_total"),
    ("Handling", "handling_total"),
    ("Tax", "tax_total"),
    ("Total", "order_total"),
    ("Refunded", "refund_total"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One order of a preview: its title, its pieces, and its amounts in the order of the rows.

    `short` is the title over a column of amounts.
    """

    title: str
    short: str
    pieces: tuple[Piece, ...]
    amounts: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class SplitPage:
    """Both sides of a split; `rows` are the names of the amounts, `before` those of the whole."""

    order: Order
    rows: list[str]
    before: list[Decimal]
    columns: list[Column]
    warnings: list[str]
    keeps_extras: bool
    version: int


def split_page(plan: SplitPlan) -> SplitPage:
    """Lay a plan out, what stays first. Amounts that are nowhere are left out."""
    parts = [plan.rest, *plan.parts]
    shown = [
        (label, name)
        for label, name in AMOUNTS
        if name == "order_total" or any(part.amounts[name] for part in parts)
    ]
    titles = [f"Stays in order {plan.order.number}", *_titles(len(plan.parts))]
    return SplitPage(
        order=plan.order,
        rows=[label for label, _ in shown],
        before=[getattr(plan.order, name) for _, name in shown],
        columns=[
            _column(title, part, [name for _, name in shown])
            for title, part in zip(titles, parts, strict=True)
        ],
        warnings=plan.warnings,
        keeps_extras=plan.keeps_extras,
        version=plan.version,
    )


def _titles(count: int) -> list[str]:
    return ["New order"] if count == 1 else [f"New order {place}" for place in range(1, count + 1)]


def _column(title: str, part: Part, names: list[str]) -> Column:
    short = title.partition(" in order ")[0]
    return Column(title, short, part.pieces, tuple(part.amounts[name] for name in names))


@dataclass(frozen=True, slots=True)
class MergePage:
    """The orders side by side, the oldest first, and what they become."""

    orders: list[Order]
    items: dict[int, list[OrderItem]]
    leading: Order
    values: dict[str, Any]
    addresses_differ: bool
    archive: str
    overwritten: list[str]


def merge_page(plan: MergePlan) -> MergePage:
    """Lay a plan out, with the checkout data of which only the most recent order's stays."""
    folder = OrderSettings.of(plan.leading.store_id).merged_folder
    names = {name for order in plan.orders for name in order.checkout_data}
    return MergePage(
        orders=plan.orders,
        items={order.pk: lines_of(order) for order in plan.orders},
        leading=plan.leading,
        values=plan.values,
        addresses_differ=plan.addresses_differ,
        archive=folder.name if folder else "",
        overwritten=sorted(name for name in names if _differs(plan.orders, name)),
    )


def _differs(orders: list[Order], name: str) -> bool:
    found = {str(order.checkout_data[name]) for order in orders if name in order.checkout_data}
    return len(found) > 1


def after_deleting(order: Order) -> list[str]:
    """Say what deleting the order does not do outside of it, in sentences."""
    told = []
    if is_sent(order):
        told.append(f"{who_has(order)} already has this order; it is not canceled there.")
    if is_on_its_way(order):
        told.append(
            "It is being sent, or it is not known yet whether it arrived. What waits to be sent is "
            "dropped; what is on its way this moment arrives."
        )
    if own_parcels(order):
        told.append("Its shipments went out. A cart that was told of them is not told otherwise.")
    if originals := [each for each in originals_of(order) if merged_into(each) == order]:
        numbers = ", ".join(each.number for each in originals)
        told.append(
            f"The orders it was merged from can be sent by themselves again: {numbers}. One whose "
            "items went into another order meanwhile cannot."
        )
    if any(each.deleted_at is None for each in children_of(order, Kind.SPLIT)):
        told.append("Orders that were split off from it stay.")
    return told
