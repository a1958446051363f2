"""An order's events as the timeline tells them: who, when, what, and what changed."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
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
    Kind.SOURCE_CHANGE_WAITING: ("import", "warn"),
    Kind.SOURCE_CHANGE_IGNORED: ("import", ""),
    Kind.ADDRESS_CHANGED: ("user", ""),
    Kind.ITEMS_CHANGED: ("user", ""),
    Kind.METADATA_CHANGED: ("user", ""),
    Kind.DUPLICATED: ("user", "ok"),
    Kind.SPLIT: ("user", "info"),
    Kind.MERGED: ("user", "info"),
    Kind.SHIPMENT_UPDATED: ("shipment", ""),
    Kind.SHIPMENT_DELETED: ("shipment", "warn"),
    Kind.RESTORED: ("user", "ok"),
    Kind.DETAILS_CHANGED: ("user", ""),
    Kind.FOLDER_CHANGED: ("move", "info"),
    Kind.CHECKOUT_DATA_CHANGED: ("user", ""),
    Kind.NOTE_ADDED: ("note", ""),
    Kind.TAGGED: ("user", ""),
    Kind.SUBMISSION_REQUESTED: ("send", "info"),
    Kind.SUBMITTED: ("answer", "ok"),
    Kind.SUBMISSION_DELAYED: ("send", "warn"),
    Kind.SUBMISSION_FAILED: ("error", "bad"),
    Kind.SHIPMENT_ADDED: ("shipment", "ok"),
    Kind.TRACKING_PUSHED: ("shipment", "ok"),
    Kind.CANCELED: ("error", "warn"),
    Kind.DELETED: ("error", "warn"),
    Kind.HISTORY: ("note", ""),
    Kind.EVENT_RUN: ("rule", "info"),
}
# Columns of names and values, told name by name.
FREE_FIELDS = ("checkout_data", "order_metadata", "return_address")
# What the timeline can be narrowed to, beside what rules did.
GROUPS = {
    "changes": (
        "Changes",
        (
            Kind.IMPORTED,
            Kind.HISTORY_IMPORTED,
            Kind.CREATED,
            Kind.UPDATED,
            Kind.SOURCE_CHANGE_WAITING,
            Kind.SOURCE_CHANGE_IGNORED,
            Kind.DETAILS_CHANGED,
            Kind.ADDRESS_CHANGED,
            Kind.ITEMS_CHANGED,
            Kind.FOLDER_CHANGED,
            Kind.CHECKOUT_DATA_CHANGED,
            Kind.METADATA_CHANGED,
            Kind.TAGGED,
            Kind.DUPLICATED,
            Kind.SPLIT,
            Kind.MERGED,
            Kind.CANCELED,
            Kind.DELETED,
            Kind.RESTORED,
        ),
    ),
    "sending": (
        "Sending",
        (
            Kind.SUBMISSION_REQUESTED,
            Kind.SUBMITTED,
            Kind.SUBMISSION_DELAYED,
            Kind.SUBMISSION_FAILED,
            Kind.TRACKING_PUSHED,
        ),
    ),
    "shipments": (
        "Shipments",
        (
            Kind.SHIPMENT_ADDED,
            Kind.SHIPMENT_UPDATED,
            Kind.SHIPMENT_DELETED,
            Kind.TRACKING_PUSHED,
        ),
    ),
    "notes": ("Notes", (Kind.NOTE_ADDED, Kind.HISTORY)),
}
RULES = "rules"
# For the links that narrow it: key, words.
FILTERS = [
    ("", "All"),
    *((key, words) for key, (words, _) in GROUPS.items()),
    (RULES, "Rules"),
]


def narrowed(show: str) -> dict[str, Any]:
    """Give the conditions that keep one of `FILTERS` of the events; none for what is no filter."""
    if show == RULES:
        return {"actor": Actor.RULE}
    return {"kind__in": GROUPS[show][1]} if show in GROUPS else {}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline. `changes` are (label, before, after), `details` (label, text).

    `job` is the action on many orders that this was part of, None where it was none.
    """

    pk: int
    sentence: str
    at: datetime
    actor: str
    sign: str
    tone: str
    changes: list[tuple[str, str, str]]
    details: list[tuple[str, str]]
    job: int | None


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
        changes=changes_in_words(event.before, event.after),
        details=_details(event),
        job=event.details.get("job"),
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


def changes_in_words(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Put changed fields into words, as (label, before, after); free fields one by one."""
    names = dict.fromkeys([*before, *after])
    return [row for name in names for row in _rows(name, before.get(name), after.get(name))]


def _rows(name: str, before: Any, after: Any) -> list[tuple[str, str, str]]:
    are_maps = isinstance(before, dict) and isinstance(after, dict)
    if name == "order_items" and are_maps:
        return [(label(name), *lines_in_words(before, after))]
    if name == "shipments" and are_maps:
        parcels = [(before.get(pk) or {}, after.get(pk) or {}) for pk in {**before, **after}]
        return [row for old, new in parcels for row in _fields(label, old, new)]
    if name in FREE_FIELDS and are_maps:
        return _fields(lambda key: f"{label(name)}: {key}", before, after)
    return [(label(name), text(before), text(after))]


def _fields(
    call: Callable[[str], str], before: dict[str, Any], after: dict[str, Any]
) -> list[tuple[str, str, str]]:
    return [
        (call(key), text(before.get(key)), text(after.get(key)))
        for key in {**before, **after}
        if before.get(key) != after.get(key) and (before.get(key) or after.get(key))
    ]


def lines_in_words(before: dict[str, Any], after: dict[str, Any]) -> tuple[str, str]:
    """Put changed lines into words: what is sold, or, where that is equal, everything."""
    told = _words(before, _what_is_sold), _words(after, _what_is_sold)
    return told if told[0] != told[1] else (_words(before, _all_of_it), _words(after, _all_of_it))


def _words(lines: dict[str, Any], say: Callable[[dict[str, Any]], str]) -> str:
    return "\n".join(say(line) for line in lines.values() if line)


def _what_is_sold(line: dict[str, Any]) -> str:
    extras = "".join(f" {name}={value}" for name, value in sorted(line["variation_list"].items()))
    price = Decimal(line["price"])
    return f"{line['quantity']} × {line['code'] or line['name']} at {price:.2f}{extras}"


def _all_of_it(line: dict[str, Any]) -> str:
    number = line["source_line_id"]
    words = [
        _what_is_sold(line),
        line["name"],
        f"exactly {line['price']}",
        f"weight {line['weight']}",
        line["delivery_type"],
        line["category_code"],
        line["fulfillment_method"],
        f"line {number}" if number else "",
        *(f"{name}={value}" for name, value in sorted(line["metadata"].items())),
    ]
    return ", ".join(word for word in words if word)


def _details(event: OrderEvent) -> list[tuple[str, str]]:
    """Give what stands behind the sentence; a note that the sentence holds whole is left out."""
    return [
        (label(name), text(value))
        for name, value in event.details.items()
        if value and value != event.sentence and name != "job"
    ]


def label(name: str) -> str:
    """Write a field's name as people read it."""
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
