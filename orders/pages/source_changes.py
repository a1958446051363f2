"""What a page shows of a change at an order's source that waits for a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef

from orders.models import Order, SourceChange
from orders.timeline import label, text
from stores.models import Store

SHOWN = 200
# Read along with the order, since hardly any order has a change that waits.
CHANGE_WAITS = Exists(
    SourceChange.across_stores.filter(
        store_id=OuterRef("store_id"), order_id=OuterRef("pk"), state="waiting"
    )
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A change to be decided: (label, as it is here, as the source states it)."""

    change: SourceChange
    differences: list[tuple[str, str, str]]


def waiting_change(order: Order) -> Waiting | None:
    """Give what waits for a decision about this order, which was read with `CHANGE_WAITS`."""
    if not order.change_waits:  # type: ignore[attr-defined]
        return None
    change = SourceChange.objects.for_store(order.store_id).waiting().filter(order=order).first()
    return None if change is None else Waiting(change, _differences(order, change))


def waiting_changes(store: Store) -> list[SourceChange]:
    """Give what waits in the store, the oldest first, each with its order."""
    rows = SourceChange.objects.for_store(store).waiting().select_related("order")
    return list(rows.filter(order__deleted_at=None).order_by("pk")[:SHOWN])


def _differences(order: Order, change: SourceChange) -> list[tuple[str, str, str]]:
    told = [
        (label(name), text(change.before.get(name)), text(value))
        for name, value in change.after.items()
    ]
    if change.items is not None:
        here = _lines(
            {"quantity": f"{item.quantity.normalize():f}", "code": item.code, "name": item.name}
            for item in order.items.order_by("position", "pk")
        )
        told.append((label("order_items"), here, _lines(change.items)))
    return told


def _lines(items: Iterable[dict[str, Any]]) -> str:
    return "\n".join(f"{item['quantity']} × {item['code'] or item['name']}" for item in items)
