"""The main job, end to end, from outside: cart, rule, warehouse, tracking, cart."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from tests.journey.hub import CHECKOUT, eventually

PAYLOADS = CHECKOUT.parent / "shared" / "data" / "payloads" / "shopify"


def place(hub, kind="us"):
    order = hub.shop.do("/_sandbox/orders", kind=kind)["order"]
    return order["name"].removeprefix("#"), order


def test_an_order_goes_from_the_cart_to_the_warehouse_and_its_tracking_back(hub):
    number, placed = place(hub)

    eventually(lambda: hub.order(number), "the order in the hub")
    eventually(lambda: hub.folder_of(number) == "Prepared", "the order in Prepared")
    (sent,) = hub.at_warehouse(number)
    hub.warehouse.do(f"/_sandbox/orders/{sent['Guid']}/ship", carrier="UPS")
    eventually(lambda: hub.folder_of(number) == "Closed", "the order in Closed")

    def told():
        orders = hub.shop.ledger()["orders"]
        (there,) = [each for each in orders if each["id"] == placed["id"]]
        return there["fulfillments"]

    (fulfilment,) = eventually(told, "the fulfilment in the shop")
    (shipment,) = hub.order(number)["order_shipments"]
    assert fulfilment["tracking_number"] == shipment["tracking_number"]
    assert len(hub.at_warehouse(number)) == 1

    history = hub.history(number)
    for part in ("Imported from Shopify", "To be sent to Unleashed", "Unleashed has order",
                 "Moved from New to Prepared", "Shipped with", "Moved from Prepared to Closed",
                 "Shopify has tracking number"):  # fmt: skip
        assert any(part in line for line in history), (part, history)


def test_an_order_no_rule_wants_stays_in_new(hub):
    number, _ = place(hub, "foreign")

    eventually(lambda: hub.order(number), "the order in the hub")
    hub.manage("work", "--until-idle", "--json")

    assert hub.folder_of(number) == "New"
    assert hub.at_warehouse(number) == []


def test_the_shop_cancels_an_order_before_it_is_sent(hub):
    number, placed = place(hub, "foreign")
    eventually(lambda: hub.order(number), "the order in the hub")

    hub.shop.do(f"/_sandbox/orders/{placed['id']}/cancel")

    eventually(lambda: hub.folder_of(number) == "Canceled", "the order in Canceled")


def test_the_shop_changes_an_address_and_the_history_shows_it(hub):
    number, placed = place(hub, "foreign")
    before = eventually(lambda: hub.order(number), "the order in the hub")

    hub.shop.do(f"/_sandbox/orders/{placed['id']}/update", change="address")

    eventually(
        lambda: hub.order(number)["shipping"] != before["shipping"], "the address of the shop"
    )
    assert any("Shopify changed it" in line for line in hub.history(number))


@pytest.mark.skipif(not PAYLOADS.exists(), reason="the recorded payloads are not on this machine")
@pytest.mark.parametrize(
    "name", [path.name for path in sorted(PAYLOADS.glob("*.json")) if "order" in path.name]
)
def test_a_recorded_payload_is_kept_and_becomes_an_order_or_says_why_not(hub, name):
    body = (Path(PAYLOADS) / name).read_bytes()

    answer = hub.send_hook(body, topic="orders/create")

    assert answer.status_code == 200
    hub.manage("work", "--until-idle", "--json")
    status = hub.manage("work", "--status", "--json")
    assert not [row for row in status["work"] if row["state"] == "waiting"
                and row["kind"] == "InboundMessage"]  # fmt: skip


def test_the_same_delivery_a_hundred_times_at_once_is_one_order_at_the_vendor(hub):
    order = order_body("H100", total="80.00")

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: hub.send_hook(order, webhook_id="same"), range(100)))

    assert {answer.status_code for answer in answers} == {200}
    eventually(lambda: hub.at_warehouse("H100"), "the order at the warehouse")
    hub.manage("work", "--until-idle", "--json")
    assert len(hub.at_warehouse("H100")) == 1
    history = hub.history("H100")
    assert sum("Imported from" in line for line in history) == 1
    assert sum("To be sent to" in line for line in history) == 1


def test_a_hundred_deliveries_of_one_order_are_one_order_at_the_vendor(hub):
    order = order_body("H101", total="80.00")

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda n: hub.send_hook(order, webhook_id=f"d{n}"), range(100)))

    eventually(lambda: hub.at_warehouse("H101"), "the order at the warehouse")
    hub.manage("work", "--until-idle", "--json")
    assert len(hub.at_warehouse("H101")) == 1
    assert sum("Imported from" in line for line in hub.history("H101")) == 1


def test_a_wrong_signature_is_refused_and_nothing_is_stored(hub):
    order = order_body("FORGED", total="80.00")

    answer = hub.send_hook(order, **{"X-Shopify-Hmac-Sha256": "bm90IHJpZ2h0"})

    assert answer.status_code == 401
    hub.manage("work", "--until-idle", "--json")
    assert hub.order("FORGED") is None


def test_an_unknown_hook_is_not_found(hub):
    assert requests.post(f"{hub.url}/hooks/nobody", data=b"{}", timeout=10).status_code == 404


def test_a_body_over_the_limit_is_refused(hub):
    assert hub.send_hook(b"x" * 5_000_001).status_code == 413


def test_an_unreadable_but_authentic_message_is_kept_and_shown(hub):
    answer = hub.send_hook(b'{"id": 1, "line_items": [', webhook_id="cut-in-half")

    assert answer.status_code == 200
    stuck = eventually(
        lambda: [
            row
            for row in hub.manage("work", "--status", "--json")["parked"]
            if row["kind"] == "InboundMessage"
        ],
        "the message among what is stuck",
    )
    assert all(row["problem"] for row in stuck)


def test_an_older_update_after_a_newer_one_changes_nothing(hub):
    newer = order_body("H102", total="10.00", updated_at="2026-03-02T10:00:00Z", city="Newtown")
    older = order_body("H102", total="10.00", updated_at="2026-03-01T10:00:00Z", city="Oldtown")
    hub.send_hook(newer)
    eventually(lambda: hub.order("H102"), "the order in the hub")

    hub.send_hook(older, topic="orders/updated")
    hub.manage("work", "--until-idle", "--json")

    assert hub.order("H102")["shipping"]["city"] == "Newtown"


def test_everything_that_must_hold_holds(hub):
    hub.manage("work", "--until-idle", "--json")

    assert hub.manage("verify", "--json") == {"ok": True, "violations": []}


def order_body(number, *, total="80.00", updated_at="2026-03-01T10:00:00Z", city="Springfield",
               sku="MUG-STN-BLU"):  # fmt: skip
    """A Shopify order as its webhook carries it, small but whole."""
    order = {
        "id": int.from_bytes(number.encode(), "big") % 10**15,
        "name": f"#{number}",
        "email": "ada@example.com",
        "currency": "USD",
        "created_at": "2026-03-01T09:00:00Z",
        "updated_at": updated_at,
        "financial_status": "paid",
        "total_price": total,
        "subtotal_price": total,
        "total_tax": "0.00",
        "line_items": [
            {"id": 1, "sku": sku, "name": "Mug", "title": "Mug", "quantity": 1, "price": total}
        ],
        "shipping_address": {
            "first_name": "Ada",
            "last_name": "Byron",
            "address1": "12 Mill Lane",
            "city": city,
            "province_code": "IL",
            "zip": "62701",
            "country_code": "US",
            "country": "United States",
        },
    }
    return json.dumps(order).encode()
