"""What can be done with many orders at once: what an action says of itself, and which there are.

An action is a small class with an instance in the registry. Apps to the right of this one add
theirs when they start up, by `register` in their `AppConfig.ready`.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db import transaction

from orderdesk.lib.among import among
from orderdesk.lib.refused import Refused
from orders.models import BulkJob, BulkOrder, Order
from orders.services import By
from stores.models import Store, StoreUser

State = BulkOrder.State
# What a job can be about at most; the sentence that refuses more says so.
LARGEST_JOB = 250_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one order, why, what takes it back, and what was made of it."""

    state: State = State.DONE
    sentence: str = ""
    inverse: Mapping[str, Any] = field(default_factory=dict)
    output: str = ""
    # The order's version now, where it is known; else it is looked up.
    version: int | None = None

    @classmethod
    def skipped(cls, sentence: str) -> "Outcome":
        """There was nothing to do for this order, or it is not to be touched."""
        return cls(State.SKIPPED, sentence)

    @classmethod
    def failed(cls, sentence: str) -> "Outcome":
        """It should have been done and could not."""
        return cls(State.FAILED, sentence)


@dataclass(frozen=True, slots=True)
class Taken:
    """An order whose change is to be taken back, and how."""

    order: Order
    inverse: Mapping[str, Any]


class BulkSettings(forms.Form):
    """What an action asks for; the choices are those of the store."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, store: Store) -> None:
        super().__init__(data)
        self.store = store

    def settings(self) -> dict[str, Any]:
        """Give what was filled in as the job keeps it: plain values for JSON."""
        return dict(self.cleaned_data)


class BulkAction(ABC):
    """One thing that can be done with many orders.

    `run` and `undo` are called inside the store and a transaction, with orders that are locked.
    What they raise counts for all orders they were given, so the engine gives them each order by
    itself then.
    """

    key: ClassVar[str]
    # On the button: "Move to folder".
    label: ClassVar[str]
    icon: ClassVar[str]
    # On the button of its page, before the number of orders: "Move" 12 orders.
    verb: ClassVar[str]
    # What was done, as in "320 of 1,284 moved".
    done_word: ClassVar[str]
    # What a member needs for it, by the keys of `PERMISSIONS`; '' lets every member.
    needs: ClassVar[str] = "orders.edit"
    settings_form: ClassVar[type[BulkSettings]] = BulkSettings
    is_undoable: ClassVar[bool] = False
    # What cannot be taken back and what it does outside, said before.
    warning: ClassVar[str] = ""
    # Whether it is asked for on a page of its own even where it can be undone.
    asks_first: ClassVar[bool] = False
    # The columns of orders it reads; () stands for all of them.
    columns: ClassVar[tuple[str, ...]] = ()
    # Whether it changes orders, so that they are locked meanwhile.
    changes: ClassVar[bool] = True
    # Orders done in one transaction, and in one job at most and at least.
    chunk: ClassVar[int] = 500
    most: ClassVar[int] = LARGEST_JOB
    least: ClassVar[int] = 1
    # Whether it is about deleted orders, and whether its undo is.
    takes_deleted: ClassVar[bool] = False
    undo_takes_deleted: ClassVar[bool] = False
    # Whether an order that changed since keeps its change; an action whose undo touches other
    # orders than those it was given looks at those by itself.
    undo_minds_version: ClassVar[bool] = True

    def unavailable(self, store: Store) -> str:
        """Say why the store cannot do this now; '' where it can."""
        return ""

    def title(self, settings: Mapping[str, Any]) -> str:
        """Say what a job does: "Move to Prepared"."""
        return self.label

    def run_ids(
        self, store_id: int, ids: list[int], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        """Do it for the orders with these ids, and say what became of each that is here.

        This reads and locks them for `run`; an action that is one statement need not read them.
        """
        orders = locked_orders(self, store_id, ids, is_deleted=self.takes_deleted)
        return self.run(list(orders.values()), settings, by, now) if orders else {}

    def done_words(self, settings: Mapping[str, Any]) -> str:
        """Say what was done to orders: "moved to Prepared"."""
        return self.done_word

    def leads_to(self, job: BulkJob, order_ids: list[int]) -> str:
        """Give the address of what a small job made of these orders; '' where it made nothing."""
        return ""

    @abstractmethod
    def run(
        self, orders: list[Order], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        """Do it, and say by order id what became of each."""

    def undo(self, taken: list[Taken], by: By, now: datetime) -> dict[int, Outcome]:
        """Take it back where it can be, and say by order id what became of each."""
        raise Refused("This cannot be undone.")


class OneByOne(BulkAction):
    """An action that is a service called for each order; a refusal is that order's alone."""

    chunk = 50

    @abstractmethod
    def run_one(self, order: Order, settings: Mapping[str, Any], by: By, now: datetime) -> Outcome:
        """Do it for one order.

        Raises:
            Refused: if it cannot be done for this order; the sentence is for people.
        """

    def undo_one(self, taken: Taken, by: By, now: datetime) -> Outcome:
        """Take it back for one order.

        Raises:
            Refused: if it cannot be taken back; the sentence is for people.
        """
        raise Refused("This cannot be undone.")

    def run(
        self, orders: list[Order], settings: Mapping[str, Any], by: By, now: datetime
    ) -> dict[int, Outcome]:
        outcomes = {}
        for order in orders:
            try:
                with transaction.atomic():
                    outcomes[order.pk] = self.run_one(order, settings, by, now)
            except Refused as refusal:
                outcomes[order.pk] = Outcome.failed(refusal.message)
        return outcomes

    def undo(self, taken: list[Taken], by: By, now: datetime) -> dict[int, Outcome]:
        outcomes = {}
        for one in taken:
            try:
                with transaction.atomic():
                    outcomes[one.order.pk] = self.undo_one(one, by, now)
            except Refused as refusal:
                outcomes[one.order.pk] = Outcome.failed(refusal.message)
        return outcomes


def locked_orders(
    action: BulkAction, store_id: int, ids: Iterable[int], *, is_deleted: bool | None = None
) -> dict[int, Order]:
    """Read the orders an action is about, locked if it changes them; deleted ones or present ones.

    They are locked in the order of their ids, so that no two jobs wait for each other.
    """
    orders = Order.objects.for_store(store_id).filter(pk__in=among(ids)).order_by("pk")
    if action.columns:
        orders = orders.only(*action.columns, "version", "deleted_at")
    if action.changes:
        orders = orders.select_for_update()
    return {
        order.pk: order
        for order in orders
        if is_deleted is None or (order.deleted_at is not None) == is_deleted
    }


_actions: dict[str, BulkAction] = {}


def register(action: BulkAction) -> None:
    """Add an action. Registering its key again replaces it."""
    _actions[action.key] = action


def action_named(key: str) -> BulkAction:
    """Give the action of this key.

    Raises:
        Refused: if there is none.
    """
    if key not in _actions:
        raise Refused("Choose what to do with the orders.", field="action")
    return _actions[key]


@dataclass(frozen=True, slots=True)
class Offer:
    """An action as the bulk bar shows it; what only its own page needs is read when asked for."""

    action: BulkAction
    store: Store

    @property
    def key(self) -> str:
        return self.action.key

    @property
    def label(self) -> str:
        return self.action.label

    @property
    def icon(self) -> str:
        return self.action.icon

    @property
    def asks_first(self) -> bool:
        """Tell whether the action is asked for on a page of its own before it is done."""
        return asks(self.action)

    @property
    def needs_more(self) -> bool:
        """Tell whether it has settings of its own to be asked for."""
        return bool(self.action.settings_form.base_fields)

    @property
    def unavailable(self) -> str:
        """Say why the store cannot do this now; '' where it can."""
        return self.action.unavailable(self.store)

    @property
    def form(self) -> BulkSettings:
        """Give the form of its settings, not bound."""
        return self.action.settings_form(store=self.store)


def offered(member: StoreUser, store: Store, *, deleted: bool = False) -> list[Offer]:
    """Give the actions this member may use, in the order they are shown.

    They are those on present orders, or on `deleted` ones. The bulk bar posts the key as `action`
    to `orders:bulk_start`, with `ids` (repeated, or joined by commas) or with `all=1` and the
    list's `query` and `within` (a folder's id). It may send the fields of `form` along (its fields
    have the names to send, as `folder` for "move"); where they are missing a page asks for them,
    so a plain button does.
    """
    return [
        Offer(action, store)
        for action in _in_order(_actions.values())
        if action.takes_deleted == deleted and may(member, action)
    ]


def _in_order(actions: Iterable[BulkAction]) -> list[BulkAction]:
    places = {key: place for place, key in enumerate(SHOWN)}
    return sorted(actions, key=lambda action: places.get(action.key, len(places)))


# The order of the bulk bar; what is not named here comes last.
SHOWN = (
    "move",
    "tag",
    "untag",
    "send",
    "run_event",
    "print",
    "export",
    "merge",
    "split",
    "duplicate",
    "delete",
    "restore",
)


def may(member: StoreUser, action: BulkAction) -> bool:
    """Tell whether a member may use an action."""
    return not action.needs or member.can(action.needs)


def asks(action: BulkAction) -> bool:
    """Tell whether the action is asked for on a page of its own before it is done."""
    return action.asks_first or bool(action.warning)
