"""Which orders were made from which, and what follows from that for sending and canceling them."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from orders.models import CANCELED_FOLDER, Folder, Order, OrderEvent, OrderLink
from orders.services.events import By, record
from orders.services.moves import move_order
from orders.services.sent import is_on_its_way, is_part_of_sent, is_sent, who_has

Kind = OrderLink.Kind
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


def merged_into(order: Order) -> Order | None:
    """Give the merged order that stands for this one: one that is here, or that is sent."""
    for child in children_of(order, Kind.MERGED):
        if child.deleted_at is None or is_sent(child) or is_on_its_way(child):
            return child
    return None


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
    for parent in originals_of(order):
        if parent.canceled_at and not order.canceled_at:
            return (
                f"Order {parent.number}, which was merged into order {order.number}, is canceled. "
                f"Take its items out. After that it is sent only by hand."
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
        if all(each.canceled_at for each in originals_of(child)):
            _cancel(child, "All orders that were merged into this one were canceled", by, now)
        elif not child.deleted_at:
            sentence = (
                f"Order {order.number}, which was merged into this one, was canceled. "
                f"Its items are still in here."
            )
            record(child, OrderEvent.Kind.HISTORY, sentence, by=by)


def _cancel(child: Order, sentence: str, by: By, now: datetime) -> None:
    order = Order.objects.for_store(child.store_id).select_for_update().get(pk=child.pk)
    if order.canceled_at or order.deleted_at:
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
