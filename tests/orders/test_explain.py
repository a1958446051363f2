"""Lists and searches are answered by their indexes, as the application's own role."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection

from orderdesk.seeding.loading import seed
from orders.models import Folder, Order, OrderItem, Shipment
from orders.pages.columns import usual_columns
from orders.pages.lists import Wanted, list_page
from orders.pages.sorts import SORTS, Sorting
from orders.search import found
from stores import security
from stores.scoping import entered
from tests.factories import make_user

UNTIL = datetime(2026, 3, 1, tzinfo=UTC)
SORTED_BY = {
    "date": "order_by_added",
    "updated": "order_by_updated",
}


@pytest.fixture
def large(db) -> int:
    """The largest of several stores, with a thousand orders and the planner's statistics.

    So few rows may be read whole where an index serves; what is looked at is whether it can.
    """
    owners = make_user("largest@example.com"), make_user("others@example.com")
    told = seed(owners=owners, orders=3000, stores=30, seed=1, until=UNTIL)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    return int(told["largest_store"])


class Plans:
    """The plans of the statements that ran under it."""

    def __init__(self) -> None:
        self.roots: list[dict[str, Any]] = []

    def __call__(self, execute, sql, params, many, context):
        if sql.startswith("SELECT") and "set_config" not in sql:
            with connection.cursor() as cursor:
                cursor.cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                self.roots.append(cursor.cursor.fetchone()[0][0]["Plan"])
        return execute(sql, params, many, context)

    def nodes(self) -> Iterator[dict[str, Any]]:
        waiting = list(self.roots)
        while waiting:
            node = waiting.pop()
            waiting += node.get("Plans", [])
            yield node

    @property
    def indexes(self) -> set[str]:
        return {node["Index Name"] for node in self.nodes() if "Index Name" in node}

    def check(self, *wanted: str) -> None:
        """See that these indexes serve, that nothing is read whole, and no wall is in the way."""
        assert set(wanted) <= self.indexes
        for node in self.nodes():
            is_large = node.get("Relation Name") in {
                "orders_order", "orders_orderitem", "orders_shipment", "orders_searchtext"
            }  # fmt: skip
            assert not (is_large and node["Node Type"] == "Seq Scan"), node
            assert node["Node Type"] != "Sort" or "SubPlan" in node.get("Parent Relationship", "")


@contextmanager
def plans() -> Iterator[Plans]:
    watch = Plans()
    with connection.execute_wrapper(watch):
        yield watch


def test_every_page_of_the_list_walks_along_an_index(large):
    assert security.unsafe_role() == ""
    with entered(large):
        with connection.cursor() as cursor:
            # To sort a thousand orders costs little, to sort a million does not.
            cursor.execute("SET LOCAL enable_sort = off")
        orders = Order.objects.for_store(large).present()
        for key, index in SORTED_BY.items():
            for falls in (True, False):
                sorting = Sorting(SORTS[key], falls)
                with plans() as first:
                    page = list_page(orders, Wanted(sorting), usual_columns(None))
                first.check(index)
                with plans() as following:
                    list_page(orders, Wanted(sorting, after=page.next), usual_columns(None))
                following.check(index)
        folder = Folder.objects.for_store(large).get(name="Closed")
        with plans() as lying:
            list_page(orders.filter(folder=folder), Wanted(), usual_columns(folder))
        lying.check("order_by_folder")


def test_every_indexed_sorting_is_looked_at_here():
    with_index = {key for key, sort in SORTS.items() if sort.has_index}

    assert with_index - {"deleted"} == set(SORTED_BY)


def test_every_kind_of_search_asks_its_index(large):
    with entered(large):
        order = Order.objects.for_store(large).filter(folder__name="Closed").order_by("pk")[500]
        code = OrderItem.objects.for_store(large).filter(order=order)[0].code
        parcel = Shipment.objects.for_store(large).get(order=order)
        asked = {
            f"id:{order.pk}": "orders_order_pkey",
            f"tracking:{parcel.tracking_number}": "orders_order_pkey",
            f"sku:{code}": "item_by_order",
            f"added:{order.added_at:%Y-%m-%d}": "order_by_added",
            parcel.tracking_number: "shipment_by_tracking",
        }
        for text, index in asked.items():
            with plans() as watch:
                answer = found(large_store(large), text)
                list(answer.orders.newest_first()[:51])
            assert not answer.problems, text
            assert index in watch.indexes, text


def large_store(pk: int):
    return Folder.objects.for_store(pk).select_related("store")[0].store


def test_words_are_looked_up_where_the_wall_does_not_stand_and_nowhere_else(large):
    """Before the role that reads the table itself the index knows the store and not the words."""
    sought = (
        "EXPLAIN (FORMAT JSON) SELECT order_id FROM orders_searchtext "
        "WHERE store_id = %s AND words LIKE %s"
    )
    with entered(large), connection.cursor() as cursor:
        # As a vacuum does; until then the planner fears the rows that wait for their place in it.
        cursor.execute("SELECT gin_clean_pending_list('searchtext_words')")

        def looked_up_by() -> str:
            cursor.execute(sought, [large, "%zimmer%"])
            watch = Plans()
            watch.roots = [cursor.fetchone()[0][0]["Plan"]]
            return " ".join(node.get("Index Cond", "") for node in watch.nodes())

        assert "words" not in looked_up_by()
        cursor.execute("SET LOCAL ROLE pg_database_owner")
        assert "words" in looked_up_by()
        cursor.execute("RESET ROLE")
