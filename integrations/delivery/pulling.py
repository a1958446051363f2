"""Scheduled pulls: orders, parcels and counts that we fetch, page by page.

A page and the mark to go on from are stored in one transaction, so the mark is never ahead of the
data. Marks overlap; what is known already is known again by its id and changes nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from integrations.accounts import plugin_of
from integrations.base import Integration, Page, PulledShipment, StockCount
from integrations.delivery.health import SEAL_BROKEN, is_paused, note_success, pause
from integrations.delivery.sending import move_as_set
from integrations.errors import CredentialsRefused, IntegrationError, TemporaryFailure
from integrations.models import Connection, InboundMessage, Schedule, Submission
from integrations.vault import SealBroken
from inventory.services import receive_counts
from orderdesk.lib.refused import Refused
from orderdesk.lib.storable import storable
from orders.drafts import OrderDraft
from orders.models import Order, OrderEvent, Shipment
from orders.services import By, add_shipment, import_orders, number_shipment
from stores import crash, work
from stores.models import Store
from stores.scoping import entered

logger = structlog.get_logger(__name__)

REASONS_KEPT = 20
LONGEST_PAUSE_SECONDS = 3600.0


@dataclass(slots=True)
class Counts:
    """What a pull met: records seen, new, changed, skipped and failed, with reasons."""

    seen: int = 0
    new: int = 0
    changed: int = 0
    skipped: int = 0
    failed: int = 0
    reasons: list[str] = field(default_factory=list)

    def because(self, reason: str) -> None:
        """Keep a reason; after twenty, the counts tell the rest."""
        reason = storable(reason)
        if len(self.reasons) < REASONS_KEPT and reason not in self.reasons:
            self.reasons.append(reason)

    def fail(self, reason: str) -> None:
        """Count one record that could not be taken."""
        self.failed += 1
        self.because(reason)

    def skip(self, reason: str) -> None:
        """Count one record that is not for us."""
        self.skipped += 1
        self.because(reason)


def run_schedule(mine: work.Claim) -> None:
    """Run one scheduled pull and set when it runs next; trouble postpones it, never ends it."""
    with entered(mine.store_id):
        row = (
            Schedule.objects.for_store(mine.store_id)
            .select_related("connection", "store")
            .get(pk=mine.pk)
        )
        if row.connection.state == Connection.State.PAUSED and is_paused(row.connection):
            work.settle(mine, work.Hold(row.connection.problem))
            return
        try:
            plugin = plugin_of(row.connection)
        except SealBroken:
            pause(row.connection, SEAL_BROKEN)
            work.settle(mine, work.Hold(SEAL_BROKEN))
            return
    source = Source(row.store, row.connection, plugin, row.connection.past_before)
    try:
        counts = pull(
            source,
            verb=row.verb,
            cursor=row.cursor,
            # What happened before the store was connected is the past; a person may ask for it.
            since=None if row.cursor else row.connection.past_before,
            keep=lambda cursor: work.extend(mine, cursor=cursor),
        )
    except IntegrationError as error:
        _postpone(mine, row, error)
        return
    now = timezone.now()
    with entered(mine.store_id):
        note_success(row.connection, now=now)
        work.again(
            mine,
            seconds=work.spread(row.interval_seconds),
            last_run_at=now,
            last_result=asdict(counts),
        )


def _postpone(mine: work.Claim, row: Schedule, error: IntegrationError) -> None:
    logger.warning("pull failed", store_id=mine.store_id, vendor=row.connection.key)
    with entered(mine.store_id):
        if isinstance(error, CredentialsRefused) and pause(row.connection, error.message):
            work.settle(mine, work.Hold(error.message))
            return
        asked_for = error.retry_after if isinstance(error, TemporaryFailure) else None
        wait = min(work.retry_seconds(mine.attempts), LONGEST_PAUSE_SECONDS)
        work.again(mine, seconds=max(wait, asked_for or 0), problem=error.message)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a pull fetches from, and for whom."""

    store: Store
    connection: Connection
    plugin: Integration
    # Orders placed before are brought in as history; None takes every order as a new one.
    history_before: datetime | None = None

    @property
    def by(self) -> By:
        """Who tells of it on the timeline."""
        return By.integration(self.plugin.name)


def pull(
    source: Source,
    *,
    verb: str,
    cursor: str = "",
    since: datetime | None = None,
    keep: Callable[[str], None] | None = None,
) -> Counts:
    """Fetch everything that changed since the cursor (or `since`) and store it page by page.

    `keep` is called with the new cursor inside each page's transaction. A second run over the
    same records changes nothing.

    Raises:
        IntegrationError: if a page cannot be fetched; the pages before it are stored.
    """
    fetch, store_page = _VERBS[verb]
    counts = Counts()
    pages: Iterable[Page[Any]] = getattr(source.plugin, fetch)(cursor, since)
    for page in pages:
        with entered(source.store):
            counts.seen += len(page.rows) + len(page.problems)
            for problem in page.problems:
                counts.fail(problem)
            _keep_unread(source, page.raw_problems, page.problems)
            store_page(source, page, counts)
            if keep:
                keep(page.cursor or cursor)
        crash.point("pull.after_page")
    return counts


def _store_orders(source: Source, page: Page[OrderDraft], counts: Counts) -> None:
    results = import_orders(
        store=source.store,
        drafts=page.rows,
        by=source.by,
        now=timezone.now(),
        history_before=source.history_before,
    )
    for place, (draft, result) in enumerate(zip(page.rows, results, strict=True)):
        if isinstance(result, Refused):
            problem = f"Order {draft.source_id or draft.source_key}: {result.message}"
            counts.fail(problem)
            _keep_unread(source, page.raw[place : place + 1], [problem])
        elif result.result == "created":
            counts.new += 1
        elif result.result in ("updated", "canceled"):
            counts.changed += 1


def _keep_unread(source: Source, bodies: list[bytes], problems: list[str]) -> None:
    """Keep records that could not be taken, so that they are seen and can be read once more.

    The same record is kept once, however often it is pulled.
    """
    if not source.plugin.pulled_topic:
        return
    InboundMessage.across_stores.bulk_create(
        [
            InboundMessage(
                store=source.store,
                connection=source.connection,
                delivery_id=f"pulled:{sha256(body).hexdigest()}",
                topic=source.plugin.pulled_topic,
                body=body,
                state=work.Work.State.FAILED,
                problem=storable(problem),
            )
            for body, problem in zip(bodies, problems, strict=False)
        ],
        ignore_conflicts=True,
    )


def _store_shipments(source: Source, page: Page[PulledShipment], counts: Counts) -> None:
    parcels = page.rows
    store_id = source.store.pk
    fresh = _not_here_yet(source, parcels, counts)
    sent = _sent_as(source, fresh)
    for parcel in fresh:
        order_id = sent.get(parcel.order_external_id) or sent.get(parcel.order_external_number)
        if order_id is None:
            number = parcel.order_external_number or parcel.order_external_id
            counts.skip(f"{source.plugin.name} order {number} was not sent from here.")
            continue
        order = Order.objects.for_store(store_id).get(pk=order_id)
        try:
            with transaction.atomic():
                _take_in(source, order, parcel, counts)
        except Refused as no:
            counts.fail(f"Shipment for order {order.number}: {no.message}")


def _take_in(source: Source, order: Order, parcel: PulledShipment, counts: Counts) -> None:
    name = source.plugin.name
    shipment = add_shipment(
        order=order, draft=parcel.draft, source=name, by=source.by, now=timezone.now()
    )
    if shipment is None:
        return
    counts.new += 1
    event = (
        OrderEvent.objects.for_store(order.store_id)
        .filter(order=order, kind=OrderEvent.Kind.SHIPMENT_ADDED)
        .newest_first()
        .first()
    )
    move_as_set(order, source.connection, "after_shipment_folder", name, event)


def _not_here_yet(
    source: Source, parcels: list[PulledShipment], counts: Counts
) -> list[PulledShipment]:
    """Give the parcels that are new; a known one may have got its number meanwhile."""
    rows = Shipment.objects.for_store(source.store).known_as(
        source=source.plugin.name,
        external_ids=[parcel.draft.external_id for parcel in parcels],
    )
    known = {row.external_id: row for row in rows}
    for parcel in parcels:
        here = known.get(parcel.draft.external_id)
        if here and number_shipment(
            shipment=here, draft=parcel.draft, by=source.by, now=timezone.now()
        ):
            counts.changed += 1
    return [parcel for parcel in parcels if parcel.draft.external_id not in known]


def _sent_as(source: Source, parcels: list[PulledShipment]) -> dict[str, int]:
    """Give our order's id by what the vendor calls it: its id, its number, or our own reference.

    The reference finds an order whose sending is still in doubt here while it is shipped there.
    """
    sent = Submission.objects.for_store(source.store).filter(
        connection=source.connection, verb=Submission.Verb.SUBMIT_ORDER
    )
    numbers = {parcel.order_external_number for parcel in parcels} - {""}
    ids = {parcel.order_external_id for parcel in parcels} - {""}
    by_reference = sent.filter(reference__in=filter(_is_uuid, ids), external_id="")
    return {
        **{str(reference): pk for reference, pk in by_reference.values_list("reference", "order")},
        **dict(sent.filter(external_number__in=numbers).values_list("external_number", "order")),
        **dict(sent.filter(external_id__in=ids).values_list("external_id", "order")),
    }


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _store_stock(source: Source, page: Page[StockCount], counts: Counts) -> None:
    levels = {row.code: (row.quantity, row.name) for row in page.rows}
    outcome = receive_counts(
        store=source.store, levels=levels, source=source.plugin.name, now=timezone.now()
    )
    counts.new += outcome.new
    counts.changed += outcome.changed
    for reason in outcome.skipped:
        counts.fail(reason)


_VERBS: dict[str, tuple[str, Callable[[Source, Page[Any], Counts], None]]] = {
    Schedule.Verb.ORDERS: ("list_orders", _store_orders),
    Schedule.Verb.SHIPMENTS: ("list_shipments", _store_shipments),
    Schedule.Verb.INVENTORY: ("list_stock", _store_stock),
}
