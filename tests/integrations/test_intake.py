"""The door for signed messages, by both roads: Django's view and the short one beside it."""

import base64
import hashlib
import hmac
import io
import json

import pytest
from django.test import Client

from integrations.accounts import hook_url
from integrations.models import Connection, InboundMessage
from integrations.services import disconnect, replay
from integrations.vault import seal
from orderdesk.wsgi import application
from orders.models import Order
from stores import work
from stores.scoping import entered
from tests.factories import make_connection

pytestmark = pytest.mark.django_db
SECRET = "signs-what-comes-in"
SHOP = {"shop_domain": "alice.myshopify.com"}
ORDER = {
    "id": 4501,
    "name": "#4501",
    "currency": "USD",
    "total_price": "12.00",
    "created_at": "2026-03-01T09:00:00Z",
    "updated_at": "2026-03-01T09:00:00Z",
    "line_items": [{"id": 1, "sku": "A", "name": "A", "quantity": 1, "price": "12.00"}],
    "shipping_address": {"first_name": "Ada", "country_code": "US"},
}
BODY = json.dumps(ORDER).encode()


@pytest.fixture
def connection(store):
    return make_connection(
        store, "shopify", settings=SHOP, secrets={"webhook_secret": SECRET, "access_token": "t"}
    )


def signed(body=BODY, *, secret=SECRET, delivery="d1", topic="orders/create"):
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {
        "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        "X-Shopify-Webhook-Id": delivery,
        "X-Shopify-Topic": topic,
    }


def by_django(path, body, headers):
    answer = Client().post(path, body, content_type="application/json", headers=headers)
    return answer.status_code


def by_the_short_road(path, body, headers):
    seen = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()},
    }
    application(environ, lambda status, _: seen.append(int(status.split()[0])))
    return seen[0]


@pytest.fixture(params=[by_django, by_the_short_road], ids=["django", "short"])
def post(request, connection):
    path = hook_url(connection).removeprefix("http://127.0.0.1:8000")
    return lambda body=BODY, headers=None, path=path: request.param(
        path, body, signed(body) if headers is None else headers
    )


def kept(store):
    with entered(store):
        return list(InboundMessage.objects.for_store(store).order_by("pk"))


def test_a_signed_message_is_kept_byte_for_byte(post, store):
    assert post() == 200

    (message,) = kept(store)
    assert bytes(message.body) == BODY
    assert (message.state, message.topic, message.delivery_id) == ("waiting", "orders/create", "d1")


def test_the_same_delivery_is_kept_once(post, store):
    assert [post(), post(), post()] == [200, 200, 200]

    assert len(kept(store)) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(BODY + b" "),
        signed(secret="another secret"),
        {**signed(), "X-Shopify-Hmac-Sha256": hashlib.sha256(BODY).hexdigest()},
        {**signed(), "X-Shopify-Shop-Domain": "charlie.myshopify.com"},
    ],
    ids=["none", "other body", "other secret", "hex", "other shop"],
)
def test_a_wrong_signature_is_401_and_nothing_is_stored(post, store, headers):
    assert post(headers=headers) == 401

    assert kept(store) == []


def test_header_names_without_x_are_read_too(post, store):
    headers = {name.removeprefix("X-"): value for name, value in signed().items()}

    assert post(headers=headers) == 200
    assert len(kept(store)) == 1


def test_a_signature_of_another_store_does_not_open_this_hook(post, store, other_store):
    make_connection(
        other_store, "shopify", settings=SHOP, secrets={"webhook_secret": "charlies secret"}
    )

    assert post(headers=signed(secret="charlies secret")) == 401
    assert kept(store) == []


def test_an_unknown_address_is_404(post):
    assert post(path="/hooks/nobody") == 404


def test_a_body_over_the_limit_is_413_and_nothing_is_stored(post, store, settings):
    settings.HOOK_BODY_LIMIT = 100

    assert post() == 413
    assert kept(store) == []


def test_an_unreadable_authentic_message_is_kept_shown_and_can_be_replayed(post, store):
    body = b'{"id": 1, "line_items": ['
    assert post(body, signed(body)) == 200

    work.do_due(seconds=5)

    (message,) = kept(store)
    assert message.state == "failed"
    assert message.problem
    with entered(store):
        replay(message=message)
    assert kept(store)[0].state == "waiting"


def test_a_message_becomes_an_order_and_says_which(post, store):
    post()

    work.do_due(seconds=5)

    (message,) = kept(store)
    with entered(store):
        order = Order.objects.for_store(store).get()
    assert (message.state, message.result, message.order_id) == ("done", "created", order.pk)
    assert order.source_id == "4501"


def test_a_replayed_message_makes_no_second_order(post, store):
    post()
    work.do_due(seconds=5)
    with entered(store):
        replay(message=kept(store)[0])

    work.do_due(seconds=5)

    assert kept(store)[0].result == "unchanged"
    with entered(store):
        assert Order.objects.for_store(store).count() == 1


def test_a_topic_that_is_none_of_ours_is_ignored_and_says_so(post, store):
    post(headers=signed(topic="app/uninstalled"))

    work.do_due(seconds=5)

    assert kept(store)[0].result == "ignored"


def test_a_changed_secret_counts_at_once(post, store, connection):
    assert post() == 200
    sealed = seal(
        store_id=store.pk, connection_key="shopify", secrets={"webhook_secret": "a new secret"}
    )
    with entered(store):
        Connection.objects.for_store(store).update(sealed_secrets=sealed, revision=2)

    assert post(headers=signed(delivery="old")) == 401
    assert post(headers=signed(secret="a new secret", delivery="new")) == 200
    assert [message.delivery_id for message in kept(store)] == ["d1", "new"]


def test_a_disconnected_hook_is_closed_at_once(post, store, connection):
    assert post() == 200
    with entered(store):
        disconnect(connection=connection)

    assert post(headers=signed(delivery="d2")) == 404
    assert len(kept(store)) == 1


def test_only_posts_are_taken(connection):
    path = hook_url(connection).removeprefix("http://127.0.0.1:8000")

    assert Client().get(path).status_code == 405


def test_what_is_kept_of_the_headers_holds_no_signature(post, store):
    post()

    assert "hmac" not in json.dumps(kept(store)[0].headers).lower()


@pytest.mark.parametrize("token", ["no-such-token", "\x00", "a\x00b", "x" * 5000, "\xff"])
def test_whatever_stands_for_a_token_opens_no_hook(post, token):
    assert post(path=f"/hooks/{token}") == 404
