"""Unleashed's API, one method for each call.

Source: https://apidocs.unleashedsoftware.com/, AuthenticationHelp, Pagination, SalesOrders,
SalesShipments, StockOnHand, Customers, Warehouses.
"""

import base64
import hashlib
import hmac
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from integrations.base import Account
from integrations.http import Answer, ApiClient, words_of
from integrations.unleashed.values import iso, problems_of, query, sentence

ADDRESS = "https://api.unleashedsoftware.com"
CLIENT_TYPE = "orderhub/orderhub"
PAGE_SIZE = 200
# Nobody has a million shipments changed in five minutes; a list that says so does not end.
PAGES_AT_MOST = 5000
REFUSALS = (400, 404, 405, 409, 422)

COPY_SECONDS = 600
COPIES_KEPT = 2000

Doc = dict[str, Any]
_copies: dict[tuple[str, str, str, str], tuple[float, list[Doc]]] = {}


def sign(message: str, key: str) -> str:
    """Sign a query string: the key's characters as they are, nothing but the query signed."""
    digest = hmac.new(key.encode(), message.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def words(answer: Answer) -> str:
    """Find Unleashed's own words in a refusal."""
    found = problems_of(answer.body)
    said = " ".join(sentence(description) for _, description in found) if found else ""
    return (said or words_of(answer)).rstrip(".")


class UnleashedClient:
    """One company's Unleashed."""

    def __init__(self, account: Account) -> None:
        self._key = account.secrets.get("api_key", "")
        # With the key in it, so that nobody sees a list whom Unleashed would not show it.
        self._whose = (account.base_url, str(account.settings.get("api_id", "")), self._key)
        self._http = ApiClient(
            "Unleashed",
            account.base_url or ADDRESS,
            is_ours=bool(account.base_url),
            headers={
                "Accept": "application/json",
                "Content-Type": "application/json",
                "api-auth-id": str(account.settings.get("api_id", "")),
                "client-type": CLIENT_TYPE,
            },
            secrets=[self._key],
            words=words,
        )

    def order(self, guid: str) -> Doc | None:
        """Fetch one sales order; None if there is none of this guid."""
        answer = self._get(f"/SalesOrders/{guid}", allow=(404,))
        return _object(answer) if answer.ok else None

    def orders_with_source_id(self, source_id: str) -> list[Doc]:
        """Fetch the sales orders that carry our order's id, deleted ones left out."""
        return self._first_page("/SalesOrders", sourceId=source_id)

    def post_order(self, body: Doc) -> Answer:
        """Create a sales order under the guid in its body; a refusal is an answer too."""
        path = f"/SalesOrders/{body['Guid']}"
        return self._http.post(path, body, headers=self._signed(""), allow=REFUSALS)

    def shipments(self, since: datetime | None) -> Iterator[list[Doc]]:
        """Give pages of dispatched shipments changed since a moment, in no order to rely on."""
        return self._pages(
            "/SalesShipments",
            modifiedSince=iso(since) if since else None,
            shipmentStatus="Dispatched",
        )

    def stock(self, since: datetime | None, warehouse: str) -> Iterator[list[Doc]]:
        """Give pages of stock counts changed since a moment."""
        return self._pages(
            "/StockOnHand",
            modifiedSince=iso(since) if since else None,
            warehouseCode=warehouse,
        )

    def warehouses(self) -> list[Doc]:
        """Fetch the warehouses in use; a copy may be some minutes old."""
        return self._kept("/Warehouses")

    def taxes(self) -> list[Doc]:
        """Fetch the tax codes; a copy may be some minutes old."""
        return self._kept("/Taxes")

    def forget(self) -> None:
        """Drop the copies, as a refusal may mean that they are too old."""
        for endpoint in ("/Warehouses", "/Taxes"):
            _copies.pop((*self._whose, endpoint), None)

    def customers(self, *, email: str = "", code: str = "") -> list[Doc]:
        """Fetch customers by contact e-mail, or by how their code begins."""
        return self._first_page("/Customers", contactEmail=email, customerCode=code)

    def post_customer(self, body: Doc) -> Answer:
        """Create a customer under the guid in its body, or write the same one once more."""
        path = f"/Customers/{body['Guid']}"
        return self._http.post(
            path, body, headers=self._signed(""), repeatable=True, allow=REFUSALS
        )

    def prove(self) -> None:
        """Make the cheapest call that needs the credentials."""
        self._pages_of(self._get(f"/Warehouses?{query(pageSize=1)}"))

    # How they are made.

    def _signed(self, signed_query: str) -> dict[str, str]:
        return {"api-auth-signature": sign(signed_query, self._key)}

    def _get(self, path: str, *, allow: tuple[int, ...] = ()) -> Answer:
        return self._http.get(path, headers=self._signed(path.partition("?")[2]), allow=allow)

    def _kept(self, endpoint: str) -> list[Doc]:
        """Fetch a small list, or give the copy: calls are counted against the month's allowance."""
        name = (*self._whose, endpoint)
        made_at, rows = _copies.get(name, (0.0, []))
        if not rows or time.monotonic() - made_at > COPY_SECONDS:
            rows = self._first_page(endpoint)
            if len(_copies) >= COPIES_KEPT:
                _copies.clear()
            _copies[name] = (time.monotonic(), rows)
        return rows

    def _first_page(self, endpoint: str, **filters: str) -> list[Doc]:
        asked = query(pageSize=PAGE_SIZE, **filters)
        return self._pages_of(self._get(f"{endpoint}?{asked}"))[0]

    def _pages(self, endpoint: str, **filters: str | None) -> Iterator[list[Doc]]:
        """Walk a list. The page stands in the path, which is not signed."""
        asked = query(pageSize=PAGE_SIZE, **filters)
        for page in range(1, PAGES_AT_MOST + 1):
            rows, pages = self._pages_of(self._get(f"{endpoint}/{page}?{asked}"))
            yield rows
            if page >= pages or not rows:
                return

    def _pages_of(self, answer: Answer) -> tuple[list[Doc], int]:
        """Read one page of a list: its rows, and how many pages there are (0 for none)."""
        body = _object(answer)
        rows, page = body.get("Items"), body.get("Pagination")
        if not isinstance(rows, list) or not isinstance(page, dict):
            raise answer.garbled("has no list in it")
        pages = page.get("NumberOfPages")
        if not isinstance(pages, int):
            raise answer.garbled("does not say how many pages there are")
        return [row if isinstance(row, dict) else {} for row in rows], pages


def _object(answer: Answer) -> Doc:
    body = answer.json()
    if not isinstance(body, dict):
        raise answer.garbled("is no object")
    return body
