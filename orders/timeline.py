"""An order's events as the timeline tells them: who, when, what, and what changed."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from orders.models import OrderEvent

Kind, Actor = OrderEvent.Kind, OrderEvent.Actor
# Kind of event → the sign in `parts/timeline.html` and its tone.
SIGNS = {
    Kind.IMPORTED: ("import", "ok"),
    Kind.HISTORY_IMPORTED: ("import", ""),
    Kind.CREATED: ("user", "ok"),
    Kind.UPDATED: ("import", ""),
    Kind.DETAILS_CHANGED: ("user", ""),
    Kind.FOLDER_CHANGED: ("move", "info"),
    Kind.CHECKOUT_DATA_CHANGED: ("user", ""),
    Kind.NOTE_ADDED: ("note", ""),
    Kind.RULES_RAN: ("rule", ""),
    Kind.SUBMISSION_REQUESTED: ("send", "info"),
    Kind.SUBMITTED: ("answer", "ok"),
    Kind.SUBMISSION_DELAYED: ("send", "warn"),
    Kind.SUBMISSION_FAILED: ("error", "bad"),
    Kind.SHIPMENT_ADDED: ("shipment", "ok"),
    Kind.TRACKING_PUSHED: ("shipment", "ok"),
    Kind.CANCELED: ("error", "warn"),
    Kind.DELETED: ("error", "warn"),
    Kind.HISTORY: ("note", ""),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. `changes` are (label, before, after), `details` (label, text)."""

    pk: int
    sentence: str
    at: datetime
    actor: str
    sign: str
    tone: str
    changes: list[tuple[str, str, str]]
    details: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Day:
    """The entries of one day in the store's zone, newest first."""

    title: str
    entries: list[Entry]


def by_day(events: Iterable[OrderEvent], *, zone: str, now: datetime) -> list[Day]:
    """Group events, newest first, by the day on which they happened where the store is."""
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    days = groupby(events, key=lambda event: event.happened_at.astimezone(here).date())
    return [Day(_title(day, today), [entry(event) for event in found]) for day, found in days]


def entry(event: OrderEvent) -> Entry:
    """Put one event into words."""
    sign, tone = SIGNS.get(Kind(event.kind), ("user", ""))
    return Entry(
        pk=event.pk,
        sentence=event.sentence,
        at=event.happened_at,
        actor=actor(event),
        sign=sign,
        tone=tone,
        changes=_changes(event.before, event.after),
        details=_details(event),
    )


def actor(event: OrderEvent) -> str:
    """Name who did it: a person by e-mail, a rule as Auto, a script by its key."""
    words = {
        Actor.RULE: f"Auto: {event.actor_name}",
        Actor.API: f"API key {event.actor_name}",
        Actor.SYSTEM: "Order hub",
    }
    return words.get(Actor(event.actor)) or event.actor_name


def _title(day: date, today: date) -> str:
    words = {0: "Today", 1: "Yesterday"}
    return words.get((today - day).days) or f"{day:%A} {day.day} {day:%B %Y}"


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    names = dict.fromkeys([*before, *after])
    return [(_label(name), text(before.get(name)), text(after.get(name))) for name in names]


def _details(event: OrderEvent) -> list[tuple[str, str]]:
    """Give what stands behind the sentence; a note that the sentence holds whole is left out."""
    return [
        (_label(name), text(value))
        for name, value in event.details.items()
        if value and value != event.sentence
    ]


def _label(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def text(value: Any) -> str:
    """Write a value as people read it: lists line by line, nothing as ''."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return "\n".join(value)
    return json.dumps(value, ensure_ascii=False, indent=2)
