"""Bad days on demand: what the client sees, and what the vendor did meanwhile."""

import http.client
import json
import time
from urllib.parse import urlsplit

import pytest

from integrations.sandbox.wire import FLOOD_PIECE
from tests.integrations.sandbox.calls import api, ask, call, sales_order

GUID = "0b8f4a52-6a0e-4f6c-9d1c-2f1f0c8a7e11"


def place(warehouse):
    return api(warehouse, "POST", "/SalesOrders", sales_order())


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"kind": "unauthorized"}, 403),
        ({"kind": "unauthorized", "status": 401}, 401),
        ({"kind": "rate_limited", "retry_after": 3}, 429),
        ({"kind": "error"}, 500),
        ({"kind": "error", "status": 503}, 503),
        ({"kind": "html_error"}, 502),
        ({"kind": "redirect"}, 302),
        ({"kind": "invalid_json"}, 200),
    ],
)
def test_an_answer_goes_wrong_once_and_nothing_is_stored(warehouse, fault, status):
    warehouse.fail(**fault)

    failed, then = place(warehouse), place(warehouse)

    assert (failed.status, then.status) == (status, 201)
    assert warehouse.ledger.times_accepted("sales_order", GUID) == 1


def test_retry_after_is_given_in_seconds(warehouse):
    warehouse.fail("rate_limited", retry_after=3)

    assert place(warehouse).headers["retry-after"] == "3"


def test_garbage_is_not_json(warehouse):
    warehouse.fail("invalid_json")

    with pytest.raises(ValueError, match="Unterminated"):
        place(warehouse).json  # noqa: B018


@pytest.mark.parametrize("kind", ["accept_then_cut", "accept_then_timeout"])
def test_an_order_is_stored_although_the_answer_is_lost(warehouse, kind):
    warehouse.fail(kind, seconds=0.05)

    with pytest.raises((http.client.IncompleteRead, http.client.RemoteDisconnected)):
        place(warehouse)

    assert [order["Guid"] for order in warehouse.live_orders()] == [GUID]
    assert place(warehouse).status == 200
    assert len(warehouse.live_orders()) == 1


def test_a_connection_is_reset_before_anything_is_stored(warehouse):
    warehouse.fail("refuse_before")

    with pytest.raises(ConnectionResetError):
        place(warehouse)

    assert warehouse.live_orders() == []


@pytest.mark.parametrize("kind", ["error", "invalid_json", "html_error", "rate_limited"])
def test_any_fault_may_happen_after_storing(warehouse, kind):
    warehouse.fail(kind, stored=True)

    place(warehouse)

    assert len(warehouse.live_orders()) == 1


def test_an_answer_may_drip(warehouse):
    warehouse.fail("slow_drip", seconds=0.001)

    began = time.monotonic()
    answer = api(warehouse, "GET", "/Warehouses?warehouseCode=MAIN")

    assert answer.json["Items"][0]["WarehouseCode"] == "MAIN"
    assert time.monotonic() - began > 0.001 * len(answer.text)


def test_an_answer_may_be_huge(warehouse):
    warehouse.fail("huge_body", size=4 * len(FLOOD_PIECE))

    answer = api(warehouse, "GET", "/Warehouses")

    assert len(answer.text) > 4 * len(FLOOD_PIECE)
    assert "content-length" not in answer.headers


def test_a_redirect_that_is_followed_is_seen(warehouse):
    warehouse.fail("redirect")
    target = place(warehouse).headers["location"]

    call(warehouse, "GET", urlsplit(target).path)

    assert [entry["status"] for entry in warehouse.ledger.requests("GET /redirected")] == [404]


def test_a_throttled_shop_answers_200_with_an_error(shop):
    shop.fail("throttled")

    answer = ask(shop, "{ shop { name } }")

    assert answer["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert answer["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 1


@pytest.mark.parametrize(
    ("options", "hit"),
    [
        ({}, True),
        ({"match": "POST"}, True),
        ({"match": "POST /SalesOrders"}, True),
        ({"match": "/SalesOrders"}, True),
        ({"contains": "MUG-STN-BLU"}, True),
        ({"match": "GET"}, False),
        ({"match": "POST /SalesShipments"}, False),
        ({"contains": "LAMP"}, False),
    ],
)
def test_a_fault_waits_for_the_request_it_is_meant_for(warehouse, options, hit):
    warehouse.fail("error", **options)

    assert place(warehouse).status == (500 if hit else 201)
    assert len(warehouse.faults.pending()) == (0 if hit else 1)


def test_faults_are_counted_down_and_logged(warehouse):
    warehouse.fail("error", times=2)
    warehouse.fail("refuse_before")

    statuses = [place(warehouse).status for _ in range(2)]
    with pytest.raises(ConnectionResetError):
        place(warehouse)
    statuses.append(place(warehouse).status)

    assert statuses == [500, 500, 201]
    log = [(entry["fault"], entry["status"]) for entry in warehouse.ledger.requests("POST")]
    assert log == [("error", 500), ("error", 500), ("refuse_before", None), (None, 201)]


def test_faults_are_arranged_listed_and_cleared_over_http(warehouse):
    fault = {"kind": "rate_limited", "match": "POST", "times": 3, "retry_after": 0.5}

    made = call(warehouse, "POST", "/_sandbox/faults", fault)
    listed = call(warehouse, "GET", "/_sandbox/faults").json["faults"]
    call(warehouse, "DELETE", "/_sandbox/faults")

    assert made.status == 201
    assert listed[0]["times"] == 3
    assert place(warehouse).status == 201


@pytest.mark.parametrize(
    "fault",
    [{}, {"kind": "earthquake"}, {"kind": "error", "tmies": 2}, {"kind": "error", "times": "2"}],
)
def test_a_fault_that_makes_no_sense_is_refused(warehouse, fault):
    assert call(warehouse, "POST", "/_sandbox/faults", fault).status == 400


@pytest.mark.parametrize("headers", [{"Content_Length": "99999999"}, {"Content_Length": "x"}])
def test_a_body_of_no_fit_length_is_refused_unread(warehouse, headers):
    answer = call(warehouse, "POST", "/SalesOrders", json.dumps({}), **headers)

    assert answer.status in (411, 413)
