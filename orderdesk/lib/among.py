"""Many ids as one parameter of a query."""

from collections.abc import Iterable

from django.db.models.expressions import RawSQL


def among(ids: Iterable[int]) -> RawSQL:
    """Give ids for `filter(pk__in=among(ids))`.

    A parameter for each of a thousand ids costs more to write and to plan than the rows to read.
    """
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])
