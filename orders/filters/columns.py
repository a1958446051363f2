"""The sources of fields in the database: what `orders.filters.sources` reads from a snapshot."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce, singledispatch
from operator import or_
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    BooleanField,
    Case,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import (
    Coalesce,
    ExtractHour,
    ExtractIsoWeekDay,
    ExtractMinute,
)

from inventory.models import InventoryItem
from orders.filters import sources
from orders.filters.expressions import (
    Told,
    call,
    country,
    entry,
    folded,
    infix,
    text,
    trimmed,
    truth,
)
from orders.filters.moments import SECONDS, STAMP
from orders.filters.places import (
    BOX,
    BOX_LINES,
    COMPARED,
    MILITARY_CITIES,
    MILITARY_STATES,
)
from orders.filters.sources import Source
from orders.models import Order, OrderItem, OrderLink, Shipment
from stores.work import STUCK

Answer = Callable[[Told], Q]


@dataclass(frozen=True, slots=True)
class Asking:
    """What a question is asked with: the entry it names, the store's zone, and the moment."""

    name: str
    timezone: str
    now: datetime


@dataclass(frozen=True, slots=True)
class One:
    """A value of the order itself."""

    value: Told


@dataclass(frozen=True, slots=True)
class Many:
    """Several values: `some` tells, of an answer each of them gives, whether any is yes."""

    some: Callable[[Answer], Q]


@singledispatch
def place_of(source: Source, asking: Asking) -> One | Many:
    """Find a source in the database."""
    raise NotImplementedError(type(source).__name__)


@place_of.register
def _(source: sources.Column, asking: Asking) -> One | Many:
    return One(F(source.column))


@place_of.register
def _(source: sources.Name, asking: Asking) -> One | Many:
    first, last = (F(f"{source.side}_{part}_name") for part in ("first", "last"))
    return One(call("concat_ws", text(" "), first, last))


@place_of.register
def _(source: sources.At, asking: Asking) -> One | Many:
    return One(F(source.column))


@place_of.register
def _(source: sources.Filled, asking: Asking) -> One | Many:
    return One(_yes(Q(**{f"{source.column}__isnull": False})))


@place_of.register
def _(source: sources.Columns, asking: Asking) -> One | Many:
    return Many(lambda answer: reduce(or_, (answer(F(column)) for column in source.columns)))


@place_of.register
def _(source: sources.Entry, asking: Asking) -> One | Many:
    return One(entry(F(source.column), asking.name))


@place_of.register
def _(source: sources.EntryAt, asking: Asking) -> One | Many:
    return One(_stamp(trimmed(entry(F(source.column), asking.name))))


@place_of.register
def _(source: sources.Each, asking: Asking) -> One | Many:
    part = call("", template=f"one ->> '{source.part}'")
    return Many(lambda answer: Q(_AnyOf(F(source.column), answer(Coalesce(part, text(""))))))


@place_of.register
def _(source: sources.Items, asking: Asking) -> One | Many:
    return _rows(_of_order(OrderItem), F(source.column))


@place_of.register
def _(source: sources.ItemEntries, asking: Asking) -> One | Many:
    return _rows(_of_order(OrderItem), entry(F(source.column), asking.name))


@place_of.register
def _(source: sources.Parcels, asking: Asking) -> One | Many:
    return _rows(_of_order(Shipment).filter(removed_at=None), F(source.column))


@place_of.register
def _(source: sources.Stock, asking: Asking) -> One | Many:
    known = _inventory()
    items = _of_order(OrderItem).filter(Exists(known))
    return _rows(items, Subquery(known.values(source.column)[:1]))


@place_of.register
def _(source: sources.InInventory, asking: Asking) -> One | Many:
    return _rows(_of_order(OrderItem), _yes(Q(Exists(_inventory()))))


@place_of.register
def _(source: sources.Lines, asking: Asking) -> One | Many:
    if source.what == "items":
        return One(_count(_of_order(OrderItem)))
    return One(_count(_of_order(Shipment).filter(removed_at=None)))


@place_of.register
def _(source: sources.EmailCount, asking: Asking) -> One | Many:
    alike = Order.across_stores.filter(
        store_id=OuterRef("store_id"), email=OuterRef("email"), deleted_at=None
    )
    return One(Case(When(email="", then=Value(0)), default=_count(alike)))


@place_of.register
def _(source: sources.Linked, asking: Asking) -> One | Many:
    links = OrderLink.across_stores.filter(store_id=OuterRef("store_id"), kind=source.kind)
    parent, child = (Q(Exists(links.filter(**{side: OuterRef("pk")}))) for side in LINK_SIDES)
    return One(_yes(parent | child))


LINK_SIDES = ("parent_id", "child_id")


@place_of.register
def _(source: sources.Error, asking: Asking) -> One | Many:
    # Sending and rules are to the right of this app; an order knows them by these names.
    same = Order.across_stores.filter(store_id=OuterRef("store_id"), pk=OuterRef("pk"))
    kinds = ("submissions", "rule_runs")
    stuck = (Q(Exists(same.filter(**{f"{kind}__state__in": STUCK}))) for kind in kinds)
    return One(_yes(reduce(or_, stuck)))


@place_of.register
def _(source: sources.SameAddress, asking: Asking) -> One | Many:
    nothing, same = Q(), Q()
    for part in COMPARED:
        customer = folded(F(f"customer_{part}"))
        nothing &= Q(infix(customer, "=", text("")))
        same &= Q(infix(customer, "=", folded(F(f"shipping_{part}"))))
    nothing &= Q(infix(folded(F("customer_country")), "=", text("")))
    same &= Q(infix(country(F("customer_country")), "=", country(F("shipping_country"))))
    return One(_yes(nothing | same))


@place_of.register
def _(source: sources.Box, asking: Asking) -> One | Many:
    box = reduce(or_, (Q(infix(folded(F(line)), "~", text(BOX))) for line in BOX_LINES))
    box |= _is_one_of(folded(F("shipping_city")), MILITARY_CITIES)
    here = _is_one_of(country(F("shipping_country")), ("US", ""))
    return One(_yes(box | (_is_one_of(folded(F("shipping_state")), MILITARY_STATES) & here)))


@place_of.register
def _(source: sources.Weekday, asking: Asking) -> One | Many:
    days = ",".join(f"'{day}'" for day in source.DAYS)
    day = ExtractIsoWeekDay(source.column, tzinfo=ZoneInfo(asking.timezone))
    return One(call("", day, template=f"(ARRAY[{days}])[%(expressions)s]"))


@place_of.register
def _(source: sources.Minute, asking: Asking) -> One | Many:
    zone = ZoneInfo(asking.timezone)
    hour, minute = (each(source.column, tzinfo=zone) for each in (ExtractHour, ExtractMinute))
    return One(ExpressionWrapper(hour * 60 + minute, output_field=IntegerField()))


class _AnyOf(Func):
    """Whether a row of a JSON list answers yes; in the answer it goes by the name `one`."""

    template = (
        "EXISTS (SELECT FROM jsonb_array_elements(CASE jsonb_typeof(%(array)s) WHEN 'array' "
        "THEN %(array)s END) AS one WHERE %(answer)s)"
    )
    output_field = BooleanField()

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        (array, params), (answer, more) = map(compiler.compile, self.source_expressions)
        return self.template % {"array": array, "answer": answer}, [*params, *params, *more]


def _of_order(model: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = model.across_stores.filter(
        store_id=OuterRef("store_id"), order_id=OuterRef("pk")
    )
    return rows


def _inventory() -> QuerySet[InventoryItem]:
    return InventoryItem.across_stores.filter(
        store_id=OuterRef("store_id"), code=OuterRef("code")
    ).order_by()


def _rows(rows: QuerySet[Any], value: Told) -> Many:
    return Many(lambda answer: Q(Exists(rows.filter(answer(value)))))


def _count(rows: QuerySet[Any]) -> Func:
    counted = rows.order_by().values("store_id").annotate(total=Count("pk")).values("total")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def _yes(condition: Q) -> "ExpressionWrapper[Q]":
    return ExpressionWrapper(condition, output_field=BooleanField())


def _is_one_of(value: Told, words: tuple[str, ...]) -> Q:
    return reduce(or_, (Q(infix(value, "=", text(word))) for word in words))


def _stamp(value: Told) -> Case:
    """Read a moment as `moments.stamp` does; NULL for what is none."""
    is_valid = truth("", value, template="pg_input_is_valid(%(expressions)s, 'timestamptz')")
    return Case(
        When(
            infix(value, "~", text(SECONDS)),
            then=Func(value, template="to_timestamp(%(expressions)s::bigint)"),
        ),
        When(
            Q(infix(value, "~", text(STAMP))) & Q(is_valid),
            then=Func(value, template="(%(expressions)s)::timestamptz"),
        ),
        output_field=DateTimeField(),
    )
