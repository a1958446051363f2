"""Two walls keep tenants apart; each of them holds alone."""

import pytest
from django.db import DataError, IntegrityError, ProgrammingError, connection, transaction

from orders.models import Folder, Order
from stores import security
from stores.scoping import StoreNotEntered, across_stores, entered, entered_store_id
from tests.factories import make_order


@pytest.fixture
def both(store, other_store):
    return make_order(store), make_order(other_store)


def test_a_store_is_read_only_after_entering_it(store):
    with pytest.raises(StoreNotEntered):
        Order.objects.for_store(store)


def test_inside_a_store_another_one_cannot_be_asked_for(store, other_store):
    with entered(store), pytest.raises(StoreNotEntered):
        Order.objects.for_store(other_store)


def test_the_python_wall_holds_without_row_level_security(both, store):
    mine, theirs = both
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orders_order DISABLE ROW LEVEL SECURITY")
    with entered(store):
        seen = set(Order.objects.for_store(store).values_list("pk", flat=True))

    assert Order.across_stores.filter(pk=theirs.pk).exists(), "the second wall must be down here"
    assert seen == {mine.pk}


def test_row_level_security_holds_without_the_python_wall(both, store):
    mine, _ = both
    with entered(store):
        seen = set(Order.across_stores.values_list("pk", flat=True))

    assert seen == {mine.pk}


def test_outside_of_every_store_there_are_no_rows(both):
    assert Order.across_stores.count() == 0
    assert Folder.across_stores.count() == 0


def test_a_row_cannot_be_written_into_another_store(store, other_store):
    with (
        entered(store),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        Folder(store=other_store, name="Stolen").save()


def test_a_row_cannot_be_moved_into_another_store(both, store, other_store):
    with (
        entered(store),
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
    ):
        Order.across_stores.update(store=other_store)


def test_other_stores_rows_cannot_be_changed_or_deleted(both, store):
    _, theirs = both
    with entered(store):
        assert Order.across_stores.filter(pk=theirs.pk).update(email="x") == 0
        assert Order.across_stores.filter(pk=theirs.pk).delete()[0] == 0


def test_the_door_finds_work_and_never_orders(both):
    with across_stores():
        assert Order.across_stores.count() == 0


def test_leaving_an_inner_store_brings_the_outer_one_back(store, other_store):
    with entered(store):
        with entered(other_store):
            assert entered_store_id() == other_store.pk
        assert entered_store_id() == store.pk
        assert Folder.objects.for_store(store).count() == 4


def test_an_error_inside_an_inner_store_brings_the_outer_one_back(store, other_store):
    with entered(store):
        with pytest.raises(DataError), entered(other_store), connection.cursor() as cursor:
            cursor.execute("SELECT 1/0")
        assert set(Folder.across_stores.values_list("store_id", flat=True)) == {store.pk}


@pytest.mark.django_db(transaction=True)
def test_a_pooled_connection_forgets_the_store(store):
    with entered(store):
        pass

    assert Folder.across_stores.count() == 0


def test_every_table_of_a_store_has_its_wall(db):
    assert security.unwalled_tables() == []


def test_a_table_without_a_wall_is_named(db):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE orders_shipment NO FORCE ROW LEVEL SECURITY")

    assert security.unwalled_tables() == ["orders_shipment"]


def test_the_application_role_cannot_step_over_the_walls(db):
    assert security.unsafe_role() == ""


def test_unique_values_of_another_store_are_not_in_the_way(both, store):
    with entered(store):
        Folder(store=store, name="Mine alone").save()
    with pytest.raises(IntegrityError), entered(store):
        Folder(store=store, name="Mine alone").save()
