"""What a cart states anew about an order: taken over, left to a person, or ignored."""

import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from orderdesk.lib.refused import Refused
from orders.models import Order, OrderEvent, OrderItem, OrderSettings, SourceChange
from orders.services import By, import_order, replace_order
from orders.services.details import change_details, change_discounts
from orders.services.items import add_items
from orders.services.lines import keep_same_lines
from orders.services.source_changes import apply_source_change, ignore_source_change
from stores.scoping import entered
from tests.factories import NEW_YEAR, make_draft, make_item

pytestmark = pytest.mark.django_db
SHOPIFY = By.integration("Shopify")
LATER = NEW_YEAR + timedelta(hours=1)


def choose(store, policy):
    OrderSettings(store=store, source_changes=policy).save()


def bring_in(store, draft):
    return import_order(store=store, draft=draft, by=SHOPIFY, now=timezone.now())


def waiting(store):
    return SourceChange.objects.for_store(store).waiting()


def events_of(order, kind):
    rows = OrderEvent.objects.for_store(order.store_id).filter(order=order, kind=kind)
    return list(rows.order_by("pk"))


def another(draft, **changed):
    return replace(draft, source_updated_at=LATER, **changed)


def test_a_change_that_waits_leaves_the_order_as_it_is(inside):
    choose(inside, "ask")
    draft = make_draft()
    order = bring_in(inside, draft).order

    assert bring_in(inside, another(draft, email="new@example.com")).result == "unchanged"

    order.refresh_from_db()
    assert order.email == draft.email
    change = waiting(inside).get()
    assert change.after == {"email": "new@example.com"}
    (event,) = events_of(order, "source_change_waiting")
    assert event.details == {"email": f"{draft.email} → new@example.com"}


def test_the_same_change_stated_again_waits_once_and_is_told_once(inside):
    choose(inside, "ask")
    draft = make_draft()
    order = bring_in(inside, draft).order
    for minutes in range(3):
        later = LATER + timedelta(minutes=minutes)
        bring_in(inside, replace(draft, source_updated_at=later, email="new@example.com"))

    assert waiting(inside).count() == 1
    assert len(events_of(order, "source_change_waiting")) == 1


def test_a_later_change_takes_the_place_of_the_one_that_waits(inside):
    choose(inside, "ask")
    draft = make_draft()
    bring_in(inside, draft)
    bring_in(inside, another(draft, email="one@example.com"))
    bring_in(inside, replace(draft, source_updated_at=LATER + timedelta(1), email="two@x.example"))

    assert waiting(inside).get().after == {"email": "two@x.example"}
    assert SourceChange.objects.for_store(inside).filter(state="replaced").count() == 1


def test_a_source_that_takes_its_change_back_leaves_nothing_waiting(inside):
    choose(inside, "ask")
    draft = make_draft()
    bring_in(inside, draft)
    bring_in(inside, another(draft, email="one@example.com"))
    bring_in(inside, replace(draft, source_updated_at=LATER + timedelta(1)))

    assert not waiting(inside).exists()


def test_a_change_taken_over_by_a_person_brings_amounts_and_lines_with_it(inside, by_alice):
    choose(inside, "ask")
    draft = make_draft(items=(make_item(source_line_id="1", quantity=Decimal(2)),))
    order = bring_in(inside, draft).order
    lines = (make_item(source_line_id="1", quantity=Decimal(5)), make_item(code="NEW"))
    bring_in(inside, another(draft, items=lines, tax_total=Decimal("7.77")))
    change = waiting(inside).get()

    apply_source_change(change=change, by=by_alice, now=timezone.now())

    order.refresh_from_db()
    assert order.tax_total == Decimal("7.77")
    rows = OrderItem.objects.for_store(inside).filter(order=order).in_order()
    assert [(row.quantity, row.code) for row in rows] == [(5, lines[0].code), (2, "NEW")]
    assert order.quantity_total == 7
    (event,) = events_of(order, "updated")
    assert event.actor == "user"
    change.refresh_from_db()
    assert (change.state, change.decided_by) == ("applied", by_alice.user)


def test_a_change_is_decided_once(inside, by_alice):
    choose(inside, "ask")
    draft = make_draft()
    bring_in(inside, draft)
    bring_in(inside, another(draft, email="new@example.com"))
    change = waiting(inside).get()
    ignore_source_change(change=change, by=by_alice, now=timezone.now())

    with pytest.raises(Refused, match="meanwhile"):
        apply_source_change(change=change, by=by_alice, now=timezone.now())


def test_a_store_that_ignores_changes_is_told_of_them_and_keeps_its_order(inside):
    choose(inside, "ignore")
    draft = make_draft()
    order = bring_in(inside, draft).order
    later = another(draft, email="new@example.com")
    bring_in(inside, later)
    bring_in(inside, later)

    order.refresh_from_db()
    assert order.email == draft.email
    assert len(events_of(order, "source_change_ignored")) == 1


@pytest.mark.parametrize("policy", ["apply", "ask", "ignore"])
def test_a_cancel_is_honored_whatever_the_store_chose(inside, policy):
    choose(inside, policy)
    draft = make_draft()
    order = bring_in(inside, draft).order

    bring_in(inside, another(draft, canceled_at=LATER, email="new@example.com"))

    order.refresh_from_db()
    assert order.canceled_at == LATER
    assert order.folder.name == "Canceled"


def test_what_the_cart_states_against_an_edit_made_here_is_told_and_not_taken(inside, by_alice):
    draft = make_draft()
    order = bring_in(inside, draft).order
    edited = replace(draft, email="right@example.com")
    replace_order(order=order, draft=edited, by=by_alice, now=timezone.now())

    bring_in(inside, another(draft, email="wrong@example.com"))

    order.refresh_from_db()
    assert order.email == "right@example.com"
    (event,) = events_of(order, "source_change_ignored")
    assert "email" in event.sentence


def test_lines_edited_here_keep_their_sums_when_the_cart_changes_a_charge(inside, by_alice):
    draft = make_draft(items=(make_item(quantity=Decimal(1), price=Decimal(10)),))
    order = bring_in(inside, draft).order
    ours = replace(draft, items=(make_item(quantity=Decimal(3), price=Decimal(10)),))
    replace_order(order=order, draft=ours, by=by_alice, now=timezone.now())
    order.refresh_from_db()
    # Somebody gave the grand total back to the sum of its parts.
    order.edited_fields = ["order_items"]
    order.save(update_fields=["edited_fields"])

    bring_in(inside, another(draft, tax_total=Decimal(2), shipping_total=Decimal(0)))

    order.refresh_from_db()
    assert order.product_total == 30
    assert order.order_total == Decimal(32) - order.discount_total + order.handling_total


def test_people_decide_on_the_order_page(alice_client, store):
    with entered(store):
        choose(store, "ask")
        draft = make_draft()
        order = bring_in(store, draft).order
        bring_in(store, another(draft, email="new@example.com"))
        change = waiting(store).get()
    shown = alice_client.get(reverse("orders:order_view", args=[store.pk, order.pk]))
    assert "new@example.com" in shown.content.decode()

    address = reverse("orders:source_change_decide", args=[store.pk, change.pk])
    answer = alice_client.post(address, {"decision": "apply"}, follow=True)

    assert answer.status_code == 200
    with entered(store):
        order.refresh_from_db()
        assert order.email == "new@example.com"


def edit(order, by, **values):
    now = timezone.now()
    if "discounts" in values:
        change_discounts(order=order, discounts=values["discounts"], by=by, now=now)
    else:
        change_details(order=order, values=values, by=by, now=now)


def discount(amount):
    return {"name": "Off", "code": "", "amount": amount}


# What is stated holds its tax in the prices, so the total is less than the sum of its parts.
OWN_TOTAL = {
    "items": (make_item(quantity=Decimal(1), price=Decimal(50)),),
    "shipping_total": Decimal(5),
    "tax_total": Decimal(8),
    "discounts": (discount("3.00"),),
    "order_total": Decimal(52),
}


@pytest.mark.parametrize(
    ("edits", "discounted", "total"),
    [
        ({"shipping_total": Decimal(9)}, 3, 60 + 4),
        ({"shipping_total": Decimal(9), "handling_total": Decimal(2)}, 3, 60 + 6),
        ({"discounts": [discount("10.00")]}, 10, 60 - 7),
        ({"discounts": []}, 0, 60 + 3),
    ],
)
@pytest.mark.parametrize("policy", ["apply", "ask"])
def test_a_charge_or_discount_edited_here_moves_the_total_the_cart_states(
    inside, by_alice, edits, discounted, total, policy
):
    choose(inside, policy)
    draft = make_draft(**OWN_TOTAL)
    order = bring_in(inside, draft).order
    edit(order, by_alice, **edits)

    items = (make_item(quantity=Decimal(1), price=Decimal(58)),)
    bring_in(inside, another(draft, items=items, order_total=Decimal(60)))
    if policy == "ask":
        apply_source_change(change=waiting(inside).get(), by=by_alice, now=timezone.now())

    order.refresh_from_db()
    assert (order.discount_total, order.order_total) == (discounted, total)


def test_lines_edited_here_keep_what_the_carts_total_has_beside_its_parts(inside, by_alice):
    draft = make_draft(**OWN_TOTAL)
    order = bring_in(inside, draft).order
    add_items(order=order, items=[make_item(price=Decimal(1))], by=by_alice, now=timezone.now())

    bring_in(inside, another(draft, shipping_total=Decimal(6), order_total=Decimal(53)))

    order.refresh_from_db()
    assert (order.product_total, order.order_total) == (52, 55)


def test_an_edit_made_while_a_change_waits_counts_in_its_total(inside, by_alice):
    choose(inside, "ask")
    draft = make_draft(**OWN_TOTAL)
    order = bring_in(inside, draft).order
    more = {"shipping_total": Decimal(8), "tax_total": Decimal(9), "order_total": Decimal(55)}
    bring_in(inside, another(draft, **more))
    edit(order, by_alice, shipping_total=Decimal(10), handling_total=Decimal(1))

    apply_source_change(change=waiting(inside).get(), by=by_alice, now=timezone.now())

    order.refresh_from_db()
    # The cart's 55 hold 8 for shipping, ours is 10; and 1 for handling comes on top.
    assert (order.shipping_total, order.tax_total, order.order_total) == (10, 9, 58)


def test_what_a_script_replaced_follows_the_cart_in_what_it_left_alone(inside, by_alice):
    draft = make_draft(items=(make_item(source_line_id="1"),))
    order = bring_in(inside, draft).order
    ours = replace(draft, items=(make_item(source_line_id="1", quantity=Decimal(3)),))
    replace_order(order=order, draft=ours, by=by_alice, now=timezone.now())

    bring_in(inside, another(draft, shipping_total=Decimal(7)))

    order.refresh_from_db()
    assert (order.product_total, order.order_total) == (90, 97)


def test_giving_the_same_back_by_script_leaves_the_carts_own_total(inside, by_alice):
    draft = make_draft(**OWN_TOTAL)
    order = bring_in(inside, draft).order
    same = replace(draft, order_total=None, email="new@example.com")

    replace_order(order=order, draft=same, by=by_alice, now=timezone.now())

    order.refresh_from_db()
    assert (order.email, order.order_total) == ("new@example.com", 52)


def test_a_change_that_was_ignored_does_not_wait_again_when_it_is_pulled_again(inside, by_alice):
    choose(inside, "ask")
    draft = make_draft()
    bring_in(inside, draft)
    later = another(draft, email="new@example.com")
    bring_in(inside, later)
    ignore_source_change(change=waiting(inside).get(), by=by_alice, now=timezone.now())

    bring_in(inside, later)

    assert not waiting(inside).exists()


def test_thousands_of_lines_without_ids_find_themselves_without_comparing_each_with_each(inside):
    order = Order(store=inside)
    present, fresh, other = (
        [
            OrderItem(pk=pk and place + 1, order=order, code=f"{place % 2500}", price=price)
            for place in range(5000)
        ]
        for pk, price in ((True, 1), (None, 1), (None, 2))
    )
    begun = time.process_time()

    keep_same_lines(present, fresh)
    keep_same_lines(present, other)

    # Compared each with each they take many times as long.
    assert time.process_time() - begun < 2
    assert [row.pk for row in fresh] == [row.pk for row in present]
    assert not any(row.pk for row in other)
