"""What a worker does: read a message, send an order or its tracking, run a scheduled pull.

Each function takes a claim, talks to the vendor outside any transaction, and writes the outcome in
one transaction together with the proof that the claim still holds.
"""

from integrations.delivery.messages import process_message
from integrations.delivery.pulling import Counts, Source, pull, run_schedule
from integrations.delivery.sending import send, tell_parked

__all__ = ["Counts", "Source", "process_message", "pull", "run_schedule", "send", "tell_parked"]
