"""How the warehouse wants to be asked: signature, headers, pages, filters."""

import pytest

from integrations.sandbox import UnleashedSandbox
from integrations.sandbox.unleashed import sign
from tests.integrations.sandbox.calls import api, sales_order

GUID = "0b8f4a52-6a0e-4f6c-9d1c-2f1f0c8a7e11"
OTHER_GUID = "5d0c8a92-47ce-4f36-8f41-93f1d0a3b7aa"


@pytest.mark.parametrize(
    ("message", "signature"),
    [
        ("", "JxHMI+mrG4qbwP6ZEjjakmcWJKnr2vHBq+wG5+mhT5s="),
        ("pageSize=1", "2WgyInTCSPx3zeFTg92zKQjrZjo4w4LSPdsL/yAKXOI="),
    ],
)
def test_the_signature_matches_the_known_vectors(message, signature):
    assert sign(message, "test-key") == signature


@pytest.mark.parametrize("path", ["/Warehouses", "/Warehouses?pageSize=1", "/Warehouses/1"])
def test_a_rightly_signed_request_is_answered(warehouse, path):
    assert api(warehouse, "GET", path).status == 200


@pytest.mark.parametrize(
    "signed",
    ["/Warehouses?pageSize=1", "?pageSize=1", "pageSize=2", "", "GET /Warehouses?pageSize=1"],
)
def test_a_signature_over_anything_but_the_query_is_forbidden(warehouse, signed):
    wrong = sign(signed, warehouse.credentials()["api_key"])

    answer = api(warehouse, "GET", "/Warehouses?pageSize=1", api_auth_signature=wrong)

    assert answer.status == 403


@pytest.mark.parametrize(
    "header",
    [
        {"api_auth_id": "5d0c8a92-47ce-4f36-8f41-93f1d0a3b7aa"},
        {"api_auth_id": ""},
        {"api_auth_signature": ""},
    ],
)
def test_a_wrong_or_missing_credential_is_forbidden(warehouse, header):
    assert api(warehouse, "GET", "/Warehouses", **header).status == 403


def test_a_signature_over_the_decoded_query_is_taken_only_when_lenient():
    query = "customerCode=A%20B"
    with UnleashedSandbox(strict=False) as lenient, UnleashedSandbox() as strict:
        statuses = []
        for vendor in (lenient, strict):
            decoded = sign("customerCode=A B", vendor.credentials()["api_key"])
            answer = api(vendor, "GET", f"/Customers?{query}", api_auth_signature=decoded)
            statuses.append(answer.status)

    assert statuses == [200, 403]


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ({"Accept": ""}, 406),
        ({"Accept": "text/html"}, 406),
        ({"Content_Type": "text/plain"}, 415),
        ({"client_type": ""}, 400),
    ],
)
def test_a_header_that_is_missing_or_wrong_is_refused(warehouse, header, status):
    assert api(warehouse, "GET", "/Warehouses", **header).status == status


@pytest.mark.parametrize(
    "query",
    ["pageSize=0", "pageSize=1001", "pageSize=ten", "page=2", "pageNumber=2", "colour=blue"],
)
def test_a_query_the_list_cannot_mean_is_refused(warehouse, query):
    answer = api(warehouse, "GET", f"/Products?{query}")

    assert answer.status == 400
    assert set(answer.json["Items"][0]) == {"Field", "Description", "ErrorCode"}


@pytest.mark.parametrize("path", ["/Products/2?pageSize=5", "/Products/Page/2?pageSize=5"])
def test_the_page_number_stands_in_the_path(warehouse, path):
    answer = api(warehouse, "GET", path).json

    assert answer["Pagination"] == {
        "NumberOfItems": 12, "PageSize": 5, "PageNumber": 2, "NumberOfPages": 3,
    }  # fmt: skip
    assert len(answer["Items"]) == 5


def test_a_page_holds_200_unless_told_otherwise(warehouse):
    assert api(warehouse, "GET", "/Products").json["Pagination"]["PageSize"] == 200


def test_an_empty_list_has_no_pages(warehouse):
    pagination = api(warehouse, "GET", "/SalesOrders").json["Pagination"]

    assert pagination["NumberOfPages"] == 0


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/Warehouse", 404),
        ("GET", f"/SalesOrders/{OTHER_GUID}", 404),
        ("GET", f"/Products/{OTHER_GUID}", 404),
        ("PATCH", "/SalesOrders", 405),
        ("POST", "/Warehouses", 405),
    ],
)
def test_an_unknown_address_or_verb_is_refused(warehouse, method, path, status):
    assert api(warehouse, method, path).status == status


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1),
        ("orderStatus=Placed", 1),
        ("orderStatus=Parked,Completed", 0),
        ("customerCode=WEB", 1),
        ("customerCode=ALP", 0),
        ("sourceId=17", 1),
        ("sourceId=17&orderStatus=Parked", 1),
        ("orderNumber=SO-00000001&customerCode=ALP", 1),
        ("sourceId=18", 0),
        ("startDate=2026-11-21&endDate=2026-11-21", 1),
        ("startDate=2026-11-22", 0),
        ("modifiedSince=2020-01-01T00:00:00.000", 1),
        ("modifiedSince=2999-01-01T00:00:00", 0),
        ("warehouseCode=EAST", 0),
    ],
)
def test_orders_are_found_by_what_the_filters_say(warehouse, query, found):
    api(warehouse, "POST", "/SalesOrders", sales_order())

    assert len(api(warehouse, "GET", f"/SalesOrders?{query}").json["Items"]) == found


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01", "%2FDate(1459382400000)%2F"])
def test_a_date_filter_that_is_no_iso_date_is_refused(warehouse, value):
    assert api(warehouse, "GET", f"/SalesOrders?modifiedSince={value}").status == 400


def test_deleted_orders_are_listed_only_when_asked_for(warehouse):
    api(warehouse, "POST", "/SalesOrders", sales_order())
    api(warehouse, "DELETE", f"/SalesOrders/{GUID}")

    assert api(warehouse, "GET", "/SalesOrders").json["Items"] == []
    assert len(api(warehouse, "GET", "/SalesOrders?orderStatus=Deleted").json["Items"]) == 1
    assert api(warehouse, "GET", f"/SalesOrders/{GUID}").json["OrderStatus"] == "Deleted"


@pytest.mark.parametrize(
    ("path", "codes"),
    [
        ("/Products?productCode=MUG", {"MUG-STN-BLU", "MUG-STN-SND"}),
        ("/Customers?contactEmail=shop@harbour.example.com", {"HARBOUR"}),
        ("/Customers?customerCode=web", {"WEBSHOP"}),
        ("/Warehouses?warehouseCode=MAIN", {"MAIN"}),
    ],
)
def test_master_data_is_found_by_code(warehouse, path, codes):
    name = {"P": "ProductCode", "C": "CustomerCode", "W": "WarehouseCode"}[path[1]]

    assert {item[name] for item in api(warehouse, "GET", path).json["Items"]} == codes


def test_one_warehouse_is_the_default(warehouse):
    places = api(warehouse, "GET", "/Warehouses").json["Items"]

    assert [place["WarehouseCode"] for place in places if place["IsDefault"]] == ["MAIN"]
