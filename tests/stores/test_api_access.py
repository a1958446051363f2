"""Who may call the API, for which store, and how often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from orderdesk.lib.refused import Refused
from orders.models import Order
from stores import tokens
from stores.models import ApiKey
from stores.scoping import entered
from stores.services import issue_api_key, revoke_api_key, rotate_key
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
    ("PUT", "orders/{id}/shipments/{shipment}", {"tracking_number": "2"}),
    ("DELETE", "orders/{id}/shipments/{shipment}", None),
    ("GET", "orders/{id}/order-items", None),
    ("POST", "orders/{id}/order-items", {"name": "More"}),
    ("GET", "orders/{id}/order-items/{item}", None),
    ("PUT", "orders/{id}/order-items/{item}", {"name": "Other"}),
    ("DELETE", "orders/{id}/order-items/{item}", None),
    ("POST", "batch-shipments", [{"order_id": "1", "tracking_number": "1"}]),
    ("GET", "inventory-items", None),
    ("POST", "inventory-items", {"name": "Mug", "code": "MUG"}),
    ("GET", "inventory-items/1", None),
    ("PUT", "inventory-items/1", {"name": "Mug", "code": "MUG"}),
    ("DELETE", "inventory-items/1", None),
    ("PUT", "batch-inventory-items", [{"name": "Mug", "code": "MUG"}]),
    ("POST", "move-orders", {"order_id_list": ["{id}"], "destination_folder_name": "Closed"}),
    ("GET", "nothing", None),
]
OF_AN_ORDER = [call for call in PATHS if "{id}" in call[1]]


@pytest.fixture(autouse=True)
def _full_buckets(settings: Any, db: None) -> None:
    """Forget what calls of earlier runs took; ids of stores come again."""
    valkey = tokens._valkey(settings.REDIS_URL)
    name = settings.DATABASES["default"]["NAME"]
    for bucket in valkey.scan_iter(f"tokens:{name}:*"):
        valkey.delete(bucket)


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
    shipment, item = order["order_shipments"][0]["id"], order["order_items"][0]["id"]
    return path.format(id=order["id"], shipment=shipment, item=item)


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


def test_a_key_that_ran_out_is_told_so(script, store):
    with entered(store):
        past = timezone.now() - timedelta(seconds=1)
        ApiKey.objects.for_store(store).update(expires_at=past)

    answer = script.send("GET", "test")

    assert answer.status_code == 401
    assert f"expired at {past:%Y-%m-%d %H:%M}" in answer.json()["message"]


@pytest.mark.parametrize(("method", "path", "body"), PATHS)
def test_a_key_that_may_only_read_changes_nothing(plenty, script, store, method, path, body):
    order = script.made(order_shipments=[{"tracking_number": "1"}])
    reader = script_of(store, scope="read")

    answer = reader.send(method, filled(path, order), body)

    if method == "GET" or path == "test":
        assert answer.status_code in (200, 404)
    else:
        assert answer.status_code == 403
        assert "only read" in answer.json()["message"]
    assert script.send("GET", f"orders/{order['id']}").json()["order"] == order


def test_a_key_and_the_one_that_takes_its_place_overlap(plenty, script, store, alice):
    now = timezone.now()
    with entered(store):
        old = ApiKey.objects.for_store(store).get()
        old.scope, old.expires_at = "read", now + timedelta(days=20)
        old.save()
        new, secret = rotate_key(key=old, overlap=timedelta(days=7), now=now, by=alice)
        old.refresh_from_db()
    successor = Client(headers={"ORDERDESK-STORE-ID": str(store.pk), "ORDERDESK-API-KEY": secret})

    assert script.send("GET", "test").status_code == 200
    assert successor.get("/api/v2/test").status_code == 200
    assert (old.expires_at, old.replaced_by_id) == (now + timedelta(days=7), new.pk)
    assert (new.name, new.scope, new.created_by) == (old.name, "read", alice)
    assert new.expires_at is not None
    assert new.expires_at > now + timedelta(days=19)


@pytest.mark.parametrize(
    ("fields", "overlap"),
    [
        ({"revoked_at": timezone.now()}, timedelta(days=1)),
        ({"expires_at": timezone.now() - timedelta(days=1)}, timedelta(days=1)),
        ({}, timedelta(days=91)),
        ({}, timedelta(seconds=-1)),
    ],
)
def test_a_key_that_works_no_longer_or_overlaps_oddly_is_not_replaced(
    script, store, fields, overlap
):
    with entered(store):
        rows = ApiKey.objects.for_store(store)
        rows.update(**fields)

        with pytest.raises(Refused):
            rotate_key(key=rows.get(), overlap=overlap, now=timezone.now(), by=None)
        assert rows.get().replaced_by_id is None


def test_a_key_is_replaced_once(script, store):
    with entered(store):
        key = ApiKey.objects.for_store(store).get()
        rotate_key(key=key, overlap=timedelta(0), now=timezone.now(), by=None)

        with pytest.raises(Refused):
            rotate_key(key=key, overlap=timedelta(0), now=timezone.now(), by=None)


def test_calls_at_once_take_no_token_twice(store, settings):
    settings.API_BURST, settings.API_REFILL = 20, 0.01

    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: tokens.take(store.pk), range(60)))

    granted = [each.remaining for each in taken if each.granted]
    assert sorted(granted) == list(range(20))
    assert {each.remaining for each in taken if not each.granted} == {0}


def test_a_signed_in_owner_is_no_script(alice_client, store):
    assert alice_client.get("/api/v2/orders").status_code == 401


@pytest.mark.parametrize(("method", "path", "body"), OF_AN_ORDER)
def test_another_stores_order_is_a_404_and_stays_as_it_is(
    plenty, script, other_script, other_store, method, path, body
):
    order = other_script.made(order_shipments=[{"tracking_number": "1"}])
    with entered(other_store):
        before = Order.objects.for_store(other_store).get(pk=order["id"])

    answer = script.send(method, filled(path, order), body)

    assert answer.status_code == 404
    assert answer.json()["status"] == "error"
    with entered(other_store):
        untouched = Order.objects.for_store(other_store).get(pk=order["id"])
    assert (untouched.version, untouched.deleted_at) == (before.version, None)


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
