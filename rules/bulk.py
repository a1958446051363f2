"""Running the rules of an event for many orders, as if it had just happened to them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from orders.bulk import BulkAction, BulkSettings, Outcome
from orders.models import Order
from orders.services import By
from rules.models import Rule
from rules.services import run_event
from rules.triggers import TRIGGERS
from stores.models import Store


def _events(store: Store) -> list[tuple[str, str]]:
    """Give the events that a rule of the store waits for, as (key, name)."""
    rules = Rule.objects.for_store(store).enabled().order_by()
    waited_for = set(rules.values_list("trigger", flat=True))
    return [(each.key, each.name) for each in TRIGGERS.values() if each.key in waited_for]


class EventSettings(BulkSettings):
    """Whose rules; {"event": the trigger's key, "name"}."""

    event = forms.ChoiceField(label="Event")

    def __init__(self, data: Mapping[str, Any] | None = None, *, store: Store) -> None:
        super().__init__(data, store=store)
        field: Any = self.fields["event"]
        field.choices = _events(store)
        field.error_messages["invalid_choice"] = "No rule is switched on for this event."

    def settings(self) -> dict[str, Any]:
        key = self.cleaned_data["event"]
        return {"event": key, "name": TRIGGERS[key].name}


class RunEvent(BulkAction):
    """Has the rules of an event run for orders, once for each.

    An event of its own is recorded for every order, and rules run once for an event: so neither
    a worker that dies nor rules that set each other off make them run again.
    """

    key = "run_event"
    label = "Run event"
    verb = "Run the rules for"
    icon = "workflow"
    done_word = "given to the rules"
    settings_form = EventSettings
    warning = "The rules may move and send these orders. What they do is not undone with this job."
    columns = ("store", "version")

    def unavailable(self, store: Store) -> str:
        return "" if _events(store) else "No rule is switched on in this store."

    def title(self, settings: Mapping[str, Any]) -> str:
        return f"Run event: {settings['name']}"

    def run(
        self, orders: list[Order], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        run_event(orders=orders, trigger=settings["event"], by=by)
        return {order.pk: Outcome() for order in orders}
