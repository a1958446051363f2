"""Connecting, asking for work at other systems, and helping it on when it is stuck.

Functions that ask the vendor (`connect`, `change_settings`) must be called outside any transaction;
they open their own. All others run inside the store.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from integrations.accounts import kept_secrets, plugin_of, plugin_with, plugin_without_secrets
from integrations.base import FolderField, Integration, SettingsForm
from integrations.delivery import Counts, Source, pull
from integrations.errors import IntegrationError
from integrations.http import GOES_ON
from integrations.models import Connection, InboundMessage, Schedule, Submission
from integrations.registry import integration
from integrations.vault import seal
from orderdesk.lib.refused import Refused
from orders.models import Folder, Order, OrderEvent, Shipment
from orders.services import By, record
from orders.services.links import is_made_here, why_not_sent, why_not_sent_unseen
from orders.services.shipments import parcel_in
from stores import bell, work
from stores.models import Store
from stores.scoping import entered

logger = structlog.get_logger(__name__)

# The verb of the plugin behind each kind of pull.
PULLS = {
    Schedule.Verb.ORDERS: "list_orders",
    Schedule.Verb.SHIPMENTS: "list_shipments",
    Schedule.Verb.INVENTORY: "list_stock",
}


class SettingsRefused(Refused):
    """The settings cannot be taken over; `errors` says why, as {field: [sentence]}."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        self.errors = dict(errors)
        field, sentences = next(iter(self.errors.items()))
        super().__init__(f"{field}: {sentences[0]}" if field else sentences[0], field=field)


@dataclass(frozen=True, slots=True)
class Filled:
    """Settings and secrets that passed the form, apart from each other."""

    settings: dict[str, Any]
    secrets: dict[str, str]


def connect(
    *, store: Store, key: str, values: Mapping[str, Any], environment: str = "live"
) -> Connection:
    """Connect an integration: check the form, ask the vendor, save, prepare the other side.

    Raises:
        SettingsRefused: if the form or the vendor refuses a value; nothing is saved.
        Refused: if the store has this integration connected.
    """
    with entered(store):
        row = Connection.objects.for_store(store).named(key).first()
        if row and row.state != Connection.State.DISCONNECTED:
            raise Refused(f"{integration(key).name} is connected already. Change its settings.")
        row = row or Connection(store=store, key=key)
        row.environment = environment
        filled = _fill(row, values, kept={})
    return _check_and_save(row, filled)


def change_settings(*, connection: Connection, values: Mapping[str, Any]) -> Connection:
    """Change a connection's settings; secrets left empty stay. Held work goes on.

    Raises:
        SettingsRefused: if the form or the vendor refuses a value; nothing is saved.
    """
    with entered(connection.store_id):
        filled = _fill(connection, values, kept=kept_secrets(connection))
    return _check_and_save(connection, filled)


def _fill(row: Connection, values: Mapping[str, Any], *, kept: Mapping[str, str]) -> Filled:
    """Check the values by the plugin's form, as far as that goes without asking the vendor."""
    plugin = integration(row.key)
    known = plugin.settings_form.base_fields
    if strange := sorted(set(values) - set(known)):
        words = f"{plugin.name} has no setting {strange[0]!r}. It has: {', '.join(known)}."
        raise SettingsRefused({strange[0]: [words]})
    form = plugin.settings_form(data={**_defaults(plugin), **kept, **_given(values, kept)})
    if not form.is_valid():
        errors = {
            "" if name == "__all__" else name: [str(sentence) for sentence in sentences]
            for name, sentences in form.errors.items()
        }
        raise SettingsRefused(errors)
    secret = set(form.secret_names())
    cleaned = form.cleaned_data
    _check_folders(row.store_id, form)
    return Filled(
        settings={name: value for name, value in cleaned.items() if name not in secret},
        secrets={name: cleaned[name] for name in secret if cleaned[name]},
    )


def _defaults(plugin: type[Integration]) -> dict[str, Any]:
    return {
        name: each.initial
        for name, each in plugin.settings_form.base_fields.items()
        if each.initial is not None
    }


def _given(values: Mapping[str, Any], kept: Mapping[str, str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value != "" or name not in kept}


def _check_folders(store_id: int, form: SettingsForm) -> None:
    """See that each folder named by a setting is one of the store's."""
    for name, field in form.fields.items():
        chosen = form.cleaned_data.get(name)
        if not isinstance(field, FolderField) or not chosen:
            continue
        folders = Folder.objects.for_store(store_id)
        found = folders.filter(pk=chosen).first() if str(chosen).isdigit() else None
        found = found or folders.filter(name=chosen).first()
        if found is None:
            raise SettingsRefused({name: [f"There is no folder {chosen!r} in this store."]})
        form.cleaned_data[name] = str(found.pk)


def _check_and_save(row: Connection, filled: Filled) -> Connection:
    plugin = plugin_with(row, settings_=filled.settings, secrets=filled.secrets)
    try:
        plugin.check()
    except IntegrationError as error:
        # True of work that waits, not of a person at a form.
        sentence = error.message.removesuffix(GOES_ON).rstrip()
        raise SettingsRefused({error.field: [sentence]}) from error
    with entered(row.store_id):
        _save(row, filled, plugin)
    try:
        plugin.on_connected()
    except IntegrationError as error:
        row.problem = error.message
        with entered(row.store_id):
            row.save(update_fields=["problem"])
    return row


def _save(row: Connection, filled: Filled, plugin: Integration) -> None:
    """Write a connection that passed its test, and release what was held for it."""
    is_new = row.pk is None
    row.revision = 1 if is_new else _locked(row).revision + 1
    if row.state == Connection.State.DISCONNECTED:
        # What was sold before is the past, also for a shop that was connected once.
        row.connected_at = timezone.now()
    row.settings = filled.settings
    row.sealed_secrets = seal(store_id=row.store_id, connection_key=row.key, secrets=filled.secrets)
    row.state, row.problem = Connection.State.ACTIVE, ""
    if is_new:
        _insert(row)
    else:
        row.save()
    logger.info("connection saved", connection=row.pk, revision=row.revision)
    _schedule(row, plugin)
    released = {"state": work.Work.State.WAITING, "attempts": 0, "due_at": Now()}
    Submission.objects.for_store(row.store_id).filter(
        connection=row, state=work.Work.State.HELD
    ).update(**released)
    Schedule.objects.for_store(row.store_id).filter(
        connection=row, state__in=[work.Work.State.HELD, *work.STUCK]
    ).update(**released)
    bell.ring_after_commit()


def _locked(row: Connection) -> Connection:
    """Lock a connection that is about to be written over, unless it changed since it was read."""
    current = Connection.objects.for_store(row.store_id).select_for_update().get(pk=row.pk)
    if current.revision != row.revision:
        raise Refused(
            "Somebody else changed this connection meanwhile. Look at it again before you save."
        )
    return current


def _insert(row: Connection) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        name = integration(row.key).name
        raise Refused(f"{name} was connected by somebody else a moment ago.") from error


def _schedule(row: Connection, plugin: Integration) -> None:
    """Give the connection the pulls its settings ask for and take away the others."""
    wanted = [verb for verb, does in PULLS.items() if plugin.can(does) and plugin.wants(does)]
    Schedule.objects.for_store(row.store_id).filter(connection=row).exclude(
        verb__in=wanted
    ).delete()
    Schedule.across_stores.bulk_create(
        [
            Schedule(
                store_id=row.store_id,
                connection=row,
                verb=verb,
                interval_seconds=settings.PULL_SECONDS,
            )
            for verb in wanted
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def disconnect(*, connection: Connection) -> None:
    """Disconnect: forget the secrets, stop the pulls, close the hook; history stays.

    What waits to be sent ends here and says so; another account must not get it by surprise. A
    second call changes nothing.
    """
    name = integration(connection.key).name
    changed = (
        Connection.objects.for_store(connection.store_id)
        .connected()
        .filter(pk=connection.pk)
        .update(
            state=Connection.State.DISCONNECTED,
            sealed_secrets="",
            problem="",
            revision=F("revision") + 1,
        )
    )
    if not changed:
        return
    Schedule.objects.for_store(connection.store_id).filter(connection=connection).delete()
    waiting = Submission.objects.for_store(connection.store_id).filter(
        connection=connection, state__in=[work.Work.State.WAITING, work.Work.State.HELD]
    )
    for row in waiting.select_for_update(of=("self",)).select_related("order", "cause"):
        problem = f"{name} was disconnected before this was sent."
        if row.in_doubt:
            problem = f"{name} was disconnected; whether it got this is not known."
        row.state, row.problem = work.Work.State.FAILED, problem
        row.save(update_fields=["state", "problem"])
        by = By.integration(name, cause=row.cause)
        record(row.order, OrderEvent.Kind.SUBMISSION_FAILED, problem, by=by)


def sync(*, store: Store, key: str, verb: str, since: datetime | None = None) -> Counts:
    """Pull once now, besides the schedule, and give the counts.

    Without `since` it goes on from the schedule's mark. Call outside of transactions.

    Raises:
        Refused: if the integration is not connected, paused, or has no such pull.
        IntegrationError: if the vendor refuses or cannot be reached.
    """
    with entered(store):
        row = Connection.objects.for_store(store).connected().named(key).first()
        if row is None:
            raise Refused(f"{integration(key).name} is not connected to this store.", field="key")
        plugin = plugin_of(row)
        if not plugin.can(PULLS[Schedule.Verb(verb)]):
            raise Refused(f"{plugin.name} has no {verb} to pull.", field="verb")
        if row.state == Connection.State.PAUSED:
            raise Refused(f"{plugin.name} is paused: {row.problem}", field="key")
        schedules = Schedule.objects.for_store(store).filter(connection=row, verb=verb)
        mark = schedules.values_list("cursor", flat=True).first() or ""

    def keep(cursor: str) -> None:
        if since is None:
            schedules.update(cursor=cursor)

    return pull(
        # Whoever names a date asks for the orders since then, whatever their age.
        Source(store, row, plugin, None if since else row.past_before),
        verb=verb,
        cursor="" if since else mark,
        since=since,
        keep=keep,
    )


@transaction.atomic
def request_submission(
    *, order: Order, connection: Connection, by: By, now: datetime
) -> Submission:
    """Ask for an order to be sent. Asking again gives the same submission and sends nothing twice.

    One that failed, was parked or dismissed is tried again; what may have arrived is looked up.

    Raises:
        Refused: if the connection cannot take orders or the order must not be sent.
    """
    plugin = integration(connection.key)
    if not plugin.can("submit_order"):
        raise Refused(f"{plugin.name} takes no orders.")
    if connection.state == Connection.State.DISCONNECTED:
        raise Refused(f"{plugin.name} is not connected.")
    if order.deleted_at or order.canceled_at:
        raise Refused(f"Order {order.number} is canceled or deleted and is not sent.")
    unseen = by.actor != OrderEvent.Actor.USER
    if problem := why_not_sent(order) or (unseen and why_not_sent_unseen(order)):
        raise Refused(problem)
    row, is_new = _request(connection, order, None, Submission.Verb.SUBMIT_ORDER, by)
    if is_new or work.try_again(row, states=(*work.STUCK, work.Work.State.DROPPED)):
        sentence = f"To be sent to {plugin.name}"
        record(order, OrderEvent.Kind.SUBMISSION_REQUESTED, sentence, by=by)
    return row


@transaction.atomic
def request_tracking(
    *, order: Order, shipment: Shipment, connection: Connection, by: By
) -> Submission:
    """Ask for a parcel's tracking to be told to the cart the order came from; once per parcel."""
    return _request(connection, order, shipment, Submission.Verb.PUSH_SHIPMENT, by)[0]


def _request(
    connection: Connection, order: Order, shipment: Shipment | None, verb: str, by: By
) -> tuple[Submission, bool]:
    wanted = {
        "store_id": order.store_id,
        "connection": connection,
        "verb": verb,
        "order": order,
        "shipment": shipment,
    }
    asked = Submission.objects.for_store(order.store_id).filter(**wanted)
    if found := asked.first():
        return found, False
    row = Submission(**wanted, actor=by.actor, actor_name=by.name, cause=by.cause)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        # Somebody asked for the same between our look and our insert.
        return asked.get(), False
    bell.ring_after_commit()
    return row, True


def push_tracking(*, event: OrderEvent, order: Order) -> None:
    """Have a new parcel told to the cart its order came from, if that cart asks for it.

    What was made of an order here bears its source's name, but no cart knows it: the parcels of a
    part, a merged order or a copy are told by the order they are passed back to, if by any.
    """
    if is_made_here(order):
        return
    shipment = Shipment.objects.for_store(order.store_id).get(pk=parcel_in(event))
    for row in Connection.objects.for_store(order.store_id).connected():
        plugin = integration(row.key)
        is_its_cart = plugin.source_name == order.source_name and plugin.can("push_shipment")
        # Only settings are asked; secrets that cannot be opened must not lose a parcel.
        asks = is_its_cart and plugin_without_secrets(row)
        if asks and shipment.source != plugin.name and asks.wants("push_shipment"):
            by = By.integration(plugin.name, cause=event)
            request_tracking(order=order, shipment=shipment, connection=row, by=by)


@transaction.atomic
def try_again(*, row: work.Work, by: By, now: datetime) -> None:
    """Make stuck work due now. What may have arrived is looked up first, not sent blindly.

    Raises:
        Refused: if its connection is paused; the credentials come first.
    """
    connection = getattr(row, "connection", None)
    if connection and connection.state == Connection.State.PAUSED:
        name = integration(connection.key).name
        raise Refused(f"{name} is paused. Update its credentials; what waits goes on by itself.")
    if work.try_again(row) and isinstance(row, Submission):
        sentence = f"{row.get_verb_display()}: tried again by hand"
        record(row.order, OrderEvent.Kind.SUBMISSION_REQUESTED, sentence, by=by)


@transaction.atomic
def dismiss(*, row: work.Work, by: By) -> bool:
    """Let stuck work rest until somebody asks for it again, and tell whether it was stuck."""
    is_dropped = work.drop(row)
    if is_dropped and isinstance(row, Submission):
        sentence = f"{row.get_verb_display()}: dismissed by hand"
        if row.in_doubt:
            name = integration(row.connection.key).name
            sentence = f"{sentence}. Whether {name} got it is not known."
        record(row.order, OrderEvent.Kind.HISTORY, sentence, by=by)
    return is_dropped


@transaction.atomic
def replay(*, message: InboundMessage) -> None:
    """Read a kept message once more, whatever became of it; a known order is not made twice."""
    InboundMessage.objects.for_store(message.store_id).filter(pk=message.pk).exclude(
        state=work.Work.State.WORKING
    ).update(state=work.Work.State.WAITING, attempts=0, deaths=0, due_at=Now())
    bell.ring_after_commit()
