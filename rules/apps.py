"""Start-up of the rules app: it listens to what happens to orders."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig


class RulesConfig(AppConfig):
    """See the package's own docstring."""

    name = "rules"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from orders.bulk import register
        from orders.signals import order_events_recorded
        from rules.bulk import RunEvent

        register(RunEvent())

        order_events_recorded.connect(_queue_rules, dispatch_uid="rules.queue")


def _queue_rules(*, events: Sequence[Any], **_: Any) -> None:
    from rules.services import queue_rules

    queue_rules(events=events)
