"""Where PostgreSQL ends one of two transactions for the other's sake, the caller never learns."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from orders.models import Folder, Order
from stores.scoping import CONFLICTS, entered, once_more
from tests.factories import make_order
from tests.orders.api.conftest import script_of

pytestmark = pytest.mark.django_db(transaction=True)
# Whoever has waited for a second looks for a deadlock, and gives way where there is one.
PATIENCE_SECONDS = 0.4


def wait_for_a_waiter() -> None:
    """Wait until another connection waits for one of our rows."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("nobody came to wait")


@contextmanager
def crossing(first: Order, second: Order) -> Iterator[None]:
    """Lock the second order, and once somebody who has the first waits for it, want the first."""
    locked, failures = threading.Event(), []

    def cross() -> None:
        try:
            with entered(first.store_id):
                rows = Order.objects.for_store(first.store_id).select_for_update()
                rows.get(pk=second.pk)
                locked.set()
                wait_for_a_waiter()
                time.sleep(PATIENCE_SECONDS)
                rows.get(pk=first.pk)
        except Exception as error:  # noqa: BLE001 - told in the test's own thread
            failures.append(error)
        finally:
            locked.set()
            connection.close()

    other = threading.Thread(target=cross)
    other.start()
    locked.wait(10)
    try:
        yield
    finally:
        other.join(20)
    assert failures == []


def closed(store: Any) -> Folder:
    with entered(store):
        return Folder.objects.for_store(store).get(name="Closed")


def by_page(client: Any, store: Any, orders: list[Order]) -> None:
    answer = client.post(
        f"/s/{store.pk}/orders/move",
        {"ids": [order.pk for order in orders], "folder": closed(store).pk},
        follow=True,
    )
    assert answer.status_code == 200
    assert answer.content.decode().count("2 orders moved to Closed.") == 1


def by_script(_: Any, store: Any, orders: list[Order]) -> None:
    body = {
        "order_id_list": [order.pk for order in orders],
        "destination_folder_name": "Closed",
    }
    assert script_of(store).send("POST", "move-orders", body).status_code == 200


@pytest.mark.parametrize("move", [by_page, by_script])
def test_a_deadlock_is_gone_before_the_caller_hears_of_it(
    store, alice_client, caplog, move: Callable[..., None]
):
    orders = [make_order(store), make_order(store)]

    with caplog.at_level(logging.WARNING), crossing(*orders):
        move(alice_client, store, orders)

    with entered(store):
        moved = Order.objects.for_store(store).filter(folder__name="Closed")
        assert set(moved) == set(orders)
    assert "gave way to another transaction" in caplog.text


def failing(code: str) -> None:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{code}'; END $$")


@pytest.mark.parametrize("code", sorted(CONFLICTS))
def test_a_conflict_is_tried_once_more_and_no_more(code):
    tries = []

    def body() -> None:
        tries.append(code)
        failing(code)

    with pytest.raises(OperationalError):
        once_more(body)

    assert len(tries) == 2


def test_what_is_no_conflict_is_not_tried_again():
    tries = []

    def body() -> None:
        tries.append("lock not available")
        failing("55P03")

    with pytest.raises(OperationalError):
        once_more(body)

    assert len(tries) == 1
