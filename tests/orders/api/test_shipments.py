"""Shipments: changed, taken off, and added to many orders at once."""

from typing import Any

import pytest

from orders.models import OrderEvent, Shipment
from stores.models import Store
from stores.scoping import entered
from tests.factories import make_order
from tests.orders.api.conftest import ScriptClient

LABEL = {"tracking_number": "X1", "label_image": "aW1hZ2U=", "label_format": "PNG"}


def tracking(script: ScriptClient, order_id: str) -> list[str]:
    shipments = script.send("GET", f"orders/{order_id}/shipments").json()["shipments"]
    return [each["tracking_number"] for each in shipments]


def kinds(store: Store) -> list[str]:
    with entered(store):
        rows = OrderEvent.objects.for_store(store).order_by("pk")
        return list(rows.values_list("kind", flat=True))


def test_a_shipment_given_back_as_shown_changes_nothing(script, store):
    order = script.made(order_shipments=[{**LABEL, "date_shipped": "2026-02-01"}])
    shown = order["order_shipments"][0]

    answer = script.send("PUT", f"orders/{order['id']}/shipments/{shown['id']}", shown)

    assert answer.json()["shipment"] == shown
    assert kinds(store) == ["imported", "shipment_added"]


def test_a_new_number_leads_to_the_page_of_its_carrier(script, store):
    order = script.made(order_shipments=[{"tracking_number": "1Z999AA10123456784"}])
    shown = order["order_shipments"][0]

    answer = script.send(
        "PUT",
        f"orders/{order['id']}/shipments/{shown['id']}",
        {**shown, "tracking_number": "1Z999AA10123456785"},
    )

    assert "1Z999AA10123456785" in answer.json()["shipment"]["tracking_url"]
    assert kinds(store)[-1] == "shipment_updated"


def test_a_label_stays_where_a_put_leaves_it_out(script):
    order = script.made(order_shipments=[LABEL])
    path = f"orders/{order['id']}/shipments/{order['order_shipments'][0]['id']}"

    changed = script.send("PUT", path, {"tracking_number": "X2"}).json()["shipment"]
    cleared = script.send("PUT", path, {"tracking_number": "X2", "label_image": ""})

    assert (changed["label_image"], changed["label_format"]) == ("aW1hZ2U=", "")
    assert cleared.json()["shipment"]["label_image"] == ""


def test_a_shipment_taken_off_is_gone_for_scripts_and_stays_as_a_row(script, store):
    order = script.made(order_shipments=[{"tracking_number": "X1"}])
    path = f"orders/{order['id']}/shipments/{order['order_shipments'][0]['id']}"

    statuses = [script.send("DELETE", path).status_code for _ in range(2)]

    assert statuses == [200, 404]
    assert [script.send(method, path, LABEL).status_code for method in ("GET", "PUT")] == [404, 404]
    assert tracking(script, order["id"]) == []
    assert script.send("GET", f"orders/{order['id']}").json()["order"]["order_shipments"] == []
    assert kinds(store)[-1] == "shipment_deleted"
    with entered(store):
        assert Shipment.objects.for_store(store).get().removed_at


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("tracking_number", {}),
        ("tracking_number", {"tracking_number": " "}),
        ("carrier_code", {"tracking_number": "1", "carrier_code": "c" * 81}),
        ("weight", {"tracking_number": "1", "weight": "w" * 21}),
        ("tracking_url", {"tracking_number": "1", "tracking_url": "javascript:x"}),
        ("tracking_url", {"tracking_number": "1", "tracking_url": "https://" + "x" * 1000}),
        ("date_shipped", {"tracking_number": "1", "date_shipped": "2026-02-30"}),
        ("order_items", {"tracking_number": "1", "order_items": "{not json"}),
        ("label_image", {"tracking_number": "1", "label_image": "A" * 1_000_001}),
    ],
)
def test_a_change_that_does_not_fit_changes_nothing(script, field, body):
    order = script.made(order_shipments=[{"tracking_number": "X1"}])
    path = f"orders/{order['id']}/shipments/{order['order_shipments'][0]['id']}"

    answer = script.send("PUT", path, body)

    assert answer.status_code == 400
    assert field in answer.json()["message"]
    assert script.send("GET", path).json()["shipment"] == order["order_shipments"][0]


def test_a_batch_takes_every_form_that_clients_send(script):
    order = script.made(source_id="S-1")
    by_id = {"order_id": int(order["id"]), "tracking_number": "1"}
    by_number = {"source_id": "S-1", "source_name": "Skynet"}
    forms: list[Any] = [
        [by_id],
        {"shipments": [by_id]},
        {**by_number, "shipments": [{"tracking_number": "2"}, {"tracking_number": "3"}]},
        {"order_id": order["id"], "shipments": [{"tracking_number": "4"}]},
        {**by_number, "tracking_number": "5"},
        [{**by_number, "shipments": [{"tracking_number": "6"}]}, by_id],
        {"shipments": [{"order_id": order["id"], "shipments": [{"tracking_number": "7"}]}]},
    ]

    answers = [script.send("POST", "batch-shipments", form) for form in forms]

    assert [answer.status_code for answer in answers] == [200] * len(forms)
    results = [result for answer in answers for result in answer.json()["shipments"]]
    assert {result["status"] for result in results} == {"success"}
    assert {result["order_id"] for result in results} == {order["id"]}
    assert tracking(script, order["id"]) == ["1", "1", "2", "3", "4", "5", "6", "1", "7"]


def test_a_row_that_fails_stops_no_other_and_leaves_nothing(script, other_script, store):
    order, theirs = script.made(source_id="S-1"), other_script.made()
    twins = [make_order(store, source_name="Woo", source_id="#7", source_key=k) for k in "ab"]
    rows: list[Any] = [
        {"order_id": theirs["id"], "tracking_number": "1"},
        {"order_id": "9" * 40, "tracking_number": "1"},
        {"order_id": "x", "tracking_number": "1"},
        {"order_id": order["id"]},
        {"tracking_number": "1"},
        {"source_id": "S-1", "tracking_number": "1"},
        {"source_id": "S-2", "source_name": "Skynet", "tracking_number": "1"},
        {"source_id": "#7", "source_name": "Woo", "tracking_number": "1"},
        {"order_id": order["id"], "source_id": "S-9", "tracking_number": "1"},
        {"order_id": order["id"], "shipments": [{"tracking_number": "1"}, {"weight": "1"}]},
        {
            "order_id": order["id"],
            "shipments": [{"tracking_number": "1"}, {"tracking_number": " "}],
        },
        {"order_id": order["id"], "shipments": []},
        {"order_id": order["id"], "tracking_number": "1", "weight": "w" * 21},
        {"order_id": order["id"], "tracking_number": "1\x00"},
        *("text", None, 7, []),
        {"order_id": order["id"], "tracking_number": "good"},
    ]

    answer = script.send("POST", "batch-shipments", rows)

    results = answer.json()["shipments"]
    assert answer.status_code == 200
    assert [result["status"] for result in results] == ["error"] * (len(rows) - 1) + ["success"]
    assert all(result["message"] for result in results)
    assert tracking(script, order["id"]) == ["good"]
    assert all(tracking(script, str(twin.pk)) == [] for twin in twins)
    assert tracking(other_script, theirs["id"]) == []


@pytest.mark.parametrize(
    "body", [[], {}, {"shipments": []}, {"shipments": "x"}, '"text"', 7, None, [{}] * 501]
)
def test_a_batch_that_is_none_is_refused(script, body):
    answer = script.send("POST", "batch-shipments", body)

    assert answer.status_code == 400
    assert "shipments" in answer.json()["message"]


def test_a_batch_asks_little_for_each_row(script, django_assert_max_num_queries):
    order = script.made()
    rows = [{"order_id": order["id"], "tracking_number": str(place)} for place in range(20)]

    with django_assert_max_num_queries(20 * 14 + 20):
        script.send("POST", "batch-shipments", rows)
