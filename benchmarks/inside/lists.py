"""The order list: its statements against hand-written ones, near and deep, large and small."""

from typing import Any

from django.db import connection

from benchmarks.inside.timing import (
    QUICK_ROUNDS,
    ROUNDS,
    clock,
    milliseconds,
    percentile,
    signed_in,
    sizes,
)
from orders.models import Folder, Order
from orders.pages.columns import usual_columns
from orders.pages.lists import Wanted, list_page
from orders.pages.sorts import USUAL
from stores.models import Store
from stores.scoping import entered

PAGE = 50
PAGES = 40
# What a person would write for the same page: one order list, and the counts of what hangs on it.
BY_HAND = """
SELECT o.id, o.source_id, o.source_name, o.added_at, o.shipping_first_name, o.shipping_last_name,
    o.shipping_company, o.shipping_state, o.shipping_country, o.quantity_total, o.order_total,
    o.currency, o.shipping_method, o.tag_color, o.tag_name, o.canceled_at, o.version,
    (SELECT json_build_object('name', f.name, 'color', f.color) FROM orders_folder f
     WHERE f.store_id = o.store_id AND f.id = o.folder_id),
    (SELECT sum(i.quantity) FROM orders_orderitem i
     WHERE i.store_id = o.store_id AND i.order_id = o.id AND i.delivery_type = 'ship'),
    (SELECT json_agg(s.lines) FROM orders_shipment s
     WHERE s.store_id = o.store_id AND s.order_id = o.id AND s.removed_at IS NULL),
    (SELECT json_agg(w.state) FROM integrations_submission w
     WHERE w.store_id = o.store_id AND w.order_id = o.id)
FROM orders_order o
WHERE o.store_id = %s AND o.deleted_at IS NULL
ORDER BY o.added_at DESC, o.id DESC LIMIT 51
"""


def measure(*, quick: bool) -> dict[str, Any]:
    """Give milliseconds by what was measured, and the queries of one page."""
    large, small = sizes()
    deep = _place(large)
    told: dict[str, Any] = {name: [] for name in ("hand", "first", "deep", "small", "folder")}
    for turn in range((QUICK_ROUNDS if quick else ROUNDS) + 1):
        spent = {
            "hand": _by_hand(large),
            "first": _ours(large, Wanted(size=PAGE)),
            "deep": _ours(large, Wanted(size=PAGE, after=deep)),
            "small": _ours(small, Wanted(size=PAGE)),
            "folder": _ours(large, Wanted(size=PAGE), folder="Closed"),
        }
        # The first turn warms what a server has warm.
        if turn:
            for name, value in spent.items():
                told[name].append(value)
    return told | _whole_page(large, quick=quick)


def _by_hand(store: Store) -> float:
    def ask() -> None:
        with connection.cursor() as cursor:
            cursor.execute(BY_HAND, [store.pk])
            cursor.fetchall()

    with entered(store), clock() as watch:
        ask()
    return watch.spent


def _ours(store: Store, wanted: Wanted, folder: str = "") -> float:
    with entered(store), clock() as watch:
        orders = Order.objects.for_store(store).present()
        if folder:
            pk = Folder.objects.for_store(store).get(name=folder).pk
            watch.spent = 0.0
            orders = orders.filter(folder_id=pk)
        if not list_page(orders, wanted, usual_columns(None)).rows:
            raise LookupError("an empty page is no measurement")
    return watch.spent


def _place(store: Store) -> str:
    with entered(store):
        orders = Order.objects.for_store(store).present().newest_first()
        order = orders[int(orders.count() * 0.8)]
        return USUAL.place(order)


def _whole_page(store: Store, *, quick: bool) -> dict[str, Any]:
    client, address = signed_in(store), f"/s/{store.pk}/orders"

    def get() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise LookupError(f"{address} answered {answer.status_code}")

    get()
    with clock() as watch:
        get()
    pages = [milliseconds(get) for _ in range(QUICK_ROUNDS if quick else PAGES)]
    return {
        "page": pages,
        "page_p95": [percentile(pages, 0.95)],
        "queries": [len(watch.statements)],
    }
