"""The inventory over the API, and its ledger."""

from typing import Any
from urllib.parse import urlencode

import pytest

from inventory.models import InventoryItem, StockChange
from stores.models import Store
from stores.scoping import entered
from tests.orders.api.conftest import ScriptClient

MUG: dict[str, Any] = {"name": "Blue mug", "code": "MUG-BLUE", "stock": 5, "price": "12.50"}


def made(script: ScriptClient, **fields: Any) -> dict[str, Any]:
    answer = script.send("POST", "inventory-items", {**MUG, **fields})
    assert answer.status_code == 201, answer.content
    item: dict[str, Any] = answer.json()["inventory_item"]
    return item


def ledger(store: Store) -> list[tuple[str, int, int, str]]:
    with entered(store):
        rows = StockChange.objects.for_store(store).order_by("pk").select_related("item")
        return [(row.item.code, row.delta, row.level, row.source) for row in rows]


def test_every_change_of_stock_is_a_line_of_the_ledger(script, store):
    item = made(script, update_source="WooCommerce")
    where = f"inventory-items/{item['id']}"

    script.send("PUT", where, {**item, "stock": 3})
    script.send("PUT", where, {**item, "stock": 3, "price": 9})
    script.send("PUT", where, {**MUG, "stock": "7", "update_source": ""})
    script.send("PUT", "batch-inventory-items", [{**MUG, "stock": 0, "update_source": "Sheet"}])

    assert ledger(store) == [
        ("MUG-BLUE", 5, 5, "WooCommerce"),
        ("MUG-BLUE", -2, 3, "WooCommerce"),
        ("MUG-BLUE", 4, 7, "Back office"),
        ("MUG-BLUE", -7, 0, "Sheet"),
    ]


def test_an_item_given_back_unchanged_is_not_touched(script, store):
    item = made(script, metadata={"a": "b"}, update_source="Woo")
    with entered(store):
        before = InventoryItem.objects.for_store(store).get().updated_at

    one = script.send("PUT", f"inventory-items/{item['id']}", item)
    many = script.send("PUT", "batch-inventory-items", [item])

    assert one.json()["inventory_item"] == item
    assert many.json()["inventory_items"] == [item]
    with entered(store):
        assert InventoryItem.objects.for_store(store).get().updated_at == before


def test_a_code_is_of_one_item_only(script, other_script):
    mug, cup = made(script), made(script, code="CUP")
    made(other_script)

    again = script.send("POST", "inventory-items", MUG)
    renamed = script.send("PUT", f"inventory-items/{cup['id']}", {**cup, "code": "MUG-BLUE"})
    swapped = script.send(
        "PUT", "batch-inventory-items", [{**cup, "code": "MUG-BLUE"}, {**mug, "code": "CUP"}]
    )

    for answer in (again, renamed, swapped):
        assert answer.status_code == 409
        assert mug["id"] in answer.json()["message"]
    assert script.send("GET", f"inventory-items/{cup['id']}").json()["inventory_item"] == cup


def test_an_item_of_another_store_is_not_there(script, other_script):
    theirs = made(other_script)
    where = f"inventory-items/{theirs['id']}"

    for method in ("GET", "PUT", "DELETE"):
        assert script.send(method, where, MUG).status_code == 404
    batch = script.send("PUT", "batch-inventory-items", [{**MUG, "id": theirs["id"]}])

    assert batch.status_code == 400
    assert theirs["id"] in batch.json()["message"]
    assert other_script.send("GET", where).json()["inventory_item"] == theirs
    assert script.send("GET", "inventory-items").json()["total_records"] == 0


def test_a_deleted_item_is_gone_and_its_code_free(script):
    item = made(script)
    where = f"inventory-items/{item['id']}"

    assert [script.send("DELETE", where).status_code for _ in range(2)] == [200, 404]
    assert made(script)["id"] != item["id"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["MUG-BLUE", "CUP", "100%"]),
        ({"code": "CUP"}, ["CUP"]),
        ({"code": "cup"}, []),
        ({"search": "blue"}, ["MUG-BLUE", "CUP"]),
        ({"search": "mug-"}, ["MUG-BLUE"]),
        ({"search": "0%"}, ["100%"]),
        ({"limit": 1, "offset": 1}, ["CUP"]),
        ({"modified_start_date": "2000-01-01T00:00:00"}, ["MUG-BLUE", "CUP", "100%"]),
        ({"modified_end_date": "2000-01-01"}, []),
        ({"modified_start_date": "2099-01-01 00:00:00", "page": "x"}, []),
    ],
)
def test_a_parameter_chooses_items(script, query, expected):
    made(script)
    made(script, name="Cup, blue", code="CUP")
    made(script, name="Cotton", code="100%")

    body = script.send("GET", f"inventory-items?{urlencode(query)}").json()

    assert [item["code"] for item in body["inventory_items"]] == expected


def test_items_are_read_page_by_page(script):
    for place in range(3):
        made(script, code=f"C-{place}")

    first = script.send("GET", "inventory-items?limit=2").json()
    second = script.get(first["next"]).json()

    codes = [item["code"] for page in (first, second) for item in page["inventory_items"]]
    assert codes == ["C-0", "C-1", "C-2"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("name", {"name": ""}),
        ("name", {"name": "n" * 501}),
        ("code", {"code": None}),
        ("code", {"code": "c" * 121}),
        ("code", {"code": "a\x00"}),
        ("price", {"price": "free"}),
        ("cost", {"cost": 10**11}),
        ("weight", {"weight": -1}),
        ("stock", {"stock": "1.5"}),
        ("stock", {"stock": 10**10}),
        ("stock", {"stock": "many"}),
        ("manufacturer_sku", {"manufacturer_sku": "m" * 121}),
        ("location", {"location": "l" * 121}),
        ("variation_list", {"variation_list": "Blue"}),
        ("metadata.a", {"metadata": {"a": [1]}}),
        ("update_source", {"update_source": "u" * 81}),
    ],
)
def test_an_item_that_does_not_fit_is_refused_by_name(script, store, field, fields):
    item = made(script, code="OLD")
    body = {**MUG, **fields}

    posted = script.send("POST", "inventory-items", body)
    put = script.send("PUT", f"inventory-items/{item['id']}", body)
    many = script.send("PUT", "batch-inventory-items", [{**MUG, "code": "GOOD"}, body])

    assert [each.status_code for each in (posted, put, many)] == [400, 400, 400]
    assert all(field in each.json()["message"] for each in (posted, put, many))
    assert "[1]" in many.json()["message"]
    listed = script.send("GET", "inventory-items").json()["inventory_items"]
    assert listed == [item]


@pytest.mark.parametrize(
    ("named", "body"),
    [
        ("inventory_items", []),
        ("inventory_items", {}),
        ("inventory_items", {"inventory_items": "x"}),
        ("inventory_items", [MUG] * 5001),
        ("twice", [MUG, MUG]),
        ("[1]", [MUG, "text"]),
        ("[1].id", [MUG, {**MUG, "code": "B", "id": "x"}]),
        ("[1].id", [MUG, {**MUG, "code": "B", "id": "999999999"}]),
    ],
)
def test_a_batch_that_cannot_be_meant_changes_nothing(script, named, body):
    answer = script.send("PUT", "batch-inventory-items", body)

    assert answer.status_code == 400
    assert named in answer.json()["message"]
    assert script.send("GET", "inventory-items").json()["total_records"] == 0


def test_a_batch_of_thousands_is_a_few_statements(script, store, django_assert_max_num_queries):
    rows = [{**MUG, "code": f"C-{place}", "stock": place} for place in range(2000)]
    script.send("PUT", "batch-inventory-items", rows[:1000])

    with django_assert_max_num_queries(20):
        wrapped = {"inventory_items": [{**row, "price": 1} for row in rows]}
        answer = script.send("PUT", "batch-inventory-items", wrapped)

    items = answer.json()["inventory_items"]
    assert [item["code"] for item in items] == [row["code"] for row in rows]
    assert {item["price"] for item in items} == {1}
    assert len(ledger(store)) == 2000
