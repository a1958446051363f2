"""Changing what is in stock; every change is a line of the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from inventory.counts import problem_of_count
from inventory.models import InventoryItem, StockChange
from stores.models import Store


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
