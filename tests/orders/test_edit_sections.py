"""Editing an order section by section: what changes, what is told, and two people at once."""

from decimal import Decimal

import pytest
from django.utils import timezone

from orders.merging import Conflict, comparable, merged
from orders.models import Order, OrderEvent, OrderItem
from orders.services import By, delete_order, hub, import_order
from orders.services.details import change_details
from orders.services.items import change_item
from stores.scoping import entered
from stores.work import Work
from tests.factories import (
    NEW_YEAR,
    make_address,
    make_connection,
    make_draft,
    make_item,
    make_order,
)
from tests.orders.editing import fill, form_on, order_page
from tests.orders.pages import send

SHOP = By.integration("Shopify")


def now_of(store, order) -> Order:
    with entered(store):
        return Order.objects.for_store(store).get(pk=order.pk)


def last_event(store, order) -> OrderEvent:
    with entered(store):
        found = OrderEvent.objects.for_store(store).filter(order=order).newest_first().first()
    assert found
    return found


def change(store, order, **values) -> None:
    """Somebody else saves this meanwhile."""
    with entered(store):
        change_details(order=order, values=values, by=hub(), now=timezone.now())


def test_details_are_saved_told_and_kept_against_the_cart(store, alice_client):
    order = make_order(store)

    fill(alice_client, order_page(store, order.pk, "/edit/details"), shipping_method="Express")

    event = last_event(store, order)
    assert now_of(store, order).shipping_method == "Express"
    assert (event.kind, event.actor_name) == ("details_changed", "alice@example.com")
    assert (event.before, event.after) == (
        {"shipping_method": "Standard"},
        {"shipping_method": "Express"},
    )
    assert now_of(store, order).edited_fields == ["shipping_method"]


def test_a_form_that_changes_nothing_tells_of_nothing(store, alice_client):
    order = make_order(store, placed_at=NEW_YEAR.replace(microsecond=123456))

    for part in ("details", "payment", "ship-to", "bill-to", "checkout-data", "discounts"):
        fill(alice_client, order_page(store, order.pk, f"/edit/{part}"))

    assert last_event(store, order).kind == "imported"
    assert now_of(store, order).version == order.version


def test_a_charge_moves_the_total_and_what_the_source_added_stays_in_it(store, alice_client):
    order = make_order(store, order_total=Decimal("66.00"))  # the parts add up to 65

    fill(alice_client, order_page(store, order.pk, "/edit/payment"), shipping_total="9.50")

    changed = now_of(store, order)
    assert (changed.shipping_total, changed.order_total) == (Decimal("9.50"), Decimal("70.50"))
    assert last_event(store, order).after == {"shipping_total": "9.5", "order_total": "70.5"}


def test_an_address_is_kept_whole_and_revert_gives_it_back(store, alice_client):
    order = make_order(store, source_key="k", shipping=make_address(city="Springfield"))
    fill(alice_client, order_page(store, order.pk, "/edit/ship-to"), city="Boston", state="MA")
    event = last_event(store, order)
    assert event.kind == "address_changed"
    assert event.before == {"shipping_city": "Springfield", "shipping_state": "IL"}

    with entered(store):
        later = make_draft(
            source_key="k", source_id=order.source_id, shipping=make_address(address1="1 New St")
        )
        import_order(store=store, draft=later, by=SHOP, now=timezone.now())
    kept = now_of(store, order)
    assert (kept.shipping_city, kept.shipping_address1) == ("Boston", "12 Mill Lane")
    page = alice_client.get(order_page(store, order.pk)).content.decode()
    assert "Shopify will not overwrite it" in page

    alice_client.post(order_page(store, order.pk, "/revert/ship-to"))

    back = now_of(store, order)
    assert (back.shipping_city, back.shipping_state) == ("Springfield", "IL")
    assert back.edited_fields == []
    assert (
        "will not overwrite it"
        not in alice_client.get(order_page(store, order.pk)).content.decode()
    )


def test_checkout_data_takes_several_fields_at_once_also_empty_ones(store, alice_client):
    order = make_order(store, checkout_data={"gift": "yes", "color": "red", "stays": "1"})

    fill(
        alice_client,
        order_page(store, order.pk, "/edit/checkout-data"),
        data_name=["gift", "", "stays", "due", "flag"],
        data_value=["no", "", "1", "2026-12-01", ""],
    )

    event = last_event(store, order)
    assert now_of(store, order).checkout_data == {
        "gift": "no", "stays": "1", "due": "2026-12-01", "flag": "",
    }  # fmt: skip
    assert event.kind == "checkout_data_changed"
    assert event.before["checkout_data"] == {"gift": "yes", "color": "red", "stays": "1"}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"data_name": ["x"], "data_value": ["y" * 3600]}, "at most 3,500 fit"),
        ({"data_name": [""], "data_value": ["lost"]}, "has no name"),
        ({"data_name": ["a", "a"], "data_value": ["1", "2"]}, "stands twice"),
        ({"data_name": ["a\x00"], "data_value": ["1"]}, "NUL"),
    ],
)
def test_checkout_data_that_cannot_be_kept_comes_back_as_typed(store, alice_client, typed, words):
    order = make_order(store, checkout_data={"gift": "yes"})

    answer = fill(alice_client, order_page(store, order.pk, "/edit/checkout-data"), **typed)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert now_of(store, order).checkout_data == {"gift": "yes"}


@pytest.mark.parametrize(
    ("part", "typed"),
    [
        ("payment", {"tax_total": "many"}),
        ("payment", {"tax_total": "-1"}),
        ("payment", {"refund_total": "1e30"}),
        ("payment", {"payment_status": "Perhaps"}),
        ("details", {"added_at": "2026-02-31T10:00"}),
        ("details", {"added_at": "0001-01-01T10:00"}),
        ("details", {"email": "x" * 255}),
        ("ship-to", {"city": "x" * 121}),
        ("discounts", {"discount_name": "a", "discount_code": "", "discount_amount": "NaN"}),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_saved(store, alice_client, part, typed):
    order = make_order(store)

    answer = fill(alice_client, order_page(store, order.pk, f"/edit/{part}"), **typed)

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert last_event(store, order).kind == "imported"


def test_a_discount_lowers_the_total(store, alice_client):
    order = make_order(store)

    fill(
        alice_client,
        order_page(store, order.pk, "/edit/discounts"),
        discount_name=["Loyal"], discount_code=["TEN"], discount_amount=["10"],
    )  # fmt: skip

    changed = now_of(store, order)
    assert changed.discount_list == [{"name": "Loyal", "code": "TEN", "amount": "10.00"}]
    assert (changed.discount_total, changed.order_total) == (Decimal(10), Decimal(55))


# --- items --------------------------------------------------------------------------------------


def test_items_are_added_changed_and_removed_with_their_sums_in_one_event_each(store, alice_client):
    order = make_order(store)
    with entered(store):
        mug = OrderItem.objects.for_store(store).get(order=order)

    fill(
        alice_client, order_page(store, order.pk, "/items/new"),
        name="Tea pot", code="POT", quantity="1", price="89.00",
        variation_name=["Color", ""], variation_value=["white", ""],
    )  # fmt: skip
    added = last_event(store, order)
    assert added.after["product_total"] == "149"
    fill(alice_client, order_page(store, order.pk, f"/items/{mug.pk}"), quantity="3")
    changed = last_event(store, order)
    assert changed.after["order_items"][str(mug.pk)]["quantity"] == "3"
    page = alice_client.get(order_page(store, order.pk))
    alice_client.post(
        order_page(store, order.pk, f"/items/{mug.pk}/remove"),
        form_on(page, order_page(store, order.pk, f"/items/{mug.pk}/remove")),
    )

    assert {added.kind, changed.kind, last_event(store, order).kind} == {"items_changed"}
    left = now_of(store, order)
    assert (left.product_total, left.order_total) == (Decimal(89), Decimal(94))
    with entered(store):
        pot = OrderItem.objects.for_store(store).get(order=order)
    assert pot.variation_list == {"Color": "white"}
    assert left.edited_fields == ["order_items"]

    alice_client.post(order_page(store, order.pk, "/revert/items"))

    with entered(store):
        (back,) = OrderItem.objects.for_store(store).filter(order=order)
    assert (back.code, back.quantity) == ("MUG-BLUE", Decimal(2))
    assert now_of(store, order).order_total == Decimal(65)


def test_an_item_changed_meanwhile_is_not_removed(store, alice_client):
    order = make_order(store)
    with entered(store):
        mug = OrderItem.objects.for_store(store).get(order=order)
    action = order_page(store, order.pk, f"/items/{mug.pk}/remove")
    seen = form_on(alice_client.get(order_page(store, order.pk)), action)
    with entered(store):
        values = {"quantity": Decimal(7)}
        change_item(order=order, item_id=mug.pk, values=values, by=hub(), now=timezone.now())

    answer = alice_client.post(action, seen, follow=True)

    assert "Somebody changed 7 × MUG-BLUE meanwhile" in answer.content.decode()
    with entered(store):
        assert OrderItem.objects.for_store(store).filter(pk=mug.pk).exists()


def test_what_was_typed_for_an_item_removed_meanwhile_can_be_added_anew(store, alice_client):
    order = make_order(store, items=(make_item(), make_item(code="TWO")))
    with entered(store):
        mug = OrderItem.objects.for_store(store).get(order=order, code="MUG-BLUE")
    address = order_page(store, order.pk, f"/items/{mug.pk}")
    typed = {**form_on(alice_client.get(address), address), "quantity": "5"}
    alice_client.post(f"{address}/remove")

    answer = alice_client.post(address, typed)
    again = order_page(store, order.pk, "/items/new")
    alice_client.post(again, form_on(answer, again))

    assert answer.status_code == 409
    with entered(store):
        anew = OrderItem.objects.for_store(store).get(order=order, code="MUG-BLUE")
    assert anew.quantity == Decimal(5)


# --- two people ---------------------------------------------------------------------------------


def test_two_people_who_change_different_fields_both_succeed(store, alice_client):
    order = make_order(store)
    address = order_page(store, order.pk, "/edit/details")
    typed = {**form_on(alice_client.get(address), address), "shipping_method": "Express"}
    change(store, order, email="new@example.com")

    answer = alice_client.post(address, typed)

    assert answer.status_code == 302
    both = now_of(store, order)
    assert (both.shipping_method, both.email) == ("Express", "new@example.com")


@pytest.mark.parametrize(("pick", "stays"), [("mine", "Express"), ("theirs", "Courier")])
def test_two_people_who_change_the_same_field_choose(store, alice_client, pick, stays):
    order = make_order(store)
    address = order_page(store, order.pk, "/edit/details")
    typed = form_on(alice_client.get(address), address)
    typed |= {"shipping_method": "Express", "email": "mine@example.com"}
    change(store, order, shipping_method="Courier")

    clash = alice_client.post(address, typed)

    assert clash.status_code == 409
    for words in ("Standard", "Courier", "Express", "Keep mine", "Take theirs"):
        assert words in clash.content.decode()
    assert now_of(store, order).shipping_method == "Courier"
    chosen = {**form_on(clash, address), "pick-shipping_method": pick}
    assert alice_client.post(address, chosen).status_code == 302
    after = now_of(store, order)
    assert (after.shipping_method, after.email) == (stays, "mine@example.com")


def test_a_third_person_is_noticed_as_well(store, alice_client):
    order = make_order(store)
    address = order_page(store, order.pk, "/edit/details")
    typed = {**form_on(alice_client.get(address), address), "shipping_method": "Express"}
    change(store, order, shipping_method="Courier")
    clash = alice_client.post(address, typed)
    change(store, order, shipping_method="Pigeon")

    answer = alice_client.post(address, form_on(clash, address))

    assert answer.status_code == 409
    assert "Pigeon" in answer.content.decode()
    assert now_of(store, order).shipping_method == "Pigeon"


def test_fields_of_checkout_data_clash_one_by_one(store, alice_client):
    order = make_order(store, checkout_data={"a": "1", "b": "1"})
    address = order_page(store, order.pk, "/edit/checkout-data")
    typed = form_on(alice_client.get(address), address)
    typed |= {"data_name": ["b", "new"], "data_value": ["2", "x"]}  # takes a away
    fill(alice_client, address, data_name=["a", "b"], data_value=["5", "1"])

    clash = alice_client.post(address, typed)
    alice_client.post(address, {**form_on(clash, address), "pick-a": "theirs"})

    assert clash.status_code == 409
    assert now_of(store, order).checkout_data == {"a": "5", "b": "2", "new": "x"}


def test_what_both_changed_to_the_same_is_no_clash():
    seen = {"a": comparable(Decimal("5.0000")), "b": "x", "gone": None}

    changes = merged(
        {"a": Decimal(7), "b": "x", "gone": "back"},
        {"a": Decimal("7.00"), "b": "mine", "gone": None},
        seen,
    )

    assert changes == {"b": "mine"}
    with pytest.raises(Conflict) as refused:
        merged({"a": Decimal(8)}, {"a": Decimal(7)}, seen)
    assert refused.value.clashes[0].theirs == "8"


# --- what cannot be edited ----------------------------------------------------------------------


def test_a_deleted_order_cannot_be_edited(store, alice_client):
    order = make_order(store)
    address = order_page(store, order.pk, "/edit/details")
    typed = {**form_on(alice_client.get(address), address), "shipping_method": "Express"}
    with entered(store):
        delete_order(order=order, by=hub(), now=timezone.now())

    assert alice_client.post(address, typed).status_code == 404
    assert now_of(store, order).shipping_method == "Standard"


def test_what_a_warehouse_reads_waits_until_the_order_is_sent(store, alice_client):
    order, connection = make_order(store), make_connection(store, "unleashed")
    send(store, order, connection, state=Work.State.WORKING)

    answer = fill(alice_client, order_page(store, order.pk, "/edit/ship-to"), city="Boston")
    fill(
        alice_client, order_page(store, order.pk, "/edit/checkout-data"),
        data_name=["gift"], data_value=["yes"],
    )  # fmt: skip

    assert answer.status_code == 422
    assert "being sent right now" in answer.content.decode()
    assert now_of(store, order).shipping_city == "Springfield"
    assert now_of(store, order).checkout_data == {"gift": "yes"}


@pytest.mark.parametrize("rest", ["/edit/ship-to", "/items/new", "/shipments", "/revert/ship-to"])
def test_who_may_not_edit_gets_no_form(store, bob_client, rest):
    order = make_order(store)

    assert bob_client.post(order_page(store, order.pk, rest)).status_code == 403


def test_a_section_comes_alone_where_htmx_asks_for_it(store, alice_client):
    order = make_order(store)
    address = order_page(store, order.pk, "/edit/ship-to")

    alone = alice_client.get(address, headers={"HX-Request": "true"}).content.decode()

    assert "<html" not in alone
    assert 'name="address1"' in alone
    assert alice_client.get(order_page(store, order.pk, "/edit/nothing")).status_code == 404
