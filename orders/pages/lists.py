"""What the order list shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Func, IntegerField, OuterRef, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import JSONObject

from orders.models import Folder, Order, OrderItem, OrderQuerySet, Shipment
from orders.pages.columns import Column
from orders.pages.seen import digest
from orders.pages.sorts import SORTED_AT_MOST, USUAL, Sorting, Values
from orders.states import order_state

# What every row needs beside what its columns show.
ALWAYS = ("store", "folder", "source_id", "canceled_at", "deleted_at", "version")
COUNTED_AT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel as far as a list shows it."""

    tracking_number: str
    lines: list[Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list: the order, the key of its state, its parcels, and what was asked for.

    `folder` has the folder's name and color where a column shows it; `checkout` the checkout data
    of the columns that show some, by name.
    """

    order: Order
    state: str
    parcels: list[Parcel]
    skus: list[str]
    notes: int
    folder: dict[str, str]
    checkout: dict[str, str]


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of the list. `previous` and `next` are places for the address, '' where none is.

    `seen` differs as soon as anything the rows show does. `is_sortable` is false where there are
    too many orders for the sorting that was asked for; then the newest come first.
    """

    rows: list[Row]
    sorting: Sorting
    previous: str
    next: str
    is_first: bool
    is_sortable: bool
    seen: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which page is asked for; `after` and `before` are places as `Sorting.place` gives them."""

    sorting: Sorting = USUAL
    size: int = 50
    after: str = ""
    before: str = ""


def list_page(orders: OrderQuerySet, wanted: Wanted, columns: Sequence[Column]) -> ListPage:
    """Read one page of these orders with what the columns show."""
    is_sortable = wanted.sorting.sort.has_index or not more_than(orders, SORTED_AT_MOST)
    sorting = wanted.sorting if is_sortable else USUAL
    listed = sorting.prepared(_listed(orders, columns, sorting))
    found, before, after = _stretch(listed, sorting, wanted)
    rows = [_row(order, columns) for order in found]
    return ListPage(
        rows=rows,
        sorting=sorting,
        previous=sorting.place(found[0]) if before else "",
        next=sorting.place(found[-1]) if after else "",
        is_first=not before,
        is_sortable=is_sortable,
        seen=digest((row.order.pk, row.order.version, row.state) for row in rows),
    )


def more_than(orders: OrderQuerySet, number: int) -> bool:
    """Tell whether there are more than so many, looking at one more at most."""
    return count_up_to(orders, number) > number


def count_up_to(orders: OrderQuerySet, number: int = COUNTED_AT_MOST) -> int:
    """Count orders, but no further than one more than this number."""
    return orders.order_by().values("pk")[: number + 1].count()


def _listed(orders: OrderQuerySet, columns: Sequence[Column], sorting: Sorting) -> OrderQuerySet:
    """Read only what is shown, and what hangs on each order in the same query."""
    fields = {name for column in columns for name in column.fields}
    sorted_by = {each.name for each in sorting.sort.fields if each.made_of is None}
    keys = {column.key for column in columns}
    listed = orders.only(*ALWAYS, *fields, *sorted_by).annotate(
        to_ship=Subquery(_pieces()), parcels=_parcels(), sent=_sent()
    )
    if any(name.startswith("folder__") for name in sorted_by):
        listed = listed.select_related("folder")
    if "folder" in keys:
        # No join: the planner takes it for a reason to read and sort every order.
        listed = listed.annotate(lies_in=Subquery(_folder()))
    if "skus" in keys:
        listed = listed.annotate(skus=ArraySubquery(_items().order_by("position").values("code")))
    if "notes" in keys:
        notes = Func("order_notes", function="jsonb_array_length", output_field=IntegerField())
        listed = listed.annotate(notes=notes)
    names = [column.checkout_name for column in columns if column.checkout_name]
    texts = {
        f"checkout_{at}": KeyTextTransform(name, "checkout_data") for at, name in enumerate(names)
    }
    return listed.annotate(**texts) if texts else listed


def _folder() -> Any:
    folders = Folder.across_stores.filter(store_id=OuterRef("store_id"), pk=OuterRef("folder_id"))
    return folders.values(told=JSONObject(name="name", color="color"))


def _items() -> Any:
    return OrderItem.across_stores.filter(store_id=OuterRef("store_id"), order_id=OuterRef("pk"))


def _pieces() -> Any:
    to_ship = _items().filter(delivery_type="ship").order_by().values("order_id")
    return to_ship.annotate(pieces=Sum("quantity")).values("pieces")


def _parcels() -> ArraySubquery:
    """What tells how far an order is shipped, without the labels' images."""
    parcels = Shipment.across_stores.filter(
        store_id=OuterRef("store_id"),
        order_id=OuterRef("pk"),
        removed_at=None,
        is_for_child=False,
    )
    told = JSONObject(tracking_number="tracking_number", lines="lines")
    return ArraySubquery(parcels.order_by("pk").values(told=told))


def _sent() -> ArraySubquery:
    """How its sendings stand; their table is found by the relation, for it stands above ours."""
    sendings = submission().across_stores.filter(
        store_id=OuterRef("store_id"), order_id=OuterRef("pk")
    )
    told = JSONObject(verb="verb", state="state", in_doubt="in_doubt")
    return ArraySubquery(sendings.order_by("pk").values(told=told))


@cache
def submission() -> Any:
    """Give the class of sendings."""
    return Order._meta.get_field("submissions").related_model


def _stretch(
    orders: OrderQuerySet, sorting: Sorting, wanted: Wanted
) -> tuple[list[Order], bool, bool]:
    """Give one page, and whether there is one before and one after it."""
    size, before, after = wanted.size, sorting.read(wanted.before), sorting.read(wanted.after)
    if before:
        found = _ahead(orders, sorting, before, size, backwards=True)
        if len(found) > size:
            return found[:size][::-1], True, True
        # Fewer than a page stand before: that is the first page, whole.
    elif after:
        found = _ahead(orders, sorting, after, size, backwards=False)
        if found:
            return found[:size], True, len(found) > size
    found = list(sorting.in_order(orders)[: size + 1])
    return found[:size], False, len(found) > size


def _ahead(
    orders: OrderQuerySet, sorting: Sorting, place: Values, size: int, *, backwards: bool
) -> list[Order]:
    """Give a page and one more, going on from a place."""
    beyond = sorting.past(orders, place, backwards=backwards)
    return list(sorting.in_order(beyond, backwards=backwards)[: size + 1])


def _row(order: Any, columns: Sequence[Column]) -> Row:
    parcels = [Parcel(**told) for told in order.parcels]
    names = [column.checkout_name for column in columns if column.checkout_name]
    return Row(
        order=order,
        state=order_state(
            order,
            shipments=parcels,
            submissions=[submission()(**told) for told in order.sent],
            to_ship=order.to_ship,
        ),
        parcels=parcels,
        skus=[code for code in getattr(order, "skus", []) if code],
        notes=getattr(order, "notes", 0),
        folder=getattr(order, "lies_in", {}),
        checkout={name: getattr(order, f"checkout_{at}") or "" for at, name in enumerate(names)},
    )
