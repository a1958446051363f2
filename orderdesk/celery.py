"""The Celery application: a doorbell over Valkey. The work itself is rows in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderdesk.settings")

app = Celery("orderdesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["stores"])
app.conf.beat_schedule = {
    # A message nobody took in time is worthless: the next one says the same.
    "do due work": {"task": "stores.tasks.do_due_work", "schedule": 2.0, "options": {"expires": 4}}
}
