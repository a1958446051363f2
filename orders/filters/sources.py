"""Where in an order the values of a field stand. Pure: each reads them from a snapshot.

`orders.filters.columns` knows the same places in the database. What of a snapshot is worked out
only for questions that need it, because it takes a query of its own, is named by `needs`:

- "email_count": how many orders have this e-mail address; 0 without one
- "stock": the inventory's items for the codes of the order, as {code: {"stock", "location"}}
- "links": the kinds of links to other orders that the order has, on either side
- "has_error": whether sending it or its rules failed and nobody dismissed that
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from orders.filters.facts import Snapshot
from orders.filters.moments import Asked, stamp
from orders.filters.places import is_box, is_same_address


class Source:
    """A place in an order. `is_named`: the question says which entry of it."""

    is_named: ClassVar[bool] = False
    needs: ClassVar[str] = ""

    def read(self, order: Snapshot, name: str) -> Any:
        """Give the value, or for a field with several a list of them."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Column(Source):
    """A column of the order."""

    column: str

    def read(self, order: Snapshot, name: str) -> Any:
        return order[self.column]


@dataclass(frozen=True, slots=True)
class Name(Source):
    """First and last name in one; `side` is "shipping" or "customer"."""

    side: str

    def read(self, order: Snapshot, name: str) -> Any:
        return f"{order[f'{self.side}_first_name']} {order[f'{self.side}_last_name']}"


@dataclass(frozen=True, slots=True)
class Filled(Source):
    """Whether a column of the order has a value."""

    column: str

    def read(self, order: Snapshot, name: str) -> Any:
        return order[self.column] is not None


@dataclass(frozen=True, slots=True)
class Columns(Source):
    """Several columns of the order; one is as good as the other."""

    columns: tuple[str, ...]

    def read(self, order: Snapshot, name: str) -> Any:
        return [order[column] for column in self.columns]


@dataclass(frozen=True, slots=True)
class Entry(Source):
    """A named entry of a map; one the order lacks is empty."""

    is_named: ClassVar[bool] = True
    column: str

    def read(self, order: Snapshot, name: str) -> Any:
        return order[self.column].get(name, "")


@dataclass(frozen=True, slots=True)
class Each(Source):
    """A part of every row of a list that is a column of the order."""

    column: str
    part: str

    def read(self, order: Snapshot, name: str) -> Any:
        return [one.get(self.part, "") for one in order[self.column]]


@dataclass(frozen=True, slots=True)
class Items(Source):
    """A column of every item."""

    column: str

    def read(self, order: Snapshot, name: str) -> Any:
        return [item[self.column] for item in order["items"]]


@dataclass(frozen=True, slots=True)
class ItemEntries(Source):
    """A named entry of a map of every item."""

    is_named: ClassVar[bool] = True
    column: str

    def read(self, order: Snapshot, name: str) -> Any:
        return [item[self.column].get(name, "") for item in order["items"]]


@dataclass(frozen=True, slots=True)
class Parcels(Source):
    """A column of every shipment that was not removed."""

    column: str

    def read(self, order: Snapshot, name: str) -> Any:
        return [parcel[self.column] for parcel in order["shipments"]]


@dataclass(frozen=True, slots=True)
class Stock(Source):
    """A column of what the inventory has for every item; nothing for items it does not know."""

    needs: ClassVar[str] = "stock"
    column: str

    def read(self, order: Snapshot, name: str) -> Any:
        stock = order["stock"]
        codes = (item["code"] for item in order["items"])
        return [stock[code][self.column] for code in codes if code in stock]


@dataclass(frozen=True, slots=True)
class InInventory(Source):
    """Whether the inventory knows each item."""

    needs: ClassVar[str] = "stock"

    def read(self, order: Snapshot, name: str) -> Any:
        return [item["code"] in order["stock"] for item in order["items"]]


@dataclass(frozen=True, slots=True)
class Lines(Source):
    """How many rows hang on the order: "items" or "shipments"."""

    what: str

    def read(self, order: Snapshot, name: str) -> Any:
        return len(order[self.what])


@dataclass(frozen=True, slots=True)
class EmailCount(Source):
    """How many orders, this one counted, have this order's e-mail address."""

    needs: ClassVar[str] = "email_count"

    def read(self, order: Snapshot, name: str) -> Any:
        return order["email_count"]


@dataclass(frozen=True, slots=True)
class Linked(Source):
    """Whether the order took part in a split or a merge, as the whole or as a part."""

    needs: ClassVar[str] = "links"
    kind: str

    def read(self, order: Snapshot, name: str) -> Any:
        return self.kind in order["links"]


@dataclass(frozen=True, slots=True)
class Error(Source):
    """Whether something about the order needs a person."""

    needs: ClassVar[str] = "has_error"

    def read(self, order: Snapshot, name: str) -> Any:
        return order["has_error"]


@dataclass(frozen=True, slots=True)
class SameAddress(Source):
    """Whether it is billed to where it goes; an order that states no billing address is."""

    def read(self, order: Snapshot, name: str) -> Any:
        return is_same_address(order)


@dataclass(frozen=True, slots=True)
class Box(Source):
    """Whether the parcel goes to a post office box or to the military's post."""

    def read(self, order: Snapshot, name: str) -> Any:
        return is_box(order)


@dataclass(frozen=True, slots=True)
class At(Source):
    """A moment in a column of the order."""

    column: str

    def read(self, order: Snapshot, name: str) -> Any:
        return Asked(order[self.column], order["now"])


@dataclass(frozen=True, slots=True)
class EntryAt(Source):
    """A moment in a named entry of a map."""

    is_named: ClassVar[bool] = True
    column: str

    def read(self, order: Snapshot, name: str) -> Any:
        return Asked(stamp(order[self.column].get(name, "")), order["now"])


@dataclass(frozen=True, slots=True)
class Weekday(Source):
    """The day of the week of a moment in the store's zone."""

    DAYS: ClassVar[tuple[str, ...]] = (
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    )  # fmt: skip
    column: str

    def read(self, order: Snapshot, name: str) -> Any:
        return self.DAYS[_in_zone(order, self.column).weekday()]


@dataclass(frozen=True, slots=True)
class Minute(Source):
    """The minute of the day of a moment in the store's zone."""

    column: str

    def read(self, order: Snapshot, name: str) -> Any:
        at = _in_zone(order, self.column)
        return at.hour * 60 + at.minute


def _in_zone(order: Snapshot, column: str) -> datetime:
    at: datetime = order[column]
    return at.astimezone(ZoneInfo(order["timezone"]))
