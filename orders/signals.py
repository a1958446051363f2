"""The one signal of the house."""

from django.dispatch import Signal

# Sent inside the transaction that wrote the event, with `event: OrderEvent` and `order: Order`,
# inside the order's store. A receiver may write rows of work; it calls nobody.
order_event_recorded = Signal()
