"""Folders are made, named, ordered, hidden and deleted by people who may change settings."""

import pytest
from django.urls import reverse
from django.utils import timezone

from orderdesk.lib.refused import Refused
from orders.models import Folder, Order, OrderEvent
from orders.services import delete_order, move_order
from orders.services.folders import delete_folder, make_folder, order_folders
from stores.scoping import entered
from tests.factories import make_order

pytestmark = pytest.mark.django_db


def names(store):
    with entered(store):
        return list(Folder.objects.for_store(store).in_order().values_list("name", flat=True))


def the(store, name):
    return Folder.objects.for_store(store).get(name=name)


def test_a_new_folder_stands_behind_the_others(alice_client, store):
    address = reverse("orders:folder_new", args=[store.pk])

    alice_client.post(address, {"name": " East ", "color": "#0b63b8"})

    assert names(store) == ["New", "Prepared", "Closed", "Canceled", "East"]


def test_a_taken_name_comes_back_with_what_was_typed(alice_client, store):
    address = reverse("orders:folder_new", args=[store.pk])

    answer = alice_client.post(address, {"name": "Closed"})

    assert answer.status_code == 422
    assert "There is a folder named Closed already." in answer.content.decode()


def test_the_first_folder_is_where_orders_start(inside):
    order_folders(store=inside, ids=[the(inside, "Closed").pk])

    assert make_order(inside).folder.name == "Closed"


def test_buttons_move_a_folder_and_stop_at_the_ends(alice_client, store):
    with entered(store):
        pk = the(store, "Prepared").pk
    address = reverse("orders:folders_order", args=[store.pk])
    for _ in range(2):
        alice_client.post(address, {"folder": pk, "to": "up"})

    assert names(store)[0] == "Prepared"


def test_a_folder_with_orders_goes_only_after_their_way_is_chosen(inside, by_alice):
    east = make_folder(store=inside, name="East")
    order, deleted = make_order(inside), make_order(inside)
    for each in (order, deleted):
        move_order(order=each, folder=east, by=by_alice, now=timezone.now())
    delete_order(order=deleted, by=by_alice, now=timezone.now())
    with pytest.raises(Refused, match="Choose where"):
        delete_folder(folder=east, destination=None, by=by_alice, now=timezone.now())

    closed = the(inside, "Closed")
    assert delete_folder(folder=east, destination=closed, by=by_alice, now=timezone.now()) == 1

    assert set(Order.objects.for_store(inside).values_list("folder__name", flat=True)) == {"Closed"}
    last = OrderEvent.objects.for_store(inside).filter(order=order).newest_first()[0]
    assert last.sentence == "Moved from East to Closed"


def test_the_last_folder_stays(inside, by_alice):
    for folder in list(Folder.objects.for_store(inside).in_order())[1:]:
        delete_folder(folder=folder, destination=None, by=by_alice, now=timezone.now())
    with pytest.raises(Refused, match="last one"):
        delete_folder(folder=the(inside, "New"), destination=None, by=by_alice, now=timezone.now())


def test_a_folder_is_deleted_on_its_page(alice_client, store):
    order = make_order(store)
    with entered(store):
        new, closed = the(store, "New"), the(store, "Closed")
    address = reverse("orders:folder_delete", args=[store.pk, new.pk])
    assert alice_client.post(address, {}).status_code == 422

    alice_client.post(address, {"destination": closed.pk})

    assert "New" not in names(store)
    with entered(store):
        order.refresh_from_db()
        assert order.folder_id == closed.pk


def test_who_may_not_change_settings_is_told_who_can(bob_client, store):
    answer = bob_client.get(reverse("orders:folder_list", args=[store.pk]))

    assert answer.status_code == 403
