"""The colored tag an order may bear."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F

from orderdesk.lib.among import among
from orders.models import Order, OrderEvent
from orders.services.events import By, Told, record_all
from orders.services.rows import check_text


@transaction.atomic
def tag_orders(
    *, orders: Iterable[Order], color: str, name: str, by: By, now: datetime
) -> dict[int, dict[str, str]]:
    """Give orders of one store this tag, or none where both are '', by a few statements.

    Gives, by order id, the tag each bore before, as {"tag_color", "tag_name"}. Orders that bear
    it already are left out of the answer and get no event.

    Raises:
        Refused: if the color or the name does not fit its column.
    """
    check_text(color, "tag_color", 20)
    check_text(name, "tag_name", 40)
    wanted = {order.pk: order for order in orders}
    if not wanted:
        return {}
    store_id = next(iter(wanted.values())).store_id
    locked = (
        Order.objects.for_store(store_id)
        .filter(pk__in=among(wanted))
        .exclude(tag_color=color, tag_name=name)
        .order_by("pk")
        .select_for_update()
    )
    after = {"tag_color": color, "tag_name": name}
    before = {row.pop("pk"): row for row in locked.values("pk", *after)}
    Order.objects.for_store(store_id).filter(pk__in=among(before)).update(
        **after, updated_at=now, version=F("version") + 1
    )
    told = [
        Told(
            wanted[pk],
            _told(before[pk], after),
            {key: value for key, value in before[pk].items() if value != after[key]},
            {key: value for key, value in after.items() if value != before[pk][key]},
        )
        for pk in before
    ]
    for pk in before:
        order = wanted[pk]
        order.tag_color, order.tag_name, order.updated_at = color, name, now
        order.version += 1
    record_all(told, OrderEvent.Kind.TAGGED, by=by)
    return before


def _told(before: dict[str, str], after: dict[str, str]) -> str:
    previous = before["tag_name"] or before["tag_color"]
    tag = after["tag_name"] or after["tag_color"]
    if not tag:
        return f"Tag {previous} taken off"
    return f"Tag changed from {previous} to {tag}" if previous else f"Tagged {tag}"
