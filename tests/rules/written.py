"""Orders and rules as plain data, for tests that need no database."""

from decimal import Decimal
from typing import Any

from orders.filters.facts import Facts, Snapshot
from rules.compile import Definition

NEW, PREPARED = 1, 2
UNLEASHED = 7
FACTS = Facts(
    folders=((NEW, "New"), (PREPARED, "Prepared")), connections=((UNLEASHED, "Unleashed"),)
)


def an_order(**changes: Any) -> Snapshot:
    stated = {
        "source_name": "Shopify",
        "shipping_country": "United States",
        "order_total": Decimal("65.00"),
        "folder_id": NEW,
        "checkout_data": {"gift": "Yes"},
        "items": ({"code": "MUG-BLUE"}, {"code": "TEE-RED"}),
        "sent_to": frozenset(),
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
