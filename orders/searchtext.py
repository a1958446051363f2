"""Finding orders by parts of words, through the one function that reads the search table."""

from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, Func, Q, TextField, Value

from orderdesk.lib.refused import Refused
from orders.models import OrderQuerySet

WORDS_ALLOWED = 20


class _Containing(Func):
    """The ids of the entered store's orders that say all of the words."""

    function = "orders_containing"
    template = "(SELECT %(function)s(%(expressions)s))"
    output_field = BigIntegerField()


def containing(orders: OrderQuerySet, text: str) -> OrderQuerySet:
    """Keep the orders that say every word of the text, in whatever case and wherever it stands.

    Looked at are an order's id and number, its people (names, company, e-mail, phone, street, city,
    postal code), its ids elsewhere, its items' names and codes and its tracking numbers. A word of
    one or two letters must begin a word there. No words keep everything. Deleted orders are
    among them; that is the caller's to choose.

    Raises:
        Refused: if there are more words than are looked for at once.
    """
    words = list(dict.fromkeys(text.replace("\x00", "").split()))
    if len(words) > WORDS_ALLOWED:
        raise Refused(f"Search for up to {WORDS_ALLOWED} words at once.", field="q")
    return saying(orders, words)


def saying(orders: OrderQuerySet, parts: Sequence[str]) -> OrderQuerySet:
    """Keep the orders that say each of these; one of several words is said as it stands there."""
    return orders.filter(said(parts)) if parts else orders


def said(parts: Sequence[str]) -> Q:
    """Give "says each of these" as a condition, to be joined with others."""
    wanted = Value(list(parts), output_field=ArrayField(TextField()))
    return Q(pk__in=_Containing(wanted))


def ids_saying(parts: Sequence[str], *, at_most: int) -> list[int]:
    """Give the ids of so many of the entered store's orders that say each of these."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT orders_containing(%s) LIMIT %s", [list(parts), at_most])
        return [pk for (pk,) in cursor.fetchall()]
