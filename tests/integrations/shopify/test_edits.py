"""Lines removed or reduced in the shop are neither kept here nor sent on."""

import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from integrations.errors import RequestRejected
from integrations.sandbox.shopify_orders import build_order, retotal
from integrations.shopify.mapping import read_message
from integrations.unleashed.mapping import sales_order_lines
from orders.models import Order, OrderEvent
from orders.services import By, import_order

pytestmark = pytest.mark.django_db


def take_in(store: Any, given: dict[str, Any], topic: str) -> tuple[Order, str]:
    draft = read_message(topic, json.dumps(given).encode())
    assert draft is not None
    imported = import_order(
        store=store, draft=draft, by=By.integration("Shopify"), now=timezone.now()
    )
    order = Order.objects.for_store(store).with_lines().get(pk=imported.order.pk)
    return order, imported.result


def an_order_of_two_lines() -> dict[str, Any]:
    given = build_order(1001, "unknown_sku", timezone.now())
    first, _ = given["line_items"]
    first |= {"quantity": 3, "current_quantity": 3}
    return retotal(given)


def edited(given: dict[str, Any], *left: int) -> dict[str, Any]:
    """Give the order as Shopify states it after an edit left so many of each line."""
    at_first = {name: given[name] for name in ("total_price", "total_tax", "total_discounts")}
    lines = [
        {**line, "current_quantity": pieces}
        for line, pieces in zip(given["line_items"], left, strict=True)
    ]
    changed = retotal({**given, "line_items": lines, "updated_at": "2030-01-01T00:00:00Z"})
    return {**changed, **at_first}


def test_what_was_removed_or_reduced_in_the_shop_does_not_ship(inside):
    given = an_order_of_two_lines()
    take_in(inside, given, "orders/create")
    changed = edited(given, 1, 0)

    order, result = take_in(inside, changed, "orders/updated")

    assert result == "updated"
    kept, removed = order.items.all()
    assert [kept.quantity, kept.delivery_type] == [1, "ship"]
    assert [removed.quantity, removed.delivery_type] == [0, "noship"]
    (line,) = sales_order_lines(order)
    assert (line["Product"]["ProductCode"], line["OrderQuantity"]) == (kept.code, 1)


def test_an_edited_order_comes_to_what_the_shop_says_it_does(inside):
    given = an_order_of_two_lines()
    take_in(inside, given, "orders/create")
    changed = edited(given, 1, 1)

    order, _ = take_in(inside, changed, "orders/updated")

    assert order.order_total == Decimal(changed["current_total_price"])
    assert order.order_total < Decimal(changed["total_price"])
    parts = order.product_total + order.shipping_total + order.tax_total + order.handling_total
    assert order.order_total == parts - order.discount_total
    event = OrderEvent.objects.for_store(inside).get(kind="updated")
    assert event.before["order_items"] != event.after["order_items"]


def test_an_order_of_which_nothing_is_left_has_nothing_to_send(inside):
    given = an_order_of_two_lines()
    take_in(inside, given, "orders/create")

    order, _ = take_in(inside, edited(given, 0, 0), "orders/updated")

    with pytest.raises(RequestRejected, match="no item that is shipped"):
        sales_order_lines(order)
