"""What the warehouse takes for a sales order, and what may become of one."""

import re

import pytest

from integrations.sandbox import UnleashedSandbox
from tests.integrations.sandbox.calls import api, sales_order, sales_order_line

GUID = "0b8f4a52-6a0e-4f6c-9d1c-2f1f0c8a7e11"
OTHER_GUID = "5d0c8a92-47ce-4f36-8f41-93f1d0a3b7aa"


def place(warehouse, **changes):
    return api(warehouse, "POST", f"/SalesOrders/{GUID}", sales_order(**changes))


@pytest.mark.parametrize("path", ["/SalesOrders", f"/SalesOrders/{GUID}"])
def test_an_order_is_created_under_the_callers_guid(warehouse, path):
    answer = api(warehouse, "POST", path, sales_order())

    assert answer.status == 201
    assert answer.json["Guid"] == GUID
    assert answer.json["OrderNumber"] == "SO-00000001"
    assert api(warehouse, "GET", f"/SalesOrders/{GUID}").json == answer.json
    assert set(answer.json["SalesOrderLines"][0]["Product"]) == {
        "Guid", "ProductCode", "ProductDescription",
    }  # fmt: skip


def test_dates_go_out_as_epoch_milliseconds(warehouse):
    order = place(warehouse).json

    assert order["OrderDate"] == "/Date(1795253400000)/"
    assert re.fullmatch(r"/Date\(\d+\)/", order["LastModifiedOn"])


@pytest.mark.parametrize("status", ["Parked", "Placed", "Backordered", "Completed"])
def test_an_order_may_begin_in_any_status_but_deleted(warehouse, status):
    assert place(warehouse, OrderStatus=status).json["OrderStatus"] == status


TWO_LINES = [
    sales_order_line(),
    sales_order_line(LineNumber=2, UnitPrice=3.333, OrderQuantity=3, LineTotal=10, LineTax=1.5),
]


@pytest.mark.parametrize(
    "changes",
    [
        {"SalesOrderLines": TWO_LINES, "SubTotal": 46, "TaxTotal": 1.5, "Total": 47.5},
        {
            "SalesOrderLines": [sales_order_line(DiscountRate=0.125, LineTotal=31.5)],
            "SubTotal": 31.5,
            "Total": 31.5,
        },
        {"Tax": {"TaxCode": "G.S.T.", "TaxRate": 0.15}, "TaxRate": 0.15},
        {"Currency": None},
        {"Comments": "x" * 2048},
    ],
)
def test_an_order_that_adds_up_is_taken(warehouse, changes):
    assert place(warehouse, **changes).status == 201


REFUSED = [
    ({"Guid": OTHER_GUID}, "Guid"),
    ({"Customer": None}, "Customer.CustomerCode"),
    ({"Customer": {"CustomerCode": "NOBODY"}}, "Customer.CustomerCode"),
    ({"Customer": {"Guid": OTHER_GUID}}, "Customer.CustomerCode"),
    ({"Warehouse": {}}, "Warehouse.WarehouseCode"),
    ({"Warehouse": {"WarehouseCode": "MOON"}}, "Warehouse.WarehouseCode"),
    ({"Currency": {"CurrencyCode": "XXX"}}, "Currency.CurrencyCode"),
    ({"Tax": {"TaxCode": "VAT99"}}, "Tax.TaxCode"),
    ({"Tax": None}, "Tax.TaxCode"),
    ({"TaxRate": None}, "TaxRate"),
    ({"ExchangeRate": None}, "ExchangeRate"),
    ({"ExchangeRate": "1"}, "ExchangeRate"),
    ({"OrderStatus": None}, "OrderStatus"),
    ({"OrderStatus": "Deleted"}, "OrderStatus"),
    ({"OrderStatus": "Sent"}, "OrderStatus"),
    ({"OrderDate": "/Date(1459382400000)/"}, "OrderDate"),
    ({"OrderDate": "21.11.2026"}, "OrderDate"),
    ({"RequiredDate": "2026-02-30T00:00:00"}, "RequiredDate"),
    ({"SubTotal": 35}, "SubTotal"),
    ({"SubTotal": None}, "SubTotal"),
    ({"TaxTotal": 1}, "TaxTotal"),
    ({"Total": 36.01}, "Total"),
    ({"DeliveryPostCode": "9" * 51}, "DeliveryPostCode"),
    ({"OrderNumber": "9" * 21}, "OrderNumber"),
    ({"DeliveryCity": 7}, "DeliveryCity"),
    ({"TrackingNumber": "1Z"}, "TrackingNumber"),
    ({"SalesOrderLines": []}, "SalesOrderLines"),
]
REFUSED_LINES = [
    ({"Product": {"ProductCode": "NO-SUCH"}}, "Product.ProductCode"),
    ({"Product": None}, "Product.ProductCode"),
    ({"LineTotal": 35.98}, "LineTotal"),
    ({"LineTax": None}, "LineTax"),
    ({"DiscountRate": None}, "DiscountRate"),
    ({"OrderQuantity": 0}, "OrderQuantity"),
    ({"LineNumber": None}, "LineNumber"),
    ({"Comments": "x" * 1025}, "Comments"),
]


@pytest.mark.parametrize(("changes", "field"), REFUSED)
def test_an_order_that_is_wrong_is_refused_by_field(warehouse, changes, field):
    answer = place(warehouse, **changes)

    assert answer.status == 400
    assert field in [problem["Field"] for problem in answer.json["Items"]]
    assert warehouse.orders.all() == []


@pytest.mark.parametrize(("changes", "field"), REFUSED_LINES)
def test_a_line_that_is_wrong_is_refused_by_field(warehouse, changes, field):
    answer = place(warehouse, SalesOrderLines=[sales_order_line(**changes)])

    assert answer.status == 400
    named = [problem["Field"] for problem in answer.json["Items"]]
    assert f"SalesOrderLines[0].{field}" in named


def test_a_refusal_names_everything_that_is_wrong(warehouse):
    answer = place(warehouse, Customer={"CustomerCode": "NOBODY"}, OrderDate="soon")

    assert {problem["Field"] for problem in answer.json["Items"]} == {
        "Customer.CustomerCode", "OrderDate",
    }  # fmt: skip


@pytest.mark.parametrize("body", ["", "[]", "{", '{"Total": NaN}'])
def test_a_body_that_is_no_json_object_is_refused(warehouse, body):
    assert api(warehouse, "POST", "/SalesOrders", body).status == 400


def test_the_same_order_posted_again_stays_one_order_and_is_counted(warehouse):
    first = place(warehouse)
    again = place(warehouse)

    assert (first.status, again.status) == (201, 200)
    assert again.json == first.json
    assert len(warehouse.live_orders()) == 1
    assert warehouse.ledger.times_accepted("sales_order", GUID) == 2
    assert warehouse.duplicates() == {}


def test_a_second_guid_for_one_source_is_shown_as_a_duplicate(warehouse):
    place(warehouse)
    api(warehouse, "POST", "/SalesOrders", sales_order(Guid=OTHER_GUID))

    assert warehouse.duplicates()["SourceId=17"] == [GUID, OTHER_GUID]
    assert warehouse.ledger.times_accepted("sales_order_source_id", "17") == 2


def test_posting_again_changes_an_open_order_but_not_a_completed_one(warehouse):
    place(warehouse)

    changed = place(warehouse, Comments="Ring twice", OrderStatus="Completed")
    too_late = place(warehouse, Comments="Ring once", OrderStatus="Completed")

    assert changed.json["Comments"] == "Ring twice"
    assert too_late.status == 400


def test_posting_again_can_be_made_a_refusal():
    with UnleashedSandbox(repost="refuse") as warehouse:
        place(warehouse)

        assert place(warehouse).status == 400
        assert warehouse.ledger.times_accepted("sales_order", GUID) == 1


def test_an_order_number_is_used_once(warehouse):
    place(warehouse, OrderNumber="A-1")

    answer = api(warehouse, "POST", "/SalesOrders", sales_order(Guid=None, OrderNumber="a-1"))

    assert answer.json["Items"][0]["Field"] == "OrderNumber"


PUT_BODY = {
    "OrderStatus": "Parked",
    "ExchangeRate": 1,
    "TaxRate": 0,
    "Tax": {"TaxCode": "NONE"},
    "Warehouse": {"WarehouseCode": "EAST"},
}


def test_an_open_order_is_changed_by_put(warehouse):
    place(warehouse)

    order = api(warehouse, "PUT", f"/SalesOrders/{GUID}", PUT_BODY).json

    assert order["Warehouse"]["WarehouseCode"] == "EAST"
    assert order["OrderStatus"] == "Parked"
    assert order["Total"] == 36


def test_put_adds_up_new_lines_when_no_totals_are_given(warehouse):
    place(warehouse)
    line = sales_order_line(OrderQuantity=3, LineTotal=54)

    body = {**PUT_BODY, "SalesOrderLines": [line], "OrderNumber": None, "Currency": None}
    order = api(warehouse, "PUT", f"/SalesOrders/{GUID}", body).json

    assert (order["Total"], order["OrderNumber"]) == (54, "SO-00000001")
    assert order["Currency"]["CurrencyCode"] == "USD"


@pytest.mark.parametrize("missing", list(PUT_BODY))
def test_put_requires_its_own_fields(warehouse, missing):
    place(warehouse)
    body = {name: value for name, value in PUT_BODY.items() if name != missing}

    assert api(warehouse, "PUT", f"/SalesOrders/{GUID}", body).status == 400


CHANGES = [
    ("PUT", f"/SalesOrders/{GUID}", PUT_BODY),
    ("POST", f"/SalesOrders/{GUID}/Complete", None),
    ("DELETE", f"/SalesOrders/{GUID}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES)
@pytest.mark.parametrize("status", ["Completed", "Deleted"])
def test_a_completed_or_deleted_order_is_not_changed(warehouse, status, method, path, body):
    place(warehouse, OrderStatus="Completed" if status == "Completed" else "Placed")
    if status == "Deleted":
        api(warehouse, "DELETE", f"/SalesOrders/{GUID}")

    assert api(warehouse, method, path, body).status == 400
    assert warehouse.orders.get(GUID)["OrderStatus"] == status


@pytest.mark.parametrize("status", ["Parked", "Placed", "Backordered"])
def test_an_open_order_can_be_completed(warehouse, status):
    place(warehouse, OrderStatus=status)

    order = api(warehouse, "POST", f"/SalesOrders/{GUID}/Complete").json

    assert order["OrderStatus"] == "Completed"
    assert order["CompletedDate"].startswith("/Date(")


def test_a_deleted_line_is_taken_out_of_the_totals(warehouse):
    order = place(warehouse, SalesOrderLines=TWO_LINES, SubTotal=46, TaxTotal=1.5, Total=47.5).json
    line = order["SalesOrderLines"][1]["Guid"]

    rest = api(warehouse, "DELETE", f"/SalesOrders/Lines/{line}").json

    assert (len(rest["SalesOrderLines"]), rest["SubTotal"], rest["Total"]) == (1, 36, 36)


def test_what_is_not_in_stock_cannot_be_completed(warehouse):
    scarce = sales_order_line(
        Product={"ProductCode": "CANDLE-LTD-7"}, OrderQuantity=3, UnitPrice=12
    )

    answer = place(warehouse, OrderStatus="Completed", SalesOrderLines=[scarce])

    assert answer.status == 400
    assert "3 wanted, 2 in stock" in answer.json["Items"][0]["Description"]
    assert place(warehouse, OrderStatus="Placed", SalesOrderLines=[scarce]).status == 201


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"CustomerCode": "NEW", "CustomerName": "New shop", "Email": "new@example.com"}, 201),
        ({"CustomerName": "New shop"}, 400),
        ({"CustomerCode": "NEW"}, 400),
        ({"CustomerCode": "webshop", "CustomerName": "New shop"}, 400),
        ({"CustomerCode": "N" * 501, "CustomerName": "New shop"}, 400),
        ({"Guid": "seven", "CustomerCode": "NEW", "CustomerName": "New shop"}, 400),
    ],
)
def test_a_customer_needs_a_code_of_its_own_and_a_name(warehouse, body, status):
    assert api(warehouse, "POST", "/Customers", body).status == status


def test_a_new_customer_is_found_by_its_email_and_may_order(warehouse):
    body = {"CustomerCode": "NEW", "CustomerName": "New shop", "Email": "new@example.com"}
    made = api(warehouse, "POST", "/Customers", body).json

    found = api(warehouse, "GET", "/Customers?contactEmail=new@example.com").json["Items"]

    assert [customer["Guid"] for customer in found] == [made["Guid"]]
    assert place(warehouse, Customer={"Guid": made["Guid"]}).status == 201
