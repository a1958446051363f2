"""The frame of the hub: settings, addresses, start-up; stands above the apps."""

from orderdesk.celery import app as celery_app

__all__ = ["celery_app"]
