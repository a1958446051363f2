"""Start-up of the integrations app."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """See the package's own docstring."""

    name = "integrations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from integrations.bulk import Send
        from orders.bulk import register
        from orders.signals import order_events_recorded

        register(Send())
        order_events_recorded.connect(_push_tracking, dispatch_uid="integrations.tracking")
        order_events_recorded.connect(_withdraw_orders, dispatch_uid="integrations.withdrawn")


def _push_tracking(*, events: Sequence[Any], **_: Any) -> None:
    from integrations.services import push_tracking
    from integrations.tracking import drop_tracking, tell_of_correction

    kind, kinds = events[0].kind, events[0].Kind
    if kind == kinds.SHIPMENT_ADDED:
        for event in events:
            push_tracking(event=event, order=event.order)
    elif kind == kinds.SHIPMENT_DELETED:
        for event in events:
            drop_tracking(event=event)
    elif kind == kinds.SHIPMENT_UPDATED:
        for event in events:
            tell_of_correction(event=event)


def _withdraw_orders(*, events: Sequence[Any], **_: Any) -> None:
    from integrations.withdrawn import withdraw_merged, withdraw_orders

    if events[0].kind == events[0].Kind.DELETED:
        withdraw_orders(events=events)
    elif events[0].kind == events[0].Kind.CANCELED:
        withdraw_merged(events=events)
