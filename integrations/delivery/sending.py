"""Orders and tracking out: one call at the vendor for each submission, whatever happens between."""

from dataclasses import dataclass

import structlog
from django.utils import timezone

from integrations.accounts import plugin_of
from integrations.base import Integration, Receipt
from integrations.delivery.health import SEAL_BROKEN, is_paused, note_success, pause
from integrations.errors import (
    CredentialsRefused,
    IntegrationError,
    OutcomeUnknown,
    TemporaryFailure,
    UnexpectedReply,
)
from integrations.models import Connection, Submission
from integrations.vault import SealBroken
from orders.models import Folder, Order, OrderEvent, Shipment
from orders.services import By, hub, move_order, record
from orders.services.links import why_not_sent
from stores import crash, work
from stores.scoping import entered

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A submission with all it needs, loaded while inside the store."""

    row: Submission
    order: Order
    parcel: Shipment | None
    plugin: Integration

    @property
    def by(self) -> By:
        """Who tells of it on the timeline."""
        return By.integration(self.plugin.name, cause=self.row.cause)

    @property
    def what(self) -> str:
        """What is sent, in words."""
        if self.parcel:
            return f"tracking number {self.parcel.tracking_number}"
        return f"order {self.order.number}"

    def find(self) -> Receipt | None:
        """Look at the vendor whether an earlier try arrived."""
        reference = str(self.row.reference)
        if self.parcel:
            return self.plugin.find_shipment(self.order, self.parcel, reference=reference)
        return self.plugin.find_order(self.order, reference=reference)

    def send(self) -> Receipt:
        """Make the call."""
        reference = str(self.row.reference)
        if self.parcel:
            return self.plugin.push_shipment(self.order, self.parcel, reference=reference)
        return self.plugin.submit_order(self.order, reference=reference)


def send(mine: work.Claim) -> None:
    """Send one order or one parcel's tracking; after a doubt, look there first."""
    job = _load(mine)
    if job is None:
        return
    with structlog.contextvars.bound_contextvars(store_id=mine.store_id, order_id=job.order.pk):
        try:
            found = job.find() if mine.in_doubt else None
            if mine.in_doubt and found is None and not _cleared(mine, job):
                return
            crash.point("send.before_call")
            receipt = found or job.send()
            crash.point("send.after_call")
        except IntegrationError as error:
            _set_back(mine, job, error)
            return
        _arrived(mine, job, receipt, looked_up=found is not None)
    crash.point("send.after_commit")


def _load(mine: work.Claim) -> Job | None:
    """Load the job, or write why there is nothing to send now and give None."""
    with entered(mine.store_id):
        row = (
            Submission.objects.for_store(mine.store_id)
            .select_related("connection", "shipment", "cause")
            .get(pk=mine.pk)
        )
        order = Order.objects.for_store(mine.store_id).with_lines().get(pk=row.order_id)
        if row.connection.state == Connection.State.PAUSED and is_paused(row.connection):
            work.settle(mine, work.Hold(row.connection.problem))
            return None
        try:
            plugin = plugin_of(row.connection)
        except SealBroken:
            pause(row.connection, SEAL_BROKEN)
            work.settle(mine, work.Hold(SEAL_BROKEN))
            record(order, OrderEvent.Kind.SUBMISSION_DELAYED, SEAL_BROKEN, by=hub(row.cause))
            return None
        # Right before each call that changes something there: the lease is ours and counts anew.
        plugin.before_effect = lambda: _still_ours(mine)
        job = Job(row, order, row.shipment, plugin)
        if setback := _why_not(job):
            _end(mine, job, setback)
            return None
        return job


def _still_ours(mine: work.Claim) -> None:
    with entered(mine.store_id):
        work.extend(mine)


def _why_not(job: Job) -> work.Setback | None:
    """Say why the job must not be done at all, if so."""
    if job.row.in_doubt:
        return _why_not_looked_up(job)
    name, problem = job.plugin.name, ""
    if job.row.connection.state == Connection.State.DISCONNECTED:
        problem = f"{name} was disconnected before {job.what} was sent."
    elif job.parcel and job.parcel.removed_at:
        problem = f"The shipment was removed before {name} was told of it."
    elif not job.parcel and job.order.deleted_at:
        problem = f"The order was deleted before it was sent to {name}."
    elif not job.parcel and job.order.canceled_at:
        problem = f"The order was canceled before it was sent to {name}."
    elif not job.parcel:
        problem = why_not_sent(job.order)
    return work.Fail(problem) if problem else None


def _why_not_looked_up(job: Job) -> work.Setback | None:
    """Say why it cannot be found out whether it arrived; whatever became of the order since."""
    name = job.plugin.name
    if job.row.connection.state == Connection.State.DISCONNECTED:
        return work.Park(f"{name} was disconnected; whether it got {job.what} is not known.")
    if job.plugin.resend == "none":
        return work.Park(
            f"We do not know whether {name} got {job.what}, and it cannot be asked. "
            f"Look there before anything is sent again."
        )
    return None


def _end(mine: work.Claim, job: Job, setback: work.Setback) -> None:
    """Write that the job ends here, on the row and on the timeline. Call inside the store."""
    work.settle(mine, setback)
    record(job.order, OrderEvent.Kind.SUBMISSION_FAILED, setback.problem, by=job.by)


def _cleared(mine: work.Claim, job: Job) -> bool:
    """Write that an earlier try surely did not arrive; False if the job must not be done any more.

    The order may have been canceled or deleted while nobody knew.
    """
    with entered(mine.store_id):
        work.extend(mine, in_doubt=False)
        job.row.in_doubt = False
        job.order.refresh_from_db(fields=["canceled_at", "deleted_at"])
        if job.parcel:
            job.parcel.refresh_from_db(fields=["removed_at"])
        if setback := _why_not(job):
            _end(mine, job, setback)
            return False
        sentence = f"Looked at {job.plugin.name}: {job.what} is not there, so it is sent now"
        record(job.order, OrderEvent.Kind.SUBMISSION_DELAYED, sentence, by=job.by)
        return True


def tell_parked(store_id: int, pk: int) -> None:
    """Write on the timeline that a submission was parked because its workers were lost."""
    row = (
        Submission.objects.for_store(store_id)
        .select_related("connection", "cause", "order")
        .get(pk=pk)
    )
    record(row.order, OrderEvent.Kind.SUBMISSION_FAILED, row.problem, by=hub(row.cause))


def _arrived(mine: work.Claim, job: Job, receipt: Receipt, *, looked_up: bool) -> None:
    """Write that it arrived: on the row, on the order, on the timeline, in the folder."""
    now = timezone.now()
    with entered(mine.store_id):
        work.finish(mine, external_id=receipt.external_id, external_number=receipt.external_number)
        note_success(job.row.connection, now=now)
        order = _locked(job.order)
        known_as = receipt.external_number or receipt.external_id
        sentence = f"{job.plugin.name} has {job.what} as {known_as}"
        if looked_up:
            sentence += "; it had arrived at an earlier try and was not sent again"
        if job.parcel:
            _told_of(job.parcel, order, receipt.external_id[:120], sentence, job.by)
            return
        before = {
            "fulfillment_name": order.fulfillment_name,
            "fulfillment_id": order.fulfillment_id,
        }
        order.fulfillment_name, order.fulfillment_id = job.plugin.name, receipt.external_id[:120]
        order.updated_at = now
        order.version += 1
        order.save(update_fields=["fulfillment_name", "fulfillment_id", "updated_at", "version"])
        event = record(
            order,
            OrderEvent.Kind.SUBMITTED,
            sentence,
            by=job.by,
            before=before,
            after={
                "fulfillment_name": order.fulfillment_name,
                "fulfillment_id": order.fulfillment_id,
            },
        )
        if order.canceled_at or order.deleted_at:
            how = "canceled" if order.canceled_at else "deleted"
            told = f"It was {how} meanwhile and is not canceled at {job.plugin.name}"
            record(order, OrderEvent.Kind.SUBMISSION_FAILED, told, by=job.by)
        move_as_set(order, job.row.connection, "after_import_folder", job.plugin.name, event)


def _told_of(parcel: Shipment, order: Order, external_id: str, sentence: str, by: By) -> None:
    """Write that the cart knows the parcel, by an id that tells it from one of the same number."""
    before, parcel.cart_shipment_id = parcel.cart_shipment_id, external_id
    parcel.save(update_fields=["cart_shipment_id"])
    record(
        order,
        OrderEvent.Kind.TRACKING_PUSHED,
        sentence,
        by=by,
        before={"shipments": {parcel.pk: {"cart_shipment_id": before}}},
        after={"shipments": {parcel.pk: {"cart_shipment_id": external_id}}},
    )


def _locked(order: Order) -> Order:
    """Lock the order's row and read what an arrival changes of it, not the whole wide row."""
    rows = Order.objects.for_store(order.store_id).select_for_update()
    return rows.only(
        "store_id",
        "fulfillment_name",
        "fulfillment_id",
        "updated_at",
        "version",
        "folder_id",
        "canceled_at",
        "deleted_at",
    ).get(pk=order.pk)


def move_as_set(
    order: Order, connection: Connection, setting: str, name: str, cause: OrderEvent | None
) -> None:
    """Move the order to the folder the connection's setting names, if it names one that is left.

    A canceled order stays where whoever canceled it finds it.
    """
    folder_id = connection.settings.get(setting)
    if not folder_id or order.canceled_at:
        return
    folder = Folder.objects.for_store(order.store_id).filter(pk=folder_id).first()
    if folder:
        by = By.integration(name, cause=cause)
        move_order(order=order, folder=folder, by=by, now=timezone.now())


def _set_back(mine: work.Claim, job: Job, error: IntegrationError) -> None:
    """Write what went wrong and what follows from it, on the row and on the timeline."""
    with entered(mine.store_id):
        state = work.settle(mine, _consequence(job, error))
        if isinstance(error, UnexpectedReply):
            logger.error("unexpected reply", vendor=job.plugin.key, problem=error.message)
        goes_on = state in (work.Work.State.WAITING, work.Work.State.HELD)
        kind = OrderEvent.Kind.SUBMISSION_DELAYED if goes_on else OrderEvent.Kind.SUBMISSION_FAILED
        sentence = error.message
        if state == work.Work.State.PARKED:
            sentence = f"Parked after {mine.attempts} tries, the last of which ended so: {sentence}"
        details = {**error.evidence, "attempt": str(mine.attempts)}
        record(job.order, kind, sentence, by=job.by, details=details)


def _consequence(job: Job, error: IntegrationError) -> work.Setback:
    if isinstance(error, OutcomeUnknown):
        return work.Doubt(error.message, after=error.retry_after)
    if isinstance(error, TemporaryFailure):
        return work.Retry(error.message, after=error.retry_after)
    if isinstance(error, CredentialsRefused):
        # Refused with credentials that were replaced meanwhile: the new ones have their chance.
        same = pause(job.row.connection, error.message)
        return work.Hold(error.message) if same else work.Retry(error.message)
    return work.Fail(error.message)
