"""Parcels coming back to their orders, put right and taken off again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from orderdesk.lib.carriers import guess_carrier, tracking_url
from orderdesk.lib.refused import Refused
from orders.drafts import ShipmentDraft
from orders.merging import merged
from orders.models import Order, OrderEvent, Shipment
from orders.services.events import By, plain, record
from orders.services.passing import contents_left, pass_back, touch
from orders.services.rows import check_row
from orders.shapes import PARCEL_COLUMNS, parcel_told

# What stands for a number where there is none.
NO_NUMBER = "n/a"


def add_shipment(
    *, order: Order, draft: ShipmentDraft, source: str, by: By, now: datetime
) -> Shipment | None:
    """Add one parcel to an order; None when the source told of it before.

    Raises:
        Refused: if the tracking number is missing or a value does not fit.
    """
    added = add_shipments(order=order, drafts=[draft], source=source, by=by, now=now)
    return added[0] if added else None


@transaction.atomic
def add_shipments(
    *, order: Order, drafts: Sequence[ShipmentDraft], source: str, by: By, now: datetime
) -> list[Shipment]:
    """Add parcels to an order and give the new ones.

    A parcel is known again by its id at the source, or, where the source gives none, never.
    The carrier is guessed from the number's form where none is stated.

    Raises:
        Refused: if a tracking number is missing or a value does not fit.
    """
    Order.objects.for_store(order.store_id).select_for_update().values_list("pk").get(pk=order.pk)
    external_ids = {draft.external_id for draft in drafts if draft.external_id}
    known = set(
        Shipment.objects.for_store(order.store_id)
        .known_as(source=source, external_ids=external_ids)
        .values_list("external_id", flat=True)
    )
    added = []
    for draft in drafts:
        if draft.external_id in known:
            continue
        if draft.external_id:
            known.add(draft.external_id)
        added.append(_add(order, draft, source, by, now))
    if added:
        touch(order, now)
    return added


def _add(order: Order, draft: ShipmentDraft, source: str, by: By, now: datetime) -> Shipment:
    number = draft.tracking_number.strip()
    if not number:
        raise Refused(
            "A shipment needs a tracking number; write n/a where there is none.",
            field="tracking_number",
        )
    carrier = draft.carrier_code.strip() or guess_carrier(number)
    shipment = Shipment(
        store_id=order.store_id,
        order=order,
        tracking_number=number,
        carrier_code=carrier,
        shipment_method=draft.shipment_method,
        weight=draft.weight,
        cost=draft.cost,
        status=draft.status,
        tracking_url=draft.tracking_url or tracking_url(carrier, number),
        lines=draft.lines or contents_left(order),
        source=source,
        external_id=draft.external_id,
        shipped_date=(draft.shipped_date or now).date(),
        label_format=draft.label_format,
        label_image=draft.label_image,
        print_status=draft.print_status,
        cart_shipment_id=draft.cart_shipment_id,
        label_shipment_id=draft.label_shipment_id,
    )
    check_row(shipment)
    shipment.save(force_insert=True)
    record(
        order,
        OrderEvent.Kind.SHIPMENT_ADDED,
        f"Shipped with {carrier or 'an unnamed carrier'}, tracking number {number}",
        by=by,
        before={"shipments": {shipment.pk: None}},
        after={"shipments": {shipment.pk: parcel_told(shipment)}},
    )
    pass_back(shipment=shipment, by=by, now=now)
    return shipment


def parcel_in(event: OrderEvent) -> int:
    """Give the id of the parcel that an event about a parcel tells of."""
    return int(next(iter(event.after["shipments"])))


@transaction.atomic
def number_shipment(*, shipment: Shipment, draft: ShipmentDraft, by: By, now: datetime) -> bool:
    """Give a parcel that came without a number the one its source tells later.

    Tells whether it did: a parcel that has a number keeps it, and one taken off stays as it was.
    """
    number = draft.tracking_number.strip()
    shipment = _locked(shipment)
    named = shipment.tracking_number != NO_NUMBER or number in ("", NO_NUMBER)
    if named or shipment.removed_at:
        return False
    carrier = draft.carrier_code.strip() or guess_carrier(number)
    changed = {
        "tracking_number": number,
        "carrier_code": carrier,
        "tracking_url": draft.tracking_url or tracking_url(carrier, number),
    }
    sentence = f"Parcel {shipment.pk} has its tracking number now: {number}"
    _change(shipment, changed, sentence, by, now)
    return True


@transaction.atomic
def change_shipment(
    *,
    shipment: Shipment,
    values: Mapping[str, Any],
    by: By,
    now: datetime,
    based_on: Mapping[str, Any] | None = None,
) -> bool:
    """Put right what is known of a parcel, by column, and tell whether anything changed.

    A new number or carrier leads to the page of that carrier, unless `values` name another one.

    Raises:
        Conflict: if somebody changed the same since; see `merging.merged`.
        Refused: if the parcel was taken off, its number is empty or a value does not fit.
    """
    shipment = _locked(shipment)
    if shipment.removed_at or shipment.order.deleted_at:
        raise Refused("This shipment is not on the order any more.", field="tracking_number")
    present = {name: getattr(shipment, name) for name in values}
    changed = merged(present, values, based_on)
    if not changed:
        return False
    if not changed.get("tracking_number", shipment.tracking_number).strip():
        raise Refused(
            "A shipment needs a tracking number; write n/a where there is none.",
            field="tracking_number",
        )
    if {"tracking_number", "carrier_code"} & set(changed) and "tracking_url" not in changed:
        changed["tracking_url"] = _address_of({**present, **changed}, shipment)
    number = changed.get("tracking_number", shipment.tracking_number)
    _change(shipment, changed, f"Changed the shipment with tracking number {number}", by, now)
    return True


@transaction.atomic
def remove_shipment(*, shipment: Shipment, by: By, now: datetime) -> bool:
    """Take a parcel off its order and tell whether it was on it. Its row and its story stay.

    The source that told of it does not bring it back. What a cart was told already stays told.
    """
    shipment = _locked(shipment)
    if shipment.removed_at:
        return False
    shipment.removed_at = shipment.updated_at = now
    shipment.version += 1
    shipment.save(update_fields=["removed_at", "updated_at", "version"])
    touch(shipment.order, now)
    record(
        shipment.order,
        OrderEvent.Kind.SHIPMENT_DELETED,
        f"Removed the shipment with tracking number {shipment.tracking_number}",
        by=by,
        before={"shipments": {shipment.pk: parcel_told(shipment)}},
        after={"shipments": {shipment.pk: None}},
    )
    pass_back(shipment=shipment, by=by, now=now)
    return True


def _address_of(stated: Mapping[str, Any], shipment: Shipment) -> str:
    carrier = stated.get("carrier_code", shipment.carrier_code)
    return tracking_url(carrier, stated.get("tracking_number", shipment.tracking_number))


def _locked(shipment: Shipment) -> Shipment:
    """Lock the order first, as everybody who changes its parcels does, then the parcel."""
    orders = Order.objects.for_store(shipment.store_id).select_for_update()
    order = orders.get(pk=shipment.order_id)
    row = Shipment.objects.for_store(shipment.store_id).select_for_update().get(pk=shipment.pk)
    row.order = order
    return row


def _change(
    shipment: Shipment, changed: Mapping[str, Any], sentence: str, by: By, now: datetime
) -> None:
    before = {name: getattr(shipment, name) for name in changed}
    for name, value in changed.items():
        setattr(shipment, name, value)
    check_row(shipment)
    shipment.version += 1
    shipment.updated_at = now
    shipment.save(update_fields=[*changed, "version", "updated_at"])
    touch(shipment.order, now)
    told = [name for name in changed if name in PARCEL_COLUMNS]
    record(
        shipment.order,
        OrderEvent.Kind.SHIPMENT_UPDATED,
        sentence,
        by=by,
        before={"shipments": {shipment.pk: plain({name: before[name] for name in told})}},
        after={"shipments": {shipment.pk: plain({name: changed[name] for name in told})}},
    )
    pass_back(shipment=shipment, by=by, now=now)
