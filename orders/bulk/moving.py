"""Moving many orders to a folder."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from orderdesk.lib.among import among
from orders.bulk.actions import BulkAction, BulkSettings, Outcome, Taken
from orders.models import Folder, Order
from orders.services import By
from orders.services.moves import move_many
from stores.models import Store

GONE = "The folder is not there any more."


class FolderSettings(BulkSettings):
    """The folder to move to; {"folder": its id, "name": its name then}."""

    folder = forms.TypedChoiceField(label="Move to", coerce=int)

    def __init__(self, data: Mapping[str, Any] | None = None, *, store: Store) -> None:
        super().__init__(data, store=store)
        folders = Folder.objects.for_store(store).in_order()
        self.names = dict(folders.values_list("pk", "name"))
        field: Any = self.fields["folder"]
        field.choices = list(self.names.items())
        field.error_messages["invalid_choice"] = "There is no such folder in this store."

    def settings(self) -> dict[str, Any]:
        chosen = self.cleaned_data["folder"]
        return {"folder": chosen, "name": self.names[chosen]}


class Move(BulkAction):
    """Moves orders to a folder, many by one statement."""

    key = "move"
    label = "Move to folder"
    icon = "folder-input"
    verb = "Move"
    done_word = "moved"
    settings_form = FolderSettings
    is_undoable = True
    columns = ("store", "folder", "version")
    chunk = 2000

    def title(self, settings: Mapping[str, Any]) -> str:
        return f"Move to {settings['name']}"

    def done_words(self, settings: Mapping[str, Any]) -> str:
        return f"moved to {settings['name']}"

    def run_ids(
        self, store_id: int, ids: list[int], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        return _move(store_id, ids, settings["folder"], by, now)

    def run(
        self, orders: list[Order], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        ids = [order.pk for order in orders]
        return _move(orders[0].store_id, ids, settings["folder"], by, now)

    def undo(self, taken: list[Taken], by: By, now: datetime) -> dict[int, Outcome]:
        by_folder = defaultdict(list)
        for one in taken:
            by_folder[one.inverse["folder"]].append(one.order.pk)
        store_id = taken[0].order.store_id
        outcomes: dict[int, Outcome] = {}
        for folder_id, ids in by_folder.items():
            outcomes |= _move(store_id, ids, folder_id, by, now)
        return outcomes


def _move(
    store_id: int, ids: list[int], folder_id: int, by: By, now: datetime
) -> dict[int, Outcome]:
    folder = Folder.objects.for_store(store_id).filter(pk=folder_id).first()
    if folder is None:
        return dict.fromkeys(ids, Outcome.failed(GONE))
    moved = move_many(ids=ids, folder=folder, by=by, now=now)
    outcomes = {
        pk: Outcome(inverse={"folder": each.came_from}, version=each.version)
        for pk, each in moved.items()
    }
    if len(moved) < len(ids):
        here = Order.objects.for_store(store_id).present().filter(folder=folder)
        there = here.filter(pk__in=among(set(ids) - set(moved))).values_list("pk", flat=True)
        outcomes |= dict.fromkeys(there, Outcome.skipped(f"It was in {folder.name} already."))
    return outcomes
