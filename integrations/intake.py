"""The door for signed messages: durable before the answer, interpreted after it.

One call of one database function keeps the message, so that a cart's peak costs little. The
signature is checked against a copy of the connection's secrets; the function compares the copy's
revision, so that a copy that has grown old is noticed before anything is kept.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from psycopg import Cursor

from integrations.accounts import plugin_of
from integrations.base import Hook, Integration
from integrations.models import Connection
from integrations.registry import integration
from integrations.vault import SealBroken
from stores import bell
from stores.scoping import across_stores

logger = structlog.get_logger(__name__)

RECEIVE = "SELECT integrations_receive(%s, %s, %s, %s, %s, %s, %b)"
COPIES_KEPT = 10_000
# Headers worth keeping with a message; the rest tells of the way it took.
HEADERS_KEPT = ("content-type", "user-agent")
UNAVAILABLE = "The hub cannot reach its database. Nothing was taken in; send it again."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender gets: an HTTP status and a sentence."""

    status: int
    message: str


@dataclass(frozen=True, slots=True)
class Copy:
    """What must be known of a connection to check a message, without asking the database."""

    connection_id: int
    store_id: int
    revision: int
    plugin: Integration


_copies: OrderedDict[str, Copy] = OrderedDict()
_lock = Lock()


def receive(token: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """Keep a signed message and say what the sender should know.

    200 when it is kept or was kept before; 401 for a wrong signature and nothing kept; 404 for an
    address that is none; 413 over the limit; 503 while the database is away or the connection's
    secret cannot be opened, so that it is sent again. Header names are lower case.
    """
    if len(body) > settings.HOOK_BODY_LIMIT:
        return too_large()
    try:
        return _receive(token, Hook(headers, body))
    except (OperationalError, InterfaceError):
        # The connection may just be an old one from before a restart; a fresh one tells.
        connection.close()
        try:
            return _receive(token, Hook(headers, body))
        except (OperationalError, InterfaceError):
            connection.close()
            return Answer(503, UNAVAILABLE)


def too_large() -> Answer:
    """Refuse a message over the limit, where its length is stated before it is read."""
    return Answer(413, f"The message has more than {settings.HOOK_BODY_LIMIT:,} bytes.")


def _receive(token: str, hook: Hook) -> Answer:
    known = _copies.get(token)
    if known and (answer := _keep(known, hook)):
        return answer
    # No text in PostgreSQL holds a NUL, so it cannot even be asked for one.
    try:
        fresh = None if "\x00" in token else _copy(token)
    except SealBroken:
        logger.exception("the secrets of a called hook cannot be opened")
        return Answer(503, "The hub cannot check the signature now. Send it again.")
    if fresh is None:
        return Answer(404, "There is no such hook.")
    return _keep(fresh, hook) or Answer(401, "The signature is not right.")


def _keep(copy: Copy, hook: Hook) -> Answer | None:
    """Keep the message; None when the signature is wrong or the copy too old to tell."""
    delivery = copy.plugin.verify_webhook(hook)
    if delivery is None:
        return None
    kept = {name: hook.headers[name] for name in HEADERS_KEPT if name in hook.headers}
    outcome = _stored(
        [
            copy.store_id,
            copy.connection_id,
            copy.revision,
            delivery.delivery_id[:200],
            delivery.topic[:100],
            json.dumps(kept),
            hook.body,
        ]
    )
    if outcome == "stale":
        return None
    # The worker tells of each message with its order; here a line would cost more than the rest.
    logger.debug("message", outcome=outcome, store_id=copy.store_id, connection=copy.connection_id)
    if outcome == "kept":
        bell.ring()
    return Answer(200, "Kept." if outcome == "kept" else "Known already.")


def _stored(values: list[Any]) -> str:
    """Call the database's function, prepared, with the body as bytes.

    Django's own cursor would write the body into the text of a new statement each time, which
    costs both sides more than everything else here.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(RECEIVE, values, prepare=True)
        row = cursor.fetchone()
    return str(row[0]) if row else ""


def _copy(token: str) -> Copy | None:
    """Read the connection behind an address and remember it.

    Raises:
        SealBroken: if its secrets cannot be opened.
    """
    with across_stores():
        row = (
            Connection.across_stores.filter(hook_token=token)
            .exclude(state=Connection.State.DISCONNECTED)
            .first()
        )
    if row is None or not integration(row.key).can("verify_webhook"):
        with _lock:
            _copies.pop(token, None)
        return None
    copy = Copy(row.pk, row.store_id, row.revision, plugin_of(row))
    with _lock:
        _copies[token] = copy
        while len(_copies) > COPIES_KEPT:
            _copies.popitem(last=False)
    return copy
