"""Connecting a shop, trusting its messages, asking for its orders."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import pytest

from integrations.base import Hook, Page
from integrations.errors import CredentialsRefused, RequestRejected
from integrations.sandbox.shopify_webhooks import sign
from integrations.shopify.forms import ShopifySettings
from integrations.shopify.integration import Shopify
from orders.drafts import OrderDraft
from tests.integrations.shopify.bench import HOOK_URL, Bench


@pytest.fixture
def shop(settings: Any) -> Iterator[Bench]:
    settings.VENDOR_TIMEOUT_SECONDS = 2
    bench = Bench()
    yield bench
    bench.vendor.stop()


def with_account(plugin: Shopify, **changes: Any) -> Shopify:
    return Shopify(replace(plugin.account, **changes))


# --- connecting ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("example.myshopify.com", "example.myshopify.com"),
        (" https://Example.MyShopify.com/ ", "example.myshopify.com"),
    ],
)
def test_a_shop_domain_is_kept_in_one_form(typed, kept):
    form = ShopifySettings(data={**Bench.form_values, "shop_domain": typed})

    assert form.is_valid(), form.errors
    assert form.cleaned_data["shop_domain"] == kept


@pytest.mark.parametrize(
    "typed",
    ["example.com", "127.0.0.1", "localhost:8000", "a.myshopify.com.evil.example", "myshopify.com",
     "-.myshopify.com", "evil.example/.myshopify.com", "a@b.myshopify.com", "a.b.myshopify.com"],
)  # fmt: skip
def test_an_address_that_is_no_shop_is_refused(typed):
    form = ShopifySettings(data={**Bench.form_values, "shop_domain": typed})

    assert list(form.errors) == ["shop_domain"]


def test_a_token_of_another_shop_is_put_on_the_domain(shop):
    with pytest.raises(RequestRejected, match=r"sandbox-goods\.myshopify\.com") as caught:
        shop.plugin(shop_domain="other.myshopify.com").check()

    assert caught.value.field == "shop_domain"


def test_a_wrong_token_is_put_on_the_token(shop):
    plugin = shop.plugin()

    with pytest.raises(CredentialsRefused) as caught:
        with_account(plugin, secrets={"access_token": "wrong"}).check()

    assert caught.value.field == "access_token"


def test_connecting_twice_subscribes_once(shop):
    shop.plugin().on_connected()
    shop.plugin().on_connected()

    told = [(row["topic"], row["address"]) for row in shop.vendor.subscriptions.all()]
    assert told == [
        ("orders/create", HOOK_URL),
        ("orders/updated", HOOK_URL),
        ("orders/cancelled", HOOK_URL),
    ]


def test_an_address_shopify_will_not_call_is_told_in_its_words(shop):
    plugin = with_account(shop.plugin(), hook_url="http://hub.example/hooks/abc")

    with pytest.raises(RequestRejected, match="Address protocol must be https"):
        plugin.on_connected()


def test_tracking_is_pushed_unless_switched_off(shop):
    assert shop.plugin().wants("push_shipment")
    assert not shop.plugin(sync_tracking=False).wants("push_shipment")


# --- messages -----------------------------------------------------------------------------------

NEVER = datetime.min.replace(tzinfo=UTC)
BODY = b'{"id":1}'
# Over BODY with the key "test-secret".
VECTOR = "H19jdkTt0bdVHJbmH87mtfSa7ud+merMEAWsvbbRGkY="


def hook(signature: str = VECTOR, body: bytes = BODY, **headers: str) -> Hook:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Hook({"x-shopify-hmac-sha256": signature, **named}, body)


def verifies(shop: Bench, message: Hook, **secrets: str) -> Any:
    plugin = with_account(shop.plugin(), secrets={"webhook_secret": "test-secret", **secrets})
    return plugin.verify_webhook(message)


def test_the_signature_is_the_one_shopify_makes(shop):
    assert verifies(shop, hook())


@pytest.mark.parametrize(
    "signature",
    [
        hmac.new(b"test-secret", BODY, hashlib.sha256).hexdigest(),
        base64.b64encode(hmac.new(b"other", BODY, hashlib.sha256).digest()).decode(),
        VECTOR.lower(),
        VECTOR + " ",
        VECTOR.rstrip("="),
        "",
        "ünïcode",
    ],
)
def test_any_other_signature_is_refused(shop, signature):
    assert verifies(shop, hook(signature)) is None


def test_while_a_secret_is_rotated_both_are_taken(shop):
    old = hook(sign(BODY, "old-secret"))

    assert verifies(shop, old) is None
    assert verifies(shop, old, previous_webhook_secret="old-secret")
    assert verifies(shop, hook(), previous_webhook_secret="old-secret")


def test_headers_without_their_x_are_read(shop):
    message = Hook(
        {"shopify-hmac-sha256": VECTOR, "shopify-topic": "orders/paid", "shopify-webhook-id": "7"},
        BODY,
    )

    delivery = verifies(shop, message)

    assert (delivery.delivery_id, delivery.topic) == ("7", "orders/paid")


def test_a_message_of_another_shop_is_refused_though_rightly_signed(shop):
    assert verifies(shop, hook(x_shopify_shop_domain="other.myshopify.com")) is None
    assert verifies(shop, hook(x_shopify_shop_domain="Sandbox-Goods.myshopify.com"))


def test_without_an_id_the_same_message_is_known_by_what_it_says(shop):
    first = verifies(shop, hook(x_shopify_topic="orders/create"))
    again = verifies(shop, hook(x_shopify_topic="orders/create"))
    other = verifies(shop, hook(x_shopify_topic="orders/updated"))

    assert first.delivery_id == again.delivery_id
    assert first.delivery_id != other.delivery_id


# --- asking for orders --------------------------------------------------------------------------


def pull(shop: Bench, cursor: str = "", since: datetime | None = None) -> list[Page[OrderDraft]]:
    return list(shop.plugin().list_orders(cursor, since))


def test_every_page_is_fetched_and_no_order_twice(shop):
    for _ in range(60):
        shop.placed()

    pages = pull(shop)

    numbers = [draft.source_id for page in pages for draft in page.rows]
    assert [len(page.rows) for page in pages] == [50, 11]
    assert sorted(numbers) == sorted(set(numbers)) == [str(1001 + n) for n in range(61)]


def test_the_mark_moves_only_once_the_list_has_ended(shop):
    for _ in range(50):
        shop.placed()

    first, last = pull(shop, cursor="2026-01-01T00:00:00+00:00")

    assert first.cursor == "2026-01-01T00:00:00+00:00"
    newest = max(draft.source_updated_at or NEVER for page in (first, last) for draft in page.rows)
    assert datetime.fromisoformat(last.cursor) == newest


def test_a_mark_never_lies_in_the_future(shop):
    ahead = (datetime.now(UTC) + timedelta(hours=1)).isoformat(timespec="seconds")
    shop.vendor.shop.place("us", changes={"updated_at": ahead}, webhooks=False)

    (page,) = pull(shop)
    (again,) = pull(shop, cursor=ahead)

    assert datetime.fromisoformat(page.cursor) <= datetime.now(UTC)
    assert datetime.fromisoformat(again.cursor) <= datetime.now(UTC)
    asked = shop.vendor.ledger.requests("GET")[-1]["query"]
    since = datetime.fromisoformat(parse_qs(asked)["updated_at_min"][0])
    assert since <= datetime.now(UTC) - timedelta(minutes=5)


def test_the_next_run_asks_from_a_little_before_the_mark(shop):
    pull(shop, cursor="2026-01-01T00:05:00+00:00")

    (asked,) = shop.vendor.ledger.requests("GET")
    assert "updated_at_min=2026-01-01T00%3A00%3A00Z" in asked["query"]


def test_what_is_older_than_asked_for_stays_there(shop):
    assert pull(shop, since=datetime.now(UTC) + timedelta(minutes=1))[0].rows == []


def test_one_order_that_cannot_be_read_stops_no_other(shop):
    shop.vendor.shop.place("us", changes={"total_price": "a lot"})
    shop.placed()

    (page,) = pull(shop)

    assert sorted(draft.source_id for draft in page.rows) == ["1001", "1003"]
    assert page.problems == ["Shopify order 1002: 'a lot' is no amount."]
    assert page.cursor


def test_a_message_and_the_list_tell_the_same_order(shop):
    body = json.dumps(shop.vendor.shop.orders()[0]).encode()

    (page,) = pull(shop)

    assert page.rows == [shop.plugin().parse_order("orders/create", body)]
