"""Start-up of the integrations app."""

from typing import Any

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """See the package's own docstring."""

    name = "integrations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from orders.signals import order_event_recorded

        order_event_recorded.connect(_push_tracking, dispatch_uid="integrations.tracking")


def _push_tracking(*, event: Any, order: Any, **_: Any) -> None:
    from integrations.services import push_tracking

    if event.kind == event.Kind.SHIPMENT_ADDED:
        push_tracking(event=event, order=order)
