"""Whether a warehouse has an order, or may have it: what every step that moves its goods asks.

What goes out are rows of the integrations, which stand to the right of this app; they are read
through the order, as its page does, because nothing else knows of what is on its way.
"""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Q

from orderdesk.lib.refused import Refused
from orders.models import Order, OrderItem, OrderLink, Shipment
from orders.packing import packed

ON_ITS_WAY = ("waiting", "working", "held")


def is_on_its_way(order: Order) -> bool:
    """Tell whether it is being sent, or was and nobody knows whether it arrived."""
    rows = order.submissions.filter(verb="submit_order")
    return rows.filter(Q(state__in=ON_ITS_WAY) | Q(in_doubt=True)).exists()


def is_sent(order: Order) -> bool:
    """Tell whether somebody has it to ship it, by itself or with the order it was split from."""
    done = order.submissions.filter(verb="submit_order", state="done")
    return bool(order.fulfillment_name) or done.exists() or is_part_of_sent(order)


def is_part_of_sent(order: Order) -> bool:
    """Tell whether it was split from an order that was sent by then, and not sent itself since.

    What it says of its fulfillment is not enough to go by: scripts may change that.
    """
    if order.submissions.filter(verb="submit_order", state="done").exists():
        return False
    links = OrderLink.objects.for_store(order.store_id).leading_to(order)
    for link in links.filter(kind=OrderLink.Kind.SPLIT).select_related("parent"):
        before = link.parent.submissions.filter(
            verb="submit_order", state="done", finished_at__lte=link.created_at
        )
        if order.fulfillment_name or before.exists() or is_part_of_sent(link.parent):
            return True
    return False


def who_has(order: Order) -> str:
    """Name for a sentence who has the order, if somebody does."""
    return order.fulfillment_name or "a warehouse"


def refuse_on_its_way(order: Order, *, verb: str) -> None:
    """Refuse to change what goes out this moment.

    Raises:
        Refused: if the order is being sent, or nobody knows whether it was.
    """
    if is_on_its_way(order):
        raise Refused(
            f"Order {order.number} is being sent, or it is not known yet whether it arrived. "
            f"{verb} it when that is settled."
        )


def own_parcels(order: Order) -> list[Shipment]:
    """Give the parcels that hold what is in this order, without labels."""
    parcels = Shipment.objects.for_store(order.store_id).present().filter(order=order)
    return list(parcels.filter(is_for_child=False).defer("label_image").order_by("pk"))


def shipped(order: Order, items: Iterable[OrderItem]) -> dict[int, Decimal]:
    """Count what of each line its parcels hold, by the line's id; see `packed` for the untold."""
    found: dict[int, Decimal] = {}
    kept = list(items)
    for parcel in own_parcels(order):
        for piece in packed(parcel.lines, kept, before=found):
            found[piece.item.pk] = found.get(piece.item.pk, Decimal(0)) + piece.quantity
    return found
