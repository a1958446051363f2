"""The sandbox shop's page: place, change and cancel orders, and see what became of them."""

from typing import TYPE_CHECKING

from integrations.sandbox.pages import (
    NOTHING,
    Html,
    button,
    lines,
    page,
    pieces,
    row_of_buttons,
    section,
    table,
    tag,
)
from integrations.sandbox.storage import Doc
from integrations.sandbox.wire import Reply, Request

if TYPE_CHECKING:
    from integrations.sandbox.shopify import ShopifySandbox

SHOWN = 50
PLACE = "/_sandbox/orders"
_MOODS = {"delivered": "ok", "waiting": "warn", "failed": "bad"}


def shop_page(vendor: "ShopifySandbox", request: Request) -> Reply:
    """Return the page; of orders and deliveries the newest 50."""
    orders = vendor.shop.orders()[: -SHOWN - 1 : -1]
    deliveries = vendor.storage.all("delivery")[: -SHOWN - 1 : -1]
    return page(
        vendor,
        request,
        section(
            "A customer buys something",
            row_of_buttons(
                button("Place a test order", PLACE, kind="us"),
                button("Place a small order", PLACE, kind="small"),
                button("Place a foreign order", PLACE, kind="foreign"),
                button("Place a discounted order", PLACE, kind="discounted"),
                button("Place an order with an unknown product", PLACE, kind="unknown_sku"),
            ),
        ),
        section(
            "Orders",
            table(
                "Orders",
                ("Order", "Customer", "Items", "Total", "State", "Tracking", "Change"),
                [_order_row(order) for order in orders],
                "No orders yet. Place one above.",
            ),
        ),
        section(
            "Webhook deliveries",
            table(
                "Webhook deliveries",
                ("Topic", "Order", "Sent to", "State", "Tries", "Again"),
                [_delivery_row(delivery) for delivery in deliveries],
                "None yet. Deliveries begin when the hub has subscribed and an order changes.",
            ),
        ),
    )


def _order_row(order: Doc) -> tuple[object, ...]:
    address = order.get("shipping_address") or order["billing_address"]
    return (
        order["name"],
        lines([address["name"], f"{address['city']}, {address['country']}"]),
        lines([pieces(line["current_quantity"], line["sku"]) for line in order["line_items"]]),
        f"{order['total_price']} {order['currency']}",
        _state(order),
        lines([_tracking(item) for item in order["fulfillments"]]),
        _order_buttons(order),
    )


def _state(order: Doc) -> Html:
    if order["cancelled_at"]:
        return tag("Canceled", "bad")
    if order["fulfillment_status"] == "fulfilled":
        return tag("Fulfilled", "ok")
    if order["fulfillment_status"] == "partial":
        return tag("Partly fulfilled", "warn")
    return tag("Unfulfilled")


def _tracking(fulfillment: Doc) -> str:
    numbers = ", ".join(fulfillment["tracking_numbers"]) or "no tracking number"
    return f"{fulfillment['tracking_company'] or 'Carrier unknown'}: {numbers}"


def _order_buttons(order: Doc) -> Html:
    if order["cancelled_at"] or order["fulfillment_status"] == "fulfilled":
        return NOTHING
    one, name = f"{PLACE}/{order['id']}", order["name"]
    buttons = [
        button("Change address", f"{one}/update", about=name, change="address"),
        button("Add one item", f"{one}/update", about=name, change="quantity"),
    ]
    if not order["fulfillment_status"]:
        buttons.append(button("Cancel order", f"{one}/cancel", about=name))
    return row_of_buttons(*buttons)


def _delivery_row(delivery: Doc) -> tuple[object, ...]:
    tries = [
        f"{attempt['at'][11:19]} UTC: {attempt['error'] or attempt['status']}"
        for attempt in delivery["tries"]
    ]
    return (
        delivery["topic"],
        delivery["resource"],
        delivery["address"],
        tag(delivery["state"].capitalize(), _MOODS[delivery["state"]]),
        lines(tries),
        button(
            "Send again",
            f"/_sandbox/deliveries/{delivery['webhook_id']}/resend",
            about=f"{delivery['topic']} {delivery['resource']}",
        ),
    )
