"""How the tests of the sandboxes call them: over real HTTP, by hand."""

import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from integrations.sandbox import ShopifySandbox, UnleashedSandbox
from integrations.sandbox.server import Sandbox
from integrations.sandbox.unleashed import sign

VERSION = "2026-07"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


def call(
    vendor: Sandbox | str, method: str, target: str, body: Any = None, **headers: str
) -> Answer:
    """Send a request to a vendor or an address; in header names underscores stand for dashes."""
    address = urlsplit(vendor if isinstance(vendor, str) else vendor.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=5)
    data = body if isinstance(body, str | None) else json.dumps(body)
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    named = {"Content-Type": "application/json", **named}
    try:
        connection.request(method, target, data.encode() if data is not None else None, named)
        response = connection.getresponse()
        text = response.read().decode()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, text)
    finally:
        connection.close()


def shop_call(
    shop: ShopifySandbox, method: str, path: str, body: Any = None, **headers: str
) -> Answer:
    token = {"X_Shopify_Access_Token": shop.credentials()["access_token"]}
    return call(shop, method, f"/admin/api/{VERSION}/{path}", body, **{**token, **headers})


def ask(shop: ShopifySandbox, query: str, **variables: Any) -> Any:
    """Ask in GraphQL and return the whole answer."""
    body = {"query": query, "variables": variables}
    return shop_call(shop, "POST", "graphql.json", body).json


def api(
    warehouse: UnleashedSandbox, method: str, path: str, body: Any = None, **headers: str
) -> Answer:
    """Call the warehouse as its API wants to be called; a header given as "" is left out."""
    known = warehouse.credentials()
    query = path.partition("?")[2]
    right = {
        "api_auth_id": known["api_id"],
        "api_auth_signature": sign(query, known["api_key"]),
        "Accept": "application/json",
        "Content_Type": "application/json",
        "client_type": "tests/sandbox",
    }
    sent = {name: text for name, text in {**right, **headers}.items() if text}
    return call(warehouse, method, path, body, **sent)


def sales_order(**changes: Any) -> dict[str, Any]:
    """Return a sales order the warehouse takes, with some of its fields changed."""
    return {
        "Guid": "0b8f4a52-6a0e-4f6c-9d1c-2f1f0c8a7e11",
        "OrderDate": "2026-11-21T09:30:00",
        "OrderStatus": "Placed",
        "Customer": {"CustomerCode": "WEBSHOP"},
        "Warehouse": {"WarehouseCode": "MAIN"},
        "Currency": {"CurrencyCode": "USD"},
        "ExchangeRate": 1,
        "Tax": {"TaxCode": "NONE"},
        "TaxRate": 0,
        "CustomerRef": "#1001",
        "SourceId": "17",
        "DeliveryName": "Maya Okafor",
        "DeliveryCity": "Portland",
        "SalesOrderLines": [sales_order_line()],
        "SubTotal": 36,
        "TaxTotal": 0,
        "Total": 36,
        **changes,
    }


def sales_order_line(**changes: Any) -> dict[str, Any]:
    return {
        "LineNumber": 1,
        "Product": {"ProductCode": "MUG-STN-BLU"},
        "OrderQuantity": 2,
        "UnitPrice": 18,
        "DiscountRate": 0,
        "LineTotal": 36,
        "LineTax": 0,
        **changes,
    }
