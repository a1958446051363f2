"""Moving many orders to a folder."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from orderdesk.lib.ids import LARGEST_ID
from orders.bulk.actions import BulkAction, BulkSettings, Outcome, Taken
from orders.models import Folder, Order
from orders.services import By, move_orders
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
    chunk = 1000

    def title(self, settings: Mapping[str, Any]) -> str:
        return f"Move to {settings['name']}"

    def done_words(self, settings: Mapping[str, Any]) -> str:
        return f"moved to {settings['name']}"

    def run(
        self, orders: list[Order], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        return _move(orders, settings["folder"], by, now)

    def undo(self, taken: list[Taken], by: By, now: datetime) -> dict[int, Outcome]:
        by_folder = defaultdict(list)
        for one in taken:
            by_folder[one.inverse["folder"]].append(one.order)
        outcomes: dict[int, Outcome] = {}
        for folder_id, orders in by_folder.items():
            outcomes |= _move(orders, folder_id, by, now)
        return outcomes


def _move(orders: list[Order], folder_id: int, by: By, now: datetime) -> dict[int, Outcome]:
    found = Folder.objects.for_store(orders[0].store_id).filter(pk=min(folder_id, LARGEST_ID))
    folder = found.first()
    if folder is None:
        return {order.pk: Outcome.failed(GONE) for order in orders}
    came_from = move_orders(orders=orders, folder=folder, by=by, now=now)
    there = Outcome.skipped(f"It was in {folder.name} already.")
    return {
        order.pk: Outcome(inverse={"folder": came_from[order.pk]})
        if order.pk in came_from
        else there
        for order in orders
    }
