"""What the order list shows."""

from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery, Sum

from orders.models import Folder, Order, OrderItem, OrderQuerySet, Shipment
from orders.pages.seen import digest
from orders.search import matching, place_of, read_place
from orders.states import order_state
from stores.models import Store

COLUMNS = (
    "store",
    "folder__name",
    "folder__color",
    "source_name",
    "source_id",
    "added_at",
    "shipping_first_name",
    "shipping_last_name",
    "shipping_company",
    "shipping_state",
    "shipping_country",
    "quantity_total",
    "order_total",
    "currency",
    "shipping_method",
    "canceled_at",
    "version",
)
# What tells how far an order is shipped, without the labels' images.
PARCELS = Prefetch(
    "shipments",
    Shipment.across_stores.filter(removed_at=None, is_for_child=False).only(
        "store", "order", "lines"
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: the order and the key of its state."""

    order: Order
    state: str


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of the list. `newer` and `older` are places for the address, '' where none is.

    `folder`, with its count, is None for all orders and for a folder the store does not have.
    `seen` differs as soon as anything the rows or the count show does. `only_find` is the order a
    search named without doubt.
    """

    rows: list[Row]
    folder: Folder | None
    newer: str
    older: str
    is_first: bool
    seen: str
    only_find: Order | None


def list_page(store: Store, wanted: dict[str, Any]) -> ListPage:
    """Read one page of orders; `wanted` is what `ListForm.readable` gives."""
    orders = Order.objects.for_store(store).present()
    if wanted["q"]:
        orders = matching(store, wanted["q"])
    if wanted["folder"]:
        orders = orders.filter(folder_id=wanted["folder"])
    found, newer, older = _stretch(_listed(orders), wanted)
    rows = [Row(order, _state(order)) for order in found]
    folder = _folder(store, wanted["folder"])
    return ListPage(
        rows=rows,
        folder=folder,
        newer=place_of(found[0]) if newer else "",
        older=place_of(found[-1]) if older else "",
        is_first=not newer,
        seen=digest(
            [folder and folder.order_count, *((r.order.pk, r.order.version, r.state) for r in rows)]
        ),
        only_find=found[0] if wanted["q"] and len(found) == 1 and not newer else None,
    )


def _listed(orders: OrderQuerySet) -> OrderQuerySet:
    pieces = (
        OrderItem.across_stores.filter(
            store_id=OuterRef("store_id"), order_id=OuterRef("pk"), delivery_type="ship"
        )
        .order_by()
        .values("order_id")
        .annotate(pieces=Sum("quantity"))
        .values("pieces")
    )
    return (
        orders.select_related("folder")
        .only(*COLUMNS)
        .annotate(to_ship=Subquery(pieces))
        .prefetch_related(PARCELS, "submissions")
    )


def _stretch(orders: OrderQuerySet, wanted: dict[str, Any]) -> tuple[list[Order], bool, bool]:
    """Give one page, newest first, and whether there are newer and older ones."""
    size, before, after = wanted["per"], read_place(wanted["before"]), read_place(wanted["after"])
    # Each time the first condition bounds the walk along the index, the second picks within a tie.
    if after:
        newer = orders.filter(added_at__gte=after[0]).newer_than(*after)
        found = list(newer.order_by("added_at", "pk")[: size + 1])
        if len(found) > size:
            return found[:size][::-1], True, True
        # Fewer than a page are newer: that is the first page, whole.
    elif before:
        older = orders.filter(added_at__lte=before[0]).older_than(*before)
        found = list(older.newest_first()[: size + 1])
        if found:
            return found[:size], True, len(found) > size
    found = list(orders.newest_first()[: size + 1])
    return found[:size], False, len(found) > size


def _folder(store: Store, pk: int | None) -> Folder | None:
    if pk is None:
        return None
    return Folder.objects.for_store(store).with_counts().filter(pk=pk).first()


def _state(order: Order) -> str:
    return order_state(
        order,
        shipments=order.shipments.all(),
        submissions=order.submissions.all(),
        to_ship=getattr(order, "to_ship", None),
    )
