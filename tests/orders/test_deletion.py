from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.models import Submission
from integrations.services import request_submission
from orderdesk.lib.refused import Refused
from orders.groupings import Picked
from orders.models import Order, OrderEvent
from orders.services import (
    delete_order,
    hub,
    import_order,
    merge_orders,
    restore_order,
    split_order,
)
from orders.services.links import family
from stores.scoping import entered
from stores.work import do_due
from tests.factories import make_connection, make_draft, make_item, make_order
from tests.orders.pages import send

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def order(store, inside) -> Order:
    return make_order(store, source_id="1042")


def delete(order: Order, at=NOW) -> bool:
    return delete_order(order=order, by=hub(), now=at)


def restore(order: Order, at=NOW) -> bool:
    return restore_order(order=order, by=hub(), now=at)


def test_a_deleted_order_comes_back_as_it_was(order):
    seen = order.version
    assert delete(order)
    order.refresh_from_db()
    assert (order.deleted_at, order.version) == (NOW, seen + 1)

    assert restore(order)

    order.refresh_from_db()
    assert (order.deleted_at, order.version, order.folder.name) == (None, seen + 2, "New")
    told = OrderEvent.objects.for_store(order.store_id).filter(order=order).newest_first()
    assert [event.kind for event in told[:2]] == ["restored", "deleted"]
    assert told[0].before == {"deleted_at": NOW.isoformat()}


def test_deleting_and_restoring_twice_changes_nothing_more(order):
    delete(order)
    assert not delete(order)
    restore(order)
    assert not restore(order)

    order.refresh_from_db()
    assert order.version == 3


def test_after_thirty_days_it_is_too_late(order):
    delete(order, at=NOW - timedelta(days=30))

    with pytest.raises(Refused, match="30 days ago"):
        restore(order)
    assert not Order.objects.for_store(order.store_id).restorable(NOW).exists()


def test_importing_does_not_bring_it_back(store, order):
    delete(order)

    again = import_order(
        store=store, draft=make_draft(source_key=order.source_key), by=hub(), now=NOW
    )

    assert again.result == "unchanged"
    assert again.order.deleted_at == NOW


def test_what_was_split_off_a_deleted_order_still_hears_that_it_is_canceled(store, inside):
    order = make_order(store, items=(make_item(), make_item(code="BOWL")))
    wish = Picked({order.items.get(code="BOWL").pk: Decimal(1)})
    [part] = split_order(order=order, wish=wish, by=hub(), now=NOW)
    delete(order)
    assert family(part).groups == [("Split from", [order])]

    canceled = make_draft(source_key=order.source_key, canceled_at=NOW, source_updated_at=NOW)
    import_order(store=store, draft=canceled, by=hub(), now=NOW)

    part.refresh_from_db()
    assert (part.canceled_at, part.folder.name) == (NOW, "Canceled")
    told = OrderEvent.objects.for_store(store).filter(order=part, kind="canceled").get()
    assert "which this was split from, was canceled" in told.sentence


@pytest.mark.django_db(transaction=True)
def test_what_waits_to_be_sent_of_it_is_never_sent(store):
    warehouse = make_connection(store, "unleashed")
    order = make_order(store)
    with entered(store):
        row = request_submission(order=order, connection=warehouse, by=hub(), now=NOW)
        delete(order)

    # Nobody is at the other end: a call would be a failure on the row.
    do_due(seconds=5)

    with entered(store):
        row = Submission.objects.for_store(store).get(pk=row.pk)
        assert (row.state, row.attempts) == ("dropped", 0)
        restore(order)
        row = Submission.objects.for_store(store).get(pk=row.pk)
        assert row.state == "dropped"
        request_submission(
            order=Order.objects.for_store(store).get(), connection=warehouse, by=hub(), now=NOW
        )
        row.refresh_from_db()
        assert row.state == "waiting"


def test_what_may_have_arrived_is_still_looked_up(store, order):
    doubt = send(store, order, make_connection(store, "unleashed"), in_doubt=True)
    delete(order)

    doubt.refresh_from_db()
    assert doubt.state == "waiting"


def test_a_merged_order_is_not_restored_over_originals_that_were_sent(store, order):
    merged = merge_orders(orders=[order, make_order(store)], by=hub(), now=NOW)
    delete(merged)
    send(store, order, make_connection(store, "unleashed"), state="done", external_id="7")

    with pytest.raises(Refused, match="1042, which was merged into this one, was sent by itself"):
        restore(merged)
