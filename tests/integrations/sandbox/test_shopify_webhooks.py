"""How the shop tells others: signed, with the ids that repeat, again when it failed."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from integrations.sandbox import ShopifySandbox
from integrations.sandbox.shopify_webhooks import RETRY_GAPS, sign
from tests.integrations.sandbox.calls import VERSION, ask, call, shop_call

SUBSCRIBE = """
mutation($topic: WebhookSubscriptionTopic!, $address: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: {uri: $address, format: JSON}) {
    webhookSubscription { id topic uri endpoint {
      __typename ... on WebhookHttpEndpoint { callbackUrl } } }
    userErrors { field message }
  }
}
"""

UNSUBSCRIBE = """
mutation($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { message } }
}
"""


class Receiver:
    """A hub that notes what it is told and answers what the test wants."""

    def __init__(self) -> None:
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.received.append((dict(self.headers), body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 202)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hooks/demo"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    hub = Receiver()
    thread = threading.Thread(target=hub.server.serve_forever, args=(0.01,))
    thread.start()
    yield hub
    hub.server.shutdown()
    thread.join()
    hub.server.server_close()


def subscribe(shop, receiver, *topics):
    for topic in topics:
        answer = ask(shop, SUBSCRIBE, topic=topic, address=receiver.url)
        assert answer["data"]["webhookSubscriptionCreate"]["userErrors"] == []


def test_the_signature_matches_the_known_vector():
    assert sign(b'{"id":1}', "test-secret") == "H19jdkTt0bdVHJbmH87mtfSa7ud+merMEAWsvbbRGkY="


def test_a_new_order_is_announced_signed_over_the_bytes_sent(shop, receiver):
    subscribe(shop, receiver, "ORDERS_CREATE")

    order = shop.shop.place("foreign")

    assert shop.courier.settle()
    ((headers, body),) = receiver.received
    assert headers["X-Shopify-Topic"] == "orders/create"
    assert headers["X-Shopify-Hmac-Sha256"] == sign(body, shop.credentials()["app_secret"])
    assert headers["X-Shopify-API-Version"] == "2026-07"
    assert headers["X-Shopify-Shop-Domain"] == shop.credentials()["shop_domain"]
    assert json.loads(body) == order


def test_a_failed_delivery_is_repeated_with_its_ids_and_first_body(shop, receiver):
    subscribe(shop, receiver, "ORDERS_CREATE")
    receiver.statuses = [500, 302]

    order = shop.shop.place("us")
    shop.shop.change_address(order)

    assert shop.courier.settle()
    ids = {headers["X-Shopify-Webhook-Id"] for headers, _ in receiver.received}
    assert (len(receiver.received), len(ids)) == (3, 1)
    assert len({body for _, body in receiver.received}) == 1
    (delivery,) = shop.storage.all("delivery")
    assert [attempt["status"] for attempt in delivery["tries"]] == [500, 302, 202]
    assert delivery["state"] == "delivered"


def test_after_eight_retries_the_subscription_is_removed(receiver):
    with ShopifySandbox(retry_scale=0) as shop:
        subscribe(shop, receiver, "ORDERS_CREATE")
        receiver.statuses = [503] * 20

        shop.shop.place("us")

        assert shop.courier.settle()
        assert len(receiver.received) == 1 + len(RETRY_GAPS) == 9
        assert shop.storage.all("delivery")[0]["state"] == "failed"
        assert shop.subscriptions.all() == []


def test_one_action_told_under_two_topics_has_one_event_id(shop, receiver):
    subscribe(shop, receiver, "ORDERS_CANCELLED", "ORDERS_UPDATED")

    shop.shop.cancel(shop.shop.place("us"))

    assert shop.courier.settle()
    topics = {headers["X-Shopify-Topic"] for headers, _ in receiver.received}
    ids = {headers["X-Shopify-Webhook-Id"] for headers, _ in receiver.received}
    assert topics == {"orders/cancelled", "orders/updated"}
    assert len(ids) == 2
    assert len({headers["X-Shopify-Event-Id"] for headers, _ in receiver.received}) == 1


def test_a_delivery_can_be_sent_again_with_the_same_id(shop, receiver):
    subscribe(shop, receiver, "ORDERS_CREATE")
    shop.shop.place("us")
    assert shop.courier.settle()
    webhook_id = shop.storage.all("delivery")[0]["webhook_id"]

    answer = call(shop, "POST", f"/_sandbox/deliveries/{webhook_id}/resend", {})

    assert answer.status == 202
    assert shop.courier.settle()
    assert [h["X-Shopify-Webhook-Id"] for h, _ in receiver.received] == [webhook_id] * 2


def test_a_delivery_that_was_waiting_is_sent_after_a_restart(tmp_path, receiver):
    stopped = ShopifySandbox(data=tmp_path)
    stopped.subscriptions.add(topic="orders/create", address=receiver.url, api_version=VERSION)
    stopped.shop.place("us")
    stopped.stop()

    with ShopifySandbox(data=tmp_path) as shop:
        assert shop.courier.settle()

    assert len(receiver.received) == 1


def test_an_order_can_be_placed_without_a_word(shop, receiver):
    subscribe(shop, receiver, "ORDERS_CREATE")

    call(shop, "POST", "/_sandbox/orders", {"kind": "us", "webhooks": False})

    assert shop.courier.settle()
    assert receiver.received == []
    assert len(shop.shop.orders()) == 1


def test_nobody_listening_is_noted_as_a_failed_try(shop, receiver):
    address = "http://127.0.0.1:1/hooks/nobody"
    ask(shop, SUBSCRIBE, topic="ORDERS_CREATE", address=address)

    shop.shop.place("us")

    assert shop.courier.settle(0.05) is False
    assert shop.storage.all("delivery")[0]["tries"][0]["error"]


@pytest.mark.parametrize(
    ("topic", "address"),
    [
        ("ORDERS_CREATE", "http://hub.example.com/hooks/1"),
        ("ORDERS_CREATE", "ftp://127.0.0.1/hooks/1"),
        ("ORDERS_CREATE", "not an address"),
        ("ORDERS_EATEN", "https://hub.example.com/hooks/1"),
    ],
)
def test_an_unknown_topic_or_insecure_address_is_a_user_error(shop, topic, address):
    answer = ask(shop, SUBSCRIBE, topic=topic, address=address)

    assert answer["data"]["webhookSubscriptionCreate"]["userErrors"]
    assert shop.subscriptions.all() == []


def test_one_address_has_a_topic_once(shop, receiver):
    subscribe(shop, receiver, "ORDERS_CREATE")

    again = ask(shop, SUBSCRIBE, topic="ORDERS_CREATE", address=receiver.url)

    payload = again["data"]["webhookSubscriptionCreate"]
    assert "already been taken" in payload["userErrors"][0]["message"]


def test_subscriptions_are_listed_and_ended_over_both_apis(shop, receiver):
    subscribe(shop, receiver, "ORDERS_CREATE")
    body = {"webhook": {"topic": "orders/updated", "address": receiver.url, "format": "json"}}
    made = shop_call(shop, "POST", "webhooks.json", body)

    listed = ask(shop, "{ webhookSubscriptions(first: 9) { nodes { id topic callbackUrl } } }")
    nodes = listed["data"]["webhookSubscriptions"]["nodes"]
    ask(shop, UNSUBSCRIBE, id=nodes[0]["id"])
    gone = shop_call(shop, "DELETE", f"webhooks/{made.json['webhook']['id']}.json")
    missing = shop_call(shop, "DELETE", f"webhooks/{made.json['webhook']['id']}.json")

    assert [node["topic"] for node in nodes] == ["ORDERS_CREATE", "ORDERS_UPDATED"]
    assert (made.status, gone.status, missing.status) == (201, 200, 404)
    assert shop_call(shop, "GET", "webhooks.json").json == {"webhooks": []}
