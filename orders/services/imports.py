"""How orders enter: once, and later statements of their source after that."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q

from orderdesk.lib.refused import Refused
from orders.drafts import OrderDraft
from orders.models import (
    CANCELED_FOLDER,
    RESTORABLE_FOR,
    Folder,
    Order,
    OrderEvent,
    OrderItem,
)
from orders.services.events import By, record
from orders.services.folders import first_folder
from orders.services.links import cancel_children
from orders.services.moves import move_order
from orders.services.numbers import own_number
from orders.services.rows import check_rows, check_text, item_rows, order_values
from orders.services.source_changes import follow_source
from stores.models import Store

Result = Literal["created", "updated", "canceled", "unchanged", "stale"]
CLOSED_FOLDER = "Closed"


class AlreadyHere(Refused):
    """What is to be made is here already; the message names it."""


@dataclass(frozen=True, slots=True)
class Imported:
    """The order a draft led to, and what the draft did to it."""

    order: Order
    result: Result


@transaction.atomic
def import_order(
    *,
    store: Store,
    draft: OrderDraft,
    by: By,
    now: datetime,
    history_before: datetime | None = None,
) -> Imported:
    """Bring an order in, or a later statement of its source about it.

    An order is known again by (store, source name, source key). A statement older than the last
    one changes nothing. Fields that were edited here stay as they are. A deleted order stays
    deleted. An order that comes fulfilled, or was placed before `history_before`, is brought in as
    history: it is here to be looked at, and no rule acts on its coming.

    Raises:
        Refused: if a value does not fit, naming its field.
    """
    order = _known(store, draft)
    if order is None:
        try:
            with transaction.atomic():
                return _enter(store, draft, by, now, history_before)
        except IntegrityError:
            # Another worker brought the same order in between our look and our insert.
            order = _known(store, draft)
            if order is None:
                raise
    return _follow(order, draft, by, now)


@transaction.atomic
def create_order(
    *,
    store: Store,
    draft: OrderDraft,
    by: By,
    now: datetime,
    folder: Folder | None = None,
    kind: OrderEvent.Kind = OrderEvent.Kind.IMPORTED,
) -> Order:
    """Make a new order, as a script or a person asks for it.

    Without a source id the order gets our own id as its number, behind the store's prefix.

    Raises:
        AlreadyHere: if the source has an order of this id or number already.
        Refused: if a value does not fit.
    """
    refuse_known_number(store.pk, draft.source_name, draft.source_id)
    try:
        with transaction.atomic():
            order = _insert(store, draft, folder or first_folder(store.pk), now)
    except IntegrityError:
        # Somebody made the same order in between our look and our insert.
        refuse_known_number(store.pk, draft.source_name, draft.source_id)
        raise
    record(order, kind, f"Added as {draft.source_name} order {order.number}", by=by)
    return order


def refuse_known_number(
    store_id: int, source_name: str, source_id: str, *, except_for: int | None = None
) -> None:
    """Look for an order of this source and number, under whatever key the source knows it.

    Raises:
        AlreadyHere: naming the order's id.
    """
    if not source_id:
        return
    check_text(source_name, "source_name")
    check_text(source_id, "source_id")
    named = Q(source_id=source_id) | Q(source_key=source_id)
    rows = Order.objects.for_store(store_id).filter(named, source_name=source_name)
    if except_for is not None:
        rows = rows.exclude(pk=except_for)
    known = rows.order_by("pk").first()
    if known:
        sentence = f"{source_name} order {source_id} is here already: order {known.pk}"
        if known.deleted_at:
            until = known.deleted_at + RESTORABLE_FOR
            sentence += f", deleted. Until {until:%Y-%m-%d} a person can restore it in the hub"
        raise AlreadyHere(f"{sentence}.", field="source_id")


def _known(store: Store, draft: OrderDraft) -> Order | None:
    check_text(draft.source_name, "source_name")
    check_text(draft.source_key, "source_key")
    return (
        Order.objects.for_store(store)
        .known_as(source_name=draft.source_name, source_key=draft.source_key)
        .select_for_update()
        .first()
    )


def new_order(
    store: Store, draft: OrderDraft, folder: Folder, now: datetime
) -> tuple[Order, list[OrderItem]]:
    """Give the order a draft states and its lines, checked and not yet saved.

    Raises:
        Refused: if a value does not fit, naming its field.
    """
    order = Order(
        store=store,
        folder=folder,
        source_name=draft.source_name,
        source_id=draft.source_id,
        source_key=draft.source_key or f"hub-{uuid4()}",
        source_updated_at=draft.source_updated_at,
        added_at=draft.placed_at or now,
        updated_at=now,
        canceled_at=draft.canceled_at,
        **order_values(draft, currency=draft.currency or store.currency),
    )
    rows = item_rows(order, draft.items)
    check_rows(order, rows)
    return order, rows


def _insert(store: Store, draft: OrderDraft, folder: Folder, now: datetime) -> Order:
    order, rows = new_order(store, draft, folder, now)
    order.save(force_insert=True)
    if not order.source_id:
        order.source_id = order.source_key = own_number(order)
        order.save(update_fields=["source_id", "source_key"])
    OrderItem.across_stores.bulk_create(rows)
    return order


def _enter(
    store: Store, draft: OrderDraft, by: By, now: datetime, history_before: datetime | None
) -> Imported:
    order = _insert(store, draft, folder_for(store, draft), now)
    kind, sentence = coming(draft, order.number, history_before)
    record(order, kind, sentence, by=by)
    return Imported(order, "created")


def folder_for(store: Store, draft: OrderDraft) -> Folder:
    """Give the folder a new order starts in."""
    if not (draft.canceled_at or draft.fulfilled_at_source):
        return first_folder(store.pk)
    name = CANCELED_FOLDER if draft.canceled_at else CLOSED_FOLDER
    found = Folder.objects.for_store(store).filter(name=name).first()
    return found or first_folder(store.pk)


def coming(
    draft: OrderDraft, number: str, history_before: datetime | None
) -> tuple[OrderEvent.Kind, str]:
    """Tell how an order came: no rule may send one that was canceled or done before it came."""
    name = draft.source_name
    if draft.canceled_at:
        sentence = f"Came from {name} as order {number}, already canceled there"
        return OrderEvent.Kind.CANCELED, sentence
    is_old = history_before and draft.placed_at and draft.placed_at < history_before
    if draft.fulfilled_at_source or is_old:
        sentence = f"Brought in as history from {name}: order {number}"
        return OrderEvent.Kind.HISTORY_IMPORTED, sentence
    return OrderEvent.Kind.IMPORTED, f"Imported from {name} as order {number}"


def _follow(order: Order, draft: OrderDraft, by: By, now: datetime) -> Imported:
    if order.deleted_at:
        if draft.canceled_at and not order.canceled_at:
            # It stays deleted; what was split or merged out of it has to hear of this.
            _cancel(order, draft, by, now)
        return Imported(order, "unchanged")
    last, this = order.source_updated_at, draft.source_updated_at
    if last and this and this < last:
        return Imported(order, "stale")
    changed = follow_source(order=order, draft=draft, by=by, now=now)
    if draft.canceled_at and not order.canceled_at:
        _cancel(order, draft, by, now)
        return Imported(order, "canceled")
    return Imported(order, "updated" if changed else "unchanged")


def _cancel(order: Order, draft: OrderDraft, by: By, now: datetime) -> None:
    order.canceled_at, order.updated_at = draft.canceled_at, now
    order.version += 1
    order.save(update_fields=["canceled_at", "updated_at", "version"])
    reason = f": {draft.cancel_reason}" if draft.cancel_reason else ""
    sentence = f"Canceled at {draft.source_name}{reason}"
    if order.fulfillment_name:
        sentence += f". {order.fulfillment_name} already has it; it is not canceled there"
    event = record(
        order,
        OrderEvent.Kind.CANCELED,
        sentence,
        by=by,
        before={"canceled_at": None},
        after={"canceled_at": order.canceled_at},
    )
    because = By(by.actor, by.name, by.user, cause=event)
    folder = Folder.objects.for_store(order.store_id).filter(name=CANCELED_FOLDER).first()
    if folder and not order.fulfillment_name:
        move_order(order=order, folder=folder, by=because, now=now)
    cancel_children(order=order, by=because, now=now)
