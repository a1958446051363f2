"""Which lines of an order go together into new orders. Pure.

A person or a rule states a wish; `groups` gives a group of pieces for each new order.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from orderdesk.lib.money import ZERO
from orderdesk.lib.refused import Refused
from orders.models import OrderItem
from orders.parts import Piece

METHODS = {
    "metadata": "Metadata",
    "variation": "Variation",
    "code": "SKU",
    "name": "Item name",
    "category_code": "Category code",
    "delivery_type": "Delivery type",
    "fulfillment_method": "Fulfillment method",
    "location": "Inventory location",
    "quantity": "Pieces in each order",
    "line": "Every line its own order",
}
# So many new orders one split makes at most.
MOST_NEW = 50
TOO_MANY = f"This would make more than {MOST_NEW} new orders at once. Split off fewer."
# These need the name of a field.
OF_A_FIELD = ("metadata", "variation")


@dataclass(frozen=True, slots=True)
class Picked:
    """Ticked lines go into one new order: so many of each, by the line's id."""

    quantities: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class ByValue:
    """Lines that are alike go together.

    With `values`, all lines that have one of them go into one new order. Without, the lines of
    each value do; those without a value stay, or, if there are none, those of the first value.
    `field` names the variation or the metadata, `size` how many pieces an order gets at most.
    """

    method: str
    field: str = ""
    values: tuple[str, ...] = ()
    size: Decimal = Decimal(1)


Wish = Picked | ByValue
Groups = list[list[Piece]]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of lines besides themselves: where the inventory has them, by code."""

    locations: Mapping[str, str] = field(default_factory=dict)


def groups(items: Sequence[OrderItem], wish: Wish, known: Known) -> Groups:
    """Give the pieces of each new order; what is in no group stays.

    Raises:
        Refused: if nothing is picked or what is picked is not there.
    """
    if isinstance(wish, Picked):
        return [_picked(items, wish)]
    if wish.method == "line":
        return [[Piece(item, item.quantity)] for item in items[1:]]
    if wish.method == "quantity":
        return _by_size(items, wish.size)
    return _by_value(items, wish, known)


def _picked(items: Sequence[OrderItem], wish: Picked) -> list[Piece]:
    here = {item.pk: item for item in items}
    if not wish.quantities:
        raise Refused("Nothing is ticked. Tick the lines that go into the new order.")
    pieces = []
    for pk, quantity in wish.quantities.items():
        item = here.get(pk)
        if item is None:
            raise Refused(f"Line {pk} is not one of this order any more. Look at it again.")
        if not ZERO < quantity <= item.quantity and quantity != item.quantity:
            raise Refused(
                f"{item.name}: the order has {item.quantity.normalize():f}, so between that and "
                f"1 can go into the new order."
            )
        pieces.append(Piece(item, quantity))
    return pieces


def _by_value(items: Sequence[OrderItem], wish: ByValue, known: Known) -> Groups:
    if wish.method not in METHODS:
        raise Refused(f"There is no way to split called {wish.method!r}.", field="method")
    if wish.method in OF_A_FIELD and not wish.field.strip():
        raise Refused(f"Name the {METHODS[wish.method].lower()} field to split by.", field="field")
    if wish.values:
        wanted = {_folded(value) for value in wish.values}
        found = [item for item in items if _folded(_value(item, wish, known)) in wanted]
        if not found:
            raise Refused("No line has one of these values, so there is nothing to split off.")
        return [[Piece(item, item.quantity) for item in found]]
    by_value: dict[str, list[Piece]] = {}
    for item in items:
        by_value.setdefault(_folded(_value(item, wish, known)), []).append(
            Piece(item, item.quantity)
        )
    stays = "" if "" in by_value else next(iter(by_value), "")
    split_off = [pieces for value, pieces in by_value.items() if value != stays]
    if not split_off:
        raise Refused("All lines are alike in this, so there is nothing to split off.")
    return split_off


def _value(item: OrderItem, wish: ByValue, known: Known) -> str:
    if wish.method == "metadata":
        return _named(item.metadata, wish.field)
    if wish.method == "variation":
        return _named(item.variation_list, wish.field)
    if wish.method == "location":
        return known.locations.get(item.code, "")
    return str(getattr(item, wish.method))


def _named(values: Mapping[str, object], name: str) -> str:
    wanted = _folded(name)
    return next((str(value) for key, value in values.items() if _folded(key) == wanted), "")


def _folded(text: object) -> str:
    return str(text or "").strip().casefold()


def _by_size(items: Sequence[OrderItem], size: Decimal) -> Groups:
    """Fill one order after the other with so many pieces; the first stays."""
    if size <= 0:
        raise Refused("Say how many pieces an order gets: 1 or more.", field="size")
    if sum(item.quantity for item in items) > size * (MOST_NEW + 1):
        raise Refused(TOO_MANY, field="size")
    filled: Groups = [[]]
    room = size
    for item in items:
        left = item.quantity
        if left <= 0:
            filled[-1].append(Piece(item, left))
        while left > 0:
            if room <= 0:
                filled.append([])
                room = size
            taken = min(left, room)
            filled[-1].append(Piece(item, taken))
            left, room = left - taken, room - taken
    return filled[1:]
