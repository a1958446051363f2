from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.models import Submission
from integrations.services import request_submission
from integrations.shopify.tracking import contents
from orderdesk.lib.refused import Refused
from orders.drafts import ShipmentDraft
from orders.groupings import Picked
from orders.models import Order, OrderEvent, Shipment
from orders.services import (
    By,
    add_shipment,
    duplicate_order,
    hub,
    merge_orders,
    split_order,
)
from orders.services.passing import pass_back
from orders.services.shipments import change_shipment, remove_shipment
from rules.models import Rule, RuleRun
from tests.factories import make_connection, make_item, make_order
from tests.orders.pages import send

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def cart(store):
    return make_connection(store, "shopify", settings={"tracking": "to", "sync_tracking": True})


@pytest.fixture
def order(store, inside, cart) -> Order:
    return make_order(store, source_id="1042", items=(
        make_item(source_line_id="11"),
        make_item(name="Bowl", code="BOWL", quantity=Decimal(3), source_line_id="12"),
    ))  # fmt: skip


def split(order: Order, code: str, count: int, **how: bool) -> Order:
    item = order.items.get(code=code)
    wish = Picked({item.pk: Decimal(count)})
    return split_order(order=order, wish=wish, by=hub(), now=NOW, **how)[0]


def ship(order: Order, number: str = "1Z999", **fields) -> Shipment:
    draft = ShipmentDraft(tracking_number=number, carrier_code="UPS", **fields)
    made = add_shipment(order=order, draft=draft, source="Unleashed", by=hub(), now=NOW)
    assert made
    return made


def passed_to(order: Order) -> list[Shipment]:
    rows = Shipment.objects.for_store(order.store_id).present()
    return list(rows.filter(order=order, origin__isnull=False).order_by("pk"))


def told_to_the_cart(order: Order) -> list[tuple[int, int | None]]:
    rows = Submission.objects.for_store(order.store_id).filter(verb="push_shipment")
    return list(rows.order_by("pk").values_list("order_id", "shipment_id"))


def whole(order: Order) -> Order:
    return Order.objects.for_store(order.store_id).with_lines().get(pk=order.pk)


def test_the_cart_hears_of_a_split_off_parcel_once_and_from_its_own_order(order):
    part = split(order, "BOWL", 2)
    ship(part)

    [passed] = passed_to(order)
    assert (passed.tracking_number, passed.carrier_code) == ("1Z999", "UPS")
    assert passed.is_for_child
    assert told_to_the_cart(order) == [(order.pk, passed.pk)]


def test_it_names_the_carts_own_lines_though_they_left_the_order(order):
    part = split(order, "BOWL", 3)
    ship(part)

    [passed] = passed_to(order)
    assert contents(whole(order), passed) == {"12": 3}


def test_a_parcel_of_the_rest_takes_nothing_of_what_was_split_off(order):
    split(order, "BOWL", 1)

    assert contents(whole(order), ship(order)) == {"11": 2, "12": 2}


def test_the_second_of_two_parcels_holds_what_the_first_left(order):
    part = split(order, "BOWL", 2)
    ship(part, "1Z1", lines=[{"code": "BOWL", "name": "Bowl", "quantity": 1}])
    ship(part, "1Z2")

    assert [contents(whole(order), each) for each in passed_to(order)] == [{"12": 1}, {"12": 1}]


def test_passing_back_again_changes_nothing(order):
    parcel = ship(split(order, "BOWL", 2))
    events = OrderEvent.objects.for_store(order.store_id).count()

    pass_back(shipment=parcel, by=hub(), now=NOW)

    assert len(passed_to(order)) == 1
    assert OrderEvent.objects.for_store(order.store_id).count() == events


def test_a_change_and_a_removal_go_along(order):
    parcel = ship(split(order, "BOWL", 2))
    change_shipment(shipment=parcel, values={"tracking_number": "1Z000"}, by=hub(), now=NOW)
    [passed] = passed_to(order)
    assert (passed.tracking_number, passed.version) == ("1Z000", 2)

    parcel.refresh_from_db()
    remove_shipment(shipment=parcel, by=hub(), now=NOW)

    assert passed_to(order) == []
    row = Submission.objects.for_store(order.store_id).get(shipment=passed)
    assert row.state == "dropped"


def test_a_parcel_for_a_part_sets_off_no_rule_of_the_order_it_came_from(store, order):
    Rule(store=store, name="Close", trigger="shipment_added").save()
    part = split(order, "BOWL", 2)
    ship(part)

    runs = RuleRun.objects.for_store(store).filter(event__kind="shipment_added")
    assert [run.order_id for run in runs] == [part.pk]


def test_a_merged_parcel_reaches_each_original_with_its_own_lines(store, order):
    other = make_order(store, items=(make_item(code="PEN", name="Pen", source_line_id="21"),))
    merged = merge_orders(orders=[order, other], by=hub(), now=NOW)
    ship(merged)

    [first], [second] = passed_to(order), passed_to(other)
    assert {first.is_for_child, second.is_for_child} == {False}
    assert contents(whole(order), first) == {"11": 2, "12": 3}
    assert contents(whole(other), second) == {"21": 2}
    assert told_to_the_cart(order) == [(order.pk, first.pk), (other.pk, second.pk)]


def test_an_original_whose_lines_are_not_inside_hears_nothing(store, order):
    other = make_order(store, items=(make_item(code="PEN", name="Pen"),))
    merged = merge_orders(orders=[order, other], by=hub(), now=NOW)
    ship(merged, lines=[{"code": "PEN", "name": "Pen", "quantity": "2"}])

    assert (passed_to(order), len(passed_to(other))) == ([], 1)


def test_a_part_of_a_merged_order_finds_the_way_to_the_right_original(store, order):
    other = make_order(store, items=(make_item(code="PEN", name="Pen", source_line_id="21"),))
    merged = merge_orders(orders=[order, other], by=hub(), now=NOW)
    for code, count in (("PEN", 1), ("BOWL", 3)):
        ship(split(merged, code, count), number=f"1Z{code}")

    assert [each.is_for_child for each in passed_to(merged)] == [True, True]
    assert [contents(whole(order), each) for each in passed_to(order)] == [{"12": 3}]
    assert [contents(whole(other), each) for each in passed_to(other)] == [{"21": 1}]
    assert {pk for pk, _ in told_to_the_cart(order)} == {order.pk, other.pk}


def test_the_cart_hears_nothing_of_a_copy(order):
    ship(duplicate_order(order=order, by=hub(), now=NOW))

    assert told_to_the_cart(order) == []
    assert passed_to(order) == []


def test_rules_do_not_send_what_the_warehouse_has_with_the_order_it_was_split_from(
    store, order, by_alice
):
    warehouse = make_connection(store, "unleashed")
    send(store, order, warehouse, state="done", external_id="7")
    order.fulfillment_name, order.fulfillment_id = "Unleashed", "7"
    order.save()
    part = split(order, "BOWL", 2, confirmed=True)

    with pytest.raises(Refused, match="It is sent only by hand"):
        request_submission(order=part, connection=warehouse, by=By.rule("All"), now=NOW)
    assert request_submission(order=part, connection=warehouse, by=by_alice, now=NOW).pk


def test_a_script_that_clears_the_fulfillment_does_not_make_rules_send_a_part(store, order):
    warehouse = make_connection(store, "unleashed")
    send(store, order, warehouse, state="done", external_id="7", finished_at=NOW)
    part = split(order, "BOWL", 2, confirmed=True)
    smaller = split(part, "BOWL", 1, confirmed=True)
    for each in (order, part, smaller):
        each.fulfillment_name = each.fulfillment_id = ""
        each.save()

    for each in (part, smaller):
        with pytest.raises(Refused, match="It is sent only by hand"):
            request_submission(order=each, connection=warehouse, by=By.rule("All"), now=NOW)
