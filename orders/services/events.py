"""Writing down what happened to an order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orders.models import Order, OrderEvent
from orders.services.sets import insert_all
from orders.signals import order_events_recorded
from stores.models import User


@dataclass(frozen=True, slots=True)
class By:
    """Who does something and because of what, as the timeline tells it."""

    actor: OrderEvent.Actor
    name: str = ""
    user: User | None = None
    cause: OrderEvent | None = None
    # The bulk job it is part of; every event then names it as `details["job"]`.
    job: int | None = None

    @classmethod
    def person(cls, user: User) -> "By":
        """A person in the dashboard."""
        return cls(OrderEvent.Actor.USER, user.email, user)

    @classmethod
    def api(cls, key_name: str) -> "By":
        """A script with an API key."""
        return cls(OrderEvent.Actor.API, key_name)

    @classmethod
    def integration(cls, name: str, cause: OrderEvent | None = None) -> "By":
        """An outside system, by its own name."""
        return cls(OrderEvent.Actor.INTEGRATION, name, cause=cause)

    @classmethod
    def rule(cls, name: str, cause: OrderEvent | None = None) -> "By":
        """A rule of the store, by its name."""
        return cls(OrderEvent.Actor.RULE, name, cause=cause)


def hub(cause: OrderEvent | None = None) -> By:
    """The hub itself."""
    return By(OrderEvent.Actor.SYSTEM, "", cause=cause)


def record(  # noqa: PLR0913 - an event has this many parts
    order: Order,
    kind: OrderEvent.Kind,
    sentence: str,
    *,
    by: By,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    details: dict[str, Any] | None = None,
) -> OrderEvent:
    """Write one event and announce it inside the same transaction.

    `before` and `after` hold the changed fields and nothing else.
    """
    told = Told(order, sentence, before or {}, after or {}, details or {})
    return record_all([told], kind, by=by)[0]


@dataclass(frozen=True, slots=True)
class Told:
    """What one event tells of its order; see `record`."""

    order: Order
    sentence: str
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    details: dict[str, Any] = field(default_factory=dict)


def record_all(told: Sequence[Told], kind: OrderEvent.Kind, *, by: By) -> list[OrderEvent]:
    """Write one event of this kind for each, set-based, and announce them together.

    All orders are of the one store that is entered.
    """
    if not told:
        return []
    part_of = {"job": by.job} if by.job else {}
    events = insert_all(
        [
            OrderEvent(
                store_id=one.order.store_id,
                order=one.order,
                kind=kind,
                sentence=one.sentence[:1000],
                actor=by.actor,
                actor_name=by.name[:254],
                user=by.user,
                cause=by.cause,
                before=plain(one.before),
                after=plain(one.after),
                details=plain({**one.details, **part_of}),
            )
            for one in told
        ]
    )
    order_events_recorded.send(OrderEvent, events=events)
    return events


def plain(value: Any) -> Any:
    """Turn values into what JSON can hold; decimals and moments become text."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value
