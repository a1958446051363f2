"""What the tests of pages make beside orders."""

from typing import Any

from django.utils import timezone

from integrations.models import Connection, Submission
from orders.drafts import ShipmentDraft
from orders.models import Folder, Order, Shipment
from orders.services import By, add_shipment
from stores.models import Store
from stores.scoping import entered


def folder(store: Store, name: str) -> Folder:
    with entered(store):
        return Folder.objects.for_store(store).get(name=name)


def parcel(store: Store, order: Order, **fields: Any) -> Shipment | None:
    with entered(store):
        return add_shipment(
            order=order,
            draft=ShipmentDraft(**fields),
            source="Unleashed",
            by=By.integration("Unleashed"),
            now=timezone.now(),
        )


def send(store: Store, order: Order, connection: Connection, **fields: Any) -> Submission:
    """A submission as a worker left it."""
    with entered(store):
        row = Submission(
            store=store,
            order=order,
            connection=connection,
            verb=Submission.Verb.SUBMIT_ORDER,
            actor="rule",
            **fields,
        )
        row.save()
    return row
