"""A move of ten thousand orders as a job, against one UPDATE of as many."""

import time
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from benchmarks.inside.timing import sizes
from orders.bulk import Chosen, action_named, do_job, make_job
from orders.models import BulkJob, Folder, Order
from orders.services import By
from stores import work
from stores.models import Store
from stores.scoping import entered

ORDERS, QUICK_ORDERS, ROUNDS = 10_000, 200, 3


def measure(*, quick: bool) -> dict[str, Any]:
    """Give orders a second of both, and how long making the job took, which is what one waits for.

    Raises:
        LookupError: if not every order was moved.
    """
    store, _ = sizes()
    by = By.person(get_user_model().objects.get(email="demo@example.com"))
    told: dict[str, Any] = {"ours": [], "one UPDATE": [], "answer": []}
    with entered(store):
        orders = Order.objects.for_store(store).present().order_by("pk")
        ids = list(orders.values_list("pk", flat=True)[: QUICK_ORDERS if quick else ORDERS])
        folders = list(Folder.objects.for_store(store).in_order())
    for turn in range(1 if quick else ROUNDS):
        _update(store, ids, folders[turn % 2])
        told["one UPDATE"].append(len(ids) / _update(store, ids, folders[2]))
        answer, rate = _job(store, ids, folders[turn % 2], by)
        told["answer"].append(answer)
        told["ours"].append(rate)
    return told


def _update(store: Store, ids: list[int], folder: Folder) -> float:
    began = time.perf_counter()
    with entered(store), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE orders_order SET folder_id = %s, updated_at = now(), version = version + 1 "
            "WHERE store_id = %s AND id = ANY(%s)",
            [folder.pk, store.pk, ids],
        )
    return time.perf_counter() - began


def _job(store: Store, ids: list[int], folder: Folder, by: By) -> tuple[float, float]:
    action = action_named("move")
    began = time.perf_counter()
    with entered(store):
        job = make_job(
            store=store,
            action=action,
            settings={"folder": folder.pk, "name": folder.name},
            chosen=Chosen(ids=tuple(ids)),
            by=by,
            now=timezone.now(),
        )
    answered = time.perf_counter()
    for claim in work.claim(BulkJob):
        do_job(claim)
    ended = time.perf_counter()
    with entered(store):
        job.refresh_from_db()
        if (job.state, job.done) != ("done", len(ids)):
            raise LookupError(f"{job} is {job.state} with {job.done} of {len(ids)} done")
    return (answered - began) * 1000, len(ids) / (ended - answered)
