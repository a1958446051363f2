"""What needs a person: stuck work by its cause, paused connections, orders canceled too late."""

import functools
import operator
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr

from integrations.models import Connection, InboundMessage, Schedule, Submission
from integrations.registry import CATALOGUE, integration
from orders.models import Order, SourceChange
from stores import work
from stores.models import Store

# Of each kind the newest so many are shown; helping them on brings up the others.
SHOWN = 200
BODY_SHOWN = 2000
# A pull that failed this often in a row does not mend by itself.
FAILURES_IN_A_ROW = 3
NEEDED = ("connection", "order")
HEAVY = ("body", "headers", "trace")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work in words: its name, the buttons that help, their route and permission."""

    name: str
    button: str
    button_all: str
    route: str
    needs: str
    # None where it comes again by itself: that ends when its cause does.
    dismiss_route: str | None = None


# By model name: a kind to the right of this app needs no import to be shown here.
KINDS = {
    "submission": Kind(
        "Sending",
        "Try again",
        "Try all {} again",
        "integrations:submissions_try_again",
        "orders.send",
        "integrations:submissions_dismiss",
    ),
    "inboundmessage": Kind(
        "Incoming messages",
        "Replay",
        "Replay all {}",
        "integrations:messages_replay",
        "integrations.manage",
        "integrations:messages_dismiss",
    ),
    "schedule": Kind(
        "Downloads",
        "Try again",
        "Try all {} again",
        "integrations:schedules_try_again",
        "integrations.manage",
    ),
    "bulkjob": Kind(
        "Jobs",
        "Go on",
        "Let all {} go on",
        "integrations:jobs_try_again",
        "orders.edit",
        "integrations:jobs_dismiss",
    ),
    "rulerun": Kind(
        "Rules",
        "Try again",
        "Try all {} again",
        "integrations:rule_runs_try_again",
        "rules.manage",
        "integrations:rule_runs_dismiss",
    ),
}


@dataclass(frozen=True, slots=True)
class Stuck:
    """One row that needs a person, with the order it is about and the start of its raw text."""

    row: Any
    order: Any = None
    body: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that are stuck for one cause. `state` is a key of `parts/tag.html`."""

    kind: Kind
    state: str
    cause: str
    where: str
    rows: list[Stuck] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Paused:
    """A connection whose credentials are refused, and how much waits for it."""

    connection: Connection
    name: str
    waiting: int


@dataclass(frozen=True, slots=True)
class Canceled:
    """Orders that their cart canceled while a warehouse, which cannot know, goes on with them."""

    cart: str
    warehouse: str
    orders: list[Order] = field(default_factory=list)


def paused(store: Store) -> list[Paused]:
    """Give the paused connections."""
    held = Count("submissions", filter=Q(submissions__state=work.Work.State.HELD))
    rows = Connection.objects.for_store(store).filter(state=Connection.State.PAUSED)
    counted: Iterable[Any] = rows.annotate(held=held).order_by("key")
    return [Paused(row, name_of(row), row.held) for row in counted]


def canceled(store: Store) -> list[Canceled]:
    """Give the orders canceled after they were sent, by cart and warehouse."""
    found: dict[tuple[str, str], Canceled] = {}
    orders = Order.objects.for_store(store).canceled_after_sent().order_by("-canceled_at", "-pk")
    for order in orders[:SHOWN]:
        key = (order.source_name, order.fulfillment_name)
        found.setdefault(key, Canceled(*key)).orders.append(order)
    return list(found.values())


def attention_count(store_id: int) -> int:
    """Count what the page shows: stuck work, paused connections, orders to be decided about."""
    connections = Connection.objects.for_store(store_id).filter(state=Connection.State.PAUSED)
    # One question for all kinds, since every page of the store asks it; each part of it by itself,
    # so that each finds its own index.
    parts: list[QuerySet[Any, Any]] = [
        _of_store(model, store_id).filter(trouble).order_by().values("pk")
        for model in work.kinds()
        for trouble in _troubles(model)
    ]
    orders = Order.objects.for_store(store_id).canceled_after_sent().order_by().values("pk")
    changes = SourceChange.objects.for_store(store_id).waiting().filter(order__deleted_at=None)
    parts += [orders, changes.order_by().values("pk")]
    return connections.order_by().values("pk").union(*parts, all=True).count()


def groups(store: Store, *, with_bodies: bool) -> list[Group]:
    """Give what is stuck by cause, the newest cause of each kind first."""
    found: dict[tuple[Any, ...], Group] = {}
    for model in work.kinds():
        for row in _rows(model, store, with_bodies=with_bodies):
            _sort_in(found, row)
    return list(found.values())


def rows_named(store: Store, kind: str, ids: Iterable[int]) -> list[work.Work]:
    """Give the store's rows of a kind with these ids, oldest first."""
    model = next(each for each in work.kinds() if _word(each) == kind)
    return list(_of_store(model, store).filter(pk__in=list(ids)).order_by("pk"))


def name_of(connection: Connection) -> str:
    """Give the vendor's name as the vendor writes it."""
    known = connection.key in CATALOGUE
    return integration(connection.key).name if known else connection.key


def _word(model: type[work.Work]) -> str:
    return model.__name__.lower()


def _of_store(model: type[work.Work], store: Store | int) -> QuerySet[Any]:
    # Every kind of work has `objects`; Work itself has no table and so none.
    return cast("QuerySet[Any]", cast("Any", model).objects.for_store(store))


def _rows(model: type[work.Work], store: Store, *, with_bodies: bool) -> list[Any]:
    rows = _of_store(model, store).filter(needs_a_person(model))
    rows = rows.select_related(*(name for name in NEEDED if hasattr(model, name)))
    rows = rows.defer(*(name for name in HEAVY if hasattr(model, name)))
    if model is InboundMessage and with_bodies:
        rows = rows.annotate(start=Substr("body", 1, BODY_SHOWN))
    return list(rows.order_by("-pk")[:SHOWN])


def needs_a_person(model: type[work.Work]) -> Q:
    """Tell rows of work that need a person from the others."""
    return functools.reduce(operator.or_, _troubles(model))


def _troubles(model: type[work.Work]) -> list[Q]:
    """Give why a row of this kind may need a person; no row fits two of these."""
    waiting = Q(state=work.Work.State.WAITING)
    troubles = [Q(state__in=work.STUCK)]
    if model is Submission:
        troubles.append(waiting & Q(in_doubt=True))
    if model is Schedule:
        keeps_failing = Q(attempts__gte=FAILURES_IN_A_ROW) & ~Q(problem="")
        troubles.append(waiting & (keeps_failing | Q(last_result__failed__gt=0)))
    return troubles


def _sort_in(found: dict[tuple[Any, ...], Group], row: Any) -> None:
    kind = KINDS[_word(type(row))]
    connection = getattr(row, "connection", None)
    where = name_of(connection) if connection else ""
    cause = row.problem or _unread(row) or "The hub stopped here and gave no reason."
    key = (kind.name, where, row.state_word, cause)
    if key not in found:
        found[key] = Group(kind, _state(row), cause, where)
    start = bytes(getattr(row, "start", b"") or b"")
    body = start.decode("utf-8", errors="replace").replace("\x00", "\ufffd")
    found[key].rows.append(Stuck(row, getattr(row, "order", None), body))


def _unread(row: Any) -> str:
    """Give the reasons of a pull that came through and left records behind."""
    result = getattr(row, "last_result", None) or {}
    return " ".join(str(reason) for reason in result.get("reasons", []))


def _state(row: Any) -> str:
    word = row.state_word
    return word if word in ("unknown", "failed", "parked") else "failed"
