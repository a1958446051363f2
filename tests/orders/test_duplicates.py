import pytest
from django.utils import timezone

from orderdesk.lib.refused import Refused
from orders.models import OrderEvent, OrderItem
from orders.services import delete_order, duplicate_order, hub, move_order
from orders.services.links import family
from tests.factories import make_item, make_order
from tests.orders.pages import folder, parcel

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def order(store, inside):
    return make_order(store, source_id="1042", items=(make_item(metadata={"bin": "East"}),))


def test_a_copy_is_a_new_order_of_which_nothing_was_done_yet(store, order):
    move_order(order=order, folder=folder(store, "Closed"), by=hub(), now=NOW)
    parcel(store, order, tracking_number="1Z")
    order.refresh_from_db()
    order.fulfillment_name, order.fulfillment_id, order.canceled_at = "Unleashed", "7", NOW
    order.save()

    copy = duplicate_order(order=order, by=hub(), now=NOW)

    assert (copy.source_id, copy.source_name, copy.folder.name) == ("1042-D", "Shopify", "New")
    assert copy.source_key not in (order.source_key, copy.source_id)
    assert (copy.fulfillment_name, copy.fulfillment_id, copy.canceled_at) == ("", "", None)
    assert (copy.order_total, copy.processor_balance) == (order.order_total, 0)
    assert (copy.email, copy.shipping_city) == (order.email, order.shipping_city)
    assert not copy.shipments.exists()


def test_its_lines_remember_where_they_came_from(order):
    copy = duplicate_order(order=order, by=hub(), now=NOW)

    [line] = OrderItem.objects.for_store(order.store_id).filter(order=copy)
    [original] = OrderItem.objects.for_store(order.store_id).filter(order=order)
    assert (line.origin_id, line.metadata, line.quantity) == (original.pk, {"bin": "East"}, 2)


def test_both_tell_of_it(order):
    copy = duplicate_order(order=order, by=hub(), now=NOW)

    events = OrderEvent.objects.for_store(order.store_id)
    [beginning] = events.filter(order=copy)
    assert (beginning.kind, beginning.sentence) == ("duplicated", "Duplicated from order 1042")
    assert events.filter(order=order).newest_first()[0].sentence == "Duplicated as order 1042-D"
    assert family(copy).groups == [("Duplicated from", [order])]


def test_every_copy_has_a_number_of_its_own(store, order):
    make_order(store, source_id="1042-D2")

    numbers = [duplicate_order(order=order, by=hub(), now=NOW).source_id for _ in range(2)]

    assert numbers == ["1042-D", "1042-D3"]


def test_a_number_that_is_as_long_as_can_be_leaves_room_for_the_suffix(store, inside):
    order = make_order(store, source_id="9" * 120)

    assert duplicate_order(order=order, by=hub(), now=NOW).source_id.endswith("-D")


def test_a_deleted_order_is_not_duplicated(order):
    delete_order(order=order, by=hub(), now=NOW)

    with pytest.raises(Refused, match="Restore it first"):
        duplicate_order(order=order, by=hub(), now=NOW)
