"""The order at any moment that was: what it is now, with every event since taken back. Pure.

Each event holds in `before` what it changed, as it was before: columns whole, lines and parcels as
{id: all of it or only what changed, or None where there was none}. A note is only ever added at
the end, so its event need not hold all the others.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

# Told one by one, by their ids.
BY_ID = ("order_items", "shipments")
# What a source states and the order does not follow changes nothing.
CHANGED_NOTHING = ("source_change_waiting", "source_change_ignored")
State = dict[str, Any]


class Told(Protocol):
    """What must be known of an event."""

    @property
    def kind(self) -> str: ...
    @property
    def before(self) -> Mapping[str, Any]: ...


def taken_back(state: Mapping[str, Any], events: Iterable[Told]) -> State:
    """Give the state as it was before these events, the newest of which comes first."""
    past = dict(state)
    for event in events:
        if event.kind in CHANGED_NOTHING:
            continue
        if event.kind == "note_added" and "order_notes" not in event.before:
            past["order_notes"] = past["order_notes"][:-1]
        for name, value in event.before.items():
            if name in BY_ID:
                past[name] = _each_taken_back(past[name], value)
            elif name in past:
                past[name] = value
    return past


def _each_taken_back(present: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    rows = dict(present)
    for pk, told in before.items():
        if told is None:
            rows.pop(pk, None)
        else:
            rows[pk] = {**rows.get(pk, {}), **told}
    return rows


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[State, State]:
    """Give what differs between two states, in the form in which an event tells of it."""
    before: State = {}
    after: State = {}
    for name in new:
        if name in BY_ID:
            here, there = old[name], new[name]
            changed = [pk for pk in {**here, **there} if here.get(pk) != there.get(pk)]
            if changed:
                before[name] = {pk: here.get(pk) for pk in changed}
                after[name] = {pk: there.get(pk) for pk in changed}
        elif old[name] != new[name]:
            before[name], after[name] = old[name], new[name]
    return before, after
