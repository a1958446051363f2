"""How a connection is doing, as its last call showed."""

from datetime import datetime

from integrations.models import Connection


def pause(connection: Connection, problem: str) -> None:
    """Stop calling with credentials that are refused; what is to be sent waits, held.

    Call inside the store.
    """
    Connection.objects.for_store(connection.store_id).active().filter(pk=connection.pk).update(
        state=Connection.State.PAUSED, problem=problem
    )


def note_success(connection: Connection, *, now: datetime) -> None:
    """Write down that a call worked, once a minute at most. Call inside the store."""
    if connection.last_ok_at is None or (now - connection.last_ok_at).total_seconds() > 60:
        Connection.objects.for_store(connection.store_id).filter(pk=connection.pk).update(
            last_ok_at=now
        )
