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
from stores.repeats import Call, UnderWay, answer_before, fingerprint, keep_answer


class AddedBefore(Refused):
    """The form was sent twice; `order_id` is what it made the first time."""

    def __init__(self, order_id: int) -> None:
        super().__init__("This order was added already.")
        self.order_id = order_id


@transaction.atomic
def add_order(
    *,
    store: Store,
    draft: OrderDraft,
    folder: Folder | None,
    by: By,
    now: datetime,
    once: str = "",
) -> Order:
    """Add an order somebody wrote down: the event is *created manually*, not *imported*.

    A number that is taken is refused, or the next free one is given, as the store's setting says.
    With the same `once` a second call makes no second order.

    Raises:
        AddedBefore: if this form made an order before.
        AlreadyHere: if the number is taken and the store wants no second one.
        Refused: if there is nobody to send it to, no item, or a value does not fit.
    """
    if not (draft.shipping or draft.customer):
        raise Refused("Say who the order is for.", field="shipping_first_name")
    if not draft.items:
        raise Refused("An order needs an item.", field="items")
    call = Call(store.pk, f"order added by {once}", fingerprint(once)) if once else None
    if call:
        _refuse_repeated(call, now)
    source_id = draft.source_id
    numbers = OrderSettings.of(store.pk).duplicates == OrderSettings.Duplicates.NUMBER
    if source_id and numbers:
        source_id = free_number(store.pk, draft.source_name, source_id)
    order = create_order(
        store=store,
        draft=replace(draft, source_id=source_id, source_key=source_id),
        by=by,
        now=now,
        folder=folder,
        kind=OrderEvent.Kind.CREATED,
    )
    if call:
        keep_answer(call=call, status=201, headers={}, answer=str(order.pk), now=now)
    return order


def _refuse_repeated(call: Call, now: datetime) -> None:
    try:
        kept = answer_before(call=call, now=now)
    except UnderWay as error:
        raise Refused("This order is being added already. Look for it in the list.") from error
    if kept:
        raise AddedBefore(int(kept.answer))


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
