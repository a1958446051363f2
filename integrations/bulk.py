"""Sending many orders to one integration."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from integrations.models import Connection, Submission
from integrations.registry import CATALOGUE, integration
from integrations.services import request_submission
from orderdesk.lib.refused import Refused
from orders.bulk import BulkSettings, OneByOne, Outcome
from orders.models import Order
from orders.services import By
from orders.services.links import why_not_sent_unseen
from stores.models import Store
from stores.work import STUCK, Work

NONE_TAKES_ORDERS = "No integration that takes orders is connected to this store."


def _takers(store: Store) -> list[tuple[int, str]]:
    """Give the store's connections that take orders, as (id, name)."""
    rows = Connection.objects.for_store(store).connected().filter(key__in=CATALOGUE).order_by("key")
    plugins = [(row.pk, integration(row.key)) for row in rows]
    return [(pk, plugin.name) for pk, plugin in plugins if plugin.can("submit_order")]


class SendSettings(BulkSettings):
    """Where to; {"connection": its id, "name": the vendor's}."""

    connection = forms.TypedChoiceField(label="Send to", coerce=int)

    def __init__(self, data: Mapping[str, Any] | None = None, *, store: Store) -> None:
        super().__init__(data, store=store)
        self.names = dict(_takers(store))
        field: Any = self.fields["connection"]
        field.choices = list(self.names.items())
        field.error_messages["invalid_choice"] = "This integration takes no orders of this store."

    def settings(self) -> dict[str, Any]:
        chosen = self.cleaned_data["connection"]
        return {"connection": chosen, "name": self.names[chosen]}


class Send(OneByOne):
    """Asks for orders to be sent: a submission each, made in the transaction of the outcome."""

    key = "send"
    label = "Send"
    verb = "Send"
    icon = "send"
    done_word = "asked to be sent"
    needs = "orders.send"
    settings_form = SendSettings
    warning = "Whoever gets the orders starts to work on them at once. This cannot be undone here."

    def unavailable(self, store: Store) -> str:
        return "" if _takers(store) else NONE_TAKES_ORDERS

    def title(self, settings: Mapping[str, Any]) -> str:
        return f"Send to {settings['name']}"

    def done_words(self, settings: Mapping[str, Any]) -> str:
        return f"on the way to {settings['name']}"

    def run_one(self, order: Order, settings: Mapping[str, Any], by: By, now: datetime) -> Outcome:
        connections = Connection.objects.for_store(order.store_id)
        connection = connections.filter(pk=settings["connection"]).first()
        if connection is None:
            raise Refused(f"{settings['name']} is not connected any more.")
        # Nobody looked at each of these orders, so what needs a look is not sent with the others.
        if problem := why_not_sent_unseen(order):
            raise Refused(problem)
        asked = Submission.objects.for_store(order.store_id).filter(
            connection=connection, order=order, verb=Submission.Verb.SUBMIT_ORDER
        )
        if asked.exclude(state__in=[*STUCK, Work.State.DROPPED]).exists():
            return Outcome.skipped(f"It was sent to {settings['name']} before, or is on its way.")
        request_submission(order=order, connection=connection, by=by, now=now)
        return Outcome()
