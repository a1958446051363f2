"""The day's hub under a WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.reference.settings")
application = get_wsgi_application()

from benchmarks.reference.celery import app as celery_app  # noqa: E402, F401 - the tasks' broker
