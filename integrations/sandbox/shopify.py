"""The sandbox shop: what the hub sees of Shopify, on loopback."""

import re
import secrets
from collections.abc import Callable
from functools import partial
from typing import Any, Self

from integrations.sandbox.graphql import GraphQLError, prepare
from integrations.sandbox.server import Route, Sandbox, done
from integrations.sandbox.shopify_inventory import Inventory
from integrations.sandbox.shopify_pages import shop_page
from integrations.sandbox.shopify_rest import Rest
from integrations.sandbox.shopify_schema import Schema
from integrations.sandbox.shopify_shop import Shop, ShopRefused
from integrations.sandbox.shopify_subscriptions import Subscriptions
from integrations.sandbox.shopify_webhooks import Courier
from integrations.sandbox.storage import Doc
from integrations.sandbox.wire import Answered, Reply, Request

DOMAIN = "sandbox-goods.myshopify.com"
VERSION = r"\d{4}-(01|04|07|10)|unstable"


class ShopifySandbox(Sandbox):
    """Shopify's Admin API and webhooks for one shop.

    Args:
        token: access token of the Admin API; None makes one at the first start.
        secret: the app's client secret, which signs webhooks; None makes one too.
        retry_scale: factor on the vendor's gaps between retries, of which the first is a minute.
        others: those of `Sandbox`.
    """

    key = "shopify"
    name = "Shopify"
    keeps = ("secret", "webhook")

    def __init__(
        self,
        *,
        token: str | None = None,
        secret: str | None = None,
        retry_scale: float = 0.001,
        **others: Any,
    ) -> None:
        super().__init__(**others)
        self._settle_secret("access_token", token)
        self._settle_secret("app_secret", secret)
        self.courier = Courier(
            self.storage,
            clock=self.clock,
            secret=lambda: self.credentials()["app_secret"],
            domain=DOMAIN,
            retry_scale=retry_scale,
        )
        self.shop = Shop(self.storage, self.ledger, self.courier, self.clock)
        self.subscriptions = Subscriptions(self.storage, self.clock)
        self.inventory = Inventory(self.storage, self.ledger)
        rest = Rest(self.shop, self.subscriptions, DOMAIN, self.url)
        self._routes += [
            Route(route.method, route.pattern, partial(self._checked, route.handler))
            for route in rest.routes()
        ]

    def _settle_secret(self, name: str, given: str | None) -> None:
        kept = self.storage.get("secret", name)
        if given or not kept:
            self.storage.put("secret", name, {"value": given or secrets.token_hex(24)})

    def start(self) -> Self:
        self.courier.start()
        return super().start()

    def stop(self) -> None:
        self.courier.stop()
        super().stop()

    def credentials(self) -> dict[str, str]:
        kept = {name: self.storage.get("secret", name) for name in ("access_token", "app_secret")}
        return {"shop_domain": DOMAIN, "url": self.url} | {
            name: str(doc["value"]) for name, doc in kept.items() if doc
        }

    def state(self) -> Doc:
        return {
            "orders": self.shop.orders(),
            "fulfillments": self.fulfillments(),
            "inventory": self.inventory.levels(),
            "webhooks": self.subscriptions.all(),
            "deliveries": self.storage.all("delivery"),
        }

    def fulfillments(self) -> list[Doc]:
        """Return every fulfilment of every order, oldest order first."""
        return [item for order in self.shop.orders() for item in order["fulfillments"]]

    def routes(self) -> list[Route]:
        one = r"/_sandbox/orders/(\d+)"
        return [
            Route("GET", "/", lambda request: shop_page(self, request)),
            Route(
                "POST", r"/admin/api/([^/]+)/graphql\.json", partial(self._checked, self._graphql)
            ),
            Route("POST", "/_sandbox/orders", self._place),
            Route("POST", rf"{one}/update", self._update),
            Route("POST", rf"{one}/cancel", self._cancel),
            Route("POST", r"/_sandbox/deliveries/([\w-]+)/resend", self._resend),
        ]

    # The Admin API.

    def _checked(
        self, handler: Callable[..., Reply], request: Request, version: str, *rest: str
    ) -> Reply:
        """Answer an API request only with the right token and a version of the right form."""
        token = request.headers.get("x-shopify-access-token", "")
        if not secrets.compare_digest(token.encode(), self.credentials()["access_token"].encode()):
            message = "[API] Invalid API key or access token (unrecognized login or wrong password)"
            return Reply.json(401, {"errors": message})
        if not re.fullmatch(VERSION, version):
            return Reply.json(404, {"errors": "Not Found"})
        if request.method == "POST" and not request.headers.get("content-type", "").startswith(
            "application/json"
        ):
            return Reply.json(415, {"errors": "Content-Type must be application/json"})
        reply = handler(request, version, *rest)
        own = {"X-Shopify-API-Version": version, "X-Shopify-Shop-Api-Call-Limit": "1/40"}
        return Reply(reply.status, reply.body, {**reply.headers, **own})

    def _graphql(self, request: Request, version: str) -> Reply:
        given = request.fields()
        cost = {
            "requestedQueryCost": 12,
            "actualQueryCost": 8,
            "throttleStatus": {
                "maximumAvailable": 2000.0, "currentlyAvailable": 1992, "restoreRate": 100.0,
            },
        }  # fmt: skip
        schema = Schema(self.shop, self.subscriptions, self.inventory, DOMAIN, version)
        variables = given.get("variables") or {}
        if not isinstance(given.get("query"), str) or not isinstance(variables, dict):
            return Reply.json(400, {"errors": {"query": "Required parameter missing or invalid"}})
        try:
            execution = prepare(given["query"], variables, str(given.get("operationName") or ""))
            data = execution.answer(schema.roots())
        except GraphQLError as error:
            extensions = {"extensions": {"code": error.code}} if error.code else {}
            return Reply.json(200, {"errors": [{"message": str(error), **extensions}]})
        return Reply.json(200, {"data": data, "extensions": {"cost": cost}})

    # What the page's buttons do.

    def _place(self, request: Request) -> Reply:
        given = request.fields()
        changes = given.get("order")
        try:
            order = self.shop.place(
                str(given.get("kind", "us")),
                webhooks=given.get("webhooks", True) is True,
                locations=int(given.get("locations", 1)),
                changes=changes if isinstance(changes, dict) else None,
            )
        except (ShopRefused, ValueError) as refused:
            return Reply.json(400, {"error": str(refused)})
        return done(request, f"Order {order['name']} was placed.", {"order": order})

    def _known_order(self, order_id: str) -> Doc:
        order = self.shop.order(order_id)
        if order is None:
            raise Answered(Reply.json(404, {"error": "There is no such order."}))
        return order

    def _update(self, request: Request, order_id: str) -> Reply:
        given = request.fields()
        change = {"address": self.shop.change_address, "quantity": self.shop.change_quantity}.get(
            str(given.get("change", "address"))
        )
        if change is None:
            return Reply.json(400, {"error": "change is address or quantity."})
        order = self._known_order(order_id)
        try:
            order = change(order, webhooks=given.get("webhooks", True) is True)
        except ShopRefused as refused:
            return done(request, f"{refused}.", {"error": str(refused)}, status=409)
        return done(request, f"Order {order['name']} was changed.", {"order": order}, status=200)

    def _cancel(self, request: Request, order_id: str) -> Reply:
        order = self._known_order(order_id)
        webhooks = request.fields().get("webhooks", True) is True
        try:
            order = self.shop.cancel(order, webhooks=webhooks)
        except ShopRefused as refused:
            return done(request, f"{refused}.", {"error": str(refused)}, status=409)
        return done(request, f"Order {order['name']} was cancelled.", {"order": order}, status=200)

    def _resend(self, request: Request, webhook_id: str) -> Reply:
        if not self.courier.resend(webhook_id):
            raise Answered(Reply.json(404, {"error": "There is no such delivery."}))
        said = "The delivery is sent again."
        return done(request, said, {"webhook_id": webhook_id}, status=202)
