"""Moving orders from folder to folder."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from orderdesk.lib.among import among
from orderdesk.lib.refused import Refused
from orders.models import Folder, Order, OrderEvent
from orders.services.announced import Announced
from orders.services.events import By, Told, record_all
from orders.signals import order_events_recorded

# Locks, moves and tells of it in one go; what lies there already or is deleted is left out.
_MOVE = """
WITH locked AS MATERIALIZED (
    SELECT id, folder_id FROM orders_order
    WHERE store_id = %(store)s AND id = ANY(%(ids)s::bigint[])
        AND deleted_at IS NULL AND folder_id <> %(folder)s
    ORDER BY id FOR UPDATE
), moved AS (
    UPDATE orders_order AS o
    SET folder_id = %(folder)s, updated_at = %(now)s, version = o.version + 1
    FROM locked WHERE o.store_id = %(store)s AND o.id = locked.id
    RETURNING o.id, locked.folder_id AS came_from, o.version
), told AS (
    INSERT INTO orders_orderevent (store_id, order_id, kind, sentence, actor, actor_name, user_id,
        cause_id, before, after, details)
    SELECT %(store)s, moved.id, %(kind)s, format('Moved from %%s to %%s', f.name, %(name)s::text),
        %(actor)s, %(actor_name)s, %(user)s, %(cause)s, jsonb_build_object('folder', f.name),
        jsonb_build_object('folder', %(name)s::text),
        jsonb_strip_nulls(jsonb_build_object('job', %(job)s::bigint))
    FROM moved JOIN orders_folder f ON f.store_id = %(store)s AND f.id = moved.came_from
    RETURNING id, order_id
)
SELECT moved.id, moved.came_from, moved.version, told.id
FROM moved JOIN told ON told.order_id = moved.id
"""


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a moved order came from, and its version now."""

    came_from: int
    version: int


def move_order(*, order: Order, folder: Folder, by: By, now: datetime) -> bool:
    """Move one order and tell whether it moved; one that lies there already stays untouched."""
    return bool(move_orders(orders=[order], folder=folder, by=by, now=now))


@transaction.atomic
def move_orders(
    *, orders: Iterable[Order], folder: Folder, by: By, now: datetime
) -> dict[int, int]:
    """Move orders to a folder and give, by order id, the folder each of them came from.

    The cost is a few statements, however many orders. Orders that lie there already are left out
    of the answer and get no event.

    Raises:
        Refused: if the folder belongs to another store than an order.
    """
    wanted = {order.pk: order for order in orders}
    if any(order.store_id != folder.store_id for order in wanted.values()):
        raise Refused("This folder belongs to another store.", field="destination_folder_id")
    locked = (
        Order.objects.for_store(folder.store_id)
        .filter(pk__in=among(wanted))
        .exclude(folder=folder)
        .order_by("pk")
        .select_for_update()
    )
    came_from = dict(locked.values_list("pk", "folder_id"))
    if not came_from:
        return {}
    Order.objects.for_store(folder.store_id).filter(pk__in=among(came_from)).update(
        folder=folder, updated_at=now, version=F("version") + 1
    )
    names = dict(
        Folder.objects.for_store(folder.store_id)
        .filter(pk__in=set(came_from.values()))
        .values_list("pk", "name")
    )
    for pk in came_from:
        order = wanted[pk]
        order.folder, order.updated_at = folder, now
        order.version += 1
    told = [
        Told(
            wanted[pk],
            f"Moved from {names[previous]} to {folder.name}",
            {"folder": names[previous]},
            {"folder": folder.name},
        )
        for pk, previous in came_from.items()
    ]
    record_all(told, OrderEvent.Kind.FOLDER_CHANGED, by=by)
    return came_from


@transaction.atomic
def move_many(*, ids: Sequence[int], folder: Folder, by: By, now: datetime) -> dict[int, Moved]:
    """Move the present ones of these orders by one statement, and give by id what moved.

    Ids of no order here, and of orders that lie there already, are left out of the answer.
    """
    values: dict[str, Any] = {
        "store": folder.store_id,
        "ids": list(ids),
        "folder": folder.pk,
        "name": folder.name,
        "now": now,
        "kind": OrderEvent.Kind.FOLDER_CHANGED,
        "actor": by.actor,
        "actor_name": by.name[:254],
        "user": by.user and by.user.pk,
        "cause": by.cause and by.cause.pk,
        "job": by.job,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, values)
        rows = cursor.fetchall()
    if rows:
        first = OrderEvent(
            pk=rows[0][3],
            store_id=folder.store_id,
            order_id=rows[0][0],
            kind=OrderEvent.Kind.FOLDER_CHANGED,
        )
        told = Announced([event_id for *_, event_id in rows], first)
        order_events_recorded.send(OrderEvent, events=told)
    return {pk: Moved(came_from, version) for pk, came_from, version, _ in rows}
