"""The Celery application: a doorbell over Valkey. The work itself is rows in PostgreSQL."""

import os
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderdesk.settings")

app = Celery("orderdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["stores"])
app.conf.beat_schedule = {
    # A message nobody took in time is worthless: the next one says the same.
    "do due work": {"task": "stores.tasks.do_due_work", "schedule": 2.0, "options": {"expires": 4}}
}


@setup_logging.connect
def leave_logs_alone(**_: Any) -> None:
    """Keep the logs as the settings have them: who answers this signal keeps Celery from it."""
