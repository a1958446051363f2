"""Seeded stores: believable, the same for the same seed, and whole by every promise."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from orderdesk.seeding.loading import seed
from orderdesk.seeding.orders import made_up, places
from orderdesk.verify import violations
from orders.models import Folder, Order, OrderEvent, OrderItem, Shipment
from orders.searchtext import containing
from stores.scoping import entered
from stores.services import stores_of
from tests.factories import make_user

UNTIL = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def owners(db):
    return make_user("largest@example.com"), make_user("others@example.com")


def seeded(owners, *, orders=300, stores=8, number=1):
    return seed(owners=owners, orders=orders, stores=stores, seed=number, until=UNTIL)


def told(owners):
    """Everything a person sees of seeded orders, without ids."""
    rows: list[Any] = []
    for owner in owners:
        for store in stores_of(owner):
            with entered(store):
                orders = Order.objects.for_store(store).order_by("source_key")
                rows += orders.values_list(
                    "source_key", "email", "order_total", "added_at", "folder__name", "items__code"
                )
    return rows


def test_seeded_stores_keep_every_promise(owners):
    assert seeded(owners)["added"] == 300

    assert violations() == []


def test_few_stores_have_most_orders():
    counts = [0] * 100
    for at in places(1, orders=10_000, stores=100):
        counts[at.store] += 1

    assert counts[0] > 0.2 * 10_000
    assert min(counts) > 0


def test_the_same_seed_gives_the_same_orders():
    def all_of(number):
        some = places(number, orders=50, stores=3)
        return [made_up(number, at, until=UNTIL, share=0.5) for at in some]

    assert all_of(1) == all_of(1)
    assert all_of(1) != all_of(2)


def test_a_second_call_adds_what_is_missing_and_nothing_twice(owners):
    assert seeded(owners, orders=100)["added"] == 100
    assert seeded(owners, orders=150)["added"] == 50
    before = told(owners)

    assert seeded(owners, orders=150)["added"] == 0
    assert told(owners) == before
    assert violations() == []


def test_an_order_is_whole(owners):
    told = seeded(owners)
    store = told["largest_store"]
    with entered(store):
        order = (
            Order.objects.for_store(store).filter(folder__name="Closed").order_by("-added_at")[0]
        )
        lines = OrderItem.objects.for_store(store).filter(order=order).in_order()
        parcel = Shipment.objects.for_store(store).get(order=order)
        events = list(OrderEvent.objects.for_store(store).filter(order=order).order_by("pk"))

        assert order.product_total == sum(
            (line.price * line.quantity for line in lines), Decimal(0)
        )
        assert [event.kind for event in events] == ["imported", "shipment_added", "folder_changed"]
        # As it was: taking the events back leads to an order just come in, without a parcel.
        assert events[1].before == {"shipments": {str(parcel.pk): None}}
        (parcel_told,) = events[1].after["shipments"].values()
        assert parcel_told["tracking_number"] == parcel.tracking_number
        assert parcel_told["shipped_date"] == f"{parcel.shipped_date}"
        assert events[2].before == {"folder": "New"}
        found = containing(Order.objects.for_store(store), parcel.tracking_number[2:])
        assert list(found) == [order]


def test_folders_count_the_seeded_orders(owners):
    store = seeded(owners)["largest_store"]
    with entered(store):
        for folder in Folder.objects.for_store(store).with_counts():
            assert (
                folder.order_count == Order.objects.for_store(store).filter(folder=folder).count()
            )


def test_more_than_a_machine_holds_is_refused(db):
    with pytest.raises(CommandError, match="20,000,000"):
        call_command("demo", orders=10**9)
