"""Two clients of the contract in small, written as those in use are, against a real server."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
import requests
from pytest_django.live_server_helper import LiveServer

from stores.models import Store
from stores.scoping import entered
from stores.services import issue_api_key

pytestmark = pytest.mark.django_db(transaction=True)


class PythonClient:
    """Joins addresses to a base with a slash, names a content type always, puts objects whole."""

    def __init__(self, base: str, store_id: int, key: str) -> None:
        self.base = base
        self.session = requests.Session()
        self.session.headers.update(
            {
                "ORDERDESK-STORE-ID": str(store_id),
                "ORDERDESK-API-KEY": key,
                "Content-Type": "application/json",
            }
        )

    def call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self.session.request(method, urljoin(self.base, path), timeout=10, **options)
        if answer.status_code not in (200, 201):
            raise RuntimeError(answer.json()["message"])
        body: dict[str, Any] = answer.json()
        assert body["execution_time"]
        return body

    def changed(self, order_id: str, **fields: Any) -> dict[str, Any]:
        """Get the order, change it, put all of it back."""
        order = self.call("GET", f"orders/{order_id}")["order"]
        body = json.dumps({**order, **fields})
        changed: dict[str, Any] = self.call("PUT", f"orders/{order_id}", data=body)["order"]
        return changed

    def all_orders(self, **query: Any) -> Iterator[dict[str, Any]]:
        taken = 0
        while True:
            page = self.call("GET", "orders", params={**query, "offset": taken, "limit": 2})
            yield from page["orders"]
            taken += len(page["orders"])
            if not page["total_records"] > taken:
                return


class StockSync:
    """A shop's plugin: looks an item up by its code, makes what is missing, puts what differs."""

    def __init__(self, base: str, store_id: int, key: str) -> None:
        self.base = base.rstrip("/")
        self.headers = {"orderdesk-store-id": str(store_id), "orderdesk-api-key": key}

    def sync(self, stock: dict[str, int]) -> list[str]:
        done = []
        for code, count in stock.items():
            found = requests.get(
                f"{self.base}/inventory-items",
                params={"code": code},
                headers=self.headers,
                timeout=10,
            ).json()["inventory_items"]
            done.append(self._put(found[0], count) if found else self._made(code, count))
        return done

    def _made(self, code: str, count: int) -> str:
        item = {"name": code, "code": code, "stock": str(count), "update_source": "Shop"}
        answer = requests.post(
            f"{self.base}/inventory-items", json=item, headers=self.headers, timeout=10
        )
        return "made" if answer.status_code == 201 else f"failed: {answer.status_code}"

    def _put(self, item: dict[str, Any], count: int) -> str:
        if item["stock"] == count:
            return "equal"
        answer = requests.put(
            f"{self.base}/inventory-items/{item['id']}",
            json={**item, "stock": count},
            headers=self.headers,
            timeout=10,
        )
        return "put" if answer.status_code == 200 else f"failed: {answer.status_code}"


@pytest.fixture
def access(live_server: LiveServer, store: Store) -> tuple[str, int, str]:
    with entered(store):
        _, key = issue_api_key(store=store, name="Back office", created_by=None)
    return f"{live_server.url}/api/v2/", store.pk, key


def test_a_python_client_runs_as_it_is(access):
    client = PythonClient(*access)
    new = {
        "source_name": "WebforceHQ",
        "customer_last_name": "Dean",
        "order_items": [{"name": "Glue", "price": "3.20", "quantity": 2}],
    }

    assert client.call("GET", "test")["message"] == "Connection Successful"
    ids = [client.call("POST", "orders", json=new)["order"]["id"] for _ in range(3)]
    changed = client.changed(ids[0], email="dean@example.com", processor_balance=1)
    shipment = {"tracking_number": "1Z999AA10123456784"}
    client.call("POST", f"orders/{ids[0]}/shipments", json=shipment)
    client.call("POST", "batch-shipments", json=[{**shipment, "order_id": ids[1]}])
    listed = list(client.all_orders(search_start_date="2026-01-01T00:00:00", order="ASC"))
    client.call("DELETE", f"orders/{ids[2]}")

    assert (changed["email"], changed["order_total"]) == ("dean@example.com", 6.4)
    assert sorted(order["id"] for order in listed) == sorted(ids)
    assert [len(order["order_shipments"]) for order in listed] == [1, 1, 0]
    with pytest.raises(RuntimeError, match=f"no order {ids[2]}"):
        client.call("GET", f"orders/{ids[2]}")


def test_a_shops_stock_sync_runs_as_it_is(access):
    sync = StockSync(*access)

    assert sync.sync({"MUG": 3, "CUP": 0}) == ["made", "made"]
    assert sync.sync({"MUG": 3, "CUP": 2}) == ["equal", "put"]


def test_a_head_has_the_headers_of_a_get_and_no_body(access):
    base, store_id, key = access
    headers = {"ORDERDESK-STORE-ID": str(store_id), "ORDERDESK-API-KEY": key}

    answer = requests.head(f"{base}orders", headers=headers, timeout=10)

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["X-Tokens-Remaining"]
