"""Shopify as the hub sees it."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from integrations.base import Account, Delivery, Hook, Integration, Page, Receipt, latest_mark
from integrations.errors import CredentialsRefused, RequestRejected, UnexpectedReply
from integrations.shopify import mapping, tracking
from integrations.shopify.client import TOPICS, ShopifyClient
from integrations.shopify.forms import ShopifySettings
from integrations.shopify.tracking import Remaining
from integrations.shopify.values import Unreadable, moment
from orders.drafts import OrderDraft
from orders.models import Order, Shipment

# Orders changed while we read the last pages show up again in the next run.
OVERLAP = timedelta(minutes=5)


class Shopify(Integration):
    """Takes orders from a Shopify shop and tells it of parcels."""

    key = "shopify"
    name = "Shopify"
    tab = "Shopping Carts"
    summary = "Orders come in the moment they are placed; tracking goes back to the shop."
    docs_url = "https://shopify.dev/docs/api"
    settings_form = ShopifySettings
    resend = "look_up"
    source_name = mapping.SOURCE
    new_order_topics = frozenset({"orders/create"})
    pulled_topic = "orders/updated"
    hook_secret_field = "webhook_secret"  # noqa: S105 - a field's name

    def __init__(self, account: Account) -> None:
        super().__init__(account)
        self._client = ShopifyClient(account)

    def wants(self, verb: str) -> bool:
        return verb != "push_shipment" or bool(self.account.settings.get("sync_tracking", True))

    def check(self) -> None:
        try:
            shop = self._client.shop()
        except CredentialsRefused as error:
            raise CredentialsRefused(
                "Shopify does not accept this access token for this shop.",
                field="access_token",
                evidence=error.evidence,
            ) from error
        except RequestRejected as error:
            if error.evidence.get("status") != "404":
                raise
            raise RequestRejected(
                "Shopify has no shop at this address.", field="shop_domain", evidence=error.evidence
            ) from error
        found = str(shop.get("myshopifyDomain") or "")
        if found.lower() != self._domain:
            raise RequestRejected(
                f"The access token belongs to the shop {found or 'of another name'}.",
                field="shop_domain",
            )

    def on_connected(self) -> None:
        address = self.account.hook_url
        present = self._client.subscriptions()
        for topic in TOPICS:
            if (topic, address) not in present:
                self._client.subscribe(topic, address)

    @property
    def _domain(self) -> str:
        return str(self.account.settings.get("shop_domain") or "").lower()

    # --- in -------------------------------------------------------------------------------------

    def verify_webhook(self, hook: Hook) -> Delivery | None:
        if not self._is_signed(hook):
            return None
        domain = _header(hook, "shop-domain").lower()
        if domain and domain != self._domain:
            return None
        topic = _header(hook, "topic")
        body_id = hashlib.sha256(topic.encode() + b"\0" + hook.body).hexdigest()
        return Delivery(delivery_id=_header(hook, "webhook-id") or body_id, topic=topic)

    def _is_signed(self, hook: Hook) -> bool:
        """Compare with the present secret and the previous one, always both, in constant time."""
        given = _header(hook, "hmac-sha256").encode()
        names = ("webhook_secret", "previous_webhook_secret")
        secrets = [secret for name in names if (secret := self.account.secrets.get(name))]
        right = [hmac.compare_digest(_signature(hook.body, secret), given) for secret in secrets]
        return any(right)

    def parse_order(self, topic: str, body: bytes) -> OrderDraft | None:
        return mapping.read_message(topic, body)

    def list_orders(self, cursor: str, since: datetime | None) -> Iterator[Page[OrderDraft]]:
        newest = _mark(cursor)
        held: Page[OrderDraft] | None = None
        for answer in self._client.orders(newest - OVERLAP if newest else since):
            if held:
                yield held
            rows = answer.json()
            if not isinstance(rows, dict) or not isinstance(rows.get("orders"), list):
                raise answer.garbled("has no list of orders in it")
            held = Page(rows=[], cursor=cursor)
            for row in rows["orders"]:
                try:
                    draft = mapping.order_draft(row)
                except UnexpectedReply as error:
                    held.problems.append(error.message)
                    held.raw_problems.append(_as_it_came(row))
                    continue
                held.rows.append(draft)
                held.raw.append(_as_it_came(row))
                newest = latest_mark([newest, draft.source_updated_at], now=timezone.now())
        if held:
            # Only now: the list's order is not to be relied on.
            yield replace(held, cursor=newest.isoformat() if newest else cursor)

    # --- out ------------------------------------------------------------------------------------

    def push_shipment(self, order: Order, shipment: Shipment, *, reference: str) -> Receipt:
        groups, told = self._look(order, shipment)
        if not groups and not told:
            raise RequestRejected(
                f"Shopify waits for nothing that is in parcel {shipment.tracking_number}: the "
                f"items are fulfilled already, on hold, or given to a fulfillment service there."
            )
        notify = bool(self.account.settings.get("notify_customer"))
        for group in groups:
            body = tracking.fulfillment_input(group, shipment, notify=notify)
            self.before_effect()
            told.append(self._client.fulfill(body))
        return self._receipt(order, told[0])

    def find_shipment(self, order: Order, shipment: Shipment, *, reference: str) -> Receipt | None:
        groups, told = self._look(order, shipment)
        # Of a parcel from two locations one may have been told and the other not.
        return self._receipt(order, told[0]) if told and not groups else None

    def _look(self, order: Order, shipment: Shipment) -> tuple[list[list[Remaining]], list[str]]:
        """Give what of a parcel is still to be told, and the fulfilments that tell of it."""
        parts = self._client.fulfillment_orders(order.source_key)
        if parts is None:
            raise RequestRejected(f"Shopify has no order {order.number} any more.")
        present = self._client.fulfillments(order.source_key)
        notices = tracking.notices(present, order, shipment)
        held = tracking.contents(order, shipment)
        if shipment.lines and not held:
            return [], [str(row.get("id")) for row in notices]
        groups = tracking.to_fulfill(tracking.remaining(parts), held, notices)
        return groups, [str(row.get("id")) for row in notices]

    def _receipt(self, order: Order, fulfillment_id: str) -> Receipt:
        page = f"https://{self._domain}/admin/orders/{order.source_key}"
        return Receipt(external_id=fulfillment_id, url=page)


def _header(hook: Hook, name: str) -> str:
    """Read one of Shopify's headers; its newer events leave the X- out."""
    return hook.headers.get(f"x-shopify-{name}") or hook.headers.get(f"shopify-{name}") or ""


def _signature(body: bytes, secret: str) -> bytes:
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest())


def _mark(cursor: str) -> datetime | None:
    try:
        return latest_mark([moment(cursor)], now=timezone.now())
    except Unreadable:
        return None


def _as_it_came(row: object) -> bytes:
    return json.dumps(row, default=str).encode()
