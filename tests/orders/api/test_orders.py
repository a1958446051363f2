"""Orders over the API, as clients of the contract send and read them."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from orders.api.order_body import OrderSerializer
from orders.models import Folder, Order, OrderEvent
from stores.models import Store
from stores.scoping import entered
from tests.factories import make_item, make_order
from tests.orders.api.conftest import ORDER


def events(store: Store, order_id: str) -> list[str]:
    with entered(store):
        rows = OrderEvent.objects.for_store(store).filter(order_id=order_id).order_by("pk")
        return list(rows.values_list("kind", flat=True))


def folder_ids(store: Store) -> dict[str, int]:
    with entered(store):
        return dict(Folder.objects.for_store(store).values_list("name", "pk"))


def test_a_test_call_proves_the_key_by_get_and_by_post(script):
    for method in ("GET", "POST"):
        answer = script.send(method, "test")

        body = answer.json()
        assert answer.status_code == 200
        assert (body["status"], body["message"]) == ("success", "Connection Successful")
        assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", body["current_date_time"])
        assert body["execution_time"].endswith(" seconds")


def test_the_store_shows_its_folders_as_a_map_and_nothing_secret(script, store):
    shown = script.send("GET", "store").json()["store"]

    assert shown["folders"] == {str(pk): name for name, pk in folder_ids(store).items()}
    assert shown["id"] == str(store.pk)
    assert set(shown) == {
        *("id", "name", "country", "currency", "timezone", "date_added", "folders"),
        *("date_format", "phone_format", "country_format", "ioss_number"),
        *("locale", "stock_behavior", "shipping_methods"),
    }


def test_the_store_tells_its_locale_and_the_shipping_methods_of_its_orders(
    script, other_script, store
):
    for method in ("Ground", "Air", "Ground", ""):
        script.made(source_id="", shipping_method=method)
    other_script.made(shipping_method="Pigeon")
    Store.objects.filter(pk=store.pk).update(country="NZ")

    shown = script.send("GET", "store").json()["store"]

    assert shown["locale"] == "en_NZ"
    assert shown["shipping_methods"] == ["Air", "Ground"]


def test_values_have_exactly_the_types_of_the_contract(script, store):
    order = script.made()

    assert order["id"].isdigit()
    assert order["folder_id"] == folder_ids(store)["New"]
    assert {name: order[name] for name in order if name.endswith("_total")} == {
        "quantity_total": 1,
        "weight_total": 1,
        "product_total": 10,
        "shipping_total": 11.17,
        "handling_total": 0.5,
        "tax_total": 1.2,
        "discount_total": 1.7,
        "order_total": 21.17,
        "refund_total": 0,
    }
    assert order["processor_balance"] == 21.17
    assert order["email_count"] == "1"
    assert order["cc_number_masked"] == "xxxxxxxxxxxx4242"
    assert order["order_metadata"] == {"fraud_protection_score": "0"}
    assert order["discount_list"] == ORDER["discount_list"]
    assert order["order_notes"] == ORDER["order_notes"]
    assert order["order_items"][0]["metadata"] == []
    assert order["order_items"][0]["price"] == 10
    assert order["order_items"][0]["id"].isdigit()
    assert "cc_number" not in order


def test_an_order_shows_every_field_the_schema_names(script):
    order = script.made(order_shipments=[{"tracking_number": "n/a"}])

    fields: Any = OrderSerializer(context={"order": None}).fields
    readable = {name for name, field in fields.items() if not field.write_only}
    assert set(order) == readable
    for many in ("order_items", "order_shipments"):
        inner = {n for n, field in fields[many].child.fields.items() if not field.write_only}
        assert set(order[many][0]) == inner
    for one in ("shipping", "customer", "return_address"):
        assert set(order[one]) == set(fields[one].fields)


def test_one_address_counts_for_both(script):
    order = script.made()

    assert order["customer"]["first_name"] == "Jimmy"
    assert order["customer"]["city"] == "Nashville"
    assert "address3" in order["shipping"]
    assert "address3" not in order["customer"]


@pytest.mark.parametrize(
    "alias",
    [
        *("customer_first_name", "customer_last_name", "customer_company"),
        *("shipping_first_name", "shipping_last_name", "shipping_company"),
    ],
)
def test_a_flat_name_stands_for_the_nested_one(script, alias):
    order = script.made(shipping=[], **{alias: "Dean"})

    part = alias.split("_", 1)[1]
    assert order["customer"][part] == order["shipping"][part] == "Dean"


def test_an_order_without_status_number_or_channel_gets_the_defaults(script):
    order = script.made(payment_status="", source_id="", source_name=None)

    assert order["payment_status"] == "Captured"
    assert order["source_id"] == order["id"]
    assert order["source_name"] == "Order Desk"


def test_an_empty_text_for_a_number_counts_as_left_out(script):
    item = {"name": "Glue", "price": "2.5", "quantity": "", "weight": ""}

    order = script.made(order_items=[item], processor_balance="", folder_id="")

    assert order["order_items"][0]["quantity"] == 1
    assert order["processor_balance"] == order["order_total"]


@pytest.mark.parametrize("stated", ["captured", " Captured ", "CAPTURED"])
def test_a_payment_status_counts_in_any_letters(script, stated):
    assert script.made(payment_status=stated)["payment_status"] == "Captured"


def test_the_same_number_of_a_channel_is_refused_naming_the_order(script):
    first = script.made()

    answer = script.send("POST", "orders", ORDER)

    assert answer.status_code == 409
    assert f"order {first['id']}" in answer.json()["message"]
    assert script.send("GET", "orders").json()["total_records"] == 1


def test_a_number_an_integration_knows_by_another_key_is_refused_too(script, store):
    known = make_order(store, source_name="Shopify", source_key="5512", source_id="#1001")

    answer = script.send(
        "POST", "orders", {**ORDER, "source_name": "Shopify", "source_id": "#1001"}
    )

    assert answer.status_code == 409
    assert str(known.pk) in answer.json()["message"]


def test_an_order_goes_the_whole_way(script, store):
    order = script.made()
    where = f"orders/{order['id']}"

    got = script.send("GET", where).json()["order"]
    changed = script.send("PUT", where, {**got, "email": "dean@example.com"})
    shipped = script.send("POST", f"{where}/shipments", {"tracking_number": "1Z999AA10123456784"})
    moved = script.send(
        "POST",
        "move-orders",
        {"order_id_list": [order["id"]], "destination_folder_name": "Closed"},
    )
    noted = script.send("POST", f"{where}/order-history", {"note": "Phoned", "source_name": "CRM"})
    last = script.send("GET", where).json()["order"]
    deleted = script.send("DELETE", where, {})

    statuses = [each.status_code for each in (changed, shipped, moved, noted, deleted)]
    assert statuses == [200, 201, 200, 200, 200]
    assert got == order
    assert last["email"] == "dean@example.com"
    assert last["folder_id"] == folder_ids(store)["Closed"]
    assert last["order_shipments"][0]["carrier_code"] == "UPS"
    assert script.send("GET", where).status_code == 404
    assert script.send("GET", "orders").json()["orders"] == []
    assert events(store, order["id"]) == [
        *("imported", "details_changed", "shipment_added", "folder_changed", "history", "deleted")
    ]


def test_a_timeline_names_the_key_that_acted(script, store):
    order = script.made()

    with entered(store):
        event = OrderEvent.objects.for_store(store).get(order_id=order["id"])
    assert (event.actor, event.actor_name) == ("api", "Back office")


def test_giving_an_order_back_unchanged_changes_nothing(script, store):
    order = script.made(order_shipments=[{"tracking_number": "n/a"}])

    answer = script.send("PUT", f"orders/{order['id']}", order)

    assert answer.json()["order"] == order
    assert events(store, order["id"]) == ["imported", "shipment_added"]


def test_what_a_put_leaves_out_is_cleared(script):
    order = script.made()

    body = {"shipping": order["shipping"], "order_items": order["order_items"]}
    replaced = script.send("PUT", f"orders/{order['id']}", body).json()["order"]

    assert (replaced["email"], replaced["checkout_data"], replaced["order_notes"]) == ("", [], [])
    assert (replaced["shipping_total"], replaced["order_total"]) == (0, 10)
    # These are not the caller's to clear.
    for kept in ("id", "source_id", "source_name", "folder_id", "date_added", "cc_number_masked"):
        assert replaced[kept] == order[kept]


def test_a_put_updates_items_by_id_adds_new_ones_and_removes_absent_ones(script):
    order = script.made(order_items=[{"name": "Stays", "price": 1}, {"name": "Goes", "price": 2}])
    stays = order["order_items"][0]

    items = [{**stays, "quantity": 3}, {"name": "Comes", "price": 5}]
    body = {**order, "processor_balance": None, "order_items": items}
    replaced = script.send("PUT", f"orders/{order['id']}", body).json()["order"]

    assert [item["name"] for item in replaced["order_items"]] == ["Stays", "Comes"]
    assert replaced["order_items"][0]["id"] == stays["id"]
    assert replaced["product_total"] == 8


def test_a_put_that_changes_only_an_items_metadata_is_told(script, store):
    order = script.made()
    item = {**order["order_items"][0], "metadata": {"print_sku": "A-1"}}

    script.send("PUT", f"orders/{order['id']}", {**order, "order_items": [item]})

    assert events(store, order["id"]) == ["imported", "details_changed"]


def test_a_put_keeps_the_line_an_integration_knows(script, store):
    order = make_order(store, items=(make_item(source_line_id="line-7"),))
    shown = script.send("GET", f"orders/{order.pk}").json()["order"]

    script.send("PUT", f"orders/{order.pk}", {**shown, "email": "new@example.com"})

    with entered(store):
        assert order.items.get().source_line_id == "line-7"


def test_a_put_may_give_a_script_order_a_new_number_but_not_a_taken_one(script):
    taken = script.made(source_id="A-1")
    order = script.made(source_id="A-2")

    clash = script.send("PUT", f"orders/{order['id']}", {**order, "source_id": "A-1"})
    moved = script.send("PUT", f"orders/{order['id']}", {**order, "source_id": "A-3"})

    assert clash.status_code == 409
    assert taken["id"] in clash.json()["message"]
    assert moved.json()["order"]["source_id"] == "A-3"


def test_a_put_does_not_take_an_order_from_its_integration(script, store):
    order = make_order(store, source_id="#1001")
    shown = script.send("GET", f"orders/{order.pk}").json()["order"]

    answer = script.send("PUT", f"orders/{order.pk}", {**shown, "source_name": "Other"})

    assert answer.status_code == 400
    assert "source_name" in answer.json()["message"]


def test_a_put_with_a_line_of_another_order_changes_nothing(script):
    order = script.made(source_id="A-1")
    other = script.made(source_id="A-2", email="other@example.com")
    stranger = other["order_items"][0]

    answer = script.send(
        "PUT",
        f"orders/{order['id']}",
        {**order, "email": "x@example.com", "order_items": [stranger]},
    )

    assert answer.status_code == 400
    assert stranger["id"] in answer.json()["message"]
    assert script.send("GET", f"orders/{order['id']}").json()["order"] == order


def test_a_list_asks_no_more_often_for_more_orders(script, django_assert_num_queries):
    for place in range(5):
        script.made(source_id=f"B-{place}", email=f"b{place}@example.com")
    script.send("GET", "orders")

    # The key; the page, its items, shipments, count, e-mail counts and history; what enters twice.
    for limit, expected in ((1, 1), (50, 5)):
        with django_assert_num_queries(15):
            body = script.send("GET", f"orders?limit={limit}&get_order_history=1").json()
        assert body["records_returned"] == expected


def test_email_counts_are_of_the_whole_store(script):
    script.made(source_id="A-1")
    script.made(source_id="A-2")
    script.made(source_id="A-3", email="other@example.com")

    listed = script.send("GET", "orders?limit=2").json()["orders"]

    assert [order["email_count"] for order in listed] == ["1", "2"]


def test_shipments_are_listed_shown_and_typed(script, store):
    order = script.made()
    where = f"orders/{order['id']}/shipments"

    made = script.send(
        "POST",
        where,
        {
            "tracking_number": "X1",
            "weight": 1.5,
            "cost": "4.20",
            "shipment_date": "2026-02-01",
            "order_items": [{"code": "crzyg-554", "quantity": 1}],
        },
    ).json()["shipment"]

    assert made == {
        "id": made["id"],
        "order_id": order["id"],
        "store_id": str(store.pk),
        "tracking_number": "X1",
        "carrier_code": "",
        "shipment_method": "",
        "weight": "1.5",
        "cost": "4.20",
        "status": "",
        "tracking_url": "",
        "label_format": "",
        "label_image": "",
        "print_status": "1",
        "order_items": '[{"code": "crzyg-554", "quantity": "1"}]',
        "source": "Manual",
        "cart_shipment_id": "",
        "label_shipment_id": "",
        "date_shipped": "2026-02-01",
        "date_added": made["date_added"],
    }
    assert script.send("GET", where).json()["shipments"] == [made]
    assert script.send("GET", f"{where}/{made['id']}").json()["shipment"] == made


def test_the_other_wrong_names_of_a_move_are_understood(script, store):
    order = script.made()
    closed = folder_ids(store)["Closed"]

    answer = script.send("POST", "move-orders", {"order_ids": [order["id"]], "folder_id": closed})

    assert answer.json()["results"] == [
        {"order_id": order["id"], "previous_folder_id": folder_ids(store)["New"]}
    ]


def test_a_move_with_one_missing_order_moves_none(script, other_script, store):
    order, stranger = script.made(), other_script.made()

    answer = script.send(
        "POST",
        "move-orders",
        {"order_id_list": [order["id"], stranger["id"]], "destination_folder_name": "Closed"},
    )

    assert answer.status_code == 404
    assert stranger["id"] in answer.json()["message"]
    shown = script.send("GET", f"orders/{order['id']}").json()["order"]
    assert shown["folder_id"] == folder_ids(store)["New"]


def test_an_order_can_be_made_in_a_folder_with_a_date(script, store):
    closed = folder_ids(store)["Closed"]

    order = script.made(folder_id=str(closed), date_added="2026-01-31T20:00:00+02:00")

    assert order["folder_id"] == closed
    assert order["date_added"] == "2026-01-31 18:00:00"
    with entered(store):
        assert Order.objects.for_store(store).get().added_at == datetime(
            2026, 1, 31, 18, tzinfo=UTC
        )
