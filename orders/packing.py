"""What of an order's lines a parcel holds. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from orderdesk.lib.money import ZERO, is_ordinary
from orders.models import OrderItem
from orders.parts import Piece

NOT_SHIPPED = ("noship", "download")


def packed(
    told: Sequence[Mapping[str, Any]],
    items: Iterable[OrderItem],
    *,
    before: Mapping[int, Decimal] | None = None,
) -> list[Piece]:
    """Give the lines a parcel holds, out of what it tells: {"code", "name", "quantity"} rows.

    A code that stands on several lines goes to the first until that is full. `before` is what
    earlier parcels hold, by the line's id. A parcel that tells nothing holds what was left.
    """
    taken = dict(before or {})
    kept = [item for item in items if item.delivery_type not in NOT_SHIPPED]
    if not told:
        left = [Piece(item, item.quantity - taken.get(item.pk, ZERO)) for item in kept]
        return [piece for piece in left if piece.quantity > 0]
    found: dict[int, Piece] = {}
    for row in told:
        wanted = _quantity(row.get("quantity"))
        for item in kept:
            free = item.quantity - taken.get(item.pk, ZERO)
            if wanted <= 0 or free <= 0 or not _is_of(row, item):
                continue
            quantity = min(wanted, free)
            wanted -= quantity
            taken[item.pk] = taken.get(item.pk, ZERO) + quantity
            already = found[item.pk].quantity if item.pk in found else ZERO
            found[item.pk] = Piece(item, already + quantity)
    return list(found.values())


def lines_told(pieces: Iterable[Piece]) -> list[dict[str, Any]]:
    """Tell of pieces as a parcel does; `source_line_id` is what the source calls the line."""
    return [
        {
            "code": piece.item.code,
            "name": piece.item.name,
            "quantity": f"{piece.quantity.normalize():f}",
            "source_line_id": piece.item.source_line_id,
        }
        for piece in pieces
    ]


def _is_of(row: Mapping[str, Any], item: OrderItem) -> bool:
    for part in ("code", "name"):
        if said := _folded(row.get(part)):
            return said == _folded(getattr(item, part))
    return False


def _folded(text: object) -> str:
    return str(text or "").strip().casefold()


def _quantity(given: object) -> Decimal:
    try:
        number = Decimal(str(given))
    except InvalidOperation:
        return ZERO
    return number if is_ordinary(number) else ZERO
