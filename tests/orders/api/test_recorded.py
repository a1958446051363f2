"""Recorded calls: what clients of the contract send, and every value of what they get.

An answer is compared value by value and type by type. `<kind>` stands for any value of a kind,
`{name}` for one that was kept from an earlier answer.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest

RECORDED = Path(__file__).parent / "recorded"
STORIES = sorted(path.stem for path in RECORDED.glob("*.json"))
MOMENT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
KINDS = {
    "id": r"[1-9]\d*",
    "text": r".+",
    "url": r"https?://\S+",
    "seconds": r"\d+\.\d{4} seconds",
    "moment": MOMENT,
}
# Whole resources that another answer of the same story spells out.
FIELDS = {
    "order": {"id", "source_id", "order_total", "order_items", "order_shipments", "folder_id"},
    "shipment": {"id", "order_id", "store_id", "tracking_number", "label_image", "date_shipped"},
    "item": {"id", "name", "code", "price", "stock", "update_source", "date_updated"},
}


def assert_like(told: Any, expected: Any, where: str = "answer") -> None:
    """Compare an answer with a recorded one."""
    if isinstance(expected, dict):
        assert isinstance(told, dict), f"{where}: {told!r}"
        assert set(told) == set(expected), f"{where}: {list(told)}"
        for name, value in expected.items():
            assert_like(told[name], value, f"{where}.{name}")
    elif isinstance(expected, list):
        assert isinstance(told, list), f"{where}: {told!r}"
        assert len(told) == len(expected), f"{where}: {told!r}"
        for place, value in enumerate(expected):
            assert_like(told[place], value, f"{where}[{place}]")
    elif isinstance(expected, str) and expected.startswith("<"):
        assert is_of_kind(told, expected[1:-1]), f"{where}: {told!r} is no {expected}"
    else:
        assert (type(told), told) == (type(expected), expected), where


def is_of_kind(told: Any, kind: str) -> bool:
    if kind in FIELDS:
        return isinstance(told, dict) and set(told) >= FIELDS[kind] - {"label_image"}
    if kind == "number":
        return type(told) in (int, float)
    if kind == "folders":
        return isinstance(told, dict) and all(key.isdigit() for key in told)
    return isinstance(told, str) and bool(re.fullmatch(KINDS[kind], told))


def filled(value: Any, kept: dict[str, str]) -> Any:
    """Put what was kept in the place of its names."""
    if isinstance(value, dict):
        return {name: filled(each, kept) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, kept) for each in value]
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: kept[found[1]], value)
    return value


def at(answer: Any, path: str) -> Any:
    for step in path.split("."):
        answer = answer[int(step)] if step.isdigit() else answer[step]
    return answer


@pytest.mark.parametrize("story", STORIES)
def test_a_recorded_story_is_answered_value_by_value(script, story):
    kept: dict[str, str] = {}
    for call in json.loads((RECORDED / f"{story}.json").read_text()):
        method, path = call["send"]
        body = call.get("raw", filled(call["body"], kept) if "body" in call else None)

        answer = script.send(method, filled(path, kept), body)

        assert answer.status_code == call["status"], (call["of"], answer.content)
        assert answer["Content-Type"] == "application/json"
        assert int(answer["X-Tokens-Remaining"]) >= 0
        told = answer.json()
        kept |= {name: at(told, place) for name, place in call.get("keep", {}).items()}
        assert_like(told, filled(call["answer"], kept), call["of"])


def test_every_call_of_the_contract_is_recorded():
    calls = {
        (call["send"][0], re.sub(r"\{\w+\}", "#", call["send"][1].partition("?")[0]))
        for story in STORIES
        for call in json.loads((RECORDED / f"{story}.json").read_text())
    }

    one, many = {"GET", "PUT", "DELETE"}, {"GET", "POST"}
    assert calls == {
        *((method, "test") for method in many),
        ("GET", "store"),
        *((method, "orders") for method in many),
        *((method, "orders/#") for method in one),
        ("POST", "orders/#/order-history"),
        *((method, "orders/#/order-items") for method in many),
        *((method, "orders/#/order-items/#") for method in one),
        *((method, "orders/#/shipments") for method in many),
        *((method, "orders/#/shipments/#") for method in one),
        ("POST", "batch-shipments"),
        *((method, "inventory-items") for method in many),
        *((method, "inventory-items/#") for method in one),
        ("PUT", "batch-inventory-items"),
        ("POST", "move-orders"),
    }
