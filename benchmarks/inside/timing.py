"""Stopwatches for statements and pages, and the stores that are looked at."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from orders.models import Order
from stores.models import Store
from stores.scoping import entered
from stores.services import open_store, stores_of

ROUNDS, QUICK_ROUNDS = 15, 3
# What is brought in to be measured goes into a store of its own, which nobody looks at.
IMPORTS = "Bench imports"
FRAME = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SELECT set_config", "BEGIN", "COMMIT")


class Clock:
    """Sums the milliseconds of the statements that run under it, without those of the frame."""

    def __init__(self) -> None:
        self.spent = 0.0
        self.statements: list[str] = []

    def __call__(
        self, execute: Callable[..., Any], sql: str, params: Any, many: Any, context: Any
    ) -> Any:
        if sql.startswith(FRAME):
            return execute(sql, params, many, context)
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.spent += (time.perf_counter() - began) * 1000
            self.statements.append(sql)


@contextmanager
def clock() -> Iterator[Clock]:
    """Watch what the database is asked."""
    watch = Clock()
    with connection.execute_wrapper(watch):
        yield watch


def milliseconds(body: Callable[[], Any]) -> float:
    """Run it once and give how long it took."""
    began = time.perf_counter()
    body()
    return (time.perf_counter() - began) * 1000


def percentile(rounds: Sequence[float], share: float) -> float:
    """Give the value that this share of the rounds does not exceed."""
    return statistics.quantiles(rounds, n=100, method="inclusive")[int(share * 100) - 1]


def sizes() -> tuple[Store, Store]:
    """Give the store with most orders, and the smallest that still fills a page twice."""
    counted = []
    for email in ("demo@example.com", "many@example.com"):
        for store in stores_of(get_user_model().objects.get(email=email)):
            if store.name == IMPORTS:
                continue
            with entered(store):
                counted.append((Order.objects.for_store(store).count(), store.pk, store))
    counted.sort()
    fit = [store for count, _, store in counted if count >= 110]
    return counted[-1][2], fit[0] if fit else counted[-1][2]


def import_store() -> Store:
    """Give the store that imports are measured in."""
    owner = get_user_model().objects.get(email="demo@example.com")
    found = [store for store in stores_of(owner) if store.name == IMPORTS]
    return found[0] if found else open_store(owner=owner, name=IMPORTS)


def signed_in(store: Store) -> Client:
    """Give a browser of the store's owner."""
    client = Client()
    for email in ("demo@example.com", "many@example.com"):
        user = get_user_model().objects.get(email=email)
        if store in stores_of(user):
            client.force_login(user)
            return client
    raise LookupError(f"nobody owns {store}")
