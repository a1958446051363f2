"""What a store's home shows, read in few queries whose cost does not grow with the store."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import Count, Exists, OuterRef

from integrations.attention import needs_a_person
from integrations.base import Integration
from integrations.models import Connection, Submission
from orders.models import DAY_KINDS, Folder, Order, OrderEvent, Shipment
from rules.models import Rule
from stores.models import Store

# How many of the oldest orders are looked at for one that was not sent.
OLDEST_LOOKED_AT = 200
STUCK_SHOWN = 5
Kind = OrderEvent.Kind
FIGURES = {
    "in": (Kind.IMPORTED, Kind.CREATED),
    "sent": (Kind.SUBMITTED,),
    "shipped": (Kind.SHIPMENT_ADDED,),
    "failed": (Kind.SUBMISSION_FAILED,),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do before orders flow by themselves."""

    label: str
    route: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class HomePage:
    """How a store is doing. `figures` counts today's orders by the words of `FIGURES`.

    `oldest` is the oldest order in `arrivals`, the folder where orders come in, that went nowhere
    yet. `steps` is empty once all of them are done.
    """

    figures: dict[str, int]
    arrivals: Folder | None
    oldest: Order | None
    stuck: list[Submission]
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class Known:
    """What the shell has read already: folders with counts, connections, how much is stuck."""

    folders: list[Folder]
    enabled: list[tuple[Connection, type[Integration]]]
    attention_count: int


def home_page(store: Store, *, known: Known, now: datetime) -> HomePage:
    """Read what the store's home shows. Call inside the store."""
    arrivals = known.folders[0] if known.folders else None
    return HomePage(
        figures=_figures(store, now),
        arrivals=arrivals,
        oldest=_oldest_unsent(store, arrivals) if arrivals and arrivals.order_count else None,
        stuck=_stuck(store) if known.attention_count else [],
        steps=_steps(store, known),
    )


def _figures(store: Store, now: datetime) -> dict[str, int]:
    """Count the orders of which the timeline tells something of today, by kind."""
    midnight = now.astimezone(ZoneInfo(store.timezone)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    told = OrderEvent.objects.for_store(store).filter(kind__in=DAY_KINDS, happened_at__gte=midnight)
    counted = told.values("kind").annotate(orders=Count("order", distinct=True)).order_by()
    orders = {row["kind"]: row["orders"] for row in counted}
    return {word: sum(orders.get(kind, 0) for kind in kinds) for word, kinds in FIGURES.items()}


def _oldest_unsent(store: Store, folder: Folder) -> Order | None:
    sent = Submission.objects.for_store(store).filter(
        order=OuterRef("pk"), verb=Submission.Verb.SUBMIT_ORDER, state=Submission.State.DONE
    )
    shipped = Shipment.objects.for_store(store).filter(order=OuterRef("pk"))
    oldest = (
        Order.objects.for_store(store)
        .present()
        .filter(folder=folder)
        .order_by("added_at", "pk")
        .values("pk")[:OLDEST_LOOKED_AT]
    )
    return (
        Order.objects.for_store(store)
        .filter(pk__in=oldest, canceled_at=None)
        .exclude(Exists(sent) | Exists(shipped))
        .order_by("added_at", "pk")
        .only("store", "source_id", "added_at")
        .first()
    )


def _stuck(store: Store) -> list[Submission]:
    rows = Submission.objects.for_store(store).filter(needs_a_person(Submission)).newest_first()
    return list(rows.select_related("order", "connection")[:STUCK_SHOWN])


def _steps(store: Store, known: Known) -> list[Step]:
    plugins = [plugin for _, plugin in known.enabled]
    steps = [
        Step(
            "Connect a cart, so that orders come in",
            "integrations:list",
            is_done=any(plugin.source_name for plugin in plugins),
        ),
        Step(
            "Connect a warehouse, so that orders go out",
            "integrations:list",
            is_done=any(plugin.can("submit_order") for plugin in plugins),
        ),
        Step(
            "Make a rule that decides which order goes where",
            "rules:list",
            is_done=Rule.objects.for_store(store).exists(),
        ),
        Step(
            "See the first order arrive",
            "orders:list",
            is_done=any(folder.order_count for folder in known.folders),
        ),
    ]
    return steps if not all(step.is_done for step in steps) else []
