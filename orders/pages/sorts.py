"""How a list is sorted, and the places in it that the addresses of its pages name.

A place holds what the order is sorted by and its id, so that a page goes on exactly where the
last one ended: with ties, in both directions, and after the order itself has gone.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.db.models import F, OrderBy, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Length

from orderdesk.lib.ids import LARGEST_ID
from orders.models import Order, OrderQuerySet

# Without an index the database has to sort all that match for every page.
SORTED_AT_MOST = 10_000
LONGEST_TEXT = 500
LARGEST_AMOUNT = 10**10
SMALLEST_STEP = -4

Values = tuple[Any, ...]


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment


def _amount(value: Any) -> Decimal:
    amount = Decimal(value)
    exponent = amount.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < SMALLEST_STEP or abs(amount) >= LARGEST_AMOUNT:
        raise ValueError("no amount of ours")
    return amount


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or "\0" in value:
        raise ValueError("no text of ours")
    value.encode()
    return value


def _whole(value: Any) -> int:
    if type(value) is not int or not 0 <= value <= LARGEST_ID:
        raise ValueError("no number of ours")
    return value


@dataclass(frozen=True, slots=True)
class SortField:
    """One thing to sort by: a field, or an expression under the name of one, and its kind."""

    name: str
    read: Callable[[Any], Any]
    made_of: Combinable | None = None

    def of(self, order: Order) -> Any:
        """Give the order's value."""
        value: Any = order
        for step in self.name.split("__"):
            value = getattr(value, step)
        return value


@dataclass(frozen=True, slots=True)
class Sort:
    """A way to sort, in words each way: falling, then rising.

    `has_index`: the database walks along an index, however many there are. Moments alone can have
    one: under row-level security only leakproof comparisons bound a walk, and those of numbers and
    texts are not.
    """

    key: str
    falling: str
    rising: str
    fields: tuple[SortField, ...]
    has_index: bool = False


SORTS: Final[Mapping[str, Sort]] = {
    sort.key: sort
    for sort in (
        Sort("date", "newest first", "oldest first",
             (SortField("added_at", _moment),), has_index=True),
        Sort("total", "largest total first", "smallest total first",
             (SortField("order_total", _amount),)),
        Sort("updated", "last changed first", "first changed first",
             (SortField("updated_at", _moment),), has_index=True),
        # Numbers of one length stand in the order of their digits: 999 before 1000.
        Sort("number", "largest number first", "smallest number first",
             (SortField("number_length", _whole, Length("source_id")),
              SortField("source_id", _text))),
        Sort("ship_to", "names from Z to A", "names from A to Z",
             (SortField("shipping_last_name", _text), SortField("shipping_first_name", _text))),
        Sort("source", "sources from Z to A", "sources from A to Z",
             (SortField("source_name", _text),)),
        Sort("region", "countries from Z to A", "countries from A to Z",
             (SortField("shipping_country", _text), SortField("shipping_state", _text))),
        Sort("folder", "last folder first", "first folder first",
             (SortField("folder__position", _whole), SortField("folder__name", _text))),
        Sort("items", "most items first", "fewest items first",
             (SortField("quantity_total", _amount),)),
        Sort("method", "methods from Z to A", "methods from A to Z",
             (SortField("shipping_method", _text),)),
        Sort("payment", "payments from Z to A", "payments from A to Z",
             (SortField("payment_status", _text), SortField("payment_type", _text))),
        Sort("email", "e-mails from Z to A", "e-mails from A to Z",
             (SortField("email", _text),)),
        Sort("tag", "tags from Z to A", "tags from A to Z", (SortField("tag_name", _text),)),
        # Of the deleted ones alone; the page chooses it.
        Sort("deleted", "last deleted first", "first deleted first",
             (SortField("deleted_at", _moment),), has_index=True),
    )
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sorting:
    """A way to sort and its direction."""

    sort: Sort
    descending: bool = True

    def __str__(self) -> str:
        return f"-{self.sort.key}" if self.descending else self.sort.key

    @property
    def aria(self) -> str:
        """Give the direction as `aria-sort` calls it."""
        return "descending" if self.descending else "ascending"

    @property
    def words(self) -> str:
        """Say how the list is sorted."""
        return self.sort.falling if self.descending else self.sort.rising

    @property
    def is_usual(self) -> bool:
        """Tell whether the newest come first."""
        return self == USUAL

    def turned(self, key: str) -> str:
        """Give what a click on the head of this column asks for."""
        if key == self.sort.key:
            return str(Sorting(self.sort, not self.descending))
        return f"-{key}" if key in ("date", "total", "updated", "items") else key

    def place(self, order: Order) -> str:
        """Name an order's place for the address of a page."""
        return json.dumps(
            [*(_plain(by.of(order)) for by in self.sort.fields), order.pk],
            ensure_ascii=False,
            separators=(",", ":"),
        )

    def read(self, place: str) -> Values | None:
        """Read a place back; None for what is none of this sorting."""
        try:
            found = json.loads(place)
            *values, pk = found if isinstance(found, list) else []
            read = [by.read(value) for by, value in zip(self.sort.fields, values, strict=True)]
            return (*read, _whole(pk))
        except (ValueError, TypeError, InvalidOperation, RecursionError):
            return None

    def prepared(self, orders: OrderQuerySet) -> OrderQuerySet:
        """Add what the database computes to sort by."""
        made = {by.name: by.made_of for by in self.sort.fields if by.made_of is not None}
        return orders.annotate(**made) if made else orders

    def in_order(self, orders: OrderQuerySet, *, backwards: bool = False) -> OrderQuerySet:
        """Sort; `backwards` is the way from a page to the one before."""
        falls = self.descending != backwards
        return orders.order_by(*(OrderBy(F(name), descending=falls) for name in self._names()))

    def past(self, orders: OrderQuerySet, place: Values, *, backwards: bool) -> OrderQuerySet:
        """Give what comes after a place, or before it."""
        names, falls = self._names(), self.descending != backwards
        end, step = ("lte", "lt") if falls else ("gte", "gt")
        beyond = Q()
        for at, name in enumerate(names):
            same = dict(zip(names[:at], place, strict=False))
            beyond |= Q(**same, **{f"{name}__{step}": place[at]})
        # The first condition bounds the walk along an index, the second picks within a tie.
        return orders.filter(**{f"{names[0]}__{end}": place[0]}).filter(beyond)

    def _names(self) -> list[str]:
        return [*(by.name for by in self.sort.fields), "pk"]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


USUAL = Sorting(SORTS["date"])
DELETED = Sorting(SORTS["deleted"])


def sorting_of(text: str) -> Sorting:
    """Read a sorting from an address: "total", or "-total" for the largest first."""
    sort = SORTS.get(text.removeprefix("-"))
    if sort is None or sort.key == DELETED.sort.key:
        return USUAL
    return Sorting(sort, text.startswith("-"))


def sortings_of(keys: Iterable[str]) -> list[Sorting]:
    """Give both directions of these sortings, as a menu offers them."""
    return [Sorting(SORTS[key], falls) for key in keys for falls in (True, False)]
