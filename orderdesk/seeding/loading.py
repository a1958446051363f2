"""Bringing made-up orders in by COPY, through the same triggers as all others.

COPY cannot write into tables with row-level security, so it fills tables of its own, from which
each store's rows are inserted behind that store's wall.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from orderdesk.seeding import rows
from orderdesk.seeding.names import store_name
from orderdesk.seeding.orders import places
from orderdesk.seeding.rows import Slice, lines_of
from orders.models import Folder, Order, OrderEvent, OrderItem, Shipment
from orders.shapes import PARCEL_COLUMNS
from stores.models import Store, User
from stores.scoping import entered
from stores.services import open_store, stores_of

ORDERS_AT_ONCE = 20_000
# So many stores, those with most orders, are the first owner's.
LARGEST = 5
TABLES: dict[str, tuple[type[Model], tuple[str, ...]]] = {
    "orders": (Order, rows.ORDER_COLUMNS),
    "items": (OrderItem, rows.ITEM_COLUMNS),
    "shipments": (Shipment, rows.SHIPMENT_COLUMNS),
    "events": (OrderEvent, rows.EVENT_COLUMNS),
}
IN_ORDER = {
    "orders": "id",
    "items": "order_id, position",
    "shipments": "order_id",
    "events": "order_id, place",
}
FOR_MANY = {
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "gin_pending_list_limit": "'64MB'",
    "work_mem": "'64MB'",
}
# An order came with its parcel; what its event tells of it is read back from the row.
SHIPPED = """
SELECT jsonb_build_object('shipments', jsonb_build_object(s.id::text, told.told))
FROM orders_shipment s CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(key, value) AS told FROM jsonb_each(to_jsonb(s))
    WHERE key = ANY (ARRAY[{columns}])
) AS told
WHERE s.store_id = staged.store_id AND s.order_id = staged.order_id
"""
NOT_SHIPPED = """
SELECT jsonb_build_object('shipments', jsonb_build_object(s.id::text, NULL))
FROM orders_shipment s WHERE s.store_id = staged.store_id AND s.order_id = staged.order_id
"""


def seed(
    *, owners: tuple[User, User], orders: int, stores: int, seed: int, until: datetime
) -> dict[str, Any]:
    """Fill the first `stores` seeded stores up to `orders` orders in all.

    The first owner has the few largest of the stores, the second one the others. A second call
    adds what is missing. The same seed and size give the same orders; their times count back from
    `until`.
    """
    opened = _stores(owners, stores)
    folders = [_folders(store) for store in opened]
    wanted = places(seed, orders=orders, stores=stores)
    here = sum(_count(store, seed) for store in opened)
    slices = [
        partial(
            Slice,
            seed=seed,
            places=wanted[start : start + ORDERS_AT_ONCE],
            stores=[store.pk for store in opened],
            folders=folders,
            until=until,
            orders_in_all=orders,
        )
        for start in range(here, orders, ORDERS_AT_ONCE)
    ]
    with _patient():
        for lines in _made(slices):
            _load(lines)
        if slices:
            _analyze()
    return {
        "stores": len(opened),
        "orders": max(orders, here),
        "added": max(orders - here, 0),
        "largest_store": opened[0].pk,
        "smallest_store": opened[-1].pk,
    }


def _stores(owners: tuple[User, User], count: int) -> list[Store]:
    known = {store.name: store for owner in owners for store in stores_of(owner)}
    found = []
    for place in range(count):
        name, owner = store_name(place), owners[place >= LARGEST]
        found.append(known.get(name) or open_store(owner=owner, name=name))
    return found


def _folders(store: Store) -> dict[str, int]:
    with entered(store):
        return dict(Folder.objects.for_store(store).values_list("name", "pk"))


def _count(store: Store, seed: int) -> int:
    with entered(store):
        mine = Order.objects.for_store(store).filter(source_key__startswith=f"seed-{seed}-")
        return mine.count()


def _made(slices: "Sequence[partial[Slice]]") -> Iterator[dict[str, str]]:
    """Make up one slice in a process beside us while the one before is brought in."""
    if len(slices) == 1:
        yield lines_of(_with_ids(slices[0]))
        return
    # Spawned, as a fork would share our connection to the database.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as beside:
        coming = None
        for each in slices:
            following = beside.submit(lines_of, _with_ids(each))
            if coming:
                yield coming.result()
            coming = following
        if coming:
            yield coming.result()


def _with_ids(wanted: "partial[Slice]") -> Slice:
    count = len(wanted.keywords["places"])
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('orders_order', 'id')) "
            "FROM generate_series(1, %s)",
            [count],
        )
        return wanted(ids=[pk for (pk,) in cursor.fetchall()])


@contextmanager
def _patient() -> Iterator[None]:
    """Lift the limits of a page, and let the search index take many rows at a time."""
    with connection.cursor() as cursor:
        for name, value in FOR_MANY.items():
            cursor.execute(f"SET {name} = {value}")
        try:
            yield
        finally:
            for name in FOR_MANY:
                cursor.execute(f"RESET {name}")


@transaction.atomic
def _load(lines: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        for name, (model, columns) in TABLES.items():
            kept = ", ".join(
                f"NULL::integer AS {column}" if column == "place" else column for column in columns
            )
            cursor.execute(
                f"CREATE TEMP TABLE staged_{name} AS "  # noqa: S608 - names of ours
                f"SELECT {kept} FROM {model._meta.db_table} LIMIT 0"
            )
            with cursor.copy(f"COPY staged_{name} FROM STDIN") as copy:
                copy.write(lines[name])
            cursor.execute(f"CREATE INDEX ON staged_{name} (store_id)")
            cursor.execute(f"ANALYZE staged_{name}")
        cursor.execute("SELECT DISTINCT store_id FROM staged_orders ORDER BY store_id")
        for (store_id,) in cursor.fetchall():
            with entered(store_id):
                for name in TABLES:
                    _insert(cursor, name, store_id)
        cursor.execute(f"DROP TABLE {', '.join(f'staged_{name}' for name in TABLES)}")


def _insert(cursor: Any, name: str, store_id: int) -> None:
    model, columns = TABLES[name]
    told = [column for column in columns if column != "place"]
    filled = _filled(model, set(told))
    values = [_value(name, column) for column in told]
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join([*told, *filled])}) "  # noqa: S608
        f"SELECT {', '.join([*values, *['%s'] * len(filled)])} FROM staged_{name} AS staged "
        f"WHERE store_id = %s ORDER BY {IN_ORDER[name]}",
        [*filled.values(), store_id],
    )


def _value(name: str, column: str) -> str:
    if name != "events" or column not in ("before", "after"):
        return column
    columns = ", ".join(f"'{each}'" for each in PARCEL_COLUMNS)
    query = SHIPPED.format(columns=columns) if column == "after" else NOT_SHIPPED
    return f"CASE WHEN kind = 'shipment_added' THEN ({query}) ELSE {column} END"


def _filled(model: type[Model], told: set[str]) -> dict[str, Any]:
    """Give the columns that are not told, with what a row made in Python would have there."""
    return {
        field.column: field.get_db_prep_save(field.get_default(), connection)
        for field in model._meta.concrete_fields
        if field.column
        and not (field.column in told or field.primary_key or field.null or field.has_db_default())
    }


def _analyze() -> None:
    """Let the planner know what came; it would find out by itself, but later."""
    with connection.cursor() as cursor:
        for model, _ in TABLES.values():
            cursor.execute(f"ANALYZE {model._meta.db_table}")
        cursor.execute("ANALYZE orders_searchtext")
