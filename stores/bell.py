"""The bell that wakes a worker. Nothing is lost if nobody hears it: the sweep finds the row."""

import logging
import os
import threading

from celery import current_app
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)

TASK = "stores.tasks.do_due_work"
# The first ring wakes at once; those that follow closely wake once, together. A broker that is away
# is asked again after a pause.
GATHER_SECONDS = 0.05
PAUSE_SECONDS = 1.0


class Bell(threading.Thread):
    """Rings in the background, so that a broker that is away never holds up a request."""

    def __init__(self) -> None:
        super().__init__(name="bell", daemon=True)
        self.pid = os.getpid()
        self.pressed = threading.Event()

    def run(self) -> None:
        pause = threading.Event()
        while True:
            self.pressed.wait()
            self.pressed.clear()
            try:
                current_app.send_task(TASK, retry=False, expires=30)
            except Exception:  # noqa: BLE001 - whatever the broker's trouble, the row waits safely
                logger.warning("broker unreachable; the sweep will find the work")
                pause.wait(PAUSE_SECONDS)
            else:
                pause.wait(GATHER_SECONDS)


_lock = threading.Lock()
_bell: Bell | None = None


def ring() -> None:
    """Wake a worker soon. Never waits, never fails."""
    global _bell  # noqa: PLW0603 - one bell per process; a forked child needs its own
    if not settings.WORK_BELL:
        return
    if _bell is None or _bell.pid != os.getpid():
        with _lock:
            if _bell is None or _bell.pid != os.getpid():
                _bell = Bell()
                _bell.start()
    _bell.pressed.set()


def ring_after_commit() -> None:
    """Wake a worker once the open transaction is committed."""
    transaction.on_commit(ring)
