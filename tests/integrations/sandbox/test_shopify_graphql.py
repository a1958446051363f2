"""What the shop answers over GraphQL, and what it refuses."""

import pytest

from integrations.sandbox.graphql import GraphQLError, prepare
from tests.integrations.sandbox.calls import ask, call, shop_call

PARTS = """
query Parts($id: ID!, $after: String) {
  order(id: $id) {
    name
    fulfillments(first: 10) { id status trackingInfo { number company url } }
    fulfillmentOrders(first: 1, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes {
        ...part
      }
    }
  }
}
fragment part on FulfillmentOrder {
  id
  status
  supportedActions { action }
  lineItems(first: 50) { edges { node { id remainingQuantity lineItem { id sku } } } }
}
"""
FULFILL = """
mutation Fulfill($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id status trackingInfo { number company url } }
    userErrors { field message }
  }
}
"""


@pytest.fixture
def order(shop):
    return shop.shop.place("us")


def parts_of(shop, order, after=None):
    answer = ask(shop, PARTS, id=order["admin_graphql_api_id"], after=after)
    return answer["data"]["order"]["fulfillmentOrders"]


def fulfill(shop, *parts, **options):
    tracking = {"number": "1ZTEST", "company": "UPS"}
    fulfillment = {"lineItemsByFulfillmentOrder": list(parts), "trackingInfo": tracking, **options}
    return ask(shop, FULFILL, fulfillment=fulfillment)


def whole(part):
    return {"fulfillmentOrderId": part["id"]}


def some(part, quantity, *, line_id=None):
    line = part["lineItems"]["edges"][0]["node"]
    lines = [{"id": line_id or line["id"], "quantity": quantity}]
    return {"fulfillmentOrderId": part["id"], "fulfillmentOrderLineItems": lines}


def test_a_whole_fulfillment_order_is_fulfilled_with_its_tracking(shop, order):
    (part,) = parts_of(shop, order)["nodes"]

    payload = fulfill(shop, whole(part))["data"]["fulfillmentCreate"]

    assert payload["userErrors"] == []
    assert payload["fulfillment"]["trackingInfo"] == [
        {"number": "1ZTEST", "company": "UPS", "url": None}
    ]
    assert shop.shop.order(order["id"])["fulfillment_status"] == "fulfilled"
    assert shop.ledger.times_accepted("fulfillment", f"{order['id']}/1ZTEST") == 1


def test_a_client_can_see_that_a_tracking_number_is_there_already(shop, order):
    (part,) = parts_of(shop, order)["nodes"]
    fulfill(shop, whole(part))

    answer = ask(shop, PARTS, id=order["admin_graphql_api_id"])["data"]["order"]

    assert answer["fulfillments"][0]["trackingInfo"][0]["number"] == "1ZTEST"
    assert answer["fulfillmentOrders"]["nodes"][0]["status"] == "CLOSED"
    assert answer["fulfillmentOrders"]["nodes"][0]["supportedActions"] == []


def test_fulfilling_twice_is_a_user_error_and_no_second_fulfillment(shop, order):
    (part,) = parts_of(shop, order)["nodes"]
    fulfill(shop, whole(part))

    again = fulfill(shop, whole(part))["data"]["fulfillmentCreate"]

    assert again["fulfillment"] is None
    assert "unfulfillable status" in again["userErrors"][0]["message"]
    assert len(shop.fulfillments()) == 1


def test_a_part_is_fulfilled_and_the_rest_remains(shop):
    order = shop.shop.place("us")
    shop.shop.change_quantity(order)
    (part,) = parts_of(shop, order)["nodes"]

    fulfill(shop, some(part, 1))

    (left,) = parts_of(shop, order)["nodes"]
    assert left["status"] == "IN_PROGRESS"
    assert left["lineItems"]["edges"][0]["node"]["remainingQuantity"] == 1
    assert shop.shop.order(order["id"])["fulfillment_status"] == "partial"


@pytest.mark.parametrize("quantity", [0, -1, 2, 1000])
def test_more_than_remains_is_a_user_error(shop, order, quantity):
    (part,) = parts_of(shop, order)["nodes"]

    payload = fulfill(shop, some(part, quantity))["data"]["fulfillmentCreate"]

    assert payload["userErrors"][0]["message"].startswith("Invalid fulfillment order line item")
    assert shop.fulfillments() == []


def test_an_order_lines_id_is_not_taken_for_a_fulfillment_order_lines_id(shop, order):
    (part,) = parts_of(shop, order)["nodes"]
    order_line = part["lineItems"]["edges"][0]["node"]["lineItem"]["id"]
    in_disguise = order_line.replace("LineItem", "FulfillmentOrderLineItem")

    honest = fulfill(shop, some(part, 1, line_id=order_line))
    disguised = fulfill(shop, some(part, 1, line_id=in_disguise))["data"]["fulfillmentCreate"]

    assert "Invalid global id" in honest["errors"][0]["message"]
    assert disguised["userErrors"][0]["message"].endswith("line item does not exist.")
    assert shop.fulfillments() == []


def test_one_fulfillment_is_of_one_order_and_one_location(shop):
    split = shop.shop.place("us", locations=2)
    other = shop.shop.place("us")
    first = parts_of(shop, split)
    (here,) = first["nodes"]
    (there,) = parts_of(shop, split, first["pageInfo"]["endCursor"])["nodes"]
    (elsewhere,) = parts_of(shop, other)["nodes"]

    refusals = [
        fulfill(shop, whole(here), whole(part))["data"]["fulfillmentCreate"]["userErrors"]
        for part in (there, elsewhere)
    ]

    assert first["pageInfo"]["hasNextPage"] is True
    assert "same location" in refusals[0][0]["message"]
    assert "same order" in refusals[1][0]["message"]


@pytest.mark.parametrize(
    "parts",
    [[], [{"fulfillmentOrderId": "gid://shopify/FulfillmentOrder/1"}]],
)
def test_nothing_to_fulfil_is_a_user_error(shop, parts):
    assert fulfill(shop, *parts)["data"]["fulfillmentCreate"]["userErrors"]


def test_a_cancelled_order_is_not_fulfilled(shop, order):
    (part,) = parts_of(shop, order)["nodes"]
    shop.shop.cancel(shop.shop.order(order["id"]))

    assert fulfill(shop, whole(part))["data"]["fulfillmentCreate"]["userErrors"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("{ shop { nmae } }", "Field 'nmae' doesn't exist on type 'Shop'"),
        ("{ warehouse { name } }", "Field 'warehouse' doesn't exist on type 'Query'"),
        ("mutation { orderDelete(id: 1) { x } }", "doesn't exist on type 'Mutation'"),
        ("{ shop { name }", "unexpected end of file"),
        ("{ shop }", "Field must have selections"),
        ("{ shop { name { first } } }", "can't be made on scalars"),
        ("{ shop(id: 1) { name } }", "'id' is not defined on shop"),
        ('{ order(id: "42") { name } }', "Invalid global id"),
        ("{ orders { nodes { name } } }", "'first'"),
        ("{ orders(first: 251) { nodes { name } } }", "'first'"),
        ('{ orders(first: 1, after: "x") { nodes { name } } }', "Invalid cursor"),
        ('{ orders(first: 1, query: "colour:red") { nodes { name } } }', "does not search"),
        ("query($id: ID!) { order(id: $id) { name } }", "Variable $id of type ID!"),
        ("{ order(id: $id) { name } }", "not declared"),
        ("{ ...nothing }", "not defined"),
        ("subscription { shop { name } }", "unexpected 'subscription'"),
    ],
)
def test_what_the_schema_does_not_have_is_a_top_level_error(shop, query, message):
    answer = ask(shop, query)

    assert message in answer["errors"][0]["message"]
    assert "data" not in answer


def test_an_unknown_input_field_is_a_top_level_error(shop, order):
    (part,) = parts_of(shop, order)["nodes"]

    answer = fulfill(shop, whole(part), tracking="1Z")

    assert "'tracking' is not defined on FulfillmentInput" in answer["errors"][0]["message"]


def test_a_missing_order_is_null(shop):
    assert ask(shop, '{ order(id: "gid://shopify/Order/1") { name } }')["data"] == {"order": None}


def test_aliases_and_arguments_in_place_are_understood(shop):
    answer = ask(shop, "query Both { a: shop { title: name } b: shop { myshopifyDomain } }")

    assert answer["data"]["a"] == {"title": "Sandbox Goods"}
    assert answer["data"]["b"]["myshopifyDomain"].endswith(".myshopify.com")
    assert answer["extensions"]["cost"]["throttleStatus"]["restoreRate"] == 100.0


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ("{a" * 40, "too deep"),
        ("query A {a} query B {b}", "operation name"),
        ("{ § }", "unexpected"),
    ],
)
def test_a_document_that_cannot_be_run_is_refused(source, problem):
    with pytest.raises(GraphQLError, match=problem):
        prepare(source, {})


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("updated_at:>=2026-01-02T00:00:00Z", ["#1002", "#1003"]),
        ("updated_at:>='2026-01-02T01:00:00+01:00'", ["#1002", "#1003"]),
        ("updated_at:>2026-01-02", ["#1003"]),
        ("created_at:<2026-01-02", ["#1001"]),
        ("name:#1002", ["#1002"]),
        ("status:cancelled", []),
        ("status:open created_at:>2026-01-02", ["#1003"]),
    ],
)
def test_orders_are_polled_by_time(shop, search, names):
    for day in range(1, 4):
        at = f"2026-01-0{day}T00:00:00+00:00"
        shop.shop.place("us", changes={"updated_at": at, "created_at": at})

    query = "query($q: String) { orders(first: 50, query: $q, sortKey: UPDATED_AT) { %s } }"
    answer = ask(shop, query % "nodes { name }", q=search)

    assert [node["name"] for node in answer["data"]["orders"]["nodes"]] == names


def test_orders_are_paged_by_cursor(shop):
    for _ in range(5):
        shop.shop.place("small")
    query = """query($after: String) {
      orders(first: 2, after: $after) { edges { node { name } } pageInfo { hasNextPage endCursor } }
    }"""

    names, after, more = [], None, True
    while more:
        page = ask(shop, query, after=after)["data"]["orders"]
        names += [edge["node"]["name"] for edge in page["edges"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]

    assert names == ["#1001", "#1002", "#1003", "#1004", "#1005"]


@pytest.mark.parametrize("kind", ["us", "small", "foreign", "discounted", "digital", "unknown_sku"])
def test_every_kind_of_order_can_be_asked_for_in_full(shop, kind):
    order = shop.shop.place(kind)
    query = """query($id: ID!) { order(id: $id) {
      id legacyResourceId name email note tags createdAt updatedAt processedAt cancelledAt
      cancelReason displayFinancialStatus displayFulfillmentStatus currencyCode
      totalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount } }
      billingAddress { firstName countryCodeV2 zip } shippingAddress { address1 provinceCode }
      customer { id email firstName lastName }
      lineItems(first: 50) {
        nodes { id sku quantity originalUnitPriceSet { shopMoney { amount } } }
      }
    } }"""

    node = ask(shop, query, id=order["admin_graphql_api_id"])["data"]["order"]

    assert node["totalPriceSet"]["shopMoney"]["amount"] == order["total_price"]
    assert (node["shippingAddress"] is None) == (kind == "digital")
    assert [line["sku"] for line in node["lineItems"]["nodes"]] == [
        line["sku"] for line in order["line_items"]
    ]


@pytest.mark.parametrize("token", ["", "shpat-wrong", "né"])
def test_a_wrong_token_is_refused(shop, token):
    answer = call(
        shop, "POST", "/admin/api/2026-07/graphql.json", {"query": "{ shop { name } }"},
        X_Shopify_Access_Token=token.encode().decode("latin-1"),
    )  # fmt: skip

    assert answer.status == 401


@pytest.mark.parametrize("version", ["2026-13", "2026-02", "26-07", "v2"])
def test_a_version_that_never_was_is_not_found(shop, version):
    token = shop.credentials()["access_token"]
    answer = call(shop, "GET", f"/admin/api/{version}/shop.json", X_Shopify_Access_Token=token)

    assert answer.status == 404


def test_the_version_asked_for_is_named_in_the_answer(shop):
    assert shop_call(shop, "GET", "shop.json").headers["x-shopify-api-version"] == "2026-07"
