"""Asks the database: which orders does a question hold for?

Each comparison says exactly what the same one says of a snapshot, `tests/orders` hold them to
it. Folded text is out of reach for an index; where a part of a word must stand in an order's text
for the comparison to hold, the search table finds the few orders worth comparing.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Func, Q, Value
from django.db.models.functions import Coalesce, Left

from orderdesk.lib.patterns import TEXT_READ
from orders.filters.columns import Asking, Many, place_of
from orders.filters.expressions import Told, call, country, folded, infix, text, truth
from orders.filters.facts import Facts
from orders.filters.fields import WORDS, question
from orders.filters.kinds import Country, Kind, Text
from orders.filters.moments import Age, MaybeMoment
from orders.filters.query import Condition, Group, Query
from orders.models import OrderQuerySet
from orders.searchtext import ids_saying, said, saying

LOOKED_UP = ("equals", "contains", "starts", "ends")
SHORTEST_LOOKED_UP = 3
FETCHED_AT_MOST = 500
IN_SEARCH_TEXT = frozenset(
    [
        "source_id",
        "email",
        "customer_id",
        "fulfillment_id",
        "tracking_number",
        "any_item_code",
        "any_item_name",
        *(
            f"{side}_{part}"
            for side in ("shipping", "customer")
            for part in (
                "first_name", "last_name", "company", "phone", "address1", "city", "postal_code",
            )
        ),
    ]
)  # fmt: skip


def filtered(orders: OrderQuerySet, query: Query, *, facts: Facts, now: datetime) -> OrderQuerySet:
    """Keep the orders a question holds for, deleted ones among them.

    Raises:
        Broken: if a condition cannot be asked.
    """
    parts = list(query.parts)
    if query.match == "all":
        free = [part for part in parts if _is_free(part)]
        parts = [part for part in parts if part not in free]
        words = [question(part, facts).wanted for part in free if isinstance(part, Condition)]
        orders = _looked_up(orders, words, list(_needed_words(parts, facts)))
    asked = [_part(part, facts, now) for part in parts]
    return orders.filter(_joined(query.match, asked)) if asked else orders


def _is_free(part: Condition | Group) -> bool:
    return isinstance(part, Condition) and part.field == WORDS.key and part.operator == "contains"


def _looked_up(orders: OrderQuerySet, words: list[str], needed: list[str]) -> OrderQuerySet:
    """Keep the orders that say all these words.

    Needed ones are followed by comparisons that cost much for every order. So what they find is
    fetched first, where it is little: then no estimate can lead to comparing every order.
    """
    if needed:
        found = ids_saying([*words, *needed], at_most=FETCHED_AT_MOST + 1)
        if len(found) <= FETCHED_AT_MOST:
            return orders.filter(pk__in=found)
    return saying(orders, [*words, *needed])


def _part(part: Condition | Group, facts: Facts, now: datetime) -> Q:
    if isinstance(part, Group):
        inside = [condition_sql(each, facts=facts, now=now) for each in part.parts]
        return _joined(part.match, inside)
    return condition_sql(part, facts=facts, now=now)


def _joined(match: str, asked: list[Q]) -> Q:
    return reduce(or_ if match == "any" else and_, asked, Q())


def condition_sql(condition: Condition, *, facts: Facts, now: datetime) -> Q:
    """Give one condition as SQL.

    Raises:
        Broken: if it cannot be asked.
    """
    asked = question(condition, facts)
    if asked.field is WORDS:
        return ~said([asked.wanted]) if asked.operator.negates else said([asked.wanted])
    place = place_of(asked.field.source, Asking(condition.name, facts.timezone, now))

    def answer(value: Told) -> Q:
        normal = _normal(asked.field.kind, value, condition, now)
        held = ANSWERS[asked.operator.asks](normal, asked.wanted, now)
        # Where there is no moment no comparison holds; not to know would undo a negation.
        return _surely(held) if isinstance(asked.field.kind, MaybeMoment) else held

    if not isinstance(place, Many):
        held = answer(place.value)
    elif asked.field.over == "all" and not asked.operator.negates:
        held = place.some(_anything) & ~place.some(lambda value: ~answer(value))
    else:
        held = place.some(answer)
    return ~held if asked.operator.negates else held


def _surely(held: Q) -> Q:
    told = ExpressionWrapper(held, output_field=BooleanField())
    return Q(Coalesce(told, Value(value=False), output_field=BooleanField()))


def _anything(value: Told) -> Q:
    return Q(Value(value=True, output_field=BooleanField()))


def _needed_words(parts: Iterable[Condition | Group], facts: Facts) -> Iterator[str]:
    """Give the words an order's text must say for the conditions to hold, all of which must.

    Whether they hold is asked all the same: the words may stand elsewhere in it.
    """
    for part in parts:
        if isinstance(part, Group) or part.field not in IN_SEARCH_TEXT:
            continue
        asked = question(part, facts)
        if asked.operator.asks in LOOKED_UP and not asked.operator.negates:
            # Beyond ASCII, a letter may be spelt there in another way than it is compared in.
            words = asked.wanted.split() if asked.wanted.isascii() else []
            yield from (word for word in words if len(word) >= SHORTEST_LOOKED_UP)


def _normal(kind: Kind, value: Told, condition: Condition, now: datetime) -> Told:
    """Bring a value into the form expected ones are in, as `Kind.normal` does."""
    if isinstance(kind, Text):
        return folded(value, exact=condition.case)
    if isinstance(kind, Country):
        return country(value)
    if isinstance(kind, MaybeMoment) and condition.operator.endswith("_empty"):
        return call("", value, template="COALESCE((%(expressions)s)::text, '')")
    if isinstance(kind, Age):
        since = Func(Value(now), value, template="(%(expressions)s)", arg_joiner=" - ")
        return call("", since, template="(EXTRACT(EPOCH FROM %(expressions)s) * 1000000)")
    return value


def _by(sign: str) -> Callable[[Told, Any, datetime], Q]:
    return lambda value, wanted, now: Q(infix(value, sign, _value(wanted)))


def _value(wanted: Any) -> Value:
    if isinstance(wanted, Decimal) and wanted == wanted.to_integral_value():
        # Beside a decimal, a whole column such as the id would be compared without its index.
        return Value(int(wanted))
    return text(wanted) if isinstance(wanted, str) else Value(wanted)


def _contains(value: Told, wanted: str, now: datetime) -> Q:
    return Q(infix(call("strpos", value, text(wanted)), ">", Value(0)))


def _starts(value: Told, wanted: str, now: datetime) -> Q:
    return Q(truth("starts_with", value, text(wanted)))


def _ends(value: Told, wanted: str, now: datetime) -> Q:
    end = call("right", value, Value(len(wanted)))
    return Q(infix(end, "=", text(wanted)))


def _matches(value: Told, wanted: Any, now: datetime) -> Q:
    return Q(infix(Left(value, TEXT_READ), "~", text(wanted.spelt)))


def _in_list(value: Told, wanted: list[Any], now: datetime) -> Q:
    return reduce(or_, (Q(infix(value, "=", _value(each))) for each in wanted))


def _is_there(value: Told, wanted: None, now: datetime) -> Q:
    return Q(infix(value, "<>", text("")))


def _than(sign: str, at: Callable[[Any, datetime], datetime]) -> Callable[..., Q]:
    return lambda value, wanted, now: Q(infix(value, sign, Value(at(wanted, now))))


def _within(value: Told, wanted: Any, now: datetime) -> Q:
    first, end = wanted
    return Q(infix(value, ">=", Value(first))) & Q(infix(value, "<", Value(end)))


ANSWERS: dict[str, Callable[[Told, Any, datetime], Q]] = {
    "equals": _by("="),
    "contains": _contains,
    "starts": _starts,
    "ends": _ends,
    "matches": _matches,
    "greater": _by(">"),
    "at_least": _by(">="),
    "less": _by("<"),
    "at_most": _by("<="),
    "is_there": _is_there,
    "in_list": _in_list,
    "before": _than("<", lambda wanted, now: wanted[0]),
    "after": _than(">=", lambda wanted, now: wanted[1]),
    "within": _within,
    "from": _than(">=", lambda wanted, now: wanted[0]),
    "until": _than("<", lambda wanted, now: wanted[1]),
    "older": _than("<", lambda wanted, now: now - wanted),
    "since": _than(">=", lambda wanted, now: now - wanted),
}
