"""The one signal of the house."""

from django.dispatch import Signal

# Sent inside the transaction that wrote the events, inside their store, with
# `events: Sequence[OrderEvent]`: all of one kind, each with its `order` loaded. There may be
# thousands, read only when somebody looks beyond the first: look at its kind before that. A
# receiver may write rows of work; it calls nobody.
order_events_recorded = Signal()
