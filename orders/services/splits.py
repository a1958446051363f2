"""One order into several: the plan first, to be looked at, and then the same plan carried out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from inventory.models import InventoryItem
from orderdesk.lib.refused import Refused
from orders.groupings import MOST_NEW, TOO_MANY, ByValue, Groups, Known, Wish, groups
from orders.models import Order, OrderEvent, OrderItem, OrderLink, OrderSettings
from orders.numbering import free_numbers
from orders.parts import Part, parts_of, rest_of
from orders.services.copies import copy_of, line_copy, link, locked
from orders.services.events import By, Told, record, record_all
from orders.services.lines import line_told, lines_of
from orders.services.links import why_not_sent
from orders.services.sent import is_sent, refuse_on_its_way, shipped, who_has

# What a new order does not get where the store wants extra details removed.
EXTRAS: dict[str, Any] = {"checkout_data": {}, "order_metadata": {}, "order_notes": []}


@dataclass(frozen=True, slots=True)
class SplitPlan:
    """What a split would make of an order in its present version.

    `rest` is what stays in it, `parts` are the new orders. `warnings` are sentences; where there
    are any, whoever splits must have read them.
    """

    order: Order
    rest: Part
    parts: list[Part]
    keeps_extras: bool
    warnings: list[str]

    @property
    def version(self) -> int:
        """The version of the order that the plan is about."""
        return self.order.version


def plan_split(*, order: Order, wish: Wish) -> SplitPlan:
    """Work out which lines and amounts go where. Changes nothing.

    Raises:
        Refused: if there is nothing to split off, nothing would be left, what is to go is shipped
            already, or the order is canceled, merged into another one or just being sent.
    """
    if order.canceled_at:
        raise Refused(f"Order {order.number} is canceled; there is nothing to split.")
    if problem := why_not_sent(order):
        raise Refused(problem)
    refuse_on_its_way(order, verb="Split")
    items = lines_of(order)
    found = groups(items, wish, _known(order.store_id, items, wish))
    rest = rest_of(items, found)
    if not rest:
        raise Refused(
            "This would leave the order without items. Leave at least one line or piece in it."
        )
    if not found:
        raise Refused("There is nothing to split off.")
    if len(found) > MOST_NEW:
        raise Refused(TOO_MANY)
    _refuse_shipped(order, items, found)
    keeps = OrderSettings.of(order.store_id).split_method == OrderSettings.SplitMethod.KEEP
    stays, *parts = parts_of(order, [rest, *found], keep_extras=keeps)
    return SplitPlan(order, stays, parts, keeps, _warnings(order))


def _known(store_id: int, items: Sequence[OrderItem], wish: Wish) -> Known:
    if not (isinstance(wish, ByValue) and wish.method == "location"):
        return Known()
    here = InventoryItem.objects.for_store(store_id).coded({item.code for item in items})
    return Known(dict(here.values_list("code", "location")))


def _refuse_shipped(order: Order, items: Sequence[OrderItem], found: Groups) -> None:
    """Keep what a parcel holds in the order: in another one it could be sent once more."""
    gone = shipped(order, items)
    wanted: dict[int, Decimal] = {}
    for piece in (piece for group in found for piece in group):
        wanted[piece.item.pk] = wanted.get(piece.item.pk, Decimal(0)) + piece.quantity
    for item in items:
        there = gone.get(item.pk, Decimal(0))
        if there and wanted.get(item.pk, Decimal(0)) > item.quantity - there:
            raise Refused(
                f"{item.name}: {there.normalize():f} of {item.quantity.normalize():f} are "
                f"in a shipment already and stay in this order. Where a shipment does not say "
                f"what it holds, it counts as holding everything: write it there first."
            )


def _warnings(order: Order) -> list[str]:
    if not is_sent(order):
        return []
    name = who_has(order)
    sentence = f"{name} has the whole order already, and it is not split there."
    return [f"{sentence} The new order is sent nowhere by itself: no rule sends it, only a person."]


@transaction.atomic
def split_order(
    *,
    order: Order,
    wish: Wish,
    by: By,
    now: datetime,
    version: int | None = None,
    confirmed: bool = False,
) -> list[Order]:
    """Split an order and give the new ones, which lie in its folder; it keeps the rest.

    `version` is that of the plan a person looked at, `confirmed` says that its warnings were
    read. Rules for split orders run on the new ones.

    Raises:
        ChangedMeanwhile: if the order is not in that version any more.
        Refused: as `plan_split` does, or if a warning was not confirmed.
    """
    order = locked(order, version=version)
    plan = plan_split(order=order, wish=wish)
    if plan.warnings and not confirmed:
        raise Refused(" ".join(plan.warnings) + " Confirm this first.")
    numbers = free_numbers(order, OrderLink.Kind.SPLIT, len(plan.parts))
    before = {str(item.pk): line_told(item) for item in _touched(plan)}
    new = [
        _new_order(plan, part, number, now)
        for part, number in zip(plan.parts, numbers, strict=True)
    ]
    _keep_rest(plan, before, [each.number for each in new], by, now)
    sentence = f"Split from order {order.number}"
    record_all([Told(each, sentence) for each in new], OrderEvent.Kind.SPLIT, by=by)
    return new


def _touched(plan: SplitPlan) -> Iterable[OrderItem]:
    """Give the lines that go, whole or in part, each once."""
    return {piece.item.pk: piece.item for part in plan.parts for piece in part.pieces}.values()


def _new_order(plan: SplitPlan, part: Part, number: str, now: datetime) -> Order:
    order = plan.order
    changed = part.amounts if plan.keeps_extras else {**part.amounts, **EXTRAS}
    new = copy_of(order, number=number, folder=order.folder, now=now, **changed)
    # By this everybody can tell that its goods are with somebody already.
    new.fulfillment_name, new.fulfillment_id = order.fulfillment_name, order.fulfillment_id
    new.save(force_insert=True)
    # Whole lines go themselves: their ids stay, and with them what points there. All keep their
    # places, and so their sequence.
    whole = [piece.item.pk for piece in part.pieces if piece.is_whole]
    OrderItem.objects.for_store(order.store_id).filter(pk__in=whole).update(order=new)
    OrderItem.across_stores.bulk_create(
        line_copy(piece.item, new, position=piece.item.position, quantity=piece.quantity)
        for piece in part.pieces
        if not piece.is_whole
    )
    link([order], new, OrderLink.Kind.SPLIT)
    return new


def _keep_rest(
    plan: SplitPlan, before: dict[str, Any], numbers: list[str], by: By, now: datetime
) -> None:
    """Leave in the order what stays; a later statement of its source brings nothing back."""
    order, left = plan.order, {piece.item.pk: piece for piece in plan.rest.pieces}
    shrunk = [item for item in _touched(plan) if item.pk in left]
    by_quantity: dict[Decimal, list[int]] = {}
    for item in shrunk:
        item.quantity = left[item.pk].quantity
        by_quantity.setdefault(item.quantity, []).append(item.pk)
    lines = OrderItem.objects.for_store(order.store_id)
    for quantity, pks in by_quantity.items():
        lines.filter(pk__in=pks).update(quantity=quantity)
    after: dict[str, Any] = dict.fromkeys(before)
    after |= {str(item.pk): line_told(item) for item in shrunk}
    changed = {
        name: value for name, value in plan.rest.amounts.items() if getattr(order, name) != value
    }
    told_before = {name: getattr(order, name) for name in changed}
    for name, value in changed.items():
        setattr(order, name, value)
    order.edited_fields = sorted({*order.edited_fields, *plan.rest.amounts, "order_items"})
    order.version += 1
    order.updated_at = now
    order.save(update_fields=[*changed, "edited_fields", "version", "updated_at"])
    record(
        order,
        OrderEvent.Kind.HISTORY,
        f"Split: {_listed(numbers)} taken out",
        by=by,
        before={**told_before, "order_items": before},
        after={**changed, "order_items": after},
    )


def _listed(numbers: list[str]) -> str:
    words = ", ".join(numbers[:5]) + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")
    return f"{'order' if len(numbers) == 1 else 'orders'} {words}"
