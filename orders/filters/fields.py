"""The table of fields: everything of an order that can be asked for. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from orders.filters.facts import Broken, Facts, Snapshot
from orders.filters.kinds import (
    SHOWN,
    Choice,
    Count,
    Country,
    Flag,
    FolderChoice,
    Kind,
    Number,
    Text,
    Words,
)
from orders.filters.moments import Age, Clock, MaybeMoment, Moment
from orders.filters.operators import Operator, Over
from orders.filters.query import Condition
from orders.filters.sources import (
    At,
    Box,
    Column,
    Columns,
    Each,
    EmailCount,
    Entry,
    EntryAt,
    Error,
    Filled,
    InInventory,
    ItemEntries,
    Items,
    Lines,
    Linked,
    Minute,
    Name,
    Parcels,
    SameAddress,
    Source,
    Stock,
    Weekday,
)

GROUPS = ("Order", "Addresses", "Money", "Any item", "All items", "Shipping", "Data", "Dates")
TEXT, NUMBER, COUNT, COUNTRY, FLAG = Text(), Number(), Count(), Country(), Flag()
DELIVERY = Choice(
    ("ship", "Ship"),
    ("noship", "Do not ship"),
    ("download", "Download"),
    ("future", "Ship later"),
)
DAYS = Choice(*((day, day.capitalize()) for day in Weekday.DAYS))


@dataclass(frozen=True, slots=True)
class Field:
    """One thing of an order that can be asked for.

    `words` are its names in a typed search, the first the one that is written. For a yes-or-no
    field `flag` is what stands there instead, as in "is:split".
    """

    key: str
    label: str
    group: str
    kind: Kind
    source: Source
    words: tuple[str, ...]
    over: Over = "one"
    flag: str = ""

    @property
    def is_named(self) -> bool:
        """Tell whether a question says which entry of the field it means."""
        return self.source.is_named

    def label_of(self, name: str) -> str:
        """Name the field as a question asks for it."""
        return f"{self.label} “{name}”" if self.is_named else self.label

    def read(self, order: Snapshot, name: str) -> Any:
        """Give the order's value, or a list of them where there are several."""
        return self.source.read(order, name)

    def show(self, value: Any, facts: Facts) -> str:
        """Show what was read as people know it."""
        if self.over == "one":
            return self.kind.show(value, facts)
        told = (self.kind.show(each, facts) for each in value)
        return ", ".join(each for each in told if each)[:SHOWN]

    def normal(self, value: Any, *, exact: bool) -> Any:
        """Bring what was read into the form it is compared in."""
        if self.over == "one":
            return self.kind.normal(value, exact=exact)
        return tuple(self.kind.normal(each, exact=exact) for each in value)


def _order() -> Iterator[Field]:
    yield Field("order_id", "Order id", "Order", COUNT, Column("id"), ("id",))
    yield Field(
        "source_id", "Order number", "Order", TEXT, Column("source_id"), ("number", "order")
    )
    yield Field(
        "source_name", "Order source name", "Order", TEXT, Column("source_name"), ("source",)
    )
    yield Field("folder", "Folder", "Order", FolderChoice(), Column("folder_id"), ("folder",))
    yield Field("email", "E-mail", "Order", TEXT, Column("email"), ("email", "e-mail"))
    yield Field(
        "email_count", "Number of orders with this e-mail", "Order", COUNT, EmailCount(),
        ("email_count",),
    )  # fmt: skip
    yield Field(
        "customer_id", "Customer id", "Order", TEXT, Column("customer_id"), ("customer_id",)
    )
    yield Field("tag", "Tag", "Order", TEXT, Columns(("tag_name", "tag_color")), ("tag",), "any")
    yield Field("note", "Note", "Order", TEXT, Each("order_notes", "content"), ("note",), "any")
    yield _flag("is_split", "Split", "is:split", Linked("split"))
    yield _flag("is_merged", "Merged", "is:merged", Linked("merged"))
    yield _flag("is_duplicate", "Duplicated", "is:duplicated", Linked("duplicated"))
    yield _flag("is_canceled", "Canceled", "is:canceled", Filled("canceled_at"))
    yield _flag("has_error", "Has an error", "has:error", Error())
    yield _flag("is_deleted", "Deleted", "is:deleted", Filled("deleted_at"))


def _flag(key: str, label: str, flag: str, source: Source, group: str = "Order") -> Field:
    return Field(key, label, group, FLAG, source, (flag.partition(":")[2],), flag=flag)


ADDRESS = (
    ("first_name", "first name"),
    ("last_name", "last name"),
    ("company", "company"),
    ("address1", "address line 1"),
    ("address2", "address line 2"),
    ("city", "city"),
    ("state", "state"),
    ("postal_code", "postal code"),
    ("country", "country"),
    ("phone", "phone"),
)


def _addresses() -> Iterator[Field]:
    for side, label in (("shipping", "Shipping"), ("customer", "Customer")):
        words = ("name", "shipping_name") if side == "shipping" else ("customer_name",)
        yield Field(f"{side}_name", f"{label} name", "Addresses", TEXT, Name(side), words)
        for part, name in ADDRESS:
            column = f"{side}_{part}"
            # Where it goes is meant far more often than who pays, so it has the short words.
            words = (part, column) if side == "shipping" else (column,)
            kind = COUNTRY if part == "country" else TEXT
            yield Field(column, f"{label} {name}", "Addresses", kind, Column(column), words)
    yield _flag(
        "same_address", "Billing address equals shipping address", "is:same_address",
        SameAddress(), "Addresses",
    )  # fmt: skip
    yield _flag("po_box", "PO box or APO", "is:po_box", Box(), "Addresses")


def _money() -> Iterator[Field]:
    for part, word in (
        ("order", "total"),
        ("product", "product_total"),
        ("shipping", "shipping_total"),
        ("tax", "tax"),
        ("discount", "discount"),
        ("handling", "handling"),
        ("refund", "refund"),
    ):
        column = f"{part}_total"
        words = (word,) if word == column else (word, column)
        yield Field(column, f"{part.capitalize()} total", "Money", NUMBER, Column(column), words)
    yield Field("currency", "Currency", "Money", TEXT, Column("currency"), ("currency",))
    yield Field(
        "payment_type", "Payment type", "Money", TEXT, Column("payment_type"), ("payment_type",)
    )
    yield Field(
        "payment_status", "Payment status", "Money", TEXT, Column("payment_status"),
        ("payment", "payment_status"),
    )  # fmt: skip
    yield Field(
        "discount_code", "Discount code", "Money", TEXT, Each("discount_list", "code"),
        ("discount_code", "coupon"), "any",
    )  # fmt: skip


ITEM_COLUMNS = (
    ("code", "code", TEXT, "sku"),
    ("name", "name", TEXT, "item"),
    ("price", "price", NUMBER, "price"),
    ("quantity", "quantity", COUNT, "item_quantity"),
    ("weight", "weight", NUMBER, "item_weight"),
    ("category_code", "category code", TEXT, "category"),
    ("delivery_type", "delivery type", DELIVERY, "delivery"),
    ("fulfillment_method", "fulfillment method", TEXT, "item_fulfillment"),
)


def _items(over: Over) -> Iterator[Field]:
    label, group, prefix = ("Any item", "Any item", "")
    if over == "all":
        label, group, prefix = ("Every item", "All items", "all_")

    def field(key: str, name: str, kind: Kind, source: Source, word: str) -> Field:
        told = f"{label} {name}"
        return Field(f"{over}_item_{key}", told, group, kind, source, (f"{prefix}{word}",), over)

    for column, name, kind, word in ITEM_COLUMNS:
        yield field(column, name, kind, Items(column), word)
    yield field("variation", "variation", TEXT, ItemEntries("variation_list"), "variation")
    yield field("metadata", "metadata", TEXT, ItemEntries("metadata"), "item_meta")
    yield field("stock", "stock in inventory", COUNT, Stock("stock"), "stock")
    yield field("location", "location in inventory", TEXT, Stock("location"), "location")
    yield field("in_inventory", "known to the inventory", FLAG, InInventory(), "in_inventory")


def _shipping() -> Iterator[Field]:
    group = "Shipping"
    yield Field(
        "shipping_method", "Shipping method", group, TEXT, Column("shipping_method"), ("method",)
    )
    yield Field(
        "quantity_total", "Quantity of items", group, COUNT, Column("quantity_total"), ("quantity",)
    )
    yield Field("line_count", "Number of item lines", group, COUNT, Lines("items"), ("lines",))
    yield Field("weight_total", "Weight", group, NUMBER, Column("weight_total"), ("weight",))
    yield Field(
        "shipment_count", "Number of shipments", group, COUNT, Lines("shipments"), ("shipments",)
    )
    yield Field("carrier", "Carrier", group, TEXT, Parcels("carrier_code"), ("carrier",), "any")
    yield Field(
        "tracking_number", "Tracking number", group, TEXT, Parcels("tracking_number"),
        ("tracking",), "any",
    )  # fmt: skip
    yield Field(
        "fulfillment_name", "Fulfillment name", group, TEXT, Column("fulfillment_name"),
        ("fulfillment",),
    )  # fmt: skip
    yield Field(
        "fulfillment_id", "Fulfillment id", group, TEXT, Column("fulfillment_id"),
        ("fulfillment_id",),
    )  # fmt: skip


def _data() -> Iterator[Field]:
    yield Field("checkout_data", "Checkout data", "Data", TEXT, Entry("checkout_data"), ("data",))
    yield Field(
        "order_metadata", "Order metadata", "Data", TEXT, Entry("order_metadata"),
        ("meta", "metadata"),
    )  # fmt: skip
    yield Field(
        "metadata_date", "Date in order metadata", "Data", MaybeMoment(), EntryAt("order_metadata"),
        ("meta_date",),
    )  # fmt: skip


def _dates() -> Iterator[Field]:
    yield Field("added", "Date added", "Dates", Moment(), At("added_at"), ("added",))
    yield Field("updated", "Date updated", "Dates", Moment(), At("updated_at"), ("updated",))
    yield Field(
        "canceled", "Date canceled", "Dates", MaybeMoment(), At("canceled_at"), ("canceled_at",)
    )
    yield Field(
        "added_weekday",
        "Day of the week added",
        "Dates",
        DAYS,
        Weekday("added_at"),
        ("day", "weekday"),
    )
    yield Field("added_time", "Time of day added", "Dates", Clock(), Minute("added_at"), ("time",))
    yield Field(
        "age_hours",
        "Order age in hours",
        "Dates",
        Age(timedelta(hours=1)),
        At("added_at"),
        ("hours",),
    )
    yield Field(
        "age_days",
        "Order age in days",
        "Dates",
        Age(timedelta(days=1)),
        At("added_at"),
        ("days", "age"),
    )


def _all() -> Iterable[Field]:
    yield from _order()
    yield from _addresses()
    yield from _money()
    yield from _items("any")
    yield from _items("all")
    yield from _shipping()
    yield from _data()
    yield from _dates()


FIELDS: dict[str, Field] = {field.key: field for field in _all()}
# What lists find in all of an order's text at once; a rule has no such index to ask.
WORDS = Field("words", "Text", "Order", Words(), Column(""), ("text",))
LIST_FIELDS = {WORDS.key: WORDS, **FIELDS}


def grouped(fields: Iterable[Field]) -> list[tuple[str, list[Field]]]:
    """Put fields into the groups they are shown in."""
    present = list(fields)
    groups = ((name, [field for field in present if field.group == name]) for name in GROUPS)
    return [(name, rows) for name, rows in groups if rows]


@dataclass(frozen=True, slots=True)
class Question:
    """A condition that was read: its field, its operator and what stands behind it."""

    field: Field
    operator: Operator
    wanted: Any


def question(condition: Condition, facts: Facts) -> Question:
    """Read a condition.

    Raises:
        Broken: if it cannot be asked.
    """
    field = LIST_FIELDS.get(condition.field)
    if field is None:
        raise Broken(f"There is no filter “{condition.field}”. Choose another one.")
    operator = field.kind.operator(condition.operator)
    wanted = field.kind.wanted(operator, condition.value, exact=condition.case, facts=facts)
    return Question(field, operator, wanted)
