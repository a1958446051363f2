"""Writing many rows of a table by one statement."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import DatabaseDefault

from stores.scoping import StoreOwned

Row = TypeVar("Row", bound=StoreOwned)
# Fewer rows go the usual way; it is as quick then.
MANY = 20


def insert_all(rows: Sequence[Row]) -> list[Row]:
    """Insert rows of one table that are not saved yet; each gets its `pk` and its defaults.

    One JSON text carries them all: a parameter for each value of each row would cost more to send
    and to plan than the rows to write.
    """
    if len(rows) < MANY:
        return type(rows[0]).across_stores.bulk_create(rows) if rows else []
    kept = list(rows)
    fields = kept[0]._meta.concrete_fields
    left_out = [field for field in fields if _is_default(kept[0], field)]
    told = [field for field in fields if field not in left_out]
    table = kept[0]._meta.db_table
    columns = ", ".join(f'"{field.column}"' for field in told)
    returned = ", ".join(f'"{field.column}"' for field in (kept[0]._meta.pk, *left_out))
    with connection.cursor() as cursor:
        for row, pk in zip(kept, _new_ids(cursor, table, len(kept)), strict=True):
            row.pk = pk
        cursor.execute(
            f'INSERT INTO "{table}" ({columns}) SELECT {columns} '  # noqa: S608 - names of ours
            f'FROM json_populate_recordset(NULL::"{table}", %s) RETURNING {returned}',
            [_json(kept, told)],
        )
        made = {pk: defaults for pk, *defaults in cursor.fetchall()}
    for row in kept:
        for field, value in zip(left_out, made[row.pk], strict=True):
            setattr(row, field.attname, value)
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 - as Django does
    return kept


def _is_default(row: models.Model, field: "models.Field[Any, Any]") -> bool:
    return isinstance(getattr(row, field.attname), DatabaseDefault)


def _new_ids(cursor: Any, table: str, count: int) -> list[int]:
    cursor.execute(
        "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
        [table, count],
    )
    return [pk for (pk,) in cursor.fetchall()]


def _json(rows: Sequence[StoreOwned], fields: "Sequence[models.Field[Any, Any]]") -> str:
    names = [(field.column, field.attname) for field in fields]
    plain = [{column: getattr(row, name) for column, name in names} for row in rows]
    return json.dumps(plain, default=_as_text)


def _as_text(value: object) -> str:
    if isinstance(value, date):  # and so a moment
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in a row")
