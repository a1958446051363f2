"""Changing how a store wants its orders treated."""

from typing import Any

from django.db import transaction

from orderdesk.lib.refused import Refused
from orders.models import TAG_COLORS, Folder, OrderSettings
from orders.services.data import check_data
from orders.services.rows import check_row
from stores.models import Store

LIST_ALLOWED = 50


@transaction.atomic
def change_order_settings(*, store: Store, values: dict[str, Any]) -> OrderSettings:
    """Set some of the store's order settings; see `OrderSettings` for their shapes.

    Raises:
        Refused: naming the field that does not fit.
    """
    OrderSettings.across_stores.bulk_create([OrderSettings(store=store)], ignore_conflicts=True)
    row = OrderSettings.objects.for_store(store).select_for_update().get()
    for name, value in values.items():
        setattr(row, name, value)
    _check(row, store)
    row.save()
    return row


def _check(row: OrderSettings, store: Store) -> None:
    choices = {
        "split_method": row.SplitMethod.values,
        "duplicates": row.Duplicates.values,
        "source_changes": row.SourceChanges.values,
    }
    for name, allowed in choices.items():
        if getattr(row, name) not in allowed:
            raise Refused(f"{name} must be one of {', '.join(allowed)}.", field=name)
    folder = row.merged_folder_id
    if folder and not Folder.objects.for_store(store).filter(pk=folder).exists():
        raise Refused("This folder is not one of the store.", field="merged_folder")
    for name in ("checkout_fields", "return_addresses", "tags"):
        if len(getattr(row, name)) > LIST_ALLOWED:
            raise Refused(f"At most {LIST_ALLOWED} fit.", field=name)
    _check_defaults(row)
    names = [tag["name"].strip().lower() for tag in row.tags]
    if "" in names or len(set(names)) < len(names):
        raise Refused("Each tag needs a name of its own.", field="tags")
    if any(tag["color"] not in TAG_COLORS for tag in row.tags):
        raise Refused(f"A tag's color is one of {', '.join(TAG_COLORS)}.", field="tags")
    check_row(row)


def _check_defaults(row: OrderSettings) -> None:
    """Keep out what would fit into no order added by hand: each begins with these fields."""
    try:
        check_data("checkout_data", row.checkout_fields)
    except Refused as refusal:
        raise Refused(refusal.message, field="checkout_fields") from refusal
