"""Taking due rows under lease, so that every store has its turn."""

from typing import Any

from django.conf import settings
from django.db import connection

from stores.work.rows import Claim, Work, kinds

_CLAIM = """
WITH RECURSIVE turn (store_id) AS (
    SELECT coalesce(
        (SELECT store_id FROM {table}
            WHERE state = 'waiting' AND due_at <= statement_timestamp() AND store_id > %(after)s
            ORDER BY store_id LIMIT 1),
        (SELECT store_id FROM {table}
            WHERE state = 'waiting' AND due_at <= statement_timestamp()
            ORDER BY store_id LIMIT 1)
    )
    UNION ALL
    SELECT (SELECT w.store_id FROM {table} w
        WHERE w.state = 'waiting' AND w.due_at <= statement_timestamp()
            AND w.store_id > turn.store_id
        ORDER BY w.store_id LIMIT 1)
    FROM turn WHERE turn.store_id IS NOT NULL
), served AS MATERIALIZED (
    SELECT store_id FROM turn WHERE store_id IS NOT NULL
        AND %(per_store)s > (SELECT count(*) FROM {table} b
            WHERE b.store_id = turn.store_id AND b.state = 'working')
    LIMIT %(limit)s
), taken AS MATERIALIZED (
    SELECT one.id, one.deaths, row_number() OVER () AS place FROM served CROSS JOIN LATERAL (
        SELECT id, deaths FROM {table} w
        WHERE w.store_id = served.store_id AND w.state = 'waiting'
            AND w.due_at <= statement_timestamp()
        ORDER BY w.due_at, w.id
        LIMIT (SELECT greatest(1, %(limit)s / greatest(1, count(*))) FROM served)
        FOR UPDATE SKIP LOCKED
    ) one
    LIMIT greatest(0, least(%(limit)s,
        %(at_once)s - (SELECT count(*) FROM {table} WHERE state = 'working')))
), chosen AS (
    -- A row that lost a worker is done by itself: it must not take others down with it.
    SELECT id FROM taken WHERE CASE
        WHEN (SELECT deaths > 0 FROM taken WHERE place = 1) THEN place = 1 ELSE deaths = 0 END
)
UPDATE {table} AS w
SET state = 'working', attempts = w.attempts + 1, fence = w.fence + 1,
    leased_until = statement_timestamp() + make_interval(secs => %(lease)s)
FROM chosen WHERE w.id = chosen.id
RETURNING w.id, w.store_id, w.fence, w.attempts, w.in_doubt
"""

_DUE = """
SELECT {place} WHERE EXISTS (
    SELECT FROM {table} WHERE state = 'waiting' AND due_at <= statement_timestamp()
)
"""
_OPEN = "SELECT set_config('app.across_stores', 'on', true)"
_CLOSE = "SELECT set_config('app.across_stores', '', true)"

# The store served last, per kind: the next claim goes on behind it, so every store has its turn.
_last_served: dict[type[Work], int] = {}


def claim(model: type[Work]) -> list[Claim]:
    """Take due rows of one kind under lease, one store after the other.

    A store with a large backlog gets its turn like every other one and no more.
    """
    after = _last_served.get(model, 0)
    claims = _claim_behind(model, after)
    if not claims and after:
        claims = _claim_behind(model, 0)
    _last_served[model] = claims[-1].store_id if claims else 0
    return claims


def _claim_behind(model: type[Work], after: int) -> list[Claim]:
    parameters = {
        "after": after,
        "limit": model.batch,
        "per_store": model.at_once_per_store,
        "at_once": model.at_once,
        "lease": settings.WORK_LEASE_SECONDS,
    }
    rows = _ask_across_stores(_CLAIM.format(table=model._meta.db_table), parameters)
    return sorted((Claim(model, *row) for row in rows), key=lambda one: (one.store_id, one.pk))


def due_kinds() -> list[type[Work]]:
    """Give the kinds that have due work, asked for all of them at once."""
    models = kinds()
    asked = " UNION ALL ".join(
        _DUE.format(place=place, table=model._meta.db_table) for place, model in enumerate(models)
    )
    return [models[place] for (place,) in _ask_across_stores(asked, {})]


def _ask_across_stores(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Run one statement as inside `across_stores()`, in one trip to the database instead of four.

    PostgreSQL runs statements that come together in one transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute(f"{_OPEN}; {statement}; {_CLOSE}", parameters)
        cursor.nextset()
        return list(cursor.fetchall())
