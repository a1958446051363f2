"""Orders and rules as plain data, for tests that need no database."""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from orders.drafts import Address
from orders.filters.facts import Facts, Snapshot
from rules.compile import Definition

NEW, PREPARED = 1, 2
UNLEASHED = 7
# A Wednesday, half past ten in Springfield.
NOW = datetime(2026, 3, 4, 16, 30, tzinfo=UTC)
FACTS = Facts(
    folders=((NEW, "New"), (PREPARED, "Prepared")),
    connections=((UNLEASHED, "Unleashed"),),
    timezone="America/Chicago",
)


TEXT_COLUMNS = (
    "source_id", "email", "customer_id", "shipping_method", "currency", "payment_type",
    "payment_status", "tag_name", "tag_color", "fulfillment_name", "fulfillment_id",
    *(f"{side}_{part.name}" for side in ("shipping", "customer") for part in fields(Address)),
)  # fmt: skip
TOTALS = ("product", "shipping", "tax", "discount", "handling", "refund", "quantity", "weight")


def an_order(**changes: Any) -> Snapshot:
    stated: dict[str, Any] = {
        **dict.fromkeys(TEXT_COLUMNS, ""),
        **{f"{total}_total": Decimal(0) for total in TOTALS},
        "id": 4811,
        "source_name": "Shopify",
        "shipping_country": "United States",
        "order_total": Decimal("65.00"),
        "folder_id": NEW,
        "checkout_data": {"gift": "Yes"},
        "order_metadata": {},
        "discount_list": [],
        "order_notes": [],
        "added_at": NOW - timedelta(hours=36),
        "updated_at": NOW,
        "canceled_at": None,
        "deleted_at": None,
        "items": (an_item(code="MUG-BLUE"), an_item(code="TEE-RED")),
        "shipments": (),
        "sent_to": frozenset(),
        "now": NOW,
        "timezone": FACTS.timezone,
        "email_count": 1,
        "stock": {},
        "links": frozenset(),
        "has_error": False,
    }
    return {**stated, **changes}


def an_item(**changes: Any) -> dict[str, Any]:
    stated = {
        "name": "",
        "code": "",
        "price": Decimal(0),
        "quantity": Decimal(1),
        "weight": Decimal(0),
        "category_code": "",
        "delivery_type": "ship",
        "fulfillment_method": "",
        "variation_list": {},
        "metadata": {},
    }
    return {**stated, **changes}


def a_filter(key: str, operator: str, value: Any = "", **more: Any) -> dict[str, Any]:
    return {"filter": key, "operator": operator, "value": value, **more}


def a_rule(
    *actions: dict[str, Any],
    pk: int = 1,
    filters: list[dict[str, Any]] | None = None,
    match: str = "all",
) -> Definition:
    return Definition(pk, f"Rule {pk}", 1, match, filters or [], list(actions))


def move(folder: int) -> dict[str, Any]:
    return {"action": "move_to_folder", "folder": folder}


def set_data(name: str, value: str) -> dict[str, Any]:
    return {"action": "set_checkout_data", "name": name, "value": value}


def send(connection: int = UNLEASHED) -> dict[str, Any]:
    return {"action": "send_order", "connection": connection}
