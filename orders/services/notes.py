"""Notes people leave on an order."""

from datetime import datetime

from django.db import transaction

from orderdesk.lib.refused import Refused
from orders.models import Order, OrderEvent
from orders.services.events import By, record
from orders.services.rows import check_rows

LONGEST = 1800


@transaction.atomic
def add_note(*, order: Order, content: str, by: By, now: datetime) -> None:
    """Add a note to the order; a second call adds a second one.

    Raises:
        Refused: if the note is empty or longer than 1,800 characters.
    """
    content = content.strip()
    if not content:
        raise Refused("The note is empty.", field="content")
    if len(content) > LONGEST:
        raise Refused(f"The note has {len(content):,} characters; 1,800 fit.", field="content")
    order = Order.objects.for_store(order.store_id).select_for_update().get(pk=order.pk)
    note = {"date_added": now.isoformat(), "username": by.name, "content": content}
    order.order_notes = [*order.order_notes, note]
    check_rows(order, [])
    order.version += 1
    order.updated_at = now
    order.save(update_fields=["order_notes", "version", "updated_at"])
    record(order, OrderEvent.Kind.NOTE_ADDED, content, by=by, details={"note": content})
