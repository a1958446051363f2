"""`import_orders` against COPY of the same rows and against `bulk_create`."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models.expressions import DatabaseDefault
from django.utils import timezone

from benchmarks.inside.timing import import_store
from orderdesk.seeding.orders import MadeUp, Person, made_up, places
from orders.drafts import Address, ItemDraft, OrderDraft
from orders.models import Order, OrderEvent, OrderItem
from orders.services import By, import_orders
from orders.services.folders import first_folder
from orders.services.rows import item_rows, order_values
from stores.models import Store
from stores.scoping import entered

ORDERS, QUICK_ORDERS = 2000, 100
ROUNDS = 5
BATCH = 500
BY = By.integration("Bench")
UNTIL = datetime(2026, 3, 1, tzinfo=UTC)


def measure(*, quick: bool) -> dict[str, Any]:
    """Give orders a second by way; each round brings other orders into the same store."""
    store = import_store()
    count = QUICK_ORDERS if quick else ORDERS
    ways: dict[str, Callable[[Store, Sequence[OrderDraft]], None]] = {
        "ours": _ours,
        "bulk_create": _bulk_create,
        "COPY": _copy,
        "again": _ours,
    }
    told: dict[str, Any] = {name: [] for name in ways}
    for turn in range(1 if quick else ROUNDS):
        made = {name: _drafts(f"{turn}-{name}-{time.time_ns()}", turn, count) for name in ways}
        made["again"] = made["ours"]
        for name, way in ways.items():
            began = time.perf_counter()
            way(store, made[name])
            told[name].append(count / (time.perf_counter() - began))
    return told


def _ours(store: Store, drafts: Sequence[OrderDraft]) -> None:
    with entered(store):
        import_orders(store=store, drafts=drafts, by=BY, now=timezone.now())


def _rows(store: Store, drafts: Sequence[OrderDraft]) -> tuple[list[Order], list[OrderItem]]:
    folder = first_folder(store.pk)
    orders: list[Order] = []
    lines: list[OrderItem] = []
    for draft in drafts:
        order = Order(
            store=store,
            folder=folder,
            source_name=draft.source_name,
            source_id=draft.source_id,
            source_key=draft.source_key,
            added_at=UNTIL,
            updated_at=UNTIL,
            **order_values(draft, currency="USD"),
        )
        orders.append(order)
        lines += item_rows(order, draft.items)
    return orders, lines


def _events(orders: Sequence[Order]) -> list[OrderEvent]:
    return [
        OrderEvent(
            store_id=order.store_id,
            order=order,
            kind=OrderEvent.Kind.HISTORY_IMPORTED,
            sentence=f"Imported from {order.source_name} as order {order.number}",
            actor=BY.actor,
            actor_name=BY.name,
        )
        for order in orders
    ]


def _bulk_create(store: Store, drafts: Sequence[OrderDraft]) -> None:
    """Do as Django's manual says, without a look at what is here and without announcing."""
    with entered(store):
        orders, lines = _rows(store, drafts)
        Order.across_stores.bulk_create(orders, batch_size=BATCH)
        for line in lines:
            line.order_id = line.order.pk
        OrderItem.across_stores.bulk_create(lines, batch_size=BATCH)
        OrderEvent.across_stores.bulk_create(_events(orders), batch_size=BATCH)


def _copy(store: Store, drafts: Sequence[OrderDraft]) -> None:
    """Write the same rows by COPY, which needs tables without a wall on the way."""
    with entered(store), connection.cursor() as cursor:
        orders, lines = _rows(store, drafts)
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('orders_order', 'id')) "
            "FROM generate_series(1, %s)",
            [len(orders)],
        )
        for order, (pk,) in zip(orders, cursor.fetchall(), strict=True):
            order.pk = pk
        for line in lines:
            line.order_id = line.order.pk
        for rows in (orders, lines, _events(orders)):
            _copy_rows(cursor, rows)


def _copy_rows(cursor: Any, rows: Sequence[Any]) -> None:
    meta = rows[0]._meta
    told = [
        field
        for field in meta.concrete_fields
        if not isinstance(getattr(rows[0], field.attname), DatabaseDefault)
        and not (field.primary_key and rows[0].pk is None)
    ]
    columns = ", ".join(field.column for field in told)
    cursor.execute(
        f"CREATE TEMP TABLE staged AS SELECT {columns} FROM {meta.db_table} LIMIT 0"  # noqa: S608
    )
    with cursor.copy("COPY staged FROM STDIN") as copy:
        for row in rows:
            copy.write_row(
                [field.get_db_prep_save(getattr(row, field.attname), connection) for field in told]
            )
    cursor.execute(f"INSERT INTO {meta.db_table} ({columns}) SELECT * FROM staged")  # noqa: S608
    cursor.execute("DROP TABLE staged")


def _drafts(name: str, turn: int, count: int) -> list[OrderDraft]:
    return [
        _draft(made_up(turn, at, until=UNTIL, share=0.5), f"{name}-{at.place}")
        for at in places(turn, orders=count, stores=1)
    ]


def _draft(order: MadeUp, key: str) -> OrderDraft:
    return OrderDraft(
        source_name="Bench",
        source_key=key,
        source_id=key[-60:],
        source_updated_at=order.placed_at,
        # Long past, so that no rule looks at it here as none does there.
        fulfilled_at_source=True,
        placed_at=order.placed_at,
        email=order.buyer.email,
        currency="USD",
        shipping_method=order.method,
        shipping=_address(order.receiver),
        customer=_address(order.buyer),
        items=tuple(
            ItemDraft(
                name=line.product.name,
                code=line.product.code,
                price=Decimal(line.product.cents) / 100,
                quantity=Decimal(line.quantity),
            )
            for line in order.lines
        ),
        shipping_total=Decimal(order.shipping) / 100,
    )


def _address(one: Person) -> Address:
    return Address(
        first_name=one.first_name,
        last_name=one.last_name,
        company=one.company,
        address1=one.street,
        city=one.city,
        state=one.state,
        postal_code=one.postal_code,
        country=one.country,
        phone=one.phone,
    )
