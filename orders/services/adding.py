"""Adding an order by hand."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction

from inventory.models import InventoryItem
from orderdesk.lib.refused import Refused
from orders.drafts import ItemDraft, OrderDraft
from orders.models import Folder, Order, OrderEvent, OrderSettings
from orders.services.events import By
from orders.services.imports import create_order
from orders.services.numbers import free_number
from stores.models import Store


@transaction.atomic
def add_order(
    *, store: Store, draft: OrderDraft, folder: Folder | None, by: By, now: datetime
) -> Order:
    """Add an order somebody wrote down: the event is *created manually*, not *imported*.

    A number that is taken is refused, or the next free one is given, as the store's setting says.

    Raises:
        AlreadyHere: if the number is taken and the store wants no second one.
        Refused: if there is nobody to send it to, no item, or a value does not fit.
    """
    if not (draft.shipping or draft.customer):
        raise Refused("Say who the order is for.", field="shipping_first_name")
    if not draft.items:
        raise Refused("An order needs an item.", field="items")
    source_id = draft.source_id
    numbers = OrderSettings.of(store.pk).duplicates == OrderSettings.Duplicates.NUMBER
    if source_id and numbers:
        source_id = free_number(store.pk, draft.source_name, source_id)
    return create_order(
        store=store,
        draft=replace(draft, source_id=source_id, source_key=source_id),
        by=by,
        now=now,
        folder=folder,
        kind=OrderEvent.Kind.CREATED,
    )


def from_inventory(store: Store, item: ItemDraft, *, stated: set[str]) -> ItemDraft:
    """Fill what nobody stated of a line with what the inventory knows under its code."""
    if not item.code:
        return item
    known = InventoryItem.objects.for_store(store).coded([item.code]).first()
    if known is None:
        return item
    found: dict[str, Any] = {
        "name": known.name,
        "price": known.price,
        "weight": known.weight,
        "variations": dict(known.variation_list),
    }
    return replace(item, **{name: value for name, value in found.items() if name not in stated})
