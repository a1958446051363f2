"""Documents are rendered beside threads that hold locks, sockets and transactions."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from orderdesk.lib.twig.batch import Job, render_batch
from orderdesk.lib.twig.children import NURSERY
from orderdesk.lib.twig.errors import RenderKilled
from orderdesk.lib.twig.recipe import Recipe

LETHAL = Recipe(library="tests.lib.twig.lethal:library")
THREADS, BATCHES = 16, 100


def busy(stop: threading.Event) -> int:
    """Log without a pause, and hold a transaction that must survive whatever children do."""
    said = 0
    with transaction.atomic(), connection.cursor() as cursor:
        while not stop.is_set():
            logging.getLogger("tests.busy").info("still here %s", said)
            cursor.execute("SELECT %s + 1", [said])
            (said,) = cursor.fetchone()
            time.sleep(0.001)
    connection.close()
    return said


def batch(number: int):
    """Ten jobs; in every tenth batch the fifth one kills its child."""
    dies = number % 10 == 0
    jobs = [
        Job(
            "{{ die() }}" if dies and at == 4 else "{{ number }}-{{ at }}",
            {"number": number, "at": at},
        )
        for at in range(10)
    ]
    return list(render_batch(LETHAL, jobs))


@pytest.mark.django_db(transaction=True)
def test_a_hundred_batches_from_sixteen_threads_beside_busy_ones_all_end():
    stop = threading.Event()
    with ThreadPoolExecutor(THREADS + 4) as pool:
        others = [pool.submit(busy, stop) for _ in range(4)]
        given = [pool.submit(batch, number) for number in range(BATCHES)]
        try:
            results = [each.result(timeout=120) for each in given]
        finally:
            stop.set()
        said = [each.result(timeout=20) for each in others]
    NURSERY.close()

    for number, texts in enumerate(results):
        killed = [at for at, text in enumerate(texts) if isinstance(text, RenderKilled)]
        assert killed == ([4] if number % 10 == 0 else [])
        assert all(text == f"{number}-{at}" for at, text in enumerate(texts) if at not in killed)
    assert min(said) > 0
