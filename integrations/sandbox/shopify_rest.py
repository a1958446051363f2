"""The part of Shopify's Admin REST API the sandbox shop answers.

Source: shopify.dev, REST Admin API: Order, FulfillmentOrder, Fulfillment, Webhook, Shop.
"""

import base64
import json
from datetime import datetime
from typing import Any

from integrations.sandbox.graphql import GraphQLError
from integrations.sandbox.server import Route
from integrations.sandbox.shopify_orders import CURRENCY
from integrations.sandbox.shopify_schema import matches_status, read_time
from integrations.sandbox.shopify_shop import Picked, Shop, ShopRefused, Tracking
from integrations.sandbox.shopify_subscriptions import Subscriptions
from integrations.sandbox.storage import Doc
from integrations.sandbox.wire import Answered, Reply, Request

BASE = r"/admin/api/([^/]+)"
DEFAULT_LIMIT = 50
PAGE_LIMIT = 250


class Rest:
    """REST handlers; the caller has checked token and version."""

    def __init__(self, shop: Shop, subscriptions: Subscriptions, domain: str, url: str) -> None:
        self._shop = shop
        self._subscriptions = subscriptions
        self._domain = domain
        self._url = url

    def routes(self) -> list[Route]:
        """Return the addresses; the first group of each pattern is the API version."""
        one = rf"{BASE}/orders/(\d+)"
        return [
            Route("GET", rf"{BASE}/shop\.json", self._show_shop),
            Route("GET", rf"{BASE}/orders\.json", self._list_orders),
            Route("GET", rf"{one}\.json", self._show_order),
            Route("GET", rf"{one}/fulfillments\.json", self._list_fulfillments),
            Route("GET", rf"{one}/fulfillment_orders\.json", self._list_fulfillment_orders),
            Route("POST", rf"{BASE}/fulfillments\.json", self._fulfill),
            Route("GET", rf"{BASE}/webhooks\.json", self._list_webhooks),
            Route("POST", rf"{BASE}/webhooks\.json", self._subscribe),
            Route("DELETE", rf"{BASE}/webhooks/(\d+)\.json", self._unsubscribe),
        ]

    def _show_shop(self, _request: Request, _version: str) -> Reply:
        shop = {
            "id": 68_100_200_300,
            "name": "Sandbox Goods",
            "email": "shop@example.com",
            "domain": self._domain,
            "myshopify_domain": self._domain,
            "currency": CURRENCY,
            "iana_timezone": "America/New_York",
        }
        return Reply.json(200, {"shop": shop})

    def _list_orders(self, request: Request, version: str) -> Reply:
        asked = _asked(request)
        found = [order for order in self._shop.orders() if _meets(order, asked)]
        found.sort(key=lambda order: int(order["id"]), reverse="since_id" not in asked)
        limit = _number(asked, "limit", DEFAULT_LIMIT)
        if not 0 < limit <= PAGE_LIMIT:
            raise _bad("limit", f"must be between 1 and {PAGE_LIMIT}")
        start = _number(asked, "_start", 0)
        headers = {}
        if start + limit < len(found):
            page_info = _page_info(asked | {"_start": str(start + limit)})
            where = f"{self._url}/admin/api/{version}/orders.json"
            headers["Link"] = f'<{where}?limit={limit}&page_info={page_info}>; rel="next"'
        return Reply.json(200, {"orders": found[start : start + limit]}, **headers)

    def _order(self, order_id: str) -> Doc:
        order = self._shop.order(order_id)
        if order is None:
            raise Answered(Reply.json(404, {"errors": "Not Found"}))
        return order

    def _show_order(self, _request: Request, _version: str, order_id: str) -> Reply:
        return Reply.json(200, {"order": self._order(order_id)})

    def _list_fulfillments(self, _request: Request, _version: str, order_id: str) -> Reply:
        return Reply.json(200, {"fulfillments": self._order(order_id)["fulfillments"]})

    def _list_fulfillment_orders(self, _request: Request, _version: str, order_id: str) -> Reply:
        parts = self._shop.fulfillment_orders(self._order(order_id)["id"])
        for part in parts:
            open_still = part["status"] in ("open", "in_progress")
            part["supported_actions"] = ["create_fulfillment", "hold"] if open_still else []
            part["request_status"] = "unsubmitted"
        return Reply.json(200, {"fulfillment_orders": parts})

    def _fulfill(self, request: Request, _version: str) -> Reply:
        given = request.fields().get("fulfillment")
        if not isinstance(given, dict):
            raise _bad("fulfillment", "Required parameter missing or invalid", status=400)
        tracking = given.get("tracking_info") or {}
        try:
            fulfillment = self._shop.fulfill(
                [_read_part(part) for part in given.get("line_items_by_fulfillment_order") or []],
                Tracking(
                    tracking.get("company"),
                    tuple(filter(None, [tracking.get("number")])),
                    tuple(filter(None, [tracking.get("url")])),
                ),
                notify=bool(given.get("notify_customer")),
            )
        except ShopRefused as refused:
            return Reply.json(422, {"errors": [str(refused)]})
        return Reply.json(201, {"fulfillment": fulfillment})

    def _list_webhooks(self, request: Request, _version: str) -> Reply:
        asked = request.query
        found = [
            entry for entry in self._subscriptions.all()
            if all(entry.get(name) == asked[name] for name in ("topic", "address") if name in asked)
        ]  # fmt: skip
        return Reply.json(200, {"webhooks": found})

    def _subscribe(self, request: Request, version: str) -> Reply:
        given = request.fields().get("webhook")
        if not isinstance(given, dict):
            raise _bad("webhook", "Required parameter missing or invalid", status=400)
        if given.get("format", "json") != "json":
            raise _bad("format", "the sandbox sends json only")
        try:
            entry = self._subscriptions.add(
                topic=str(given.get("topic")),
                address=str(given.get("address")),
                api_version=version,
            )
        except ShopRefused as refused:
            return Reply.json(422, {"errors": {refused.field[-1]: [str(refused)]}})
        return Reply.json(201, {"webhook": entry})

    def _unsubscribe(self, _request: Request, _version: str, subscription_id: str) -> Reply:
        try:
            self._subscriptions.remove(int(subscription_id))
        except ShopRefused:
            return Reply.json(404, {"errors": "Not Found"})
        return Reply.json(200, {})


def _read_part(given: Any) -> Picked:
    lines = given.get("fulfillment_order_line_items") or []
    return Picked(
        int(given.get("fulfillment_order_id") or 0),
        tuple((int(line["id"]), int(line["quantity"])) for line in lines) or None,
    )


def _asked(request: Request) -> dict[str, str]:
    """Return the filters, which a `page_info` carries by itself and tolerates no others beside."""
    asked = request.query
    if "page_info" not in asked:
        return asked
    if set(asked) - {"page_info", "limit", "fields"}:
        raise _bad("page_info", "cannot be combined with other filters", status=400)
    try:
        carried = json.loads(base64.urlsafe_b64decode(asked["page_info"]))
    except ValueError as error:
        raise _bad("page_info", "Invalid value.", status=400) from error
    return {**carried, **{name: asked[name] for name in ("limit",) if name in asked}}


def _page_info(asked: dict[str, str]) -> str:
    return base64.urlsafe_b64encode(json.dumps(asked).encode()).decode()


def _meets(order: Doc, asked: dict[str, str]) -> bool:
    for name, value in asked.items():
        if name in ("limit", "fields", "_start", "status"):
            continue
        if name == "since_id":
            if order["id"] <= _number(asked, name, 0):
                return False
        elif name == "ids":
            if str(order["id"]) not in value.split(","):
                return False
        elif not _meets_time(order, name, value):
            return False
    return matches_status(order, asked.get("status", "open"))


def _meets_time(order: Doc, name: str, value: str) -> bool:
    field, _, side = name.rpartition("_")
    if field not in ("updated_at", "created_at", "processed_at") or side not in ("min", "max"):
        raise _bad(name, "is no filter the sandbox knows", status=400)
    try:
        wanted = read_time(value)
    except GraphQLError as error:
        raise _bad(name, str(error), status=400) from error
    at = datetime.fromisoformat(order[field])
    return at >= wanted if side == "min" else at <= wanted


def _number(asked: dict[str, str], name: str, default: int) -> int:
    given = asked.get(name, str(default))
    if not given.isdecimal():
        raise _bad(name, "expected an Integer", status=400)
    return int(given)


def _bad(name: str, reason: str, *, status: int = 422) -> Answered:
    return Answered(Reply.json(status, {"errors": {name: reason}}))
