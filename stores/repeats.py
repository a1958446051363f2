"""Calls under a key of the caller's: done once, and answered the same whenever they come again."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import connection

from stores.models import IdempotencyKey

KEPT_FOR = timedelta(days=7)
# How many answers that are too old one call clears away.
CLEARED_AT_ONCE = 100


class UnderWay(Exception):
    """The first call under this key has not been answered yet."""


class UsedForAnother(Exception):
    """The key stands for another call already."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call under a key of the caller's."""

    store_id: int
    key: str
    fingerprint: str


def fingerprint(*parts: Any) -> str:
    """Digest what makes two calls the same; the order of names in an object does not."""
    told = json.dumps(parts, sort_keys=True, default=str)
    return sha256(told.encode()).hexdigest()


def answer_before(*, call: Call, now: datetime) -> IdempotencyKey | None:
    """Give the answer this call got before, or take its key until this transaction ends.

    The key is a lock that no second call waits for. It ends with the transaction however that
    ends, so nothing has to be cleared up after a crash.

    Raises:
        UnderWay: if another transaction has the key.
        UsedForAnother: if the key stands for another call.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"call {call.store_id} {call.key}"],
        )
        (is_ours,) = cursor.fetchone() or (False,)
    if not is_ours:
        raise UnderWay
    rows = IdempotencyKey.objects.for_store(call.store_id)
    kept = rows.filter(key=call.key).first()
    if kept is None or kept.created_at < now - KEPT_FOR:
        return None
    if kept.fingerprint != call.fingerprint:
        raise UsedForAnother
    return kept


def keep_answer(
    *, call: Call, status: int, headers: dict[str, str], answer: str, now: datetime
) -> None:
    """Keep the answer in the transaction that did what was asked, and clear old ones away."""
    rows = IdempotencyKey.objects.for_store(call.store_id)
    rows.filter(key=call.key).delete()
    old = rows.older_than(now - KEPT_FOR).select_for_update(skip_locked=True)
    rows.filter(pk__in=list(old.values_list("pk", flat=True)[:CLEARED_AT_ONCE])).delete()
    IdempotencyKey(
        store_id=call.store_id,
        key=call.key,
        fingerprint=call.fingerprint,
        status=status,
        headers=headers,
        answer=answer,
        created_at=now,
    ).save(force_insert=True)
