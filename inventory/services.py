"""Changing what is in stock; every change is a line of the ledger."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from inventory.counts import problem_of_count
from inventory.drafts import COLUMNS, ItemDraft
from inventory.models import InventoryItem, StockChange
from orderdesk.lib.fitting import check_row
from orderdesk.lib.refused import Refused
from stores.models import Store


class CodeTaken(Refused):
    """Another item has this code; the message names it."""


class NoSuchItem(Refused):
    """The item that is meant is not there."""


@dataclass(frozen=True, slots=True)
class Received:
    """How many items a count made new, how many it changed, and why it skipped some."""

    new: int
    changed: int
    skipped: tuple[str, ...] = ()


@transaction.atomic
def receive_counts(
    *, store: Store, levels: Mapping[str, tuple[int, str]], source: str, now: datetime
) -> Received:
    """Take over counts as {code: (quantity, name)}; unknown codes become items.

    A count equal to the level writes nothing. An item that is not in `levels` keeps its level:
    not counted is not zero. What cannot be kept is skipped, with its reason, and stops no other.
    """
    problems = {code: problem_of_count(code, *level) for code, level in levels.items()}
    levels = {code: level for code, level in levels.items() if not problems[code]}
    InventoryItem.across_stores.bulk_create(
        [
            InventoryItem(store=store, code=code, name=name or code, update_source=source)
            for code, (_, name) in sorted(levels.items())
        ],
        ignore_conflicts=True,
    )
    rows = list(
        InventoryItem.objects.for_store(store).coded(levels).order_by("pk").select_for_update()
    )
    counted = StockChange.objects.for_store(store).filter(item__in=rows)
    known = set(counted.values_list("item_id", flat=True).distinct())
    changes = []
    for row in rows:
        level = levels[row.code][0]
        delta = level - row.stock
        if delta or row.pk not in known:
            row.stock, row.update_source, row.updated_at = level, source, now
            changes.append(
                StockChange(store=store, item=row, delta=delta, level=level, source=source)
            )
    touched = {change.item_id for change in changes}
    InventoryItem.across_stores.bulk_update(
        [row for row in rows if row.pk in touched], ["stock", "update_source", "updated_at"]
    )
    StockChange.across_stores.bulk_create(changes)
    new = len(touched - known)
    return Received(
        new=new, changed=len(touched) - new, skipped=tuple(filter(None, problems.values()))
    )


def create_item(*, store: Store, draft: ItemDraft, source: str, now: datetime) -> InventoryItem:
    """Add an item; its stock is the first line of its ledger.

    Raises:
        CodeTaken: if an item has this code.
        Refused: if a value does not fit.
    """
    taken = InventoryItem.objects.for_store(store).coded([draft.code]).first()
    if taken:
        raise CodeTaken(f"Inventory item {taken.pk} has the code {draft.code}.", field="code")
    return put_items(store=store, drafts=[draft], source=source, now=now)[0]


@transaction.atomic
def delete_item(*, item: InventoryItem) -> None:
    """Take an item and its ledger away. Lines of orders that have its code keep it."""
    item.delete()


@transaction.atomic
def put_items(
    *, store: Store, drafts: Sequence[ItemDraft], source: str, now: datetime
) -> list[InventoryItem]:
    """Replace items whole, all of them or none, and give them in the order of the drafts.

    An item is known by its id or, where the draft has none, by its code; a code that is not here
    becomes an item. What is as stated already is not touched. `source` stands in the ledger where
    a draft names none.

    Raises:
        CodeTaken: if another item has the code.
        NoSuchItem: if there is no item of an id.
        Refused: if a value does not fit or an item is stated twice.
    """
    before = _locked(store, drafts)
    rows = [_row_for(draft, place, before) for place, draft in enumerate(drafts)]
    _refuse_twice(drafts, rows)
    changes = []
    changed = []
    for place, (draft, row) in enumerate(zip(drafts, rows, strict=True)):
        row.store_id = store.pk
        delta = draft.stock - row.stock
        if not _restated(row, draft, draft.update_source or source):
            continue
        check_row(row, f"[{place}]." if len(drafts) > 1 else "")
        row.updated_at = now
        changed.append(row)
        if delta or row.pk is None:
            changes.append(
                StockChange(
                    store=store, item=row, delta=delta, level=row.stock, source=row.update_source
                )
            )
    _save(changed)
    for change in changes:
        change.item_id = change.item.pk
    StockChange.across_stores.bulk_create(changes)
    return rows


class _Known:
    """The items that drafts may mean."""

    def __init__(self, found: Iterable[InventoryItem]) -> None:
        rows = list(found)
        self.by_pk = {row.pk: row for row in rows}
        self.by_code = {row.code: row for row in rows}


def _locked(store: Store, drafts: Sequence[ItemDraft]) -> _Known:
    named = Q(pk__in=[draft.pk for draft in drafts if draft.pk])
    coded = Q(code__in=[draft.code for draft in drafts])
    rows = InventoryItem.objects.for_store(store).filter(named | coded)
    return _Known(rows.order_by("pk").select_for_update())


def _row_for(draft: ItemDraft, place: int, known: _Known) -> InventoryItem:
    with_code = known.by_code.get(draft.code)
    if draft.pk is None:
        return with_code or InventoryItem(code=draft.code)
    row = known.by_pk.get(draft.pk)
    if row is None:
        raise NoSuchItem(
            f"[{place}].id: There is no inventory item {draft.pk} in this store.", field="id"
        )
    if with_code and with_code.pk != row.pk:
        raise CodeTaken(f"Inventory item {with_code.pk} has the code {draft.code}.", field="code")
    return row


def _refuse_twice(drafts: Sequence[ItemDraft], rows: Sequence[InventoryItem]) -> None:
    codes = Counter(draft.code for draft in drafts)
    if twice := [code for code, times in codes.items() if times > 1]:
        raise Refused(f"The code {twice[0]} stands twice.", field="code")
    ids = Counter(row.pk for row in rows if row.pk)
    if same := [pk for pk, times in ids.items() if times > 1]:
        raise Refused(f"Inventory item {same[0]} stands twice.", field="id")


def _restated(row: InventoryItem, draft: ItemDraft, update_source: str) -> bool:
    """Put what the draft says into the row and tell whether that is anything new."""
    stated = {name: getattr(draft, name) for name in COLUMNS} | {"update_source": update_source}
    is_new = row.pk is None
    for name, value in stated.items():
        is_new = is_new or getattr(row, name) != value
        setattr(row, name, value)
    return is_new


def _save(rows: Sequence[InventoryItem]) -> None:
    """Write new and changed items, each kind by one statement."""
    try:
        with transaction.atomic():
            InventoryItem.across_stores.bulk_create([row for row in rows if not row.pk])
            InventoryItem.across_stores.bulk_create(
                [row for row in rows if row.pk],
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=[*COLUMNS, "update_source", "updated_at"],
            )
    except IntegrityError:
        # Somebody else took a code between our look and our writing.
        raise CodeTaken("Another item got one of these codes just now.", field="code") from None
