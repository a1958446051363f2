"""The numbers of orders that are made from others: 1042-D, 1042-S, 1042-S2, 1042-M."""

from itertools import count

from orders.models import Order, OrderLink

SUFFIXES = {
    OrderLink.Kind.DUPLICATED: "D",
    OrderLink.Kind.SPLIT: "S",
    OrderLink.Kind.MERGED: "M",
}
LONGEST = 120
LOOKED_FOR_AT_ONCE = 50


def free_numbers(order: Order, kind: OrderLink.Kind, how_many: int = 1) -> list[str]:
    """Give numbers for orders made from this one that no order of its source in the store has.

    Lock the order first: whoever makes another order from it then waits for these to be taken.
    """
    stem = f"{order.number[: LONGEST - 10]}-{SUFFIXES[kind]}"
    found: list[str] = []
    for start in count(1, LOOKED_FOR_AT_ONCE):
        # Asked for one by one: an index serves equality, but no beginning of a text.
        asked = [_numbered(stem, place) for place in range(start, start + LOOKED_FOR_AT_ONCE)]
        rows = Order.objects.for_store(order.store_id)
        rows = rows.filter(source_name=order.source_name, source_id__in=asked)
        taken = set(rows.values_list("source_id", flat=True))
        found += [number for number in asked if number not in taken]
        if len(found) >= how_many:
            break
    return found[:how_many]


def _numbered(stem: str, place: int) -> str:
    return stem if place == 1 else f"{stem}{place}"
