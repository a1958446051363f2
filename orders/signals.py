"""The one signal of the house."""

from django.dispatch import Signal

# Sent inside the transaction that wrote the events, inside their store, with
# `events: list[OrderEvent]`: all of one kind, each with its `order` loaded. A receiver may write
# rows of work; it calls nobody.
order_events_recorded = Signal()
