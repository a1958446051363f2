"""Folders count what lies in them, whatever happens to the orders."""

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from orders.models import Folder, FolderTally, Order, OrderEvent
from orders.services import delete_order, folder_named, hub, move_order, move_orders
from orders.services.folders import delete_folder
from orders.services.snapshots import state_before
from tests.factories import make_order

pytestmark = pytest.mark.django_db


def counts(store):
    rows = Folder.objects.for_store(store).with_counts().in_order()
    return {row.name: row.order_count for row in rows}


def test_counts_follow_imports_moves_and_deletions(inside):
    first, second = make_order(inside), make_order(inside)
    assert counts(inside)["New"] == 2

    prepared = folder_named(inside.pk, "Prepared")
    move_order(order=first, folder=prepared, by=hub(), now=timezone.now())
    assert (counts(inside)["New"], counts(inside)["Prepared"]) == (1, 1)

    delete_order(order=second, by=hub(), now=timezone.now())
    assert counts(inside)["New"] == 0


def test_counts_stay_exact_when_the_tally_is_compacted(inside):
    prepared, new = folder_named(inside.pk, "Prepared"), folder_named(inside.pk, "New")
    order = make_order(inside)
    for turn in range(200):
        target = prepared if turn % 2 == 0 else new
        Order.objects.for_store(inside).filter(pk=order.pk).update(folder=target)

    assert counts(inside) == {"New": 1, "Prepared": 0, "Closed": 0, "Canceled": 0}
    assert FolderTally.objects.for_store(inside).count() < 400


def test_moving_writes_where_each_order_came_from(inside, by_alice):
    orders = [make_order(inside) for _ in range(3)]
    closed = folder_named(inside.pk, "Closed")

    came_from = move_orders(orders=orders, folder=closed, by=by_alice, now=timezone.now())
    again = move_orders(orders=orders, folder=closed, by=by_alice, now=timezone.now())

    new = folder_named(inside.pk, "New").pk
    assert came_from == {order.pk: new for order in orders}
    assert again == {}
    told = OrderEvent.objects.for_store(inside).filter(kind="folder_changed")
    assert told.count() == 3
    assert {(row.before["folder"], row.after["folder"]) for row in told} == {("New", "Closed")}


def test_history_is_written_once_and_never_changed(inside):
    make_order(inside)
    told = OrderEvent.objects.for_store(inside)

    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        told.update(sentence="It was not me")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        told.delete()


def test_a_deleted_order_of_a_deleted_folder_knows_where_it_was(inside):
    order = make_order(inside)
    folder, destination = order.folder, Folder.objects.for_store(inside).get(name="Prepared")
    delete_order(order=order, by=hub(), now=timezone.now())

    delete_folder(folder=folder, destination=destination, by=hub(), now=timezone.now())

    order.refresh_from_db()
    assert order.folder == destination
    event = OrderEvent.objects.for_store(inside).filter(order=order).latest("pk")
    assert state_before(order, event.pk)["folder"] == "New"
