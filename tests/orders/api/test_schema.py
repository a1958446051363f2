"""The API describes itself."""

import warnings
from typing import Any

import pytest
from django.test import Client

SCHEMA = "/api/schema/?format=json"


@pytest.fixture
def schema(db: None) -> Any:
    return Client().get(SCHEMA).json()


def test_the_schema_is_made_without_a_complaint(db, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        answer = Client().get(SCHEMA)

    assert answer.status_code == 200
    assert capsys.readouterr().err == ""


def test_the_schema_names_every_address_and_method(schema):
    assert {path: set(calls) for path, calls in schema["paths"].items()} == {
        "/api/v2/test": {"get", "post"},
        "/api/v2/store": {"get"},
        "/api/v2/orders": {"get", "post"},
        "/api/v2/orders/{order_id}": {"get", "put", "delete"},
        "/api/v2/orders/{order_id}/order-history": {"post"},
        "/api/v2/orders/{order_id}/order-items": {"get", "post"},
        "/api/v2/orders/{order_id}/order-items/{item_id}": {"get", "put", "delete"},
        "/api/v2/orders/{order_id}/shipments": {"get", "post"},
        "/api/v2/orders/{order_id}/shipments/{shipment_id}": {"get", "put", "delete"},
        "/api/v2/batch-shipments": {"post"},
        "/api/v2/inventory-items": {"get", "post"},
        "/api/v2/inventory-items/{item_id}": {"get", "put", "delete"},
        "/api/v2/batch-inventory-items": {"put"},
        "/api/v2/move-orders": {"post"},
    }


def test_every_call_needs_both_headers_and_tells_its_tokens(schema):
    schemes = schema["components"]["securitySchemes"]
    assert {scheme["name"] for scheme in schemes.values()} == {
        "ORDERDESK-STORE-ID",
        "ORDERDESK-API-KEY",
    }
    for calls in schema["paths"].values():
        for call in calls.values():
            assert call["security"] == [{"storeId": [], "apiKey": []}]
            problems = {code for code in call["responses"] if int(code) >= 400}
            assert {"401", "404", "429"} <= problems
            for code, answer in call["responses"].items():
                assert "X-Tokens-Remaining" in answer["headers"]
                if code == "304":
                    assert "content" not in answer
                else:
                    assert list(answer["content"]) == ["application/json"]


def test_the_list_names_every_parameter(schema):
    parameters = schema["paths"]["/api/v2/orders"]["get"]["parameters"]

    names = {one["name"] for one in parameters if one["in"] == "query"}
    assert len(names) == 26
    assert {"search_start_date_local", "folder_id", "get_order_history", "offset"} <= names


def test_the_answer_is_described_as_the_envelope(schema):
    described = schema["components"]["schemas"]["OrdersAnswer"]["properties"]

    assert list(described) == [
        *("status", "message", "execution_time"),
        *("total_records", "records_returned", "offset", "limit", "next", "orders"),
    ]


def test_the_docs_page_holds_nothing_inline(db):
    page = Client().get("/api/docs/")

    body = page.content.decode()
    assert page.status_code == 200
    assert "<style" not in body
    assert body.count("<script") == body.count("<script src=")
    assert "SwaggerUIBundle(" in Client().get("/api/docs/?script=").content.decode()
