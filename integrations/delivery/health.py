"""How a connection is doing, as its last call showed."""

from datetime import datetime

from integrations.models import Connection

SEAL_BROKEN = "The stored credentials cannot be opened with the hub's keys. Enter them again."


def pause(connection: Connection, problem: str) -> bool:
    """Stop calling with credentials that are refused, and tell whether they still are the ones.

    Credentials that were mended while the refused call ran are not paused for it. Call inside the
    store.
    """
    same = Connection.objects.for_store(connection.store_id).filter(
        pk=connection.pk, revision=connection.revision
    )
    return bool(
        same.exclude(state=Connection.State.DISCONNECTED).update(
            state=Connection.State.PAUSED, problem=problem
        )
    )


def is_paused(connection: Connection) -> bool:
    """Tell whether the connection is paused, and keep it so until the open transaction ends.

    Whoever mends the credentials releases what is held, and so must not slip between our look and
    our holding. Call inside the store.
    """
    rows = Connection.objects.for_store(connection.store_id).select_for_update()
    connection.refresh_from_db(from_queryset=rows)
    return connection.state == Connection.State.PAUSED


def note_success(connection: Connection, *, now: datetime) -> None:
    """Write down that a call worked, once a minute at most. Call inside the store."""
    if connection.last_ok_at is None or (now - connection.last_ok_at).total_seconds() > 60:
        Connection.objects.for_store(connection.store_id).filter(pk=connection.pk).update(
            last_ok_at=now
        )
