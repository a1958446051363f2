"""Lines of orders, one by one."""

from decimal import Decimal
from typing import Any

import pytest

from orders.models import OrderEvent
from stores.scoping import entered
from tests.factories import make_item, make_order
from tests.orders.api.conftest import ScriptClient


def order_of(script: ScriptClient, order_id: str) -> dict[str, Any]:
    order: dict[str, Any] = script.send("GET", f"orders/{order_id}").json()["order"]
    return order


def test_sums_follow_items_as_they_come_change_and_go(script, store):
    order = script.made()
    where = f"orders/{order['id']}/order-items"

    added = script.send("POST", where, {"name": "Poster", "price": "2.50", "quantity": 4})
    item = added.json()["order_item"]
    sums = [order_of(script, order["id"])]
    script.send("PUT", f"{where}/{item['id']}", {**item, "quantity": "2", "weight": 3})
    sums.append(order_of(script, order["id"]))
    script.send("DELETE", f"{where}/{item['id']}")
    sums.append(order_of(script, order["id"]))

    assert added.status_code == 201
    assert [(each["product_total"], each["order_total"]) for each in sums] == [
        (20, 31.17),
        (15, 26.17),
        (10, 21.17),
    ]
    assert [each["weight_total"] for each in sums] == [1, 7, 1]
    with entered(store):
        events = OrderEvent.objects.for_store(store).filter(kind="items_changed").order_by("pk")
        told = [(event.actor, event.after.get("product_total")) for event in events]
    assert told == [("api", "20"), ("api", "15"), ("api", "10")]


def test_a_put_of_an_item_clears_what_it_leaves_out_and_keeps_its_line(script, store):
    order = make_order(store, items=(make_item(source_line_id="line-7", metadata={"a": "b"}),))
    [item] = script.send("GET", f"orders/{order.pk}/order-items").json()["order_items"]

    answer = script.send(
        "PUT", f"orders/{order.pk}/order-items/{item['id']}", {"order_item": {"name": "Mug"}}
    )

    assert answer.json()["order_item"] == {
        **item,
        "name": "Mug",
        "code": "",
        "price": 0,
        "quantity": 1,
        "metadata": [],
    }
    with entered(store):
        assert order.items.get().source_line_id == "line-7"


def test_an_item_given_back_unchanged_changes_nothing(script, store):
    order = script.made()
    item = order["order_items"][0]

    answer = script.send("PUT", f"orders/{order['id']}/order-items/{item['id']}", item)

    assert answer.json()["order_item"] == item
    with entered(store):
        assert OrderEvent.objects.for_store(store).count() == 1


def test_a_source_does_not_overwrite_items_changed_here(script, store):
    order = make_order(store, source_key="k", source_id="1", items=(make_item(),))
    script.send("POST", f"orders/{order.pk}/order-items", {"name": "Poster"})

    make_order(store, source_key="k", source_id="1", items=(make_item(quantity=Decimal(9)),))

    items = script.send("GET", f"orders/{order.pk}/order-items").json()["order_items"]
    assert [(item["name"], item["quantity"]) for item in items] == [("Blue mug", 2), ("Poster", 1)]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_an_item_of_another_order_is_not_there(script, method):
    order, other = script.made(source_id="A-1"), script.made(source_id="A-2")
    stranger = other["order_items"][0]["id"]

    answer = script.send(method, f"orders/{order['id']}/order-items/{stranger}", {"name": "x"})

    assert answer.status_code == 404
    assert order_of(script, other["id"])["order_items"] == other["order_items"]


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("name", {}),
        ("name", {"name": "n" * 501}),
        ("name", {"name": "a\x00"}),
        ("code", {"name": "x", "code": "c" * 121}),
        ("price", {"name": "x", "price": "free"}),
        ("price", {"name": "x", "price": 10**11}),
        ("quantity", {"name": "x", "quantity": -1}),
        ("delivery_type", {"name": "x", "delivery_type": "fly"}),
        ("metadata", {"name": "x", "metadata": ["a"]}),
        ("metadata.a", {"name": "x", "metadata": {"a": {"b": 1}}}),
        ("product_total", {"name": "x", "price": 9999999999, "quantity": 2}),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_an_item_that_does_not_fit_changes_nothing(script, method, field, body):
    order = script.made()
    where = f"orders/{order['id']}/order-items"
    if method == "PUT":
        where += f"/{order['order_items'][0]['id']}"

    answer = script.send(method, where, body)

    assert answer.status_code == 400
    assert field in answer.json()["message"]
    assert order_of(script, order["id"]) == order


def test_an_order_takes_5000_items_and_no_more(script):
    order = script.made(order_items=[{"name": "x", "price": 1}] * 5000)

    answer = script.send("POST", f"orders/{order['id']}/order-items", {"name": "one more"})

    assert order["quantity_total"] == 5000
    assert answer.status_code == 400
    assert "5,000" in answer.json()["message"]
