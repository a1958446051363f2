"""The server does what its schema says: calls are made up from the schema, answers compared.

`schemathesis.toml` beside this says how to do it with many more, against a running hub.
"""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import requests
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from urllib3 import HTTPResponse

from tests.orders.api.conftest import ScriptClient

# What no schema can say is refused, too: a number that is taken, an order that names nobody. And
# what clients in use send is taken: unknown fields, numbers as text. So it is not held against a
# call that it fits the schema and is refused, or does not fit it and is done.
CHECKS = [
    schemathesis.checks.not_a_server_error,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
]
MADE_UP = settings(
    max_examples=8,
    deadline=timedelta(seconds=20),
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def known(script: ScriptClient) -> dict[str, str]:
    """One of everything, by the name an address calls it, so that calls reach more than a 404."""
    order = script.made(order_shipments=[{"tracking_number": "X1"}])
    item = script.send("POST", "inventory-items", {"name": "Mug", "code": "MUG"}).json()
    return {
        "order_id": order["id"],
        "item_id": order["order_items"][0]["id"],
        "shipment_id": order["order_shipments"][0]["id"],
        "inventory": item["inventory_item"]["id"],
    }


def sent(script: ScriptClient, case: Any) -> requests.Response:
    """Send a made-up call and give the answer as if it had come over a wire."""
    call = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    headers = {name: str(value) for name, value in call.headers.items() if name in case.headers}
    found = script.generic(
        str(call.method), call.path_url, call.body or b"", "application/json", headers=headers
    )
    raw = HTTPResponse(
        BytesIO(found.content), found.headers, found.status_code, preload_content=False
    )
    return requests.adapters.HTTPAdapter().build_response(call, raw)


def hold_to_schema(
    operation: Any, mode: GenerationMode, script: ScriptClient, known: dict[str, str]
) -> None:
    """Make calls of one address up, and compare each answer with what the schema says."""

    @MADE_UP
    @given(case=operation.as_strategy(generation_mode=mode))
    def fits(case: Any) -> None:
        for name in case.path_parameters or {}:
            of = "inventory" if "inventory-items" in case.path else name
            case.path_parameters[name] = known[of]
        case.validate_response(sent(script, case), checks=CHECKS)

    fits()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_answers_to_made_up_calls_are_as_the_schema_says(script, known, mode):
    schema = schemathesis.openapi.from_dict(Client().get("/api/schema/?format=json").json())

    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        hold_to_schema(found.ok(), mode, script, known)
