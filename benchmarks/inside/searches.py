"""Search with the wall up, against the same statements of a role the wall does not stand before."""

import os
import re
import time
from typing import Any

import psycopg
from django.db import connection

from benchmarks.inside.timing import QUICK_ROUNDS, ROUNDS, sizes
from orders.models import Order, OrderItem, Shipment
from orders.search import found
from stores.models import Store
from stores.scoping import entered

PAGE = 51
# What the function asks inside; where the wall does not stand it may be asked in place.
FUNCTION = re.compile(r"\(SELECT orders_containing\(%s(?:::text\[\])?\)\)")
IN_PLACE = (
    "(SELECT order_id FROM orders_searchtext WHERE store_id = {store} AND words LIKE '%%{word}%%')"
)


def measure(*, quick: bool) -> dict[str, Any]:
    """Give, by kind of search, milliseconds with the wall and without it."""
    large, _ = sizes()
    told: dict[str, Any] = {}
    with psycopg.connect(os.environ["BENCH_SUPERUSER_URL"], autocommit=True) as free:
        for kind, text in _asked(large).items():
            with entered(large):
                orders = found(large, text).orders.newest_first().values_list("pk")[:PAGE]
                sql, params = orders.query.sql_with_params()
            ours: list[float] = []
            theirs: list[float] = []
            rows: set[tuple[Any, ...]] = set()
            in_place = _in_place(sql, params, large)
            for turn in range((QUICK_ROUNDS if quick else ROUNDS) + 1):
                with entered(large), connection.cursor() as cursor:
                    walled = _timed(cursor, sql, params, rows)
                open_ = _timed(free.cursor(), *in_place, rows)
                if turn:
                    ours.append(walled)
                    theirs.append(open_)
            if len(rows) != 1:
                raise LookupError(f"{kind}: the two find different orders")
            told |= {f"{kind}: ours": ours, f"{kind}: limit": theirs}
            told[f"{kind}: found"] = [len(next(iter(rows)))]
    return told


def _timed(cursor: Any, sql: str, params: Any, rows: set[Any]) -> float:
    began = time.perf_counter()
    cursor.execute(sql, params)
    found_ = cursor.fetchall()
    spent = (time.perf_counter() - began) * 1000
    rows.add(tuple(found_))
    return spent


def _in_place(sql: str, params: tuple[Any, ...], store: Store) -> tuple[str, tuple[Any, ...]]:
    """Put what the function asks into the statement itself.

    Raises:
        LookupError: if it is asked for more than one plain word at a time.
    """
    kept, pieces = list(params), FUNCTION.split(sql)
    whole = pieces[0]
    for rest in pieces[1:]:
        (word,) = kept.pop(whole.count("%s"))
        if not word.isalnum():
            raise LookupError("only one plain word is compared")
        whole += IN_PLACE.format(store=store.pk, word=word.lower()) + rest
    return whole, tuple(kept)


def _asked(store: Store) -> dict[str, str]:
    """Give a search of each kind that is about an order in the middle of the store."""
    with entered(store):
        orders = Order.objects.for_store(store).present()
        shipped = Shipment.objects.for_store(store).present().order_by("pk")
        parcel = shipped[shipped.count() // 3]
        order = orders.get(pk=parcel.order_id)
        code = OrderItem.objects.for_store(store).filter(order=order).values_list("code")[0][0]
        return {
            "id": f"id:{order.pk}",
            "e-mail": f"email:{order.email}",
            "SKU": f"sku:{code}",
            "name part": "zimmer",
            "tracking": f"tracking:{parcel.tracking_number}",
            "date": f"added:{order.added_at:%Y-%m-%d}",
            "tag": "tag:red",
        }
