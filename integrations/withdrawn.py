"""What follows for sending when an order is deleted or canceled before it was sent."""

from collections.abc import Sequence

from django.db.models.functions import Now

from integrations.models import Submission, WorkQuerySet
from orders.models import OrderEvent
from orders.services import hub, record
from orders.services.links import merged_from
from stores.work import Work

State = Work.State


def withdraw_orders(*, events: Sequence[OrderEvent]) -> int:
    """Drop what waits to be sent of orders that were just deleted and give how much there was.

    What may have arrived is looked up first, as always, and what a worker has in hand looks at
    the order itself. A restored order is sent again only if somebody asks for it.
    """
    waiting = _waiting(events[0].store_id, {event.order_id for event in events})
    problem = "The order was deleted before it was sent."
    return waiting.update(state=State.DROPPED, finished_at=Now(), problem=problem)


def withdraw_merged(*, events: Sequence[OrderEvent]) -> None:
    """Drop what waits to be sent of merged orders that hold what was just canceled, and say so.

    It was asked for before, by somebody who could not know. What is canceled itself needs nothing
    here: whoever sends it looks at it first.
    """
    store_id = events[0].store_id
    merged = merged_from(store_id, {event.order_id for event in events})
    if not merged:
        return
    rows = _waiting(store_id, merged).select_for_update(of=("self",)).select_related("order")
    for row in rows.order_by("pk"):
        row.state, row.finished_at = State.DROPPED, Now()
        row.problem = (
            f"Something that was merged into order {row.order.number} was canceled before it was "
            f"sent. Take those items out, then send it by hand."
        )
        row.save(update_fields=["state", "finished_at", "problem"])
        by = hub(events[0])
        record(row.order, OrderEvent.Kind.SUBMISSION_FAILED, row.problem, by=by)


def _waiting(store_id: int, order_ids: set[int]) -> WorkQuerySet:
    return Submission.objects.for_store(store_id).filter(
        order__in=order_ids,
        verb=Submission.Verb.SUBMIT_ORDER,
        state__in=[State.WAITING, State.HELD],
        in_doubt=False,
    )
