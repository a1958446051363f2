"""The one word for where an order stands."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from orders.models import Order

SENDING = {"waiting", "working"}


class Sent(Protocol):
    """A submission as far as this module must know it; its table stands to the right of ours."""

    verb: str

    @property
    def state_word(self) -> str: ...


class Packed(Protocol):
    """A parcel as far as its contents go: [{"code", "name", "quantity"}], empty if nobody told."""

    @property
    def lines(self) -> list[Any]: ...


def order_state(
    order: Order,
    *,
    shipments: Iterable[Packed],
    submissions: Iterable[Sent],
    to_ship: Decimal | None,
) -> str:
    """Give the key of the state a person should see first; `parts/tag.html` has the words.

    `to_ship` is how many pieces the order has to send in parcels; None where it has none.
    """
    words = {one.state_word for one in submissions if one.verb == "submit_order"}
    parcels = list(shipments)
    partly = bool(parcels) and _is_short(parcels, to_ship or Decimal(0))
    ladder = [
        ("canceled", order.canceled_at is not None),
        ("shipped", bool(parcels) and not partly),
        ("unknown", "unknown" in words),
        ("failed", bool(words & {"failed", "parked"})),
        ("partly_shipped", partly),
        ("on_hold", "held" in words),
        ("sending", bool(words & SENDING)),
        ("sent", "done" in words),
    ]
    return next((key for key, holds in ladder if holds), "new")


def _is_short(parcels: list[Packed], to_ship: Decimal) -> bool:
    """Tell whether the parcels surely hold less than was ordered."""
    if not all(parcel.lines for parcel in parcels):
        return False
    return sum(map(_pieces, parcels), Decimal(0)) < to_ship


def _pieces(parcel: Packed) -> Decimal:
    try:
        return sum((Decimal(str(line["quantity"])) for line in parcel.lines), Decimal(0))
    except (KeyError, TypeError, InvalidOperation):
        # What a warehouse wrote there cannot be counted, so it cannot prove a shortage either.
        return Decimal("Infinity")
