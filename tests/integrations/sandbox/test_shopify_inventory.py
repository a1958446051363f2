"""How the shop lets its stock be set."""

import pytest

from tests.integrations.sandbox.calls import VERSION, ask, call

LOCATION = "gid://shopify/Location/88100200301"
SET = """
mutation($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup { reason }
    userErrors { field message }
  }
}
"""
WITHOUT_KEY = """
mutation($input: InventorySetQuantitiesInput!) {
  inventorySetQuantities(input: $input) { userErrors { message } }
}
"""


@pytest.fixture
def item(shop):
    query = """query($q: String) {
      productVariants(first: 2, query: $q) { nodes { sku inventoryItem { id } } }
    }"""
    (variant,) = ask(shop, query, q="sku:MUG-STN-BLU")["data"]["productVariants"]["nodes"]
    return variant["inventoryItem"]["id"]


def stock(item, quantity=7, **changes):
    entry = {"inventoryItemId": item, "locationId": LOCATION, "quantity": quantity, **changes}
    return {"name": "available", "reason": "correction", "quantities": [entry]}


def test_stock_is_set_once_for_one_key(shop, item):
    for _ in range(2):
        answer = ask(shop, SET, input=stock(item), key="stock-1")
        assert answer["data"]["inventorySetQuantities"]["userErrors"] == []

    (level,) = shop.inventory.levels()
    assert (level["sku"], level["quantity"]) == ("MUG-STN-BLU", 7)
    assert shop.ledger.times_accepted("inventory", "stock-1") == 2


@pytest.mark.parametrize(
    "changes",
    [
        {"inventoryItemId": "gid://shopify/InventoryItem/1"},
        {"locationId": "gid://shopify/Location/1"},
        {"quantity": 1.5},
        {"changeFromQuantity": 3},
    ],
)
def test_a_level_that_cannot_be_set_is_a_user_error(shop, item, changes):
    answer = ask(shop, SET, input=stock(item, **changes), key="stock-1")

    assert answer["data"]["inventorySetQuantities"]["userErrors"]
    assert shop.inventory.levels() == []


def test_a_key_is_not_used_for_another_input(shop, item):
    ask(shop, SET, input=stock(item), key="stock-1")

    answer = ask(shop, SET, input=stock(item, 8), key="stock-1")

    assert answer["data"]["inventorySetQuantities"]["userErrors"]
    assert shop.inventory.levels()[0]["quantity"] == 7


@pytest.mark.parametrize(("version", "required"), [("2026-01", False), (VERSION, True)])
def test_the_idempotent_directive_is_required_from_2026_04(shop, item, version, required):
    body = {"query": WITHOUT_KEY, "variables": {"input": stock(item)}}
    token = shop.credentials()["access_token"]

    target = f"/admin/api/{version}/graphql.json"
    answer = call(shop, "POST", target, body, X_Shopify_Access_Token=token).json

    assert ("errors" in answer) == required
