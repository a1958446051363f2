from decimal import Decimal

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integrations.services import request_submission
from orderdesk.lib.refused import Refused
from orders.drafts import ShipmentDraft
from orders.models import Order, OrderEvent, OrderItem, OrderSettings
from orders.services import By, add_shipment, delete_order, hub, import_order, merge_orders
from orders.services.copies import ChangedMeanwhile
from orders.services.links import family
from orders.services.merges import SUMS, may_merge_by_rule
from stores.scoping import entered
from tests.factories import make_address, make_connection, make_draft, make_item, make_order
from tests.orders.pages import folder, send

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def earlier(store, inside) -> Order:
    return make_order(
        store,
        source_id="1041",
        items=(make_item(),),
        checkout_data={"gift": "no", "note": "left"},
        discounts=({"name": "Spring", "code": "", "amount": "1.00"},),
    )


@pytest.fixture
def latest(store, earlier) -> Order:
    return make_order(
        store,
        source_id="1042",
        items=(make_item(code="BOWL", name="Bowl"),),
        checkout_data={"gift": "yes"},
        shipping=make_address(address1="9 New Street"),
        tax_total=Decimal("2.50"),
    )


def merge(*orders: Order, by: By | None = None) -> Order:
    return merge_orders(orders=orders, by=by or hub(), now=NOW)


def test_the_most_recent_order_leads_and_all_items_and_data_come_together(earlier, latest):
    merged = merge(latest, earlier)

    assert (merged.source_id, merged.source_name) == ("1042-M", "Shopify")
    assert merged.shipping_address1 == "9 New Street"
    assert merged.checkout_data == {"gift": "yes", "note": "left"}
    lines = list(OrderItem.objects.for_store(merged.store_id).filter(order=merged).in_order())
    assert [line.code for line in lines] == ["MUG-BLUE", "BOWL"]
    assert [line.origin.order_id for line in lines if line.origin] == [earlier.pk, latest.pk]
    assert merged.discount_list == [{"name": "Spring", "code": "", "amount": "1.00"}]
    assert merged.order_total == earlier.order_total + latest.order_total


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.integers(min_value=0, max_value=99999), min_size=2, max_size=4))
def test_nothing_is_created_or_lost_when_orders_are_merged(store, cents):
    with entered(store):
        orders = [
            make_order(
                store,
                items=(make_item(price=Decimal(each) / 100),),
                tax_total=Decimal(each) / 300,
                handling_total=Decimal(each) / 7,
                refund_total=Decimal(each) / 900,
                discounts=({"name": "x", "code": "", "amount": str(Decimal(each) / 500)},),
            )
            for each in cents
        ]
        for order in orders:
            order.refresh_from_db()
        merged = merge(*orders)
        merged.refresh_from_db()

    for name in SUMS:
        assert getattr(merged, name) == sum(getattr(order, name) for order in orders), name


def test_everybody_is_told_and_linked(earlier, latest):
    merged = merge(earlier, latest)

    events = OrderEvent.objects.for_store(merged.store_id)
    [beginning] = events.filter(order=merged)
    assert (beginning.kind, beginning.sentence) == ("merged", "Merged from orders 1041, 1042")
    assert events.filter(order=earlier).newest_first()[0].sentence == "Merged into order 1042-M"
    assert family(merged).groups == [("Merged from", [earlier, latest])]
    assert family(earlier).groups == [("Merged into", [merged])]


def test_originals_go_to_the_folder_the_store_keeps_for_them(store, earlier, latest):
    OrderSettings(store=store, merged_folder=folder(store, "Closed")).save()

    merged = merge(earlier, latest)

    earlier.refresh_from_db()
    assert (earlier.folder.name, merged.folder.name) == ("Closed", "New")


def test_an_original_is_not_sent_while_the_merged_order_is_here(store, earlier, latest):
    warehouse = make_connection(store, "unleashed")
    merged = merge(earlier, latest)

    with pytest.raises(Refused, match="merged into order 1042-M"):
        request_submission(order=earlier, connection=warehouse, by=hub(), now=NOW)
    delete_order(order=merged, by=hub(), now=NOW)
    assert request_submission(order=earlier, connection=warehouse, by=hub(), now=NOW).pk


def test_a_deleted_order_that_was_sent_still_stands_for_its_originals(store, earlier, latest):
    warehouse = make_connection(store, "unleashed")
    merged = merge(earlier, latest)
    send(store, merged, warehouse, state="done", external_id="7")
    delete_order(order=merged, by=hub(), now=NOW)

    with pytest.raises(Refused, match="merged into"):
        request_submission(order=latest, connection=warehouse, by=hub(), now=NOW)


def test_an_original_canceled_later_keeps_rules_from_sending_the_merged_order(
    store, earlier, latest, by_alice
):
    warehouse = make_connection(store, "unleashed")
    merged = merge(earlier, latest)
    canceled = make_draft(source_key=earlier.source_key, canceled_at=NOW, source_updated_at=NOW)
    import_order(store=store, draft=canceled, by=hub(), now=NOW)

    with pytest.raises(Refused, match="1041, which was merged into order 1042-M, is canceled"):
        request_submission(order=merged, connection=warehouse, by=By.rule("All"), now=NOW)
    merged.refresh_from_db()
    assert merged.canceled_at is None
    assert request_submission(order=merged, connection=warehouse, by=by_alice, now=NOW).pk


def test_a_merged_order_is_canceled_with_the_last_of_its_originals(store, earlier, latest):
    merged = merge(earlier, latest)
    for order in (earlier, latest):
        canceled = make_draft(source_key=order.source_key, canceled_at=NOW, source_updated_at=NOW)
        import_order(store=store, draft=canceled, by=hub(), now=NOW)

    merged.refresh_from_db()
    assert (bool(merged.canceled_at), merged.folder.name) == (True, "Canceled")


def refused_orders():
    def currency(store, order):
        order.currency = "EUR"
        order.save()

    def canceled(store, order):
        order.canceled_at = NOW
        order.save()

    def deleted(store, order):
        delete_order(order=order, by=hub(), now=NOW)

    def on_its_way(store, order):
        send(store, order, make_connection(store, "unleashed"))

    def sent(store, order):
        send(store, order, make_connection(store, "unleashed"), state="done", external_id="1")

    def shipped(store, order):
        add_shipment(order=order, draft=ShipmentDraft(tracking_number="1Z"), source="Manual",
                     by=hub(), now=NOW)  # fmt: skip

    def merged(store, order):
        merge(order, make_order(store))

    return [
        (currency, "in EUR and USD"),
        (canceled, "1042 is canceled"),
        (deleted, "1042 is deleted"),
        (on_its_way, "1042 is being sent"),
        (sent, "has order 1042 already"),
        (shipped, "1042 is shipped"),
        (merged, "1042 was merged into"),
    ]


@pytest.mark.parametrize(
    ("spoil", "words"), refused_orders(), ids=lambda each: getattr(each, "__name__", "")
)
def test_what_could_be_sent_twice_or_not_be_paid_is_refused(store, earlier, latest, spoil, words):
    spoil(store, latest)

    with pytest.raises(Refused, match=words):
        merge(earlier, latest)


def test_one_order_alone_is_not_merged(earlier):
    with pytest.raises(Refused, match="two orders or more"):
        merge(earlier, earlier)


def test_a_preview_that_is_old_is_not_carried_out(earlier, latest):
    with pytest.raises(ChangedMeanwhile):
        merge_orders(
            orders=[earlier, latest], by=hub(), now=NOW, versions={latest.pk: latest.version + 1}
        )


@pytest.mark.parametrize(
    ("changed", "may"),
    [
        ({}, True),
        ({"first_name": "ADA ", "city": "Elsewhere"}, True),
        ({"last_name": "Lovelace"}, False),
        ({"company": "Acme"}, False),
        ({"address1": "12 Mill Street"}, False),
    ],
)
def test_rules_merge_only_what_goes_to_the_same_door(store, inside, changed, may):
    orders = [make_order(store), make_order(store, shipping=make_address(**changed))]

    assert may_merge_by_rule(orders) is may


def test_rules_merge_nothing_without_an_address(store, inside):
    nowhere = make_address(address1="")

    assert not may_merge_by_rule([make_order(store, shipping=nowhere) for _ in range(2)])
