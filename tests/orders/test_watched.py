"""Whoever watches an order by its version or its date sees each change of it."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from orders.bulk import Chosen, action_named, do_at_once, make_job, undo_job
from orders.drafts import ShipmentDraft
from orders.groupings import Picked
from orders.models import Order, OrderLink
from orders.services import add_shipment, hub, import_order, split_order
from tests.factories import make_draft, make_item, make_order

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def ship(order: Order, **fields) -> None:
    draft = ShipmentDraft(**{"tracking_number": "1Z", **fields})
    add_shipment(order=order, draft=draft, source="Manual", by=hub(), now=NOW)


@pytest.fixture
def order(inside) -> Order:
    order = make_order(inside, fulfillment_name="Unleashed")
    Order.objects.for_store(inside).filter(pk=order.pk).update(updated_at=NOW - timedelta(days=1))
    order.refresh_from_db()
    return order


def test_a_parcel_that_comes_back_is_a_change(order):
    seen = order.version

    ship(order)

    order.refresh_from_db()
    assert (order.version, order.updated_at) == (seen + 1, NOW)


def test_a_cancel_is_a_change_where_the_order_stays_in_its_folder(inside, order):
    seen = order.version

    canceled = make_draft(source_key=order.source_key, canceled_at=NOW, source_updated_at=NOW)
    import_order(store=inside, draft=canceled, by=hub(), now=NOW)

    order.refresh_from_db()
    assert (order.folder.name, order.updated_at) == ("New", NOW)
    assert order.version > seen


def test_a_copy_that_was_shipped_outlives_the_undo_of_its_making(inside, order, by_alice):
    job = make_job(
        store=inside,
        action=action_named("duplicate"),
        settings={"copies": 1},
        chosen=Chosen(ids=(order.pk,)),
        by=by_alice,
        now=NOW,
    )
    job = do_at_once(job, now=NOW)
    copy = OrderLink.objects.for_store(inside).get(parent=order).child
    ship(copy)

    do_at_once(undo_job(job=job, by=by_alice, now=NOW), now=NOW)

    copy.refresh_from_db()
    assert copy.deleted_at is None


def test_a_parcel_of_a_part_is_a_change_of_the_order_the_cart_knows(inside):
    order = make_order(inside, items=(make_item(), make_item(code="BOWL")))
    wish = Picked({order.items.get(code="BOWL").pk: Decimal(2)})
    [part] = split_order(order=order, wish=wish, by=hub(), now=NOW - timedelta(days=1))
    order.refresh_from_db()
    seen = order.version

    ship(part)

    order.refresh_from_db()
    assert (order.version, order.updated_at) == (seen + 1, NOW)
