"""Scripts that call the API over real requests, each with a key of its own store."""

import json
from typing import Any

import pytest
from django.test import Client

from stores.models import Store
from stores.scoping import entered
from stores.services import issue_api_key

ORDER: dict[str, Any] = {
    "source_id": "412218073",
    "source_name": "Skynet",
    "email": "jimmy@example.com",
    "shipping_method": "FedEx Home Delivery",
    "shipping_total": 11.17,
    "handling_total": "0.50",
    "tax_total": 1.2,
    "cc_number": "4242424242424242",
    "cc_exp": "02/2031",
    "payment_type": "Visa",
    "payment_status": "Approved",
    "shipping": {"first_name": "Jimmy", "last_name": "Dean", "city": "Nashville", "country": "US"},
    "checkout_data": {"Gift Message": "Happy Birthday"},
    "order_metadata": {"fraud_protection_score": 0},
    "discount_list": [{"name": "Discount", "code": "MN234DX78", "amount": "1.70"}],
    "order_notes": [
        {"date_added": "2026-01-09 23:12:05", "username": "Rep", "content": "Customer called"}
    ],
    "order_items": [
        {
            "name": "Crazy Glue",
            "price": "10",
            "quantity": 1,
            "weight": 1,
            "code": "crzyg-554",
            "category_code": "DEFAULT",
            "variation_list": {"Size": "Small"},
            "metadata": [],
        }
    ],
}


class ScriptClient(Client):
    """Sends JSON with a store's id and key, and reads the envelope."""

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """Call `/api/v2/<path>`; a `str` or `bytes` body goes out as it is."""
        raw = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.generic(
            method, f"/api/v2/{path}", b"" if body is None else raw, "application/json"
        )

    def made(self, **fields: Any) -> dict[str, Any]:
        """Create an order and give it as the answer shows it."""
        answer = self.send("POST", "orders", {**ORDER, **fields})
        assert answer.status_code == 201, answer.content
        order: dict[str, Any] = answer.json()["order"]
        return order


def script_of(store: Store, *, name: str = "Back office", scope: str = "write") -> ScriptClient:
    with entered(store):
        _, key = issue_api_key(store=store, name=name, created_by=None, scope=scope)
    return ScriptClient(headers={"ORDERDESK-STORE-ID": str(store.pk), "ORDERDESK-API-KEY": key})


@pytest.fixture(autouse=True)
def _many_tokens(settings: Any) -> None:
    settings.API_BURST = 10_000


@pytest.fixture
def script(store: Store) -> ScriptClient:
    return script_of(store)


@pytest.fixture
def other_script(other_store: Store) -> ScriptClient:
    return script_of(other_store)
