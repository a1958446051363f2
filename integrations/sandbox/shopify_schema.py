"""The part of Shopify's Admin GraphQL schema the sandbox shop answers.

Source: shopify.dev, GraphQL Admin API: shop, order, orders, fulfillmentCreate,
webhookSubscriptionCreate and their neighbours.
"""

import operator
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from integrations.sandbox.graphql import GraphQLError, Resolver
from integrations.sandbox.shopify_inventory import (
    IDEMPOTENT_FROM,
    INVENTORY_INPUT,
    QUANTITY_INPUT,
    Inventory,
    Level,
    variant_node,
)
from integrations.sandbox.shopify_nodes import (
    check_names,
    connect,
    fulfillment_node,
    fulfillment_order_node,
    graphql_topic,
    location_node,
    order_node,
    webhook_node,
)
from integrations.sandbox.shopify_orders import CURRENCY, LOCATIONS
from integrations.sandbox.shopify_shop import Picked, Shop, ShopRefused, Tracking
from integrations.sandbox.shopify_subscriptions import Subscriptions
from integrations.sandbox.storage import Doc

Arguments = dict[str, Any]
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge, "<=": operator.le, ">": operator.gt, "<": operator.lt, "": operator.eq,
}  # fmt: skip
_INPUT = {
    "lineItemsByFulfillmentOrder", "notifyCustomer", "trackingInfo", "originAddress",
}  # fmt: skip


class Schema:
    """Resolvers of the root fields, over one shop."""

    def __init__(
        self,
        shop: Shop,
        subscriptions: Subscriptions,
        inventory: Inventory,
        domain: str,
        api_version: str,
    ) -> None:
        self._shop = shop
        self._inventory = inventory
        self._subscriptions = subscriptions
        self._domain = domain
        self._api_version = api_version

    def roots(self) -> dict[str, dict[str, Resolver]]:
        """Return the resolvers by kind of operation and field."""
        return {
            "query": {
                "shop": self._show_shop,
                "order": self._order,
                "orders": self._orders,
                "fulfillmentOrder": self._fulfillment_order,
                "locations": self._locations,
                "webhookSubscriptions": self._webhooks,
                "productVariants": self._variants,
            },
            "mutation": {
                "fulfillmentCreate": self._fulfill,
                "webhookSubscriptionCreate": self._subscribe,
                "webhookSubscriptionDelete": self._unsubscribe,
                "inventorySetQuantities": self._set_quantities,
            },
        }

    # Queries.

    def _show_shop(self, arguments: Arguments, _directives: object) -> Doc:
        check_names(arguments, set(), "shop")
        return {
            "__typename": "Shop",
            "id": "gid://shopify/Shop/68100200300",
            "name": "Sandbox Goods",
            "email": "shop@example.com",
            "myshopifyDomain": self._domain,
            "url": f"https://{self._domain}",
            "currencyCode": CURRENCY,
            "ianaTimezone": "America/New_York",
            "primaryDomain": {"__typename": "Domain", "host": self._domain},
            "plan": {"__typename": "ShopPlan", "displayName": "Developer preview"},
        }

    def _order(self, arguments: Arguments, _directives: object) -> Doc | None:
        check_names(arguments, {"id"}, "order")
        order = self._shop.order(read_gid(arguments.get("id"), "Order"))
        return self._order_node(order) if order else None

    def _orders(self, arguments: Arguments, _directives: object) -> Doc:
        known = {"first", "after", "query", "sortKey", "reverse", "last", "before"}
        check_names(arguments, known, "orders")
        tests = parse_search(str(arguments.get("query") or ""))
        found = [order for order in self._shop.orders() if all(test(order) for test in tests)]
        key = str(arguments.get("sortKey") or "PROCESSED_AT").lower()
        found.sort(key=lambda order: (order.get(key) or "", order["id"]))
        if arguments.get("reverse"):
            found.reverse()
        return connect(found, arguments, self._order_node)

    def _fulfillment_order(self, arguments: Arguments, _directives: object) -> Doc | None:
        wanted = read_gid(arguments.get("id"), "FulfillmentOrder")
        for order in self._shop.orders():
            for part in self._shop.fulfillment_orders(order["id"]):
                if part["id"] == wanted:
                    return fulfillment_order_node(part, order)
        return None

    def _locations(self, arguments: Arguments, _directives: object) -> Doc:
        return connect(list(LOCATIONS), arguments, location_node)

    def _webhooks(self, arguments: Arguments, _directives: object) -> Doc:
        check_names(arguments, {"first", "after", "topics", "uri"}, "webhookSubscriptions")
        topics = arguments.get("topics")
        found = [
            entry for entry in self._subscriptions.all()
            if not topics or graphql_topic(entry["topic"]) in topics
        ]  # fmt: skip
        return connect(found, arguments, webhook_node)

    def _order_node(self, order: Doc) -> Doc:
        return order_node(order, self._shop.fulfillment_orders)

    def _variants(self, arguments: Arguments, _directives: object) -> Doc:
        check_names(arguments, {"first", "after", "query"}, "productVariants")
        found = re.fullmatch(r"""sku:['"]?(.+?)['"]?""", str(arguments.get("query") or ""))
        if arguments.get("query") and not found:
            raise GraphQLError("The sandbox searches variants by sku only")
        variants = self._inventory.variants(sku=found[1] if found else "")
        return connect(variants, arguments, variant_node)

    # Mutations.

    def _set_quantities(self, arguments: Arguments, directives: dict[str, Doc]) -> Doc:
        check_names(arguments, {"input"}, "inventorySetQuantities")
        given = arguments.get("input") or {}
        check_names(given, INVENTORY_INPUT, "InventorySetQuantitiesInput")
        key = str(directives.get("idempotent", {}).get("key") or "")
        if not key and self._api_version >= IDEMPOTENT_FROM:
            raise GraphQLError("The @idempotent directive is required for this mutation")
        name = "InventorySetQuantitiesPayload"
        changes = []
        for entry in given.get("quantities") or []:
            check_names(entry, QUANTITY_INPUT, "InventoryQuantityInput")
            item = read_gid(entry.get("inventoryItemId"), "InventoryItem")
            place = read_gid(entry.get("locationId"), "Location")
            changes.append(
                Level(item, place, entry.get("quantity"), entry.get("changeFromQuantity"))
            )
        try:
            self._inventory.set(str(given.get("name")), changes, key=key)
        except ShopRefused as refused:
            return _payload(name, inventoryAdjustmentGroup=None, refused=refused)
        group = {
            "__typename": "InventoryAdjustmentGroup",
            "reason": given.get("reason"),
            "referenceDocumentUri": given.get("referenceDocumentUri"),
        }
        return _payload(name, inventoryAdjustmentGroup=group)

    def _fulfill(self, arguments: Arguments, _directives: object) -> Doc:
        check_names(arguments, {"fulfillment", "message"}, "fulfillmentCreate")
        given = arguments.get("fulfillment")
        if not isinstance(given, dict):
            raise GraphQLError("Field 'fulfillmentCreate' is missing required argument fulfillment")
        check_names(given, _INPUT, "FulfillmentInput")
        picked = [_read_part(part) for part in given.get("lineItemsByFulfillmentOrder") or []]
        tracking = read_tracking(given.get("trackingInfo") or {})
        notify = bool(given.get("notifyCustomer"))
        try:
            fulfillment = self._shop.fulfill(picked, tracking, notify=notify)
        except ShopRefused as refused:
            return _payload("FulfillmentCreatePayload", fulfillment=None, refused=refused)
        return _payload("FulfillmentCreatePayload", fulfillment=fulfillment_node(fulfillment))

    def _subscribe(self, arguments: Arguments, _directives: object) -> Doc:
        check_names(arguments, {"topic", "webhookSubscription"}, "webhookSubscriptionCreate")
        given = arguments.get("webhookSubscription") or {}
        known = {"uri", "callbackUrl", "format", "includeFields", "metafieldNamespaces"}
        check_names(given, known, "WebhookSubscriptionInput")
        name = "WebhookSubscriptionCreatePayload"
        try:
            entry = self._subscriptions.add(
                topic=str(arguments.get("topic")).replace("_", "/", 1).lower(),
                address=str(given.get("uri") or given.get("callbackUrl") or ""),
                api_version=self._api_version,
            )
        except ShopRefused as refused:
            return _payload(name, webhookSubscription=None, refused=refused)
        return _payload(name, webhookSubscription=webhook_node(entry))

    def _unsubscribe(self, arguments: Arguments, _directives: object) -> Doc:
        check_names(arguments, {"id"}, "webhookSubscriptionDelete")
        name = "WebhookSubscriptionDeletePayload"
        try:
            self._subscriptions.remove(read_gid(arguments.get("id"), "WebhookSubscription"))
        except ShopRefused as refused:
            return _payload(name, deletedWebhookSubscriptionId=None, refused=refused)
        return _payload(name, deletedWebhookSubscriptionId=arguments["id"])


def _payload(name: str, *, refused: ShopRefused | None = None, **result: Any) -> Doc:
    errors = [{"__typename": "UserError", "field": refused.field, "message": str(refused)}] if (
        refused
    ) else []  # fmt: skip
    return {"__typename": name, **result, "userErrors": errors}


def read_gid(given: object, kind: str) -> int:
    """Return the number in a global id of one kind.

    Raises:
        GraphQLError: for anything else, such as the id of another kind of thing.
    """
    found = re.fullmatch(rf"gid://shopify/{kind}/(\d+)(\?.*)?", str(given))
    if not found:
        raise GraphQLError(f"Invalid global id '{given}'", "INVALID_VARIABLE")
    return int(found[1])


def _read_part(given: Doc) -> Picked:
    check_names(
        given, {"fulfillmentOrderId", "fulfillmentOrderLineItems"},
        "FulfillmentOrderLineItemsInput",
    )  # fmt: skip
    lines = []
    for line in given.get("fulfillmentOrderLineItems") or []:
        check_names(line, {"id", "quantity"}, "FulfillmentOrderLineItemInput")
        if not isinstance(line.get("quantity"), int):
            raise GraphQLError("quantity (Expected value to be an Int)", "INVALID_VARIABLE")
        lines.append((read_gid(line.get("id"), "FulfillmentOrderLineItem"), line["quantity"]))
    part_id = read_gid(given.get("fulfillmentOrderId"), "FulfillmentOrder")
    return Picked(part_id, tuple(lines) or None)


def read_tracking(given: Doc) -> Tracking:
    """Read `trackingInfo`, single or plural."""
    check_names(given, {"company", "number", "numbers", "url", "urls"}, "FulfillmentTrackingInput")
    numbers = given.get("numbers") or [given.get("number")]
    urls = given.get("urls") or [given.get("url")]
    return Tracking(
        given.get("company"), tuple(filter(None, numbers)), tuple(filter(None, urls))
    )  # fmt: skip


def parse_search(query: str) -> list[Callable[[Doc], bool]]:
    """Turn search syntax into tests: updated_at, created_at, name, id, status.

    Raises:
        GraphQLError: for a term not known here, which the vendor would ignore with a warning; a
            client under test is better told.
    """
    tests = []
    for word in re.findall(r"""[^\s'"]+(?:'[^']*'|"[^"]*")?""", query):
        if word == "AND":
            continue
        found = re.fullmatch(r"""(\w+):(>=|<=|>|<|)['"]?([^'"]*)['"]?""", word)
        if not found or found[1] not in ("updated_at", "created_at", "name", "id", "status"):
            raise GraphQLError(f"The sandbox does not search by {word!r}")
        tests.append(_search_test(*found.groups()))
    return tests


def _search_test(name: str, comparison: str, wanted: str) -> Callable[[Doc], bool]:
    compare = _COMPARISONS[comparison]
    if name == "status":
        return lambda order: matches_status(order, wanted)
    if name.endswith("_at"):
        moment = read_time(wanted)
        return lambda order: compare(datetime.fromisoformat(order[name]), moment)
    return lambda order: compare(str(order[name]).lstrip("#"), wanted.lstrip("#"))


def read_time(given: str) -> datetime:
    """Read an ISO date or time; without a zone it is UTC.

    Raises:
        GraphQLError: for anything else.
    """
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise GraphQLError(f"Invalid date '{given}'") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def matches_status(order: Doc, status: str) -> bool:
    """Say whether an order is open, closed, cancelled or any."""
    if status == "cancelled":
        return bool(order["cancelled_at"])
    return status == "any" or (status == "closed") == bool(order["closed_at"])
