"""Who may call the API, for which store, and how often."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orders.models import Order
from stores import tokens
from stores.models import ApiKey
from stores.scoping import entered
from stores.services import issue_api_key, revoke_api_key
from tests.orders.api.conftest import ORDER, script_of

PATHS = [
    ("GET", "test", None),
    ("POST", "test", None),
    ("GET", "store", None),
    ("GET", "orders", None),
    ("POST", "orders", ORDER),
    ("GET", "orders/{id}", None),
    ("PUT", "orders/{id}", ORDER),
    ("DELETE", "orders/{id}", None),
    ("POST", "orders/{id}/order-history", {"note": "Hello"}),
    ("GET", "orders/{id}/shipments", None),
    ("POST", "orders/{id}/shipments", {"tracking_number": "1"}),
    ("GET", "orders/{id}/shipments/{shipment}", None),
    ("POST", "move-orders", {"order_id_list": ["{id}"], "destination_folder_name": "Closed"}),
    ("GET", "nothing", None),
]
OF_AN_ORDER = [call for call in PATHS if "{id}" in call[1]]


@pytest.fixture
def plenty(settings: Any) -> None:
    settings.API_BURST = 10_000


@pytest.fixture
def script(store):
    return script_of(store)


@pytest.fixture
def other_script(other_store):
    return script_of(other_store)


def filled(path: str, order: dict[str, Any]) -> str:
    return path.format(id=order["id"], shipment=order["order_shipments"][0]["id"])


@pytest.mark.parametrize(("method", "path", "body"), PATHS)
def test_a_call_without_a_key_is_told_which_headers_are_missing(plenty, script, method, path, body):
    order = script.made(order_shipments=[{"tracking_number": "1"}])
    script.defaults.clear()

    answer = script.send(method, filled(path, order), body)

    assert answer.status_code == 401
    assert "ORDERDESK-API-KEY" in answer.json()["message"]
    assert answer["X-Tokens-Remaining"]


@pytest.mark.parametrize(
    "headers",
    [
        {"ORDERDESK-API-KEY": "x" * 50},
        {"ORDERDESK-API-KEY": ""},
        {"ORDERDESK-API-KEY": "\xff\x00"},
        {"ORDERDESK-STORE-ID": ""},
        {"ORDERDESK-STORE-ID": "x"},
        {"ORDERDESK-STORE-ID": "\xb2"},
        {"ORDERDESK-STORE-ID": "-1"},
        {"ORDERDESK-STORE-ID": "9" * 40},
        {"ORDERDESK-STORE-ID": "999999999"},
    ],
)
def test_a_wrong_key_or_store_is_a_401(script, headers):
    answer = script.get("/api/v2/test", headers=headers)

    assert answer.status_code == 401
    assert answer.json()["status"] == "error"
    assert answer["WWW-Authenticate"]


def test_a_key_opens_only_its_own_store(script, other_store):
    answer = script.get("/api/v2/test", headers={"ORDERDESK-STORE-ID": str(other_store.pk)})

    assert answer.status_code == 401


def test_a_withdrawn_key_opens_nothing(script, store):
    with entered(store):
        revoke_api_key(key=ApiKey.objects.for_store(store).get(), now=timezone.now())

    assert script.send("GET", "test").status_code == 401


def test_a_signed_in_owner_is_no_script(alice_client, store):
    assert alice_client.get("/api/v2/orders").status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), OF_AN_ORDER)
def test_another_stores_order_is_a_404_and_stays_as_it_is(
    plenty, script, other_script, other_store, method, path, body
):
    order = other_script.made(order_shipments=[{"tracking_number": "1"}])

    answer = script.send(method, filled(path, order), body)

    assert answer.status_code == 404
    assert answer.json()["status"] == "error"
    with entered(other_store):
        untouched = Order.objects.for_store(other_store).get(pk=order["id"])
    assert (untouched.version, untouched.deleted_at) == (1, None)


def test_lists_hold_only_the_own_stores_orders(plenty, script, other_script):
    mine, _ = script.made(), other_script.made()

    listed = script.send("GET", "orders").json()

    assert [order["id"] for order in listed["orders"]] == [mine["id"]]
    assert listed["total_records"] == 1


def test_the_last_use_of_a_key_is_noted_once_an_hour(script, store):
    def last_use():
        with entered(store):
            return ApiKey.objects.for_store(store).get().last_used_at

    assert last_use() is None

    script.send("GET", "test")
    first = last_use()
    script.send("GET", "test")
    assert last_use() == first

    with entered(store):
        ApiKey.objects.for_store(store).update(last_used_at=first - timedelta(hours=2))
    script.send("GET", "test")
    assert last_use() >= first


def test_tokens_run_out_are_told_and_come_back(script, settings):
    settings.API_BURST, settings.API_REFILL = 3, 0.5

    answers = [script.send("GET", "test") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer["X-Tokens-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    refused = answers[-1]
    assert refused["Retry-After"] == refused["X-Retry-After"]
    assert 1 <= int(refused["Retry-After"]) <= 2
    assert refused.json()["status"] == "error"

    settings.API_REFILL = 1000.0
    assert script.send("GET", "test").status_code == 200


def test_one_stores_calls_take_nothing_from_another(script, other_script, settings):
    settings.API_BURST, settings.API_REFILL = 1, 0.01

    assert [script.send("GET", "test").status_code for _ in range(2)] == [200, 429]
    assert other_script.send("GET", "test").status_code == 200


def test_refused_calls_take_tokens_and_tell_them(script, settings):
    settings.API_BURST, settings.API_REFILL = 20, 0.01

    answers = [script.send("GET", "nothing"), script.send("PATCH", "orders")]

    assert [answer["X-Tokens-Remaining"] for answer in answers] == ["19", "18"]


def test_a_wrong_key_takes_no_token_of_the_store(script, settings):
    settings.API_BURST, settings.API_REFILL = 20, 0.01

    script.get("/api/v2/test", headers={"ORDERDESK-API-KEY": "x" * 50})

    assert script.send("GET", "test")["X-Tokens-Remaining"] == "19"


def test_without_valkey_every_call_goes_through(script, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.API_BURST = 1

    try:
        statuses = [script.send("GET", "test").status_code for _ in range(3)]
    finally:
        tokens._Pause.until = 0.0

    assert statuses == [200, 200, 200]


def test_two_keys_of_a_store_share_its_tokens(script, store, settings):
    settings.API_BURST, settings.API_REFILL = 20, 0.01
    with entered(store):
        _, second = issue_api_key(store=store, name="Second", created_by=None)

    script.send("GET", "test")
    answer = Client().get(
        "/api/v2/test",
        headers={"ORDERDESK-STORE-ID": str(store.pk), "ORDERDESK-API-KEY": second},
    )

    assert answer["X-Tokens-Remaining"] == "18"
