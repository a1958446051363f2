"""What the page of an order's past shows."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from orderdesk.lib.ids import id_in
from orders.drafts import Address
from orders.history import State, differences
from orders.models import CUSTOMER_PARTS, SHIPPING_PARTS, Order, OrderEvent
from orders.services.snapshots import present_state, state_after
from orders.timeline import changes_in_words

NOW = "now"


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment of an order: right after an event. `event` is None for now."""

    event: OrderEvent | None

    @property
    def key(self) -> str:
        """What names it in an address."""
        return str(self.event.pk) if self.event else NOW


@dataclass(frozen=True, slots=True)
class Past:
    """An order as it was, in the shape pages show it in."""

    moment: Moment
    state: State

    @property
    def items(self) -> list[SimpleNamespace]:
        """Give the lines in their order."""
        rows = sorted(self.state["order_items"].items(), key=_place)
        return [SimpleNamespace(id=pk, **told) for pk, told in rows]

    @property
    def shipments(self) -> list[SimpleNamespace]:
        """Give the parcels, the oldest first."""
        rows = sorted(self.state["shipments"].items(), key=lambda row: int(row[0]))
        return [SimpleNamespace(id=pk, **told) for pk, told in rows]

    @property
    def shipments_told(self) -> list[tuple[str, str]]:
        """Give the parcels as facts: carrier, number, and what is inside."""
        return [
            (
                row.carrier_code or "Unnamed carrier",
                "; ".join(
                    [
                        row.tracking_number,
                        *(f"{line.get('quantity')} × {_called(line)}" for line in row.lines),
                    ]
                ),
            )
            for row in self.shipments
        ]

    @staticmethod
    def amount(text: str) -> Decimal:
        """Give an amount as a number; in the past they are text."""
        return Decimal(text)

    @property
    def shipping(self) -> Address:
        """Where the parcel was to go."""
        return self._address("shipping", SHIPPING_PARTS)

    @property
    def customer(self) -> Address:
        """Who was to pay."""
        return self._address("customer", CUSTOMER_PARTS)

    def _address(self, whose: str, parts: tuple[str, ...]) -> Address:
        return Address(**{part: self.state[f"{whose}_{part}"] for part in parts})


def _called(line: dict[str, Any]) -> str:
    return str(line.get("code") or line.get("name") or "")


def _place(row: tuple[str, dict[str, Any]]) -> tuple[int, int]:
    return row[1]["position"], int(row[0])


def moment_named(order: Order, text: str) -> Moment | None:
    """Find a moment of the order: an event's id, "now", or a date with time; None if there is none.

    A date means the last thing that had happened by then.
    """
    if text == NOW:
        return Moment(None)
    events = OrderEvent.objects.for_store(order.store_id).filter(order=order).newest_first()
    if (pk := id_in(text)) is not None:
        found = events.filter(pk=pk).first()
        return Moment(found) if found else None
    try:
        at = datetime.fromisoformat(text)
        if at.tzinfo is None:
            return None
        found = events.filter(happened_at__lte=at.astimezone(UTC)).first()
    except (ValueError, OverflowError):
        return None
    return Moment(found) if found else None


def past_of(order: Order, moment: Moment) -> Past:
    """Give the order as it was at a moment."""
    if moment.event is None:
        return Past(moment, present_state(order))
    return Past(moment, state_after(order, moment.event.pk))


def changes_between(one: Past, other: Past) -> list[tuple[str, str, str]]:
    """Give what differs between two moments, as (label, before, after)."""
    return changes_in_words(*differences(one.state, other.state))


def moments_of(order: Order) -> list[OrderEvent]:
    """Give the events to choose from, the newest first."""
    events = OrderEvent.objects.for_store(order.store_id).filter(order=order)
    return list(events.only("id", "sentence", "happened_at").newest_first()[:200])
