"""Several orders into one that is sent instead of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from orderdesk.lib.money import ZERO
from orderdesk.lib.refused import Refused
from orders.models import Order, OrderEvent, OrderItem, OrderLink, OrderSettings
from orders.numbering import free_numbers
from orders.services.copies import copy_of, line_copy, link, locked
from orders.services.events import By, Told, record, record_all
from orders.services.lines import lines_of
from orders.services.links import why_not_sent, why_not_sent_unseen
from orders.services.moves import move_orders
from orders.services.rows import check_rows
from orders.services.sent import is_sent, own_parcels, refuse_on_its_way, who_has

MOST_MERGED = 50
SUMS = (
    "quantity_total",
    "weight_total",
    "product_total",
    "shipping_total",
    "handling_total",
    "tax_total",
    "discount_total",
    "order_total",
    "refund_total",
    "processor_balance",
)


@dataclass(frozen=True, slots=True)
class MergePlan:
    """What a merge would make of orders: `orders` the oldest first, and the new order's columns.

    Names, addresses and everything that is there once come from the most recent order.
    """

    orders: list[Order]
    values: dict[str, Any]
    addresses_differ: bool

    @property
    def leading(self) -> Order:
        """The most recent order, whose number and addresses the new one gets."""
        return self.orders[-1]


def may_merge_by_rule(orders: Sequence[Order]) -> bool:
    """Tell whether the orders surely go to the same place: what a rule needs to merge them.

    Name, company and first line of the address must be equal, and the line stated.
    """
    places = {
        tuple(" ".join(part.split()).casefold() for part in (to.name, to.company, to.address1))
        for to in (order.shipping for order in orders)
    }
    return len(orders) > 1 and len(places) == 1 and all(place[2] for place in places)


def plan_merge(*, orders: Sequence[Order]) -> MergePlan:
    """Work out what the merged order would be. Changes nothing.

    Raises:
        Refused: if they cannot be merged, naming the order that is in the way.
    """
    if len(orders) < 2:
        raise Refused("Merging needs two orders or more. Tick another one.")
    if len(orders) > MOST_MERGED:
        raise Refused(f"{len(orders)} orders are picked; at most {MOST_MERGED} can be merged.")
    kept = sorted(orders, key=lambda order: (order.added_at, order.pk))
    currencies = sorted({order.currency for order in kept})
    if len(currencies) > 1:
        raise Refused(f"Orders in {' and '.join(currencies)} cannot be merged into one.")
    for order in kept:
        _refuse_taken(order)
    addresses = {(order.shipping, order.customer) for order in kept}
    return MergePlan(kept, _values(kept), len(addresses) > 1)


def _refuse_taken(order: Order) -> None:
    if order.deleted_at or order.canceled_at:
        how = "deleted" if order.deleted_at else "canceled"
        raise Refused(f"Order {order.number} is {how} and cannot be merged.")
    if problem := why_not_sent(order) or why_not_sent_unseen(order):
        raise Refused(problem)
    refuse_on_its_way(order, verb="Merge")
    if is_sent(order):
        raise Refused(
            f"{who_has(order)} has order {order.number} already. Merged, its items could be sent "
            f"twice."
        )
    if own_parcels(order):
        raise Refused(
            f"Order {order.number} is shipped, at least in part. Merged, its items could be sent "
            f"twice."
        )


def _values(orders: Sequence[Order]) -> dict[str, Any]:
    notes = [note for order in orders for note in order.order_notes]
    # Each source has its own way to write a moment, and text is all a note has.
    notes.sort(key=lambda note: str(note.get("date_added", "")))
    return {
        **{name: _sum(orders, name) for name in SUMS},
        "discount_list": [row for order in orders for row in order.discount_list],
        "checkout_data": _together(orders, lambda order: order.checkout_data),
        "order_metadata": _together(orders, lambda order: order.order_metadata),
        "order_notes": notes,
    }


def _sum(orders: Sequence[Order], name: str) -> Decimal:
    return sum((getattr(order, name) for order in orders), ZERO)


def _together(
    orders: Sequence[Order], part: Callable[[Order], Mapping[str, Any]]
) -> dict[str, Any]:
    """Put the values of all together; of two under one name the more recent order's stays."""
    return {name: value for order in orders for name, value in part(order).items()}


@transaction.atomic
def merge_orders(
    *,
    orders: Sequence[Order],
    by: By,
    now: datetime,
    versions: Mapping[int, int] | None = None,
) -> Order:
    """Make one order of several, in the most recent one's folder, to be sent instead of them.

    The originals stay, or go to the folder the store keeps for them. None of them is sent by
    itself while the merged one is here. `versions` are those a person looked at, by order id.

    Raises:
        ChangedMeanwhile: if an order is not in that version any more.
        Refused: as `plan_merge` does.
    """
    seen = versions or {}
    by_id = sorted({order.pk: order for order in orders}.values(), key=lambda order: order.pk)
    held = [locked(order, version=seen.get(order.pk)) for order in by_id]
    plan = plan_merge(orders=held)
    kind = OrderLink.Kind.MERGED
    merged = copy_of(
        plan.leading,
        number=free_numbers(plan.leading, kind)[0],
        folder=plan.leading.folder,
        now=now,
        **plan.values,
    )
    items = [item for order in plan.orders for item in lines_of(order)]
    rows = [line_copy(item, merged, position=place) for place, item in enumerate(items)]
    check_rows(merged, rows)
    merged.save(force_insert=True)
    OrderItem.across_stores.bulk_create(rows)
    link(plan.orders, merged, kind)
    _tell(plan, merged, by, now)
    return merged


def _tell(plan: MergePlan, merged: Order, by: By, now: datetime) -> None:
    numbers = ", ".join(order.number for order in plan.orders)
    event = record(merged, OrderEvent.Kind.MERGED, f"Merged from orders {numbers}", by=by)
    sentence = f"Merged into order {merged.number}"
    told = [Told(order, sentence) for order in plan.orders]
    record_all(told, OrderEvent.Kind.HISTORY, by=by)
    folder = OrderSettings.of(merged.store_id).merged_folder
    if folder is not None:
        because = replace(by, cause=event)
        move_orders(orders=plan.orders, folder=folder, by=because, now=now)
