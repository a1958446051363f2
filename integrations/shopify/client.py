"""Shopify's Admin API, one method for each call.

Source: https://shopify.dev/docs/api/admin-graphql and https://shopify.dev/docs/api/admin-rest
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

from integrations.base import Account
from integrations.errors import (
    CredentialsRefused,
    IntegrationError,
    OutcomeUnknown,
    RequestRejected,
    TemporaryFailure,
)
from integrations.http import Answer, ApiClient

VERSION = "2026-07"
BASE = f"/admin/api/{VERSION}"
# An order of many lines has 60 kB and more; fifty of them stay below the limit of an answer.
PAGE_SIZE = 50
PAGES_AT_MOST = 20_000
TOPICS = ("ORDERS_CREATE", "ORDERS_UPDATED", "ORDERS_CANCELLED")

Doc = dict[str, Any]

_SHOP = "query { shop { name myshopifyDomain } }"
_SUBSCRIPTIONS = """
query ($topics: [WebhookSubscriptionTopic!]) {
  webhookSubscriptions(first: 100, topics: $topics) { nodes { topic uri } }
}"""
_SUBSCRIBE = """
mutation ($topic: WebhookSubscriptionTopic!, $to: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $to) {
    webhookSubscription { id }
    userErrors { field message }
  }
}"""
_FULFILL = """
mutation ($fulfillment: FulfillmentInput!) {
  fulfillmentCreate(fulfillment: $fulfillment) {
    fulfillment { id status }
    userErrors { field message }
  }
}"""


class ShopifyClient:
    """One shop."""

    def __init__(self, account: Account) -> None:
        token = account.secrets.get("access_token", "")
        self._http = ApiClient(
            "Shopify",
            account.base_url or f"https://{account.settings.get('shop_domain', '')}",
            is_ours=bool(account.base_url),
            headers={"Accept": "application/json", "X-Shopify-Access-Token": token},
            secrets=[token, *account.secrets.values()],
        )

    def shop(self) -> Doc:
        """Fetch the shop; shape: name, myshopifyDomain."""
        return self._ask(_SHOP, {}, "shop")

    def subscriptions(self) -> set[tuple[str, str]]:
        """Fetch who is told of orders, as (topic, address)."""
        asked = {"topics": list(TOPICS)}
        found = self._ask(_SUBSCRIPTIONS, asked, "webhookSubscriptions")
        return {(str(row.get("topic")), str(row.get("uri"))) for row in _rows(found, "nodes")}

    def subscribe(self, topic: str, address: str) -> None:
        """Have an address told of a topic; one that is told already stays as it is."""
        to = {"uri": address, "format": "JSON"}
        name = "webhookSubscriptionCreate"
        said = _user_errors(self._ask(_SUBSCRIBE, {"topic": topic, "to": to}, name))
        if said and "already been taken" not in said:
            raise RequestRejected(f"Shopify will not send {topic.lower()} to the hub: {said}")

    def orders(self, since: datetime | None) -> Iterator[Answer]:
        """Give pages of orders changed since a moment, in no order to rely on."""
        begin = f"&updated_at_min={quote(_iso(since))}" if since else ""
        path = f"{BASE}/orders.json?status=any&limit={PAGE_SIZE}{begin}"
        for _ in range(PAGES_AT_MOST):
            answer = self._http.get(path)
            yield answer
            page = _next_page(answer.headers.get("Link", ""))
            if not page:
                return
            path = f"{BASE}/orders.json?limit={PAGE_SIZE}&page_info={quote(page, safe='')}"

    def fulfillment_orders(self, order_id: str) -> list[Doc] | None:
        """Fetch what of an order is to be fulfilled, and where; None if there is no such order."""
        answer = self._http.get(
            f"{BASE}/orders/{quote(order_id, safe='')}/fulfillment_orders.json", allow=(404,)
        )
        return _rows(answer.json(), "fulfillment_orders") if answer.ok else None

    def fulfillments(self, order_id: str) -> list[Doc]:
        """Fetch what of an order has been fulfilled, with its tracking."""
        path = f"{BASE}/orders/{quote(order_id, safe='')}/fulfillments.json?limit=250"
        return _rows(self._http.get(path).json(), "fulfillments")

    def fulfill(self, fulfillment: Doc) -> str:
        """Fulfil part of an order and give the fulfilment's id.

        Raises:
            RequestRejected: with Shopify's words, if it will not.
        """
        answer, data = self._send(_FULFILL, {"fulfillment": fulfillment}, repeatable=False)
        result = data.get("fulfillmentCreate")
        result = result if isinstance(result, dict) else {}
        if said := _user_errors(result):
            raise RequestRejected(
                f"Shopify does not take the tracking: {said}", evidence=answer.evidence
            )
        made = result.get("fulfillment")
        if not isinstance(made, dict) or not made.get("id"):
            raise answer.garbled("names no fulfilment")
        return str(made["id"]).rpartition("/")[2]

    # GraphQL.

    def _ask(self, query: str, variables: Doc, name: str) -> Doc:
        """Send what may be sent twice and give one of the answer's objects."""
        found = self._send(query, variables, repeatable=True)[1].get(name)
        return found if isinstance(found, dict) else {}

    def _send(self, query: str, variables: Doc, *, repeatable: bool) -> tuple[Answer, Doc]:
        answer = self._http.post(
            f"{BASE}/graphql.json",
            {"query": query, "variables": variables},
            repeatable=repeatable,
        )
        body = answer.json()
        if isinstance(body, dict) and body.get("errors"):
            raise _graphql_error(body, answer)
        data = body.get("data") if isinstance(body, dict) else None
        if not isinstance(data, dict):
            raise answer.garbled("holds no data")
        return answer, data


def _graphql_error(body: Doc, answer: Answer) -> IntegrationError:
    """Give the error behind an answer that is 200 and yet says no."""
    given = body["errors"] if isinstance(body["errors"], list) else [body["errors"]]
    rows: list[Doc] = [row if isinstance(row, dict) else {"message": str(row)} for row in given]
    codes = {str((row.get("extensions") or {}).get("code") or "") for row in rows}
    said = " ".join(str(row.get("message") or "").rstrip(".") + "." for row in rows)[:300]
    if "THROTTLED" in codes:
        failure = TemporaryFailure(
            "Shopify asks the hub to slow down. The hub tries again by itself.",
            evidence=answer.evidence,
        )
        failure.retry_after = _throttled_seconds(body)
        return failure
    if "ACCESS_DENIED" in codes:
        return CredentialsRefused(
            f"The Shopify app lacks a permission: {said}", evidence=answer.evidence
        )
    if "INTERNAL_SERVER_ERROR" in codes:
        kind = TemporaryFailure if answer.repeatable else OutcomeUnknown
        return kind("Shopify has a problem of its own.", evidence=answer.evidence)
    return RequestRejected(f"Shopify refuses this: {said}", evidence=answer.evidence)


def _throttled_seconds(body: Doc) -> float:
    """Compute when the bucket holds enough again; at least a second."""
    cost = (body.get("extensions") or {}).get("cost") or {}
    bucket = cost.get("throttleStatus") or {}
    try:
        missing = cost["requestedQueryCost"] - bucket["currentlyAvailable"]
        return float(min(max(missing / bucket["restoreRate"], 1), 60))
    except (KeyError, TypeError, ZeroDivisionError):
        return 2.0


def _user_errors(payload: Doc) -> str:
    rows = payload.get("userErrors")
    said = [str(row.get("message")) for row in rows or [] if isinstance(row, dict)]
    return " ".join(sentence.rstrip(".") + "." for sentence in said)


def _rows(body: Any, name: str) -> list[Doc]:
    rows = body.get(name) if isinstance(body, dict) else None
    return [row for row in rows or [] if isinstance(row, dict)]


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _next_page(link: str) -> str:
    """Find the mark of the next page in a Link header; the address itself is never followed."""
    found = re.search(r'<([^<>]*)>;\s*rel="?next"?', link)
    marks = parse_qs(urlsplit(found[1]).query).get("page_info", []) if found else []
    return marks[0] if marks else ""
