"""Which orders a list gives for which parameters."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from orders.models import Folder
from stores.models import Store
from stores.scoping import entered
from tests.factories import make_address, make_order
from tests.orders.api.conftest import ScriptClient

EARLY, LATE = datetime(2026, 1, 10, 8, tzinfo=UTC), datetime(2026, 1, 11, 3, tzinfo=UTC)


@pytest.fixture
def two(store: Store) -> None:
    """An order named early of the 10th, and one named late of the 11th, 3 o'clock UTC."""
    make_order(
        store,
        source_id="early",
        placed_at=EARLY,
        email="early@example.com",
        customer_id="c-1",
        customer=make_address(first_name="Ann", last_name="Early", company="E Ltd", phone="1"),
        shipping=make_address(first_name="Eve", last_name="Ship", company="S Ltd", phone="2"),
    )
    make_order(store, source_name="Woo", source_id="late", placed_at=LATE)


def names(script: ScriptClient, **query: Any) -> list[str]:
    answer = script.send("GET", f"orders?{urlencode(query)}")
    assert answer.status_code == 200, answer.content
    return [order["source_id"] for order in answer.json()["orders"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["late", "early"]),
        ({"order": "ASC"}, ["early", "late"]),
        ({"order_by": "source_id", "order": "asc"}, ["early", "late"]),
        ({"search_start_date": "2026-01-11"}, ["late"]),
        ({"search_start_date": "2026-01-11 03:00:00"}, ["late"]),
        ({"search_start_date": "2026-01-11T03:00:01"}, []),
        ({"search_end_date": "2026-01-11"}, ["early"]),
        ({"search_end_date": "2026-01-11 03:00:00"}, ["late", "early"]),
        ({"search_start_date": "2026-01-11T04:00:00+01:00"}, ["late"]),
        ({"search_start_date": "2026-01-10", "search_end_date": "2026-01-11"}, ["early"]),
        ({"modified_end_date": "2026-01-12"}, []),
        ({"modified_start_date": "2026-01-12"}, ["late", "early"]),
        ({"source_id": "late"}, ["late"]),
        ({"source_name": "Woo"}, ["late"]),
        ({"email": "early@example.com"}, ["early"]),
        ({"customer_id": "c-1"}, ["early"]),
        ({"customer_first_name": "Ann"}, ["early"]),
        ({"customer_last_name": "Early"}, ["early"]),
        ({"customer_company": "E Ltd"}, ["early"]),
        ({"customer_phone": "1"}, ["early"]),
        ({"shipping_first_name": "Eve"}, ["early"]),
        ({"shipping_last_name": "Ship"}, ["early"]),
        ({"shipping_company": "S Ltd"}, ["early"]),
        ({"shipping_phone": "2"}, ["early"]),
        ({"customer_first_name": "Ann", "source_name": "Woo"}, []),
        ({"folder_name": "New"}, ["late", "early"]),
        ({"folder_name": "new"}, []),
        ({"limit": 1}, ["late"]),
        ({"limit": 1, "offset": 1}, ["early"]),
        ({"offset": 2}, []),
        ({"status": "x", "search": "y", "page": "3", "sort": "z", "since": "?"}, ["late", "early"]),
        ({"email": "", "limit": "", "folder_id": ""}, ["late", "early"]),
    ],
)
def test_a_parameter_chooses(script, two, query, expected):
    assert names(script, **query) == expected


def test_a_local_date_counts_in_the_stores_time_zone(script, store, two):
    store.timezone = "America/New_York"
    store.save()

    assert names(script, search_start_date_local="2026-01-10 22:00:00") == ["late"]
    assert names(script, search_end_date_local="2026-01-10 21:59:59") == ["early"]


def test_several_folders_are_named_with_commas(script, store, two):
    with entered(store):
        folders = dict(Folder.objects.for_store(store).values_list("name", "pk"))

    assert names(script, folder_id=f"{folders['Closed']},{folders['New']}") == ["late", "early"]
    assert names(script, folder_id=folders["Closed"]) == []


def test_a_page_tells_where_it_stands(script, two):
    body = script.send("GET", "orders?limit=9999&offset=1").json()

    assert {name: body[name] for name in ("total_records", "records_returned")} == {
        "total_records": 2,
        "records_returned": 1,
    }
    assert (body["offset"], body["limit"]) == (1, 500)


def test_the_last_second_there_is_stands_for_no_end(script, two):
    for name in ("search_end_date", "search_end_date_local", "modified_end_date"):
        listed = script.send("GET", f"orders?{name}=9999-12-31 23:59:59")

        assert listed.status_code == 200
        assert listed.json()["total_records"] == 2
    items = script.send("GET", "inventory-items?modified_end_date=9999-12-31T23:59:59")
    assert items.status_code == 200


def test_history_comes_only_when_asked_for(script, two):
    without = script.send("GET", "orders").json()["orders"][0]
    told = script.send("GET", "orders?get_order_history=true").json()["orders"][0]

    assert "order_history" not in without
    assert set(told["order_history"][0]) == {"id", "date_added", "username", "content"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("search_start_date", "2026-02-30"),
        ("search_end_date", "yesterday"),
        ("modified_start_date", "2026-01-01 25:00:00"),
        ("modified_end_date", "0001-01-01T00:00:00+14:00"),
        ("limit", "many"),
        ("limit", "0"),
        ("limit", "-1"),
        ("offset", "99999999999999999999"),
        ("order_by", "password"),
        ("order", "sideways"),
        ("folder_id", "1;drop"),
        ("folder_id", "²"),
        ("get_order_history", "perhaps"),
        ("email", "a\x00b"),
        ("folder_name", "\x00"),
    ],
)
def test_a_value_that_cannot_be_meant_is_refused_by_name(script, name, value):
    answer = script.send("GET", f"orders?{urlencode({name: value})}")

    assert answer.status_code == 400
    assert answer.json()["message"].startswith(f"{name}: ")


def test_a_folder_id_beyond_any_is_no_folder(script, two):
    assert names(script, folder_id="9" * 30) == []


def test_labels_are_shown_with_the_order_and_neither_read_nor_shown_in_lists(script):
    order = script.made(order_shipments=[{"tracking_number": "X1", "label_image": "aW1hZ2U="}])

    with CaptureQueriesContext(database) as captured:
        listed = script.send("GET", "orders").json()["orders"][0]
    [shown] = script.send("GET", f"orders/{order['id']}").json()["order"]["order_shipments"]

    assert shown["label_image"] == "aW1hZ2U="
    assert order["order_shipments"] == [shown]
    del shown["label_image"]
    assert listed["order_shipments"] == [shown]
    assert not [each["sql"] for each in captured if "label_image" in each["sql"]]
