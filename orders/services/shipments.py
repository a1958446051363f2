"""Parcels coming back to their orders."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from orderdesk.lib.carriers import guess_carrier, tracking_url
from orderdesk.lib.refused import Refused
from orders.drafts import ShipmentDraft
from orders.models import Order, OrderEvent, Shipment
from orders.services.events import By, record
from orders.services.rows import check_row

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
        lines=draft.lines,
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
        after={"shipment": shipment.pk, "tracking_number": number, "carrier_code": carrier},
    )
    return shipment


@transaction.atomic
def number_shipment(*, shipment: Shipment, draft: ShipmentDraft, by: By) -> bool:
    """Give a parcel that came without a number the one its source tells later.

    Tells whether it did: a parcel that has a number keeps it.
    """
    number = draft.tracking_number.strip()
    shipment = (
        Shipment.objects.for_store(shipment.store_id)
        .select_for_update(of=("self",))
        .select_related("order")
        .get(pk=shipment.pk)
    )
    if shipment.tracking_number != NO_NUMBER or number in ("", NO_NUMBER):
        return False
    shipment.tracking_number = number
    shipment.carrier_code = draft.carrier_code.strip() or guess_carrier(number)
    shipment.tracking_url = draft.tracking_url or tracking_url(shipment.carrier_code, number)
    check_row(shipment)
    shipment.save(update_fields=["tracking_number", "carrier_code", "tracking_url"])
    record(
        shipment.order,
        OrderEvent.Kind.DETAILS_CHANGED,
        f"Parcel {shipment.pk} has its tracking number now: {number}",
        by=by,
        before={"tracking_number": NO_NUMBER},
        after={"tracking_number": number},
    )
    return True
