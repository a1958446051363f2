"""Whatever is sent: an answer in the envelope that names what is wrong, and nothing half saved."""

import json
from io import BytesIO
from typing import Any

import pytest

from orders.models import Order, OrderEvent, Shipment
from stores.models import Store
from stores.scoping import entered
from tests.orders.api.conftest import ORDER

ITEM = ORDER["order_items"][0]


def counted(store: Store) -> list[int]:
    with entered(store):
        return [
            Order.objects.for_store(store).count(),
            OrderEvent.objects.for_store(store).count(),
            Shipment.objects.for_store(store).count(),
        ]


def raw(**fields: str) -> str:
    """Write the sample order as JSON, with fields given as JSON text themselves."""
    rest = {name: json.dumps(value) for name, value in ORDER.items()}
    pairs = ", ".join(f'"{name}": {text}' for name, text in {**rest, **fields}.items())
    return f"{{{pairs}}}"


WRONG_FIELDS: list[tuple[str, dict[str, str]]] = [
    ("tax_total", {"tax_total": '"a lot"'}),
    ("tax_total", {"tax_total": "true"}),
    ("tax_total", {"tax_total": "NaN"}),
    ("tax_total", {"tax_total": "1e999"}),
    ("tax_total", {"tax_total": "-Infinity"}),
    ("tax_total", {"tax_total": '"NaN"'}),
    ("tax_total", {"tax_total": "[1]"}),
    ("tax_total", {"tax_total": "9" * 5000}),
    ("tax_total", {"tax_total": "1e99999999999999999999"}),
    ("tax_total", {"tax_total": "99999999999"}),
    ("email", {"email": "{}"}),
    ("email", {"email": "false"}),
    ("email", {"email": "NaN"}),
    ("email", {"email": '"a\\u0000b"'}),
    ("email", {"email": '"a\\ud800b"'}),
    ("email", {"email": json.dumps("e" * 255)}),
    ("shipping", {"shipping": '"here"'}),
    ("shipping.city", {"shipping": '{"first_name": "A", "city": ["x"]}'}),
    ("shipping", {"shipping": "[]"}),
    ("shipping_city", {"shipping": json.dumps({"first_name": "A", "city": "c" * 121})}),
    ("date_added", {"date_added": '"2026-02-30"'}),
    ("date_added", {"date_added": '"0000-00-00 00:00:00"'}),
    ("date_added", {"date_added": "20260101"}),
    ("payment_status", {"payment_status": '"Paid-ish"'}),
    ("checkout_data", {"checkout_data": '["a"]'}),
    ("checkout_data", {"checkout_data": '"a"'}),
    ("checkout_data.Gift", {"checkout_data": '{"Gift": {"to": "me"}}'}),
    ("checkout_data.Gift", {"checkout_data": '{"Gift": "\\u0000"}'}),
    ("checkout_data", {"checkout_data": json.dumps({"a": "x" * 3500})}),
    ("order_metadata", {"order_metadata": json.dumps({"a": "x" * 2000})}),
    ("discount_list[0].amount", {"discount_list": '[{"name": "x", "amount": "-1"}]'}),
    ("discount_list", {"discount_list": '{"name": "x"}'}),
    ("order_notes[0].content", {"order_notes": json.dumps([{"content": "n" * 1801}])}),
    ("order_notes[0].date_added", {"order_notes": '[{"content":"n","date_added":"2026-13-01"}]'}),
    ("order_items", {"order_items": "[]"}),
    ("order_items", {"order_items": "{}"}),
    ("order_items", {"order_items": '"glue"'}),
    ("order_items", {"order_items": json.dumps([ITEM] * 5001)}),
    ("order_items[1]", {"order_items": json.dumps([ITEM, "glue"])}),
    ("order_items[0].name", {"order_items": "[null]"}),
    ("order_items[0].price", {"order_items": '[{"name": "x", "price": "1,000"}]'}),
    ("order_items[0].quantity", {"order_items": '[{"name": "x", "quantity": -1}]'}),
    ("order_items[0].delivery_type", {"order_items": '[{"name": "x", "delivery_type": "fly"}]'}),
    ("order_items[0].name", {"order_items": json.dumps([{"name": "n" * 501}])}),
    ("order_shipments[0].tracking_number", {"order_shipments": "[{}]"}),
    ("tracking_number", {"order_shipments": json.dumps([{"tracking_number": "1" * 251}])}),
    ("folder_id", {"folder_id": "0.5"}),
    ("folder_id", {"folder_id": "999999999"}),
    ("folder_id", {"folder_id": '"New"'}),
    ("tax_total", {"tax_total": '1, "tax_total": 2'}),
]


@pytest.mark.parametrize(
    ("field", "fields"), WRONG_FIELDS, ids=[f"{n}-{f}" for n, (f, _) in enumerate(WRONG_FIELDS)]
)
def test_a_value_that_does_not_fit_is_refused_by_name(script, store, field, fields):
    answer = script.send("POST", "orders", raw(**fields))

    body = answer.json()
    assert answer.status_code == 400, body
    assert body["status"] == "error"
    assert field in body["message"]
    assert body["errors"][0] == body["message"]
    assert counted(store) == [0, 0, 0]


@pytest.mark.parametrize(
    "body",
    [
        *("", "{", "[]", "null", "7", '"text"', "{'a': 1}", "\x00", "[" * 100_000),
        *('{"a":' * 5000, "[" * 900 + "]" * 900, '{"a":' * 60 + "1" + "}" * 60, b"\xff\xfe{}"),
    ],
    ids=range(13),
)
@pytest.mark.parametrize("path", ["orders", "move-orders"])
def test_a_body_that_is_no_object_is_refused(script, store, path, body):
    answer = script.send("POST", path, body)

    assert answer.status_code == 400
    assert answer.json()["status"] == "error"
    assert counted(store) == [0, 0, 0]


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_body_over_the_limit_is_refused(script, method):
    path = "orders" if method == "POST" else f"orders/{script.made()['id']}"

    answer = script.send(method, path, raw(email=json.dumps("x" * 20_000_000)))

    assert answer.status_code == 413
    assert "10,000,000" in answer.json()["message"]


@pytest.mark.parametrize(
    "kind", ["application/json", "text/plain", "application/x-www-form-urlencoded", ""]
)
def test_json_is_read_whatever_the_client_calls_it(script, kind):
    answer = script.generic("POST", "/api/v2/orders", raw(), kind)

    assert answer.status_code == 201


def test_an_answer_is_json_whatever_the_client_accepts(script):
    for accept in ("text/html", "application/xml", "nonsense"):
        answer = script.get("/api/v2/test?format=xml", headers={"Accept": accept})

        assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "CONNECT", "OPTIONS"])
def test_a_verb_outside_the_contract_is_refused_in_the_envelope(script, method):
    answer = script.send(method, "orders")

    assert answer.status_code == 405
    assert answer.json()["status"] == "error"


@pytest.mark.parametrize(
    "path",
    [
        *("nothing", "nothing/", "orders//", "/", "orders/x", "orders/-1", "orders/1/order-items"),
        *("inventory-items/1", "orders/1/order-items/1", "orders/1/shipments"),
        *("orders/" + "9" * 30, "orders/" + "9" * 5000, "", "orders/1/shipments/" + "9" * 30),
    ],
    ids=range(14),
)
def test_an_address_that_does_not_exist_is_a_404_in_the_envelope(script, path):
    answer = script.send("GET", path)

    assert answer.status_code == 404
    assert answer.json()["status"] == "error"


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("order_id_list", {"destination_folder_name": "Closed"}),
        ("order_id_list", {"order_id_list": [], "destination_folder_name": "Closed"}),
        ("order_id_list", {"order_id_list": "1", "destination_folder_name": "Closed"}),
        ("order_id_list[0]", {"order_id_list": ["x"], "destination_folder_name": "Closed"}),
        ("order_id_list[0]", {"order_id_list": [True], "destination_folder_name": "Closed"}),
        ("order_id_list[0]", {"order_id_list": [10**30], "destination_folder_name": "Closed"}),
        ("order_id_list", {"order_id_list": [1] * 1001, "destination_folder_name": "Closed"}),
        ("destination_folder_id", {"order_id_list": ["ID"]}),
        ("destination_folder_id", {"order_id_list": ["ID"], "destination_folder_id": 10**9}),
        ("destination_folder_name", {"order_id_list": ["ID"], "destination_folder_name": "Nope"}),
        ("destination_folder_name", {"order_id_list": ["ID"], "destination_folder_name": "\x00"}),
        (
            "one of them",
            {
                "order_id_list": ["ID"],
                "destination_folder_id": 1,
                "destination_folder_name": "Closed",
            },
        ),
    ],
)
def test_a_move_that_cannot_be_meant_moves_nothing(script, field, body):
    order = script.made()
    if body.get("order_id_list") == ["ID"]:
        body = {**body, "order_id_list": [order["id"]]}

    answer = script.send("POST", "move-orders", body)

    assert answer.status_code == 400
    assert field in answer.json()["message"]
    after = script.send("GET", f"orders/{order['id']}").json()["order"]
    assert after["folder_id"] == order["folder_id"]


@pytest.mark.parametrize(
    ("field", "path", "body"),
    [
        ("tracking_number", "shipments", {}),
        ("tracking_number", "shipments", {"tracking_number": "  "}),
        ("tracking_number", "shipments", {"tracking_number": "1\x00"}),
        ("weight", "shipments", {"tracking_number": "1", "weight": "w" * 21}),
        ("tracking_url", "shipments", {"tracking_number": "1", "tracking_url": "javascript:x"}),
        ("date_shipped", "shipments", {"tracking_number": "1", "date_shipped": "2026-02-30"}),
        ("order_items", "shipments", {"tracking_number": "1", "order_items": "{not json"}),
        ("order_items", "shipments", {"tracking_number": "1", "order_items": [1]}),
        ("order_items", "shipments", {"tracking_number": "1", "order_items": [{"code": [1]}]}),
        ("note", "order-history", {}),
        ("note", "order-history", {"note": " "}),
        ("note", "order-history", {"note": "n" * 1801}),
        ("note", "order-history", {"note": "a\x00"}),
        ("source_name", "order-history", {"note": "a", "source_name": "s" * 81}),
    ],
)
def test_a_part_that_does_not_fit_adds_nothing(script, store, field, path, body):
    order = script.made()
    before = counted(store)

    answer = script.send("POST", f"orders/{order['id']}/{path}", body)

    assert answer.status_code == 400
    assert field in answer.json()["message"]
    assert counted(store) == before


@pytest.mark.parametrize("body", [None, "", {}, {"data": ORDER}, {"email": None}])
def test_a_body_that_states_nothing_clears_no_order(script, body):
    order = script.made()

    answer = script.send("PUT", f"orders/{order['id']}", body)

    assert answer.status_code == 400
    assert answer.json()["message"] == "The body states nothing of the order."
    assert script.send("GET", f"orders/{order['id']}").json()["order"] == order


def in_chunks(body: bytes) -> dict[str, Any]:
    """What a server hands on of a body that came in chunks: it has an end and no stated length."""
    return {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(body),
        "wsgi.input_terminated": True,
    }


def test_a_body_in_chunks_is_read_whole(script, settings):
    order = script.made()
    where = f"/api/v2/orders/{order['id']}"
    body = json.dumps({**order, "email": "dean@example.com"}).encode()

    changed = script.put(where, **in_chunks(body))
    settings.API_BODY_LIMIT = len(body) - 1
    too_large = script.put(where, **in_chunks(body))

    assert (changed.status_code, too_large.status_code) == (200, 413)
    assert changed.json()["order"]["email"] == "dean@example.com"
    assert changed.json()["order"]["order_items"] == order["order_items"]


def test_a_body_that_is_too_large_is_read_over(script, settings):
    # What is left in the connection would be taken for the next call.
    settings.API_BODY_LIMIT = 1000
    body = BytesIO(b"x" * 9000)

    answer = script.post("/api/v2/orders", **{**in_chunks(b""), "wsgi.input": body})

    assert answer.status_code == 413
    assert body.read() == b""


def test_a_shipment_that_does_not_fit_leaves_no_order_behind(script, store):
    shipments = [{"tracking_number": "1"}, {"tracking_number": "2", "weight": "w" * 21}]

    answer = script.send("POST", "orders", {**ORDER, "order_shipments": shipments})

    assert answer.status_code == 400
    assert counted(store) == [0, 0, 0]


def test_another_stores_folder_is_refused(script, other_script, store):
    stranger = int(next(iter(other_script.send("GET", "store").json()["store"]["folders"])))

    made = script.send("POST", "orders", {**ORDER, "folder_id": stranger})
    order = script.made()
    moved = script.send(
        "POST",
        "move-orders",
        {"order_id_list": [order["id"]], "destination_folder_id": stranger},
    )

    assert (made.status_code, moved.status_code) == (400, 400)
    assert "folder_id" in made.json()["message"]
    assert "destination_folder_id" in moved.json()["message"]


@pytest.mark.parametrize("path", ["/api/v2", "/api/v2/", "/api/v2/stores", "/api/v2/orders/x"])
def test_an_address_that_is_none_is_answered_in_the_envelope(script, path):
    answer = script.get(path)

    assert answer.status_code == 404
    assert answer.json()["message"] == "There is nothing at this address."
    assert answer.json()["execution_time"]
    assert answer["X-Tokens-Remaining"].isdigit()


def test_a_label_over_the_limit_is_refused_by_name(script, store):
    order = script.made()
    before = counted(store)
    parcel = {"tracking_number": "X1", "label_image": "A" * 1_000_001}

    alone = script.send("POST", f"orders/{order['id']}/shipments", parcel)
    within = script.send("POST", "orders", {**ORDER, "order_shipments": [parcel]})

    assert (alone.status_code, within.status_code) == (400, 400)
    assert alone.json()["message"].startswith("label_image: ")
    assert within.json()["message"].startswith("order_shipments[0].label_image: ")
    assert counted(store) == before
    parcel["label_image"] = "A" * 1_000_000
    assert script.send("POST", f"orders/{order['id']}/shipments", parcel).status_code == 201
