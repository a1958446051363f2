"""Typed searches read few orders, however many a store has."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from orders.models import Folder, Order
from orders.search import matching
from stores.models import Store


@pytest.fixture
def many(inside: Store) -> Store:
    """A store with enough orders that PostgreSQL weighs one index against another."""
    folder = Folder.objects.for_store(inside).in_order()[0]
    now = timezone.now()
    Order.across_stores.bulk_create(
        Order(
            store=inside,
            folder=folder,
            source_key=str(number),
            source_id=f"N-{number}",
            email=f"buyer{number}@example.com",
            shipping_last_name=f"Name{number}",
            added_at=now - timedelta(minutes=number),
        )
        for number in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE orders_order, orders_searchtext")
    return inside


def test_a_typed_search_looks_at_few_orders(many):
    for text in [
        "email:buyer1042@example.com",
        "number:N-1042 -folder:New",
        "last_name:name1042* total:>=0",
        "before:2020-01-31",
        "older:5000d",
        "id:1",
        "is:deleted",
    ]:
        with CaptureQueriesContext(connection) as captured:
            list(matching(many, text).newest_first()[:51])
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN ANALYZE {captured[-1]['sql']}")
            told = "\n".join(line for (line,) in cursor.fetchall())
        looked_at = map(int, re.findall(r"Rows Removed by Filter: (\d+)", told))

        assert "Seq Scan on orders_order" not in told, text
        assert all(rows < 50 for rows in looked_at), told
