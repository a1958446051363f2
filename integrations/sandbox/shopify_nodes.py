"""How the sandbox shop's things look in GraphQL: nodes, connections, cursors."""

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from integrations.sandbox.graphql import GraphQLError
from integrations.sandbox.shopify_orders import LOCATIONS
from integrations.sandbox.storage import Doc

PAGE_LIMIT = 250
Arguments = dict[str, Any]


def check_names(given: Iterable[str], known: set[str], where: str) -> None:
    """Refuse what the schema does not have.

    Raises:
        GraphQLError: naming the first stranger.
    """
    for name in given:
        if name not in known:
            raise GraphQLError(f"'{name}' is not defined on {where}", "argumentNotAccepted")


def connect(items: list[Any], arguments: Arguments, node: Callable[[Any], Doc]) -> Doc:
    """Return one page of items as a connection; `first` is required.

    Raises:
        GraphQLError: without `first`, or with a cursor not from here.
    """
    first = arguments.get("first")
    if not isinstance(first, int) or not 0 < first <= PAGE_LIMIT:
        raise GraphQLError(f"you must provide 'first' between 1 and {PAGE_LIMIT}", "BAD_REQUEST")
    start = _read_cursor(arguments.get("after"))
    page = [
        {"__typename": "Edge", "cursor": _cursor(start + index + 1), "node": node(item)}
        for index, item in enumerate(items[start : start + first])
    ]
    info = {
        "__typename": "PageInfo",
        "hasNextPage": start + first < len(items),
        "hasPreviousPage": start > 0,
        "startCursor": page[0]["cursor"] if page else None,
        "endCursor": page[-1]["cursor"] if page else None,
    }
    nodes = [edge["node"] for edge in page]
    return {"__typename": "Connection", "edges": page, "nodes": nodes, "pageInfo": info}


def _cursor(position: int) -> str:
    return base64.urlsafe_b64encode(f"at:{position}".encode()).decode()


def _read_cursor(cursor: object) -> int:
    if cursor is None:
        return 0
    try:
        found = re.fullmatch(rb"at:(\d+)", base64.urlsafe_b64decode(str(cursor)))
    except ValueError:
        found = None
    if not found:
        raise GraphQLError(f"Invalid cursor '{cursor}'", "BAD_REQUEST")
    return int(found[1])


def _bag(money: Mapping[str, Doc]) -> Doc:
    return {
        "__typename": "MoneyBag",
        **{
            ours: {
                "__typename": "MoneyV2",
                "amount": money[theirs]["amount"],
                "currencyCode": money[theirs]["currency_code"],
            }
            for ours, theirs in (
                ("shopMoney", "shop_money"),
                ("presentmentMoney", "presentment_money"),
            )
        },
    }


def _address_node(address: Doc | None) -> Doc | None:
    if not address:
        return None
    names = {
        "firstName": "first_name", "lastName": "last_name", "name": "name", "company": "company",
        "address1": "address1", "address2": "address2", "city": "city", "province": "province",
        "provinceCode": "province_code", "country": "country", "countryCodeV2": "country_code",
        "zip": "zip", "phone": "phone",
    }  # fmt: skip
    return {"__typename": "MailingAddress", **{ours: address[name] for ours, name in names.items()}}


def order_node(order: Doc, find_parts: Callable[[int], list[Doc]]) -> Doc:
    """Return an order as GraphQL names its fields; `find_parts` finds its fulfilment orders."""
    customer = order["customer"]

    def parts(arguments: Arguments, _directives: object) -> Doc:
        check_names(arguments, {"first", "after", "query", "displayable"}, "fulfillmentOrders")
        return connect(
            find_parts(order["id"]), arguments, lambda part: fulfillment_order_node(part, order)
        )

    def lines(arguments: Arguments, _directives: object) -> Doc:
        return connect(order["line_items"], arguments, _line_node)

    def fulfillments(arguments: Arguments, _directives: object) -> list[Doc]:
        check_names(arguments, {"first", "query"}, "fulfillments")
        return [fulfillment_node(item) for item in order["fulfillments"][: arguments.get("first")]]

    return {
        "__typename": "Order",
        "id": order["admin_graphql_api_id"],
        "legacyResourceId": str(order["id"]),
        "name": order["name"],
        "email": order["email"],
        "note": order["note"],
        "tags": [tag for tag in order["tags"].split(", ") if tag],
        "createdAt": order["created_at"],
        "updatedAt": order["updated_at"],
        "processedAt": order["processed_at"],
        "cancelledAt": order["cancelled_at"],
        "cancelReason": order["cancel_reason"] and order["cancel_reason"].upper(),
        "displayFinancialStatus": order["financial_status"].upper(),
        "displayFulfillmentStatus": _FULFILLMENT_WORDS[order["fulfillment_status"]],
        "currencyCode": order["currency"],
        "totalPriceSet": _bag(order["total_price_set"]),
        "subtotalPriceSet": _bag(order["subtotal_price_set"]),
        "totalTaxSet": _bag(order["total_tax_set"]),
        "totalDiscountsSet": _bag(order["total_discounts_set"]),
        "totalShippingPriceSet": _bag(order["total_shipping_price_set"]),
        "billingAddress": _address_node(order["billing_address"]),
        "shippingAddress": _address_node(order.get("shipping_address")),
        "customer": {
            "__typename": "Customer",
            "id": customer["admin_graphql_api_id"],
            "email": customer["email"],
            "firstName": customer["first_name"],
            "lastName": customer["last_name"],
        },
        "lineItems": lines,
        "fulfillments": fulfillments,
        "fulfillmentOrders": parts,
    }


_FULFILLMENT_WORDS = {
    None: "UNFULFILLED", "partial": "PARTIALLY_FULFILLED", "fulfilled": "FULFILLED",
}  # fmt: skip


def _line_node(line: Doc) -> Doc:
    return {
        "__typename": "LineItem",
        "id": line["admin_graphql_api_id"],
        "sku": line["sku"],
        "title": line["title"],
        "variantTitle": line["variant_title"],
        "name": line["name"],
        "quantity": line["quantity"],
        "currentQuantity": line["current_quantity"],
        "unfulfilledQuantity": line["fulfillable_quantity"],
        "requiresShipping": line["requires_shipping"],
        "originalUnitPriceSet": _bag(line["price_set"]),
    }


def fulfillment_order_node(part: Doc, order: Doc) -> Doc:
    """Return a fulfilment order as GraphQL names its fields."""
    lines = {line["id"]: line for line in order["line_items"]}
    open_still = part["status"] in ("open", "in_progress")

    def items(arguments: Arguments, _directives: object) -> Doc:
        def node(item: Doc) -> Doc:
            return {
                "__typename": "FulfillmentOrderLineItem",
                "id": f"gid://shopify/FulfillmentOrderLineItem/{item['id']}",
                "sku": item["sku"],
                "totalQuantity": item["quantity"],
                "remainingQuantity": item["fulfillable_quantity"],
                "lineItem": _line_node(lines[item["line_item_id"]]),
            }

        return connect(part["line_items"], arguments, node)

    actions = ["CREATE_FULFILLMENT", "HOLD"] if open_still else []
    return {
        "__typename": "FulfillmentOrder",
        "id": f"gid://shopify/FulfillmentOrder/{part['id']}",
        "status": part["status"].upper(),
        "requestStatus": "UNSUBMITTED",
        "orderId": order["admin_graphql_api_id"],
        "supportedActions": [
            {"__typename": "FulfillmentOrderSupportedAction", "action": action, "externalUrl": None}
            for action in actions
        ],
        "assignedLocation": {
            "__typename": "FulfillmentOrderAssignedLocation",
            "name": LOCATIONS[part["assigned_location_id"]],
            "location": location_node(part["assigned_location_id"]),
        },
        "lineItems": items,
    }


def location_node(location_id: int) -> Doc:
    """Return a location as GraphQL names its fields."""
    return {
        "__typename": "Location",
        "id": f"gid://shopify/Location/{location_id}",
        "name": LOCATIONS[location_id],
        "isActive": True,
    }


def fulfillment_node(fulfillment: Doc) -> Doc:
    """Return a fulfilment as GraphQL names its fields."""
    numbers = fulfillment["tracking_numbers"]
    urls = fulfillment["tracking_urls"]
    tracking = [
        {
            "__typename": "FulfillmentTrackingInfo",
            "number": number,
            "company": fulfillment["tracking_company"],
            "url": urls[index] if index < len(urls) else None,
        }
        for index, number in enumerate(numbers)
    ]

    def lines(arguments: Arguments, _directives: object) -> Doc:
        return connect(
            fulfillment["line_items"],
            arguments,
            lambda line: {
                "__typename": "FulfillmentLineItem",
                "id": f"gid://shopify/FulfillmentLineItem/{fulfillment['id'] * 3 + line['id'] % 3}",
                "quantity": line["quantity"],
                "lineItem": _line_node(line),
            },
        )

    return {
        "__typename": "Fulfillment",
        "id": fulfillment["admin_graphql_api_id"],
        "legacyResourceId": str(fulfillment["id"]),
        "name": fulfillment["name"],
        "status": fulfillment["status"].upper(),
        "createdAt": fulfillment["created_at"],
        "updatedAt": fulfillment["updated_at"],
        "totalQuantity": sum(line["quantity"] for line in fulfillment["line_items"]),
        "trackingInfo": lambda _arguments, _directives: tracking,
        "fulfillmentLineItems": lines,
    }


def graphql_topic(topic: str) -> str:
    """Write a topic as GraphQL does: ORDERS_CREATE for orders/create."""
    return topic.replace("/", "_").upper()


def webhook_node(entry: Doc) -> Doc:
    """Return a subscription as GraphQL names its fields."""
    return {
        "__typename": "WebhookSubscription",
        "id": f"gid://shopify/WebhookSubscription/{entry['id']}",
        "legacyResourceId": str(entry["id"]),
        "topic": graphql_topic(entry["topic"]),
        "uri": entry["address"],
        "callbackUrl": entry["address"],
        "format": "JSON",
        "createdAt": entry["created_at"],
        "updatedAt": entry["created_at"],
        "apiVersion": {"__typename": "ApiVersion", "handle": entry["api_version"]},
        "endpoint": {"__typename": "WebhookHttpEndpoint", "callbackUrl": entry["address"]},
    }
