"""The sandbox warehouse's page: orders that came in, to be shipped or cancelled; stock."""

from typing import TYPE_CHECKING

from integrations.sandbox.pages import (
    NOTHING,
    Html,
    button,
    join,
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
    from integrations.sandbox.unleashed import UnleashedSandbox

SHOWN = 50
_MOODS = {"Completed": "ok", "Deleted": "bad", "Backordered": "warn"}


def warehouse_page(vendor: "UnleashedSandbox", request: Request) -> Reply:
    """Return the page; of orders and shipments the newest 50."""
    orders = vendor.orders.all()[: -SHOWN - 1 : -1]
    shipments = vendor.shipments.all()[: -SHOWN - 1 : -1]
    return page(
        vendor,
        request,
        section(
            "Orders received",
            table(
                "Orders received",
                ("Order", "Reference", "Deliver to", "Items", "Total", "State", "Next"),
                [_order_row(vendor, order) for order in orders],
                "No orders yet. They appear here when the hub sends them.",
            ),
        ),
        section(
            "Shipments",
            table(
                "Shipments",
                ("Shipment", "Order", "Items", "Carrier", "Tracking number"),
                [_shipment_row(shipment) for shipment in shipments],
                "Nothing has been shipped yet.",
            ),
        ),
        section(
            "Stock",
            table(
                "Stock",
                ("Product", "Name", "On hand", "Allocated", "Available"),
                [_stock_row(row) for row in vendor.stock.rows()],
                "No stock.",
            ),
        ),
    )


def _order_row(vendor: "UnleashedSandbox", order: Doc) -> tuple[object, ...]:
    place = ", ".join(filter(None, (order["DeliveryCity"], order["DeliveryCountry"])))
    left = vendor.shipments.remaining(order)
    return (
        order["OrderNumber"],
        order["CustomerRef"] or order["SourceId"] or NOTHING,
        lines([part for part in (order["DeliveryName"], place) if part]),
        lines([_item(line, left) for line in order["SalesOrderLines"]]),
        f"{order['Total']:.2f} {order['Currency']['CurrencyCode']}",
        tag(order["OrderStatus"], _MOODS.get(order["OrderStatus"], "")),
        _buttons(order, left, shipped=bool(vendor.shipments.of(order))),
    )


def _item(line: Doc, left: dict[int, float]) -> Html:
    rest = left.get(line["LineNumber"], 0)
    shipped = line["OrderQuantity"] - rest
    said = f", {shipped:g} shipped" if shipped else ""
    return join(pieces(line["OrderQuantity"], line["Product"]["ProductCode"]), said, between="")


def _buttons(order: Doc, left: dict[int, float], *, shipped: bool) -> Html:
    if order["OrderStatus"] == "Deleted" or not left:
        return NOTHING
    one, number = f"/_sandbox/orders/{order['Guid']}", order["OrderNumber"]
    buttons = [button("Ship it", f"{one}/ship", about=number)]
    if sum(left.values()) > 1:
        buttons.append(
            button("Ship a part", f"{one}/ship", about=number, part="1", carrier="FedEx")
        )
    if not shipped:
        buttons.append(button("Cancel it", f"{one}/cancel", about=number))
    return row_of_buttons(*buttons)


def _shipment_row(shipment: Doc) -> tuple[object, ...]:
    return (
        shipment["ShipmentNumber"],
        shipment["OrderNumber"],
        lines(
            [
                pieces(line["ShipmentQty"], line["Product"]["ProductCode"])
                for line in shipment["SalesShipmentLines"]
            ]
        ),
        (shipment["ShippingCompany"] or {}).get("Name", NOTHING),
        shipment["TrackingNumber"] or NOTHING,
    )


def _stock_row(row: Doc) -> tuple[object, ...]:
    return (
        row["ProductCode"],
        row["ProductDescription"],
        f"{row['QtyOnHand']:g}",
        f"{row['AllocatedQty']:g}",
        f"{row['AvailableQty']:g}",
    )
