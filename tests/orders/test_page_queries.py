"""Pages read in a fixed number of queries, however much they show."""

import re
from datetime import timedelta

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.models import Connection
from orders.models import Folder, Order, OrderEvent, OrderQuerySet, Shipment
from orders.pages.columns import usual_columns
from orders.pages.lists import Wanted, list_page
from orders.pages.sorts import sorting_of
from orders.search import exactly
from orders.services import hub, record, set_checkout_data
from stores.models import Store
from stores.scoping import entered
from stores.work import Work
from tests.factories import make_connection, make_item, make_order
from tests.orders.pages import parcel, send

# Entering a store and the savepoints of nested transactions; a test itself runs in one.
FRAME = re.compile(r"SAVEPOINT|RELEASE|ROLLBACK|BEGIN|COMMIT|SELECT set_config")


def reads(client: Client, address: str) -> list[str]:
    """The queries of a page that was open before, so that the session has nothing to write."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(
        database,
    ) as captured:
        assert client.get(address).status_code == 200
    return [each["sql"] for each in captured if not FRAME.match(each["sql"])]


def fill(store: Store, orders: int, connection: Connection) -> None:
    for _ in range(orders):
        order = make_order(store, items=(make_item(), make_item(code="TWO")))
        parcel(store, order, tracking_number=f"T-{order.pk}")
        send(store, order, connection, state=Work.State.FAILED, problem=f"No. {order.pk}")


@pytest.mark.parametrize("rest", ["/orders", "/orders?folder={folder}", "/orders/rows"])
def test_a_longer_list_costs_no_more_queries(store, alice_client, rest):
    connection = make_connection(store, "unleashed")
    fill(store, 10, connection)
    with entered(store):
        folder = OrderEvent.objects.for_store(store)[0].order.folder_id
    address = f"/s/{store.pk}{rest}".format(folder=folder)

    few = reads(alice_client, address)
    fill(store, 50, connection)
    many = reads(alice_client, address)

    assert len(few) == len(many)


def test_the_list_keeps_to_its_queries(store, alice_client):
    fill(store, 10, make_connection(store, "unleashed"))

    page = reads(alice_client, f"/s/{store.pk}/orders")
    rows = reads(alice_client, f"/s/{store.pk}/orders/rows")

    # Who asks, for which store; the frame, one page of orders with all that hangs on them; the
    # stores, folders and troubles of the shell.
    assert len(page) == 8, page
    assert len(rows) == 5, rows


def test_an_order_with_a_long_life_costs_no_more_queries(store, alice_client):
    connection = make_connection(store, "unleashed")
    fresh = make_order(store)
    old = make_order(store, items=tuple(make_item(code=f"C-{number}") for number in range(30)))
    send(store, old, connection, state=Work.State.FAILED, problem="No.")
    for number in range(10):
        parcel(store, old, tracking_number=f"T-{number}")
    with entered(store):
        for number in range(60):
            record(old, OrderEvent.Kind.HISTORY, f"Event {number}", by=hub())
        set_checkout_data(order=old, values={"gift": "yes"}, by=hub(), now=timezone.now())

    of_fresh = reads(alice_client, f"/s/{store.pk}/orders/{fresh.pk}")
    of_old = reads(alice_client, f"/s/{store.pk}/orders/{old.pk}")

    assert len(of_fresh) == len(of_old)
    assert len(of_old) == 12, of_old


def test_a_longer_list_of_troubles_costs_no_more_queries(store, alice_client):
    connection = make_connection(store, "unleashed")
    fill(store, 3, connection)
    few = reads(alice_client, f"/s/{store.pk}/attention")
    fill(store, 20, connection)

    many = reads(alice_client, f"/s/{store.pk}/attention")

    assert len(few) == len(many)


def test_the_list_reads_no_large_columns(store, alice_client):
    make_order(store)

    read = " ".join(reads(alice_client, f"/s/{store.pk}/orders/rows"))

    for column in ["checkout_data", "order_metadata", "label_image"]:
        assert column not in read
    # Notes are counted, not read.
    counted = 'jsonb_array_length("orders_order"."order_notes")'
    assert '"order_notes"' not in read.replace(counted, "")


@pytest.fixture
def many(inside: Store) -> Store:
    """A store with enough orders that PostgreSQL weighs one index against another."""
    folder = Folder.objects.for_store(inside).in_order()[0]
    now = timezone.now()
    orders = Order.across_stores.bulk_create(
        Order(
            store=inside,
            folder=folder,
            source_key=str(number),
            source_id=str(number),
            email=f"{number}@example.com",
            shipping_last_name=f"Name {number}",
            added_at=now - timedelta(minutes=number),
            updated_at=now - timedelta(minutes=number),
        )
        for number in range(4000)
    )
    Shipment.across_stores.bulk_create(
        Shipment(store=inside, order=order, tracking_number=f"T-{order.pk}") for order in orders
    )
    with database.cursor() as cursor:
        cursor.execute("ANALYZE orders_order, orders_shipment")
    return inside


def test_a_search_reads_indexes_and_no_table(many):
    told = exactly(many, "1042").explain()

    for index in ["order_by_source_id", "order_by_email", "order_by_last_name"]:
        assert index in told
    assert "Seq Scan" not in told


def test_a_search_finds_a_parcel_by_its_index(many):
    parcels = Shipment.objects.for_store(many).filter(tracking_number__in=["1Z999"])

    assert "shipment_by_tracking" in parcels.explain()


def plans(orders: OrderQuerySet, wanted: Wanted) -> str:
    """How PostgreSQL reads one page of these orders."""
    with CaptureQueriesContext(database) as captured:
        list_page(orders, wanted, usual_columns(None))
    with database.cursor() as cursor:
        cursor.execute(f"EXPLAIN ANALYZE {captured[-1]['sql']}")
        return "\n".join(line for (line,) in cursor.fetchall())


@pytest.mark.parametrize("sort", ["-date", "date"])
def test_every_page_of_a_folder_is_read_along_its_index(many, sort):
    folder = Folder.objects.for_store(many).in_order()[0]
    orders = Order.objects.for_store(many).present()
    middle, sorting = orders.get(source_key="2000"), sorting_of(sort)
    place = sorting.place(middle)

    for wanted in [Wanted(sorting), Wanted(sorting, after=place), Wanted(sorting, before=place)]:
        told = plans(orders.filter(folder=folder), wanted)
        assert re.search("order_by_(folder|added)", told)
        assert "Sort Key: orders_order" not in told, told
        assert all(int(rows) < 60 for rows in re.findall(r"Removed by Filter: (\d+)", told)), told


@pytest.mark.parametrize("sort", ["-updated", "updated"])
def test_every_page_sorted_by_the_last_change_is_read_along_its_index(many, sort):
    orders = Order.objects.for_store(many).present()
    sorting = sorting_of(sort)
    place = sorting.place(orders.get(source_key="2000"))

    for wanted in [Wanted(sorting), Wanted(sorting, after=place), Wanted(sorting, before=place)]:
        told = plans(orders, wanted)
        assert "order_by_updated" in told, told
        assert "Seq Scan on orders_order " not in told
        assert all(int(rows) < 60 for rows in re.findall(r"Removed by Filter: (\d+)", told)), told
