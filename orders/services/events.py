"""Writing down what happened to an order."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from orders.models import Order, OrderEvent
from orders.signals import order_event_recorded
from stores.models import User


@dataclass(frozen=True, slots=True)
class By:
    """Who does something and because of what, as the timeline tells it."""

    actor: OrderEvent.Actor
    name: str = ""
    user: User | None = None
    cause: OrderEvent | None = None

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
    event = OrderEvent(
        store_id=order.store_id,
        order=order,
        kind=kind,
        sentence=sentence[:1000],
        actor=by.actor,
        actor_name=by.name[:254],
        user=by.user,
        cause=by.cause,
        before=plain(before or {}),
        after=plain(after or {}),
        details=plain(details or {}),
    )
    event.save(force_insert=True)
    order_event_recorded.send(OrderEvent, event=event, order=order)
    return event


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
