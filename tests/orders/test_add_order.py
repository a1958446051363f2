"""Adding an order by hand: what people fill in, what is filled in for them, what is refused."""

from decimal import Decimal

import pytest

from inventory.models import InventoryItem
from orders.formats import shown_country, shown_day, shown_phone
from orders.models import Folder, Order, OrderEvent, OrderItem
from orders.services.settings import change_order_settings
from stores.scoping import entered
from tests.factories import NEW_YEAR, make_order
from tests.orders.editing import fill, form_on

TYPED = {
    "shipping_first_name": "Ada",
    "shipping_last_name": "Byron",
    "shipping_address1": "12 Mill Lane",
    "shipping_city": "Springfield",
    "item_code": ["MUG-BLUE"],
    "item_name": ["Blue mug"],
    "item_quantity": ["2"],
    "item_price": ["30.00"],
    "item_weight": [""],
    "item_variations": ["Color: blue; Size: L"],
}


@pytest.fixture
def address(store) -> str:
    return f"/s/{store.pk}/orders/new"


def orders(store) -> list[Order]:
    with entered(store):
        return list(Order.objects.for_store(store).select_related("folder").order_by("pk"))


def stocked(store, **fields) -> None:
    with entered(store):
        InventoryItem(store=store, **fields).save()


def test_an_order_is_added_as_created_manually(store, alice_client, address):
    with entered(store):
        prepared = Folder.objects.for_store(store).get(name="Prepared")

    answer = fill(
        alice_client, address, **TYPED, folder=prepared.pk, shipping_total="5", note="Call first"
    )

    (order,) = orders(store)
    assert answer["Location"] == f"/s/{store.pk}/orders/{order.pk}"
    assert (order.source_name, order.source_id) == ("Order Desk", str(order.pk))
    assert (order.order_total, order.folder.name) == (Decimal(65), "Prepared")
    assert order.customer_last_name == "Byron"
    with entered(store):
        event = OrderEvent.objects.for_store(store).get(order=order)
        item = OrderItem.objects.for_store(store).get(order=order)
    assert (event.kind, event.actor_name) == ("created_manually", "alice@example.com")
    assert item.variation_list == {"Color": "blue", "Size": "L"}
    assert order.order_notes[0]["content"] == "Call first"


def test_a_code_alone_is_filled_from_the_inventory(store, alice_client, address):
    stocked(store, code="POT", name="Tea pot", price=Decimal("89"), weight=Decimal("1.5"))
    empty = {f"item_{name}": [""] for name in ("name", "quantity", "price", "weight", "variations")}

    fill(alice_client, address, **{**TYPED, **empty, "item_code": ["POT"]})

    with entered(store):
        item = OrderItem.objects.for_store(store).get()
    assert (item.name, item.price, item.weight, item.quantity) == ("Tea pot", 89, Decimal("1.5"), 1)


def test_a_pasted_address_fills_the_fields_and_adds_nothing_yet(store, alice_client, address):
    pasted = "Erika Mustermann\nHeidestraße 17\n51147 Köln\nDeutschland\nerika@example.com"

    page = fill(alice_client, address, paste=pasted, read="1", item_code=["KEPT"])

    filled = form_on(page, address)
    assert filled["shipping_city"] == ["Köln"]
    assert filled["shipping_country"] == ["DE"]
    assert filled["email"] == ["erika@example.com"]
    assert filled["item_code"][0] == "KEPT"
    assert "There is a problem" not in page.content.decode()
    assert orders(store) == []


def test_the_stores_defaults_stand_in_the_form(store, alice_client, address):
    with entered(store):
        values = {"number_prefix": "H-", "checkout_fields": {"gift": "no"}}
        change_order_settings(store=store, values=values)

    fill(alice_client, address, **TYPED)

    (order,) = orders(store)
    assert order.checkout_data == {"gift": "no"}
    assert order.source_id == f"H-{order.pk}"


def test_a_form_sent_twice_adds_one_order(store, alice_client, address):
    sent = {**form_on(alice_client.get(address), address), **TYPED}

    first, second = (alice_client.post(address, sent) for _ in range(2))

    (order,) = orders(store)
    assert first["Location"] == second["Location"] == f"{address[:-4]}/{order.pk}"


def test_a_number_that_is_taken_is_refused_or_counted_on(store, alice_client, address):
    make_order(store, source_name="Order Desk", source_key="7", source_id="7")

    refused = fill(alice_client, address, **TYPED, source_id="7")
    with entered(store):
        change_order_settings(store=store, values={"duplicates": "number"})
    fill(alice_client, address, **TYPED, source_id="7")
    fill(alice_client, address, **TYPED, source_id="7")

    assert refused.status_code == 422
    assert "is here already" in refused.content.decode()
    assert [order.source_id for order in orders(store)] == ["7", "7-2", "7-3"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"shipping_first_name": "", "shipping_last_name": "", "shipping_address1": "",
          "shipping_city": ""}, "Say who the order is for"),
        ({"item_code": [""], "item_name": [""], "item_price": [""], "item_variations": [""]},
         "An order needs an item"),
        ({"item_name": [""]}, "needs a name: MUG-BLUE is not in the inventory"),
        ({"item_code": ["A", ""], "item_name": ["A", ""], "item_variations": ["", "Color: red"]},
         "Item 2 needs a name or a code"),
        ({"item_name": ["Mug"] * 201}, "201 items are typed; 200 fit"),
        ({"item_quantity": ["many"]}, "Item 1, quantity"),
        ({"item_quantity": ["-1"]}, "Item 1, quantity"),
        ({"item_price": ["9" * 30]}, "Item 1, price"),
        ({"item_name": ["x" * 501]}, "501 characters"),
        ({"tax_total": "NaN"}, "Tax"),
        ({"placed_at": "2026-02-31T10:00"}, "Date"),
        ({"folder": "999999"}, "Folder"),
        ({"data_name": ["a"], "data_value": ["x" * 4000]}, "at most 3,500 fit"),
        ({"shipping_city": "a\x00b"}, "Null characters"),
    ],
)  # fmt: skip
def test_what_cannot_be_added_comes_back_as_typed(store, alice_client, address, typed, words):
    answer = fill(alice_client, address, **{**TYPED, "email": "kept@example.com", **typed})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "There is a problem" in page
    assert words in page
    assert "kept@example.com" in page
    assert orders(store) == []


def test_a_form_that_is_too_large_says_how_large_it_may_be(alice_client, store, address):
    too_many = alice_client.post(address, {"item_name": ["Mug"] * 12_001})
    too_long = alice_client.post(address, {"note": "x" * 10_000_001})

    assert (too_many.status_code, too_long.status_code) == (400, 400)
    assert "At most 12,000 fields fit" in too_many.content.decode()
    assert "At most 10,000,000 bytes fit" in too_long.content.decode()
    assert orders(store) == []


def test_more_blank_items_come_without_a_script(store, alice_client, address):
    page = fill(alice_client, address, **TYPED, more="1")

    assert form_on(page, address)["item_code"] == ["MUG-BLUE", "", "", ""]
    assert orders(store) == []


def test_items_are_suggested_by_their_code_and_by_words_of_their_name(
    store, other_store, alice_client
):
    stocked(store, code="MUG-BLUE", name="Blue mug, large", price=Decimal("12.50"))
    stocked(store, code="POT", name="Tea pot for mugs")
    stocked(store, code="CAP", name="Smug cap")
    stocked(other_store, code="MUG-THEIRS", name="Their mug")
    suggest = f"/s/{store.pk}/inventory/suggest"

    def codes(typed):
        return [item["code"] for item in alice_client.get(suggest, {"q": typed}).json()["items"]]

    assert codes("mug") == ["MUG-BLUE", "POT"]
    assert codes("blue mu") == ["MUG-BLUE"]
    assert codes("%") == codes("") == codes("x\x00") == []
    found = alice_client.get(suggest, {"q": "mug-b"}).json()["items"][0]
    assert (found["price"], found["name"]) == ("12.5", "Blue mug, large")


def test_who_may_not_edit_adds_nothing(store, bob_client, address):
    assert bob_client.get(address).status_code == 403
    assert bob_client.post(address, TYPED).status_code == 403
    assert orders(store) == []


# --- how a store wants it shown -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("phone", "form", "country", "shown"),
    [
        ("(555) 010-0199", "dashes", "US", "555-010-0199"),
        ("1 555 010 0199", "plus", "US", "+15550100199"),
        ("030 1234567", "plus", "DE", "+49301234567"),
        ("0044 20 7946 0000", "plus", "GB", "+442079460000"),
        ("555-0100", "dashes", "US", "555-0100"),
        ("555 010 0199 ext 3", "digits", "US", "555 010 0199 ext 3"),
        ("555.010.0199", "digits", "US", "5550100199"),
        ("555.010.0199", "as_is", "US", "555.010.0199"),
    ],
)
def test_a_telephone_number_is_shown_as_the_store_wants(phone, form, country, shown):
    assert shown_phone(phone, form, country) == shown


@pytest.mark.parametrize(
    ("form", "shown"), [("j M Y", "1 Jan 2026"), ("m/d/Y", "01/01/2026"), ("d.m.Y", "01.01.2026")]
)
def test_a_day_is_shown_as_the_store_wants(form, shown):
    assert shown_day(NEW_YEAR, form) == shown


def test_a_country_is_shown_by_its_name_or_its_code():
    assert shown_country("us", "name") == "United States"
    assert shown_country("Germany", "code") == "DE"
    assert shown_country("Atlantis", "code") == "Atlantis"
