"""What the shop answers over REST, and what its orders look like."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.sandbox.shopify_orders import KINDS, build_order
from tests.integrations.sandbox.calls import shop_call

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("number", range(1001, 1009))
def test_an_order_adds_up(number, kind):
    order = build_order(number, kind, NOW)

    goods = sum(Decimal(line["price"]) * line["quantity"] for line in order["line_items"])
    shipping = sum(Decimal(line["price"]) for line in order["shipping_lines"])
    assert Decimal(order["subtotal_price"]) == goods - Decimal(order["total_discounts"])
    assert Decimal(order["total_price"]) == sum(
        (Decimal(order["subtotal_price"]), Decimal(order["total_tax"]), shipping)
    )
    assert order["total_price_set"]["shop_money"]["amount"] == order["total_price"]
    assert order["id"] > 2**32


@pytest.mark.parametrize("number", range(1001, 1040))
def test_us_orders_are_over_fifty_and_small_ones_are_not(number):
    large = build_order(number, "us", NOW)
    small = build_order(number, "small", NOW)
    foreign = build_order(number, "foreign", NOW)

    assert Decimal(large["total_price"]) > 50
    assert large["shipping_address"]["country_code"] == "US"
    assert Decimal(small["total_price"]) <= 50 or small["shipping_address"]["country_code"] != "US"
    assert foreign["shipping_address"]["country_code"] != "US"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["#1003", "#1002"]),
        ("?status=any", ["#1003", "#1002", "#1001"]),
        ("?status=cancelled", ["#1001"]),
        ("?status=any&updated_at_min=2026-01-02T00:00:00Z", ["#1003", "#1002", "#1001"]),
        ("?created_at_min=2026-01-02T00:30:00%2B01:00", ["#1003", "#1002"]),
        ("?created_at_min=2026-01-03", ["#1003"]),
    ],
)
def test_orders_are_listed_open_only_unless_asked(shop, query, names):
    for day in range(1, 4):
        at = f"2026-01-0{day}T00:00:00+00:00"
        shop.shop.place("us", changes={"updated_at": at, "created_at": at})
    shop.shop.cancel(shop.shop.order(shop.shop.orders()[0]["id"]))

    found = shop_call(shop, "GET", f"orders.json{query}").json["orders"]

    assert [order["name"] for order in found] == names


def test_orders_are_paged_by_link_or_by_id(shop):
    for _ in range(3):
        shop.shop.place("us")

    first = shop_call(shop, "GET", "orders.json?limit=2&status=any")
    target = first.headers["link"].partition("<")[2].partition(">")[0]
    rest = shop_call(shop, "GET", target.partition("/admin/api/2026-07/")[2])
    oldest = shop.shop.orders()[0]["id"]
    after = shop_call(shop, "GET", f"orders.json?since_id={oldest}").json["orders"]

    assert [len(page.json["orders"]) for page in (first, rest)] == [2, 1]
    assert "link" not in rest.headers
    assert [order["name"] for order in after] == ["#1002", "#1003"]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=251", "limit=x", "since_id=x", "colour=red", "updated_at_min=soon",
     "page_info=%7B", "page_info=e30%3D&status=any"],
)  # fmt: skip
def test_a_list_that_cannot_be_meant_is_refused(shop, query):
    shop.shop.place("us")

    assert shop_call(shop, "GET", f"orders.json?{query}").status in (400, 422)


def fulfillment(part, quantity=None, line_id=None):
    entry = {"fulfillment_order_id": part["id"]}
    if quantity is not None:
        line = {"id": line_id or part["line_items"][0]["id"], "quantity": quantity}
        entry["fulfillment_order_line_items"] = [line]
    tracking = {"number": "1ZTEST", "company": "UPS"}
    return {"fulfillment": {"line_items_by_fulfillment_order": [entry], "tracking_info": tracking}}


def test_an_order_is_fulfilled_once(shop):
    order = shop.shop.place("us")
    path = f"orders/{order['id']}"
    (part,) = shop_call(shop, "GET", f"{path}/fulfillment_orders.json").json["fulfillment_orders"]

    made = shop_call(shop, "POST", "fulfillments.json", fulfillment(part))
    again = shop_call(shop, "POST", "fulfillments.json", fulfillment(part))

    assert part["supported_actions"] == ["create_fulfillment", "hold"]
    assert (made.status, again.status) == (201, 422)
    assert made.json["fulfillment"]["tracking_number"] == "1ZTEST"
    assert len(shop_call(shop, "GET", f"{path}/fulfillments.json").json["fulfillments"]) == 1


def test_the_order_lines_id_and_too_large_a_quantity_are_refused(shop):
    order = shop.shop.place("us")
    (part,) = shop.shop.fulfillment_orders(order["id"])

    bodies = [
        fulfillment(part, 1, order["line_items"][0]["id"]),
        fulfillment(part, 1000),
        {"fulfillment": {}},
    ]

    assert [shop_call(shop, "POST", "fulfillments.json", body).status for body in bodies] == (
        [422] * 3
    )
    assert shop.fulfillments() == []


def test_an_unknown_order_or_address_is_not_found(shop):
    paths = ["orders/1.json", "orders/1/fulfillment_orders.json", "products.json"]

    assert [shop_call(shop, "GET", path).status for path in paths] == [404] * 3


def test_a_body_that_is_not_declared_as_json_is_refused(shop):
    answer = shop_call(shop, "POST", "fulfillments.json", "{}", Content_Type="text/plain")

    assert answer.status == 415


def test_changes_of_quantity_are_added_up_again(shop):
    order = shop.shop.place("us")
    before = json.loads(json.dumps(order))

    after = shop.shop.change_quantity(order)

    price = Decimal(before["line_items"][0]["price"])
    assert Decimal(after["subtotal_price"]) == Decimal(before["subtotal_price"]) + price
    (part,) = shop.shop.fulfillment_orders(order["id"])
    assert part["line_items"][0]["fulfillable_quantity"] == 2
