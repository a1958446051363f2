"""What follows for sending when an order is deleted before it was sent."""

from collections.abc import Sequence

from django.db.models.functions import Now

from integrations.models import Submission
from orders.models import OrderEvent
from stores.work import Work

State = Work.State


def withdraw_orders(*, events: Sequence[OrderEvent]) -> int:
    """Drop what waits to be sent of orders that were just deleted and give how much there was.

    What may have arrived is looked up first, as always, and what a worker has in hand looks at
    the order itself. A restored order is sent again only if somebody asks for it.
    """
    waiting = Submission.objects.for_store(events[0].store_id).filter(
        order__in=[event.order_id for event in events],
        verb=Submission.Verb.SUBMIT_ORDER,
        state__in=[State.WAITING, State.HELD],
        in_doubt=False,
    )
    problem = "The order was deleted before it was sent."
    return waiting.update(state=State.DROPPED, finished_at=Now(), problem=problem)
