"""Many orders at once, set-based, with what `import_order` promises for each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from orderdesk.lib.refused import Refused
from orders.drafts import OrderDraft
from orders.models import Folder, Order, OrderEvent, OrderItem
from orders.services.events import By, Told, record_all
from orders.services.imports import Imported, coming, folder_for, import_order, new_order
from orders.services.rows import check_text
from orders.services.sets import insert_all
from stores.models import Store

# So many orders, with their lines and events, are written by one statement a table.
AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Import:
    """What all drafts of one import share; see `import_order`."""

    store: Store
    by: By
    now: datetime
    history_before: datetime | None


@dataclass(frozen=True, slots=True)
class New:
    """An order to be written: its draft's place, the draft, and the rows."""

    place: int
    draft: OrderDraft
    order: Order
    lines: list[OrderItem]


@transaction.atomic
def import_orders(
    *,
    store: Store,
    drafts: Sequence[OrderDraft],
    by: By,
    now: datetime,
    history_before: datetime | None = None,
) -> list[Imported | Refused]:
    """Bring orders in and give, draft by draft, what `import_order` would give or refuse.

    A refused draft stops no other. New orders are written together; a later statement about an
    order goes the way of `import_order`, after the orders before it.
    """
    shared = Import(store, by, now, history_before)
    results: list[Imported | Refused] = []
    for start in range(0, len(drafts), AT_ONCE):
        results += _import(shared, drafts[start : start + AT_ONCE])
    return results


def _import(shared: Import, drafts: Sequence[OrderDraft]) -> list[Imported | Refused]:
    results: dict[int, Imported | Refused] = {}
    fresh = _new_ones(shared, drafts, results)
    try:
        with transaction.atomic():
            _write(shared, fresh)
    except IntegrityError:
        # Another worker brought one of them in meanwhile; each by itself finds out which.
        fresh = []
    results |= {new.place: Imported(new.order, "created") for new in fresh}
    for place, draft in enumerate(drafts):
        if place not in results:
            results[place] = _by_itself(shared, draft)
    return [results[place] for place in range(len(drafts))]


def _new_ones(
    shared: Import, drafts: Sequence[OrderDraft], results: dict[int, Imported | Refused]
) -> list[New]:
    """Give the drafts of orders that are not here, and note what is refused.

    Of several statements about one order the first may be new; the others follow it.
    """
    readable = [place for place in range(len(drafts)) if _can_be_looked_for(drafts[place])]
    known = _known(shared.store, (drafts[place] for place in readable))
    folders: dict[tuple[bool, bool], Folder] = {}
    found = []
    for place in readable:
        draft = drafts[place]
        name = (draft.source_name, draft.source_key)
        # One without a number gets its own by itself.
        if name in known or not (draft.source_key and draft.source_id):
            continue
        known.add(name)
        kind = (bool(draft.canceled_at), draft.fulfilled_at_source)
        try:
            folder = folders.get(kind) or folder_for(shared.store, draft)
            order, lines = new_order(shared.store, draft, folder, shared.now)
        except Refused as no:
            results[place] = no
            # A later statement about it may be a sound one.
            known.discard(name)
            continue
        folders[kind] = folder
        found.append(New(place, draft, order, lines))
    return found


def _can_be_looked_for(draft: OrderDraft) -> bool:
    try:
        check_text(draft.source_name, "source_name")
        check_text(draft.source_key, "source_key")
    except Refused:
        return False
    return True


def _known(store: Store, drafts: Iterable[OrderDraft]) -> set[tuple[str, str]]:
    keys: dict[str, list[str]] = {}
    for draft in drafts:
        keys.setdefault(draft.source_name, []).append(draft.source_key)
    known: set[tuple[str, str]] = set()
    for source_name, source_keys in keys.items():
        orders = Order.objects.for_store(store).filter(
            source_name=source_name, source_key__in=source_keys
        )
        known.update((source_name, key) for key in orders.values_list("source_key", flat=True))
    return known


def _write(shared: Import, fresh: list[New]) -> None:
    insert_all([new.order for new in fresh])
    for new in fresh:
        for line in new.lines:
            line.order_id = new.order.pk
    insert_all([line for new in fresh for line in new.lines])
    told: dict[OrderEvent.Kind, list[Told]] = {}
    for new in fresh:
        kind, sentence = coming(new.draft, new.order.number, shared.history_before)
        told.setdefault(kind, []).append(Told(new.order, sentence))
    for kind, each in told.items():
        record_all(each, kind, by=shared.by)


def _by_itself(shared: Import, draft: OrderDraft) -> Imported | Refused:
    try:
        return import_order(
            store=shared.store,
            draft=draft,
            by=shared.by,
            now=shared.now,
            history_before=shared.history_before,
        )
    except Refused as no:
        return no
