"""What follows at a cart when a parcel it was told of, or is to be told of, changes or goes."""

from django.db.models import Q
from django.db.models.functions import Now

from integrations.models import Submission, WorkQuerySet
from integrations.registry import integration
from orders.models import OrderEvent
from orders.services import By, record
from orders.services.shipments import parcel_in
from stores.work import Work

State = Work.State
# Nobody is at it now, and it has not arrived.
NOT_SENT = (State.WAITING, State.HELD, State.FAILED, State.PARKED)


def drop_tracking(*, event: OrderEvent) -> None:
    """Let nothing be told of a parcel that was taken off; say what a cart knows of it already.

    What is on its way right now looks at the parcel once more before it is sent.
    """
    pushes = _pushes(event)
    for row in pushes.filter(state__in=NOT_SENT).select_for_update(of=("self",)):
        row.state, row.finished_at = State.DROPPED, Now()
        row.problem = "The shipment was removed before it was told."
        if row.in_doubt:
            row.problem = "The shipment was removed; whether the cart was told of it is not known."
        row.save(update_fields=["state", "finished_at", "problem"])
        if row.in_doubt:
            _tell(event, row, "may have been told of it. Look there")
    for row in pushes.filter(state=State.DONE):
        _tell(event, row, "was told of it, and that cannot be taken back from here")


def tell_of_correction(*, event: OrderEvent) -> None:
    """Say where a corrected tracking number does not arrive, because the old one is there."""
    changed = next(iter(event.after["shipments"].values())) or {}
    if not {"tracking_number", "carrier_code"} & set(changed):
        return
    told = Q(state=State.DONE) | Q(in_doubt=True)
    for row in _pushes(event).filter(told):
        _tell(event, row, "has it as it was before. Change it there, too")


def _pushes(event: OrderEvent) -> WorkQuerySet:
    rows = Submission.objects.for_store(event.store_id).select_related("connection")
    return rows.filter(shipment_id=parcel_in(event), verb=Submission.Verb.PUSH_SHIPMENT)


def _tell(event: OrderEvent, row: Submission, words: str) -> None:
    name = integration(row.connection.key).name
    by = By.integration(name, cause=event)
    record(event.order, OrderEvent.Kind.HISTORY, f"{name} {words}.", by=by)
