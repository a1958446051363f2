"""What leaves the warehouse, and what is left in it."""

import pytest

from integrations.sandbox import UnleashedSandbox
from tests.integrations.sandbox.calls import api, call, sales_order, sales_order_line

GUID = "0b8f4a52-6a0e-4f6c-9d1c-2f1f0c8a7e11"
SHIPMENT = "9d4f7c08-3f3c-4c0e-8f0e-6b9f3b3a2f55"


@pytest.fixture
def order(warehouse):
    return api(warehouse, "POST", "/SalesOrders", sales_order()).json


def shipment(**changes):
    line = {"Product": {"ProductCode": "MUG-STN-BLU"}, "ShipmentQty": 2, "SalesOrderLineNumber": 1}
    line |= {name: changes.pop(name) for name in list(changes) if name in line}
    return {
        "Guid": SHIPMENT,
        "OrderNumber": "SO-00000001",
        "ShipmentStatus": "Dispatched",
        "TrackingNumber": "1ZTEST",
        "ShippingCompany": {"Name": "UPS"},
        "SalesShipmentLines": [line],
        **changes,
    }


@pytest.mark.usefixtures("order")
def test_a_dispatched_shipment_has_a_date_and_completes_its_order(warehouse):
    answer = api(warehouse, "POST", "/SalesShipments", shipment())

    assert answer.status == 201
    assert answer.json["DispatchDate"].startswith("/Date(")
    assert answer.json["OrderGuid"] == GUID
    assert warehouse.orders.get(GUID)["OrderStatus"] == "Completed"


@pytest.mark.usefixtures("order")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"Guid": None}, "Guid"),
        ({"OrderNumber": "SO-99"}, "OrderNumber"),
        ({"ShipmentStatus": None}, "ShipmentStatus"),
        ({"ShipmentStatus": "Lost"}, "ShipmentStatus"),
        ({"ShippingCompany": {"Name": "Pigeon"}}, "ShippingCompany"),
        ({"DispatchDate": "/Date(1459382400000)/"}, "DispatchDate"),
        ({"ShipmentQty": 3}, "SalesShipmentLines[0].ShipmentQty"),
        ({"ShipmentQty": 0}, "SalesShipmentLines[0].ShipmentQty"),
        ({"SalesOrderLineNumber": 2}, "SalesShipmentLines[0].SalesOrderLineNumber"),
        ({"Product": {"ProductCode": "TEE-ORG-M"}}, "SalesShipmentLines[0].Product"),
        ({"SalesShipmentLines": []}, "SalesShipmentLines"),
    ],
)
def test_a_shipment_that_is_wrong_is_refused_by_field(warehouse, changes, field):
    answer = api(warehouse, "POST", "/SalesShipments", shipment(**changes))

    assert answer.status == 400
    assert answer.json["Items"][0]["Field"] == field
    assert warehouse.shipments.all() == []


@pytest.mark.usefixtures("order")
def test_no_more_is_shipped_than_was_ordered_over_several_shipments(warehouse):
    other = "1e2a0a33-1d7f-4f77-8d55-0a4f1c7f3f10"
    api(warehouse, "POST", "/SalesShipments", shipment(ShipmentQty=1))

    too_much = api(warehouse, "POST", "/SalesShipments", shipment(Guid=other))
    the_rest = api(warehouse, "POST", "/SalesShipments", shipment(Guid=other, ShipmentQty=1))

    assert (too_much.status, the_rest.status) == (400, 201)
    assert warehouse.shipments.remaining(warehouse.orders.get(GUID)) == {}


@pytest.mark.usefixtures("order")
def test_a_deleted_order_is_not_shipped(warehouse):
    api(warehouse, "DELETE", f"/SalesOrders/{GUID}")

    assert api(warehouse, "POST", "/SalesShipments", shipment()).status == 400


@pytest.mark.usefixtures("order")
def test_a_shipment_is_dispatched_later_by_put(warehouse):
    api(warehouse, "POST", "/SalesShipments", shipment(ShipmentStatus="Placed"))

    path = f"/SalesShipments/{SHIPMENT}"
    answer = api(warehouse, "PUT", path, {"ShipmentStatus": "Dispatched", "TrackingNumber": "2Z"})

    assert (answer.json["ShipmentStatus"], answer.json["TrackingNumber"]) == ("Dispatched", "2Z")
    assert api(warehouse, "DELETE", path).status == 400


@pytest.mark.parametrize(
    ("setting", "query", "numbers"),
    [
        ("desc", "", ["SS-00000002", "SS-00000001"]),
        ("asc", "", ["SS-00000001", "SS-00000002"]),
        ("desc", "sort=asc", ["SS-00000001", "SS-00000002"]),
        ("asc", "orderBy=ShipmentNumber&sort=desc", ["SS-00000002", "SS-00000001"]),
        ("asc", "shipmentStatus=Parked", []),
        ("asc", "orderNumber=SO-00000001&shipmentStatus=Parked", ["SS-00000001", "SS-00000002"]),
        ("asc", "modifiedSince=2999-01-01T00:00:00", []),
    ],
)
def test_the_order_of_shipments_can_be_switched(setting, query, numbers):
    ticks = iter(range(1_795_000_000, 1_796_000_000))
    with UnleashedSandbox(clock=lambda: next(ticks), shipment_order=setting) as warehouse:
        api(warehouse, "POST", "/SalesOrders", sales_order())
        for part in ("1", ""):
            call(warehouse, "POST", f"/_sandbox/orders/{GUID}/ship", {"part": part})

        found = api(warehouse, "GET", f"/SalesShipments?{query}").json["Items"]

    assert [item["ShipmentNumber"] for item in found] == numbers


def test_stock_leaves_out_what_never_moved(warehouse):
    codes = {row["ProductCode"] for row in api(warehouse, "GET", "/StockOnHand").json["Items"]}

    assert "MUG-STN-BLU" in codes
    assert "SET-DESK-NEW" not in codes


@pytest.mark.parametrize(("query", "code"), [("", ""), ("?warehouseCode=MAIN", "MAIN")])
def test_the_warehouse_is_named_only_when_asked_for(warehouse, query, code):
    rows = api(warehouse, "GET", f"/StockOnHand{query}").json["Items"]

    assert {row["WarehouseCode"] for row in rows} == {code}


@pytest.mark.parametrize(
    ("status", "on_hand", "allocated", "available"),
    [
        ("Parked", 40_000, 0, 40_000),
        ("Placed", 40_000, 2, 39_998),
        ("Completed", 39_998, 0, 39_998),
    ],
)
def test_an_order_lays_claim_to_stock_and_then_takes_it(
    warehouse, status, on_hand, allocated, available
):
    order = api(warehouse, "POST", "/SalesOrders", sales_order(OrderStatus=status)).json
    product = order["SalesOrderLines"][0]["Product"]["Guid"]

    row = api(warehouse, "GET", f"/StockOnHand/{product}").json

    assert (row["QtyOnHand"], row["AllocatedQty"], row["AvailableQty"]) == (
        on_hand, allocated, available,
    )  # fmt: skip


def test_a_person_may_cancel_a_completed_order_and_gets_the_goods_back(warehouse):
    api(warehouse, "POST", "/SalesOrders", sales_order(OrderStatus="Completed"))

    answer = call(warehouse, "POST", f"/_sandbox/orders/{GUID}/cancel", {})

    assert answer.json["order"]["OrderStatus"] == "Deleted"
    stock = {row["ProductCode"]: row["QtyOnHand"] for row in warehouse.stock.rows()}
    assert stock["MUG-STN-BLU"] == 40_000


def test_shipping_lines_of_choice_leaves_the_rest(warehouse):
    tee = sales_order_line(LineNumber=2, Product={"ProductCode": "TEE-ORG-M"})
    lines = [sales_order_line(), tee]
    body = sales_order(SalesOrderLines=lines, SubTotal=72, Total=72)
    api(warehouse, "POST", "/SalesOrders", body)

    chosen = {"lines": [{"LineNumber": 2, "quantity": 1}], "carrier": "DHL Express"}
    answer = call(warehouse, "POST", f"/_sandbox/orders/{GUID}/ship", chosen)

    sent = answer.json["shipment"]
    assert sent["ShippingCompany"]["Name"] == "DHL Express"
    assert [line["ShipmentQty"] for line in sent["SalesShipmentLines"]] == [1]
    assert warehouse.shipments.remaining(warehouse.orders.get(GUID)) == {1: 2, 2: 1}
