"""Which orders were made from which, and what follows from that for sending and canceling them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from orders.models import CANCELED_FOLDER, Folder, Order, OrderEvent, OrderLink
from orders.services.events import By, record
from orders.services.moves import move_order
from orders.services.sent import (
    is_on_its_way,
    is_part_of_sent,
    is_sent,
    own_parcels,
    who_has,
)

Kind = OrderLink.Kind
# Ways in which items go from one order into another.
GOODS = (Kind.SPLIT, Kind.MERGED)
# What the orders beside this one are to it, by (is the other the parent, kind of link).
WORDS = {
    (True, Kind.DUPLICATED): "Duplicated from",
    (True, Kind.SPLIT): "Split from",
    (True, Kind.MERGED): "Merged from",
    (False, Kind.DUPLICATED): "Copies",
    (False, Kind.SPLIT): "Split into",
    (False, Kind.MERGED): "Merged into",
}


@dataclass(frozen=True, slots=True)
class Family:
    """The orders an order was made from and those made from it, the deleted ones, too."""

    parents: dict[OrderLink.Kind, list[Order]] = field(default_factory=dict)
    children: dict[OrderLink.Kind, list[Order]] = field(default_factory=dict)

    @property
    def groups(self) -> list[tuple[str, list[Order]]]:
        """Give them under words for people: ("Split from", [order])."""
        sides = ((True, self.parents), (False, self.children))
        return [
            (WORDS[is_parent, kind], orders)
            for is_parent, side in sides
            for kind, orders in side.items()
        ]


def family(order: Order) -> Family:
    """Give the orders this one is linked to, by two queries."""
    found = Family()
    links = OrderLink.objects.for_store(order.store_id)
    for one in links.leading_to(order).select_related("parent"):
        found.parents.setdefault(Kind(one.kind), []).append(one.parent)
    for one in links.from_order(order).select_related("child"):
        found.children.setdefault(Kind(one.kind), []).append(one.child)
    return found


def parents_of(order: Order, kinds: Iterable[OrderLink.Kind]) -> list[tuple[str, Order]]:
    """Give the orders this one was made from in these ways, with the way."""
    links = OrderLink.objects.for_store(order.store_id).leading_to(order)
    rows = links.filter(kind__in=list(kinds)).select_related("parent")
    return [(row.kind, row.parent) for row in rows]


def children_of(order: Order, kind: OrderLink.Kind) -> list[Order]:
    """Give the orders that were made from this one in this way."""
    links = OrderLink.objects.for_store(order.store_id).from_order(order)
    return [row.child for row in links.filter(kind=kind).select_related("child")]


def originals_of(order: Order) -> list[Order]:
    """Give the orders that were merged into this one."""
    return [parent for _, parent in parents_of(order, [Kind.MERGED])]


def is_made_here(order: Order) -> bool:
    """Tell whether it was made from another order, so that no cart knows it."""
    return OrderLink.objects.for_store(order.store_id).leading_to(order).exists()


def merges_behind(order: Order) -> list[OrderLink]:
    """Give the merges that items of this order went through, however many orders ago."""
    found: dict[int, OrderLink] = {}
    seen, behind = {order.pk}, {order.pk}
    while behind:
        links = OrderLink.objects.for_store(order.store_id).select_related("parent")
        rows = list(links.filter(child__in=behind, kind__in=GOODS).order_by("pk"))
        found |= {row.pk: row for row in rows if row.kind == Kind.MERGED}
        behind = {row.parent_id for row in rows} - seen
        seen |= behind
    return list(found.values())


def merged_from(store_id: int, order_ids: Iterable[int]) -> set[int]:
    """Give the ids of what these orders were merged into, and of all that was made of that."""
    links = OrderLink.objects.for_store(store_id)
    found: set[int] = set()
    rows = links.filter(parent__in=set(order_ids), kind=Kind.MERGED)
    while fresh := set(rows.values_list("child_id", flat=True)) - found:
        found |= fresh
        rows = links.filter(parent__in=fresh, kind__in=GOODS)
    return found


def merged_into(order: Order) -> Order | None:
    """Give the order that has the items of this one by a merge: one that is here, or is sent."""
    return next(filter(None, map(_standing, children_of(order, Kind.MERGED))), None)


def _standing(order: Order) -> Order | None:
    """Give the order if its items go out with it, else one that was made of it and has them."""
    if order.deleted_at is None or is_sent(order) or is_on_its_way(order) or own_parcels(order):
        return order
    further = (child for kind in GOODS for child in children_of(order, kind))
    return next(filter(None, map(_standing, further)), None)


def why_not_restored(order: Order) -> str:
    """Say why a deleted order stays deleted: because what was merged into it is out; '' if not."""
    for merge in merges_behind(order):
        original = merge.parent
        if is_sent(original) or is_on_its_way(original) or _was_shipped(original):
            return (
                f"Order {original.number}, which was merged into this one, was sent by itself "
                f"meanwhile. Restored, its items could be sent twice."
            )
        # Only what was made of it after this merge has items that the merged order has, too.
        since = OrderLink.objects.for_store(order.store_id).from_order(original)
        for link in since.filter(pk__gt=merge.pk, kind__in=GOODS).select_related("child"):
            if other := _standing(link.child):
                return (
                    f"Items of order {original.number}, which was merged into this one, are in "
                    f"order {other.number} meanwhile. Restored, they could be sent twice."
                )
    return ""


def _was_shipped(original: Order) -> bool:
    """Tell whether it has parcels of its own, beside those passed back to it."""
    return any(parcel.origin_id is None for parcel in own_parcels(original))


def why_not_sent(order: Order) -> str:
    """Say why nobody may send the order, because its goods go out with another one; '' if so."""
    if merged := merged_into(order):
        return (
            f"Order {order.number} was merged into order {merged.number}, and its items go out "
            f"with that one."
        )
    return ""


def why_not_sent_unseen(order: Order) -> str:
    """Say why only a person may have it sent: what is in it may be out, or not wanted any more."""
    if is_part_of_sent(order):
        return (
            f"Order {order.number} was split from an order that {who_has(order)} had already. "
            f"It is sent only by hand."
        )
    for merge in merges_behind(order):
        if merge.parent.canceled_at and not order.canceled_at:
            return (
                f"Order {merge.parent.number}, which was merged into order {order.number}, is "
                f"canceled. Take its items out. After that it is sent only by hand."
            )
    return ""


def why_not_given_back(order: Order) -> str:
    """Say why the order cannot follow its source again in what it holds and costs; '' if it can."""
    links = OrderLink.objects.for_store(order.store_id).from_order(order)
    if links.filter(kind=Kind.SPLIT).exists():
        return (
            f"Parts of order {order.number} were split off. As its source states it, it would hold "
            f"them once more."
        )
    return ""


def cancel_children(*, order: Order, by: By, now: datetime) -> None:
    """Have those made from a canceled order follow it.

    What was split off is canceled with it. A merged order is so once all its originals are; until
    then its history says which items nobody wants any more, and only a person has it sent. Copies
    are orders of their own.
    """
    for child in children_of(order, Kind.SPLIT):
        _cancel(child, f"Order {order.number}, which this was split from, was canceled", by, now)
    for child in children_of(order, Kind.MERGED):
        # Locked before its originals are looked at: another of them may be canceled right now.
        merged = _locked(child)
        if all(each.canceled_at for each in originals_of(merged)):
            _cancel(merged, "All orders that were merged into this one were canceled", by, now)
        elif not merged.deleted_at:
            sentence = (
                f"Order {order.number}, which was merged into this one, was canceled. "
                f"Its items are still in here."
            )
            record(merged, OrderEvent.Kind.HISTORY, sentence, by=by)


def _locked(order: Order) -> Order:
    return Order.objects.for_store(order.store_id).select_for_update().get(pk=order.pk)


def _cancel(child: Order, sentence: str, by: By, now: datetime) -> None:
    """Cancel it, also where it is deleted: it may be restored, and others may be made of it."""
    order = _locked(child)
    if order.canceled_at:
        return
    order.canceled_at = order.updated_at = now
    order.version += 1
    order.save(update_fields=["canceled_at", "updated_at", "version"])
    if order.fulfillment_name:
        sentence += f". {order.fulfillment_name} already has it; it is not canceled there"
    event = record(
        order,
        OrderEvent.Kind.CANCELED,
        sentence,
        by=by,
        before={"canceled_at": None},
        after={"canceled_at": now},
    )
    because = replace(by, cause=event)
    folder = Folder.objects.for_store(order.store_id).filter(name=CANCELED_FOLDER).first()
    if folder and not order.fulfillment_name:
        move_order(order=order, folder=folder, by=because, now=now)
    cancel_children(order=order, by=because, now=now)
