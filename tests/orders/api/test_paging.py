"""Cursors: a list read page by page, while orders come and go."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from orders.api.listing import _SORTABLE
from tests.factories import make_order
from tests.orders.api.conftest import ORDER, ScriptClient


def followed(script: ScriptClient, path: str) -> list[list[str]]:
    """Read a list by its `next` and give the numbers of each page."""
    pages = []
    following: str | None = f"/api/v2/{path}"
    while following:
        body = script.get(following).json()
        pages.append([order["source_id"] for order in body["orders"]])
        following = body["next"]
    return pages


@pytest.fixture
def five(script):
    for place in range(5):
        # Two of each date, so that the ids have to decide.
        script.made(source_id=f"N-{place}", date_added=f"2026-01-0{1 + place // 2} 12:00:00")


@pytest.mark.parametrize("query", ["", "&order=asc", "&order_by=source_id", "&order_by=email"])
def test_following_next_shows_every_order_once(script, five, query):
    pages = followed(script, f"orders?limit=2&source_name=Skynet{query}")

    whole = script.send("GET", f"orders?source_name=Skynet{query}").json()["orders"]
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [number for page in pages for number in page] == [each["source_id"] for each in whole]


def test_a_cursor_holds_its_place_while_orders_come_and_go(script, store, five):
    first = script.send("GET", "orders?limit=2").json()
    make_order(store, source_id="newer")
    script.send("DELETE", f"orders/{first['orders'][0]['id']}")

    rest = followed(script, first["next"].partition("/api/v2/")[2])

    assert [number for page in rest for number in page] == ["N-2", "N-1", "N-0"]


def test_a_cursor_may_be_stated_beside_other_parameters(script, five):
    first = script.send("GET", "orders?limit=2&offset=1").json()
    cursor = parse_qs(urlsplit(first["next"]).query)["cursor"][0]

    asked = urlencode({"cursor": cursor, "limit": 1, "offset": 3})
    page = script.send("GET", f"orders?{asked}").json()

    assert [order["source_id"] for order in first["orders"]] == ["N-3", "N-2"]
    assert [order["source_id"] for order in page["orders"]] == ["N-1"]
    assert (page["offset"], page["limit"], page["total_records"]) == (0, 1, 5)


@pytest.mark.parametrize("field", _SORTABLE)
def test_a_list_is_sorted_by_any_field_and_read_on_from_there(script, field):
    for place in range(3):
        script.made(source_id=f"N-{place}", tax_total=place % 2)

    pages = followed(script, f"orders?limit=2&order_by={field}")

    assert sorted(number for page in pages for number in page) == ["N-0", "N-1", "N-2"]


@pytest.mark.parametrize("path", ["orders", "inventory-items"])
@pytest.mark.parametrize("cursor", ["x", "a.b.c", "\x00", "é"])
def test_a_cursor_that_is_none_is_refused(script, path, cursor):
    answer = script.send("GET", f"{path}?{urlencode({'cursor': cursor})}")

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("cursor: ")


def test_a_cursor_of_another_list_is_refused(script, five):
    cursor = parse_qs(urlsplit(script.send("GET", "orders?limit=1").json()["next"]).query)["cursor"]

    answer = script.send("GET", f"inventory-items?{urlencode({'cursor': cursor[0]})}")

    assert answer.status_code == 400


def test_a_strangers_cursor_shows_only_the_own_orders(script, other_script, five):
    other_script.send("POST", "orders", {**ORDER, "date_added": "2020-01-01"})
    theirs = script.send("GET", "orders?limit=1").json()["next"]

    assert followed(other_script, theirs.partition("/api/v2/")[2]) == [["412218073"]]


def test_totals_of_folders_and_of_searches_are_right(script, five):
    moved = script.send("GET", "orders?limit=2").json()["orders"]
    script.send(
        "POST",
        "move-orders",
        {
            "order_id_list": [order["id"] for order in moved],
            "destination_folder_name": "Closed",
        },
    )

    totals = [
        script.send("GET", f"orders?limit=1{query}").json()["total_records"]
        for query in ("", "&folder_name=Closed", "&folder_name=New", "&source_id=N-0", "&offset=9")
    ]

    assert totals == [5, 2, 3, 1, 5]
