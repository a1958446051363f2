"""Tagging many orders, and taking the tag off."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from orders.bulk.actions import BulkAction, BulkSettings, Outcome, Taken
from orders.models import Order, OrderSettings
from orders.services import By
from orders.services.tags import tag_orders
from stores.models import Store

COLUMNS = ("store", "tag_color", "tag_name", "version")


class TagSettings(BulkSettings):
    """One of the store's tags; {"color", "name"}."""

    tag = forms.ChoiceField(label="Tag")

    def __init__(self, data: Mapping[str, Any] | None = None, *, store: Store) -> None:
        super().__init__(data, store=store)
        self.tags = {
            str(tag.get("name") or tag.get("color")): str(tag.get("color", ""))
            for tag in OrderSettings.of(store.pk).tags
        }
        field: Any = self.fields["tag"]
        field.choices = [(name, name) for name in self.tags]
        field.error_messages["invalid_choice"] = "This store has no tag of that name."

    def settings(self) -> dict[str, Any]:
        name = self.cleaned_data["tag"]
        return {"color": self.tags[name], "name": name}


class Tag(BulkAction):
    """Gives orders one of the store's tags."""

    key = "tag"
    label = "Tag"
    icon = "tag"
    verb = "Tag"
    done_word = "tagged"
    settings_form = TagSettings
    is_undoable = True
    columns = COLUMNS
    chunk = 1000

    def title(self, settings: Mapping[str, Any]) -> str:
        return f"Tag {settings['name']}"

    def done_words(self, settings: Mapping[str, Any]) -> str:
        return f"tagged {settings['name']}"

    def run(
        self, orders: list[Order], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        there = f"It bears the tag {settings['name']} already."
        return _tag(orders, settings["color"], settings["name"], (by, now), there)

    def undo(self, taken: list[Taken], by: By, now: datetime) -> dict[int, Outcome]:
        return _tag_as_before(taken, by, now)


class Untag(BulkAction):
    """Takes the tag off orders."""

    key = "untag"
    label = "Take the tag off"
    icon = "tags"
    verb = "Take the tag off"
    done_word = "untagged"
    is_undoable = True
    columns = COLUMNS
    chunk = 1000

    def run(
        self, orders: list[Order], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        return _tag(orders, "", "", (by, now), "It bears no tag.")

    def undo(self, taken: list[Taken], by: By, now: datetime) -> dict[int, Outcome]:
        return _tag_as_before(taken, by, now)


def _tag(
    orders: list[Order], color: str, name: str, by_now: tuple[By, datetime], there: str
) -> dict[int, Outcome]:
    by, now = by_now
    before = tag_orders(orders=orders, color=color, name=name, by=by, now=now)
    return {
        order.pk: Outcome(inverse=before[order.pk])
        if order.pk in before
        else Outcome.skipped(there)
        for order in orders
    }


def _tag_as_before(taken: list[Taken], by: By, now: datetime) -> dict[int, Outcome]:
    by_tag = defaultdict(list)
    for one in taken:
        by_tag[one.inverse["tag_color"], one.inverse["tag_name"]].append(one.order)
    outcomes: dict[int, Outcome] = {}
    for (color, name), orders in by_tag.items():
        outcomes |= _tag(orders, color, name, (by, now), "It bears this tag already.")
    return outcomes
