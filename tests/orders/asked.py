"""Orders full of awkward values, and questions asked of them in both ways: by SQL and by rules."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper

from inventory.models import InventoryItem
from orders.filters.facts import Facts, Snapshot
from orders.filters.fields import FIELDS, Field, question
from orders.filters.operators import OPERATORS
from orders.filters.places import COMPARED
from orders.filters.query import Condition, Query
from orders.filters.sources import Column
from orders.filters.sql import condition_sql, filtered
from orders.models import Folder, Order, OrderItem, OrderLink, Shipment
from rules.reading import NEEDS, facts_of, order_snapshot
from stores.models import Store

NOW = datetime(2026, 3, 4, 16, 30, tzinfo=UTC)
TEXTS = [
    "", " ", "Mug", "MUG-1", "mug-10", " Mug-1 ", "blue MUG", "straße", "STRASSE", "Café",
    "Cafe\u0301", "İzmir", "ΣΑΣ", "σας", "100%", "a_b", "a\\b", "it's", 'say "hi"', "PO Box 12",
    "P.O. Box 7", "Apt 3", "apo", "AE", "\u212a9", "x\u00a0", "\u2003tab\t", "red, green", "Ada",
    "ada@example.com", "yes",
]  # fmt: skip
COUNTRIES = [
    "", "US", "us", "United States", "USA", "Türkiye", "TURKIYE", "Cote d\u2019Ivoire", "UK",
    "Atlantis", " gb ", "CA",
]  # fmt: skip
NUMBERS = ["0", "1", "9.99", "10", "50", "50.0001", "1000"]
STAMPS = [
    "", "1772600000", "2026-03-01", "2026-03-01 10:00", "2026-02-30", "2026-03-01T10:00:00Z",
    "2026-03-01T10:00:00+05:30", "soon", "99999999999",
]  # fmt: skip
MOMENTS = [NOW - timedelta(hours=hours) for hours in (0, 1, 23, 24, 25, 167, 168, 400)]
NAMES = ["gift", "12", "it's", "Gift note"]
COLUMNS = [field.source.column for field in FIELDS.values() if isinstance(field.source, Column)]


def a_map(chance: random.Random) -> dict[str, Any]:
    values = [*TEXTS, *STAMPS, None, 7, True, ["a"]]
    return {name: chance.choice(values) for name in NAMES if chance.random() < 0.7}


def make_orders(store: Store, how_many: int, chance: random.Random) -> list[Order]:
    folders = list(Folder.objects.for_store(store).in_order())
    orders = Order.across_stores.bulk_create(
        an_order(store, folders, chance, number) for number in range(how_many)
    )
    fill(store, orders, chance)
    return orders


def an_order(store: Store, folders: list[Folder], chance: random.Random, number: int) -> Order:
    stated: dict[str, Any] = {}
    for column in COLUMNS:
        if column.endswith("_total"):
            stated[column] = Decimal(chance.choice(NUMBERS))
        elif column.endswith("_country"):
            stated[column] = chance.choice(COUNTRIES)
        elif column not in ("folder_id", "id"):
            length = getattr(Order._meta.get_field(column), "max_length", None)
            stated[column] = chance.choice(TEXTS)[:length]
    if chance.random() < 0.3:
        parts = (*COMPARED, "country")
        stated |= {f"customer_{part}": stated[f"shipping_{part}"] for part in parts}
    return Order(
        store=store,
        folder=chance.choice(folders),
        source_key=str(number),
        **stated,
        shipping_address3=chance.choice(TEXTS),
        tag_name=chance.choice(TEXTS)[:40],
        tag_color=chance.choice(["", "red", "blue"]),
        checkout_data=a_map(chance),
        order_metadata=a_map(chance),
        discount_list=[{"name": "x", "code": chance.choice(TEXTS)}] * chance.randrange(3),
        order_notes=[{"content": chance.choice(TEXTS)}] * chance.randrange(2),
        added_at=chance.choice(MOMENTS),
        updated_at=chance.choice(MOMENTS),
        canceled_at=chance.choice([None, *MOMENTS]),
        deleted_at=chance.choice([None, None, NOW]),
    )


def fill(store: Store, orders: list[Order], chance: random.Random) -> None:
    codes = [text[:120] for text in TEXTS]
    InventoryItem.across_stores.bulk_create(
        InventoryItem(
            store=store, code=code, stock=n - 3, location=chance.choice(["", "A1", "b 2"])
        )
        for n, code in enumerate(codes)
        if n % 2
    )
    OrderItem.across_stores.bulk_create(
        OrderItem(
            store=store, order=order, position=place, name=chance.choice(TEXTS),
            code=chance.choice(codes), price=Decimal(chance.choice(NUMBERS)),
            quantity=Decimal(chance.choice(NUMBERS)), weight=Decimal(chance.choice(NUMBERS)),
            category_code=chance.choice(codes), fulfillment_method=chance.choice(codes),
            delivery_type=chance.choice(["ship", "noship", "download", "future"]),
            variation_list=a_map(chance), metadata=a_map(chance),
        )
        for order in orders
        for place in range(chance.randrange(4))
    )  # fmt: skip
    Shipment.across_stores.bulk_create(
        Shipment(
            store=store, order=order, tracking_number=chance.choice(TEXTS),
            carrier_code=chance.choice(TEXTS), removed_at=chance.choice([None, None, NOW]),
        )
        for order in orders
        for _ in range(chance.randrange(3))
    )  # fmt: skip
    pairs = pairwise(orders)
    OrderLink.across_stores.bulk_create(
        OrderLink(store=store, parent=one, child=other, kind=chance.choice(OrderLink.Kind.values))
        for one, other in pairs
        if chance.random() < 0.4
    )


def values_for(field: Field, operator: str, folders: list[int]) -> list[Any]:
    """Values a person could write for a field, some of which some order has."""
    asks, takes = OPERATORS[operator].asks, OPERATORS[operator].takes
    if takes == "nothing":
        return [""]
    if asks in ("older", "since"):
        return ["1 hour", "24h", "7 days"]
    if asks == "matches":
        return [r"mug-\d+$", "^(a|s)", r"\bbox\b", "[^a-z ]"]
    named: dict[str, list[Any]] = {
        "folder": folders,
        "moment": ["2026-03-04", "2026-03-03 10:30", "2026-02-25"],
        "clock": ["9:30", "10:30", "17:00"],
        "flag": ["yes", "no"],
        "number": ["0", "1", "9.99", "24", "50"],
    }
    if field.kind.style in named:
        return named[field.kind.style]
    words = [key for key, _ in field.kind.options] or ["US", "Turkey", "united kingdom", "CI"]
    if field.kind.style == "text":
        words = [" mug-1 ", "MUG", "strasse", "caf\u00e9", "i\u0307zmir"]
        words += ["%", "_", "\\", "k9", "x", "b"]
    return [f"{words[0]}, {words[-1]}|{words[1]}"] if takes == "list" else words


@dataclass(frozen=True, slots=True)
class Both:
    """A store's orders, as the database has them and as the snapshots rules read."""

    store: Store
    facts: Facts
    snapshots: dict[int, Snapshot]

    @classmethod
    def of(cls, store: Store) -> "Both":
        facts, needs = facts_of(store.pk), frozenset(NEEDS)
        orders = Order.objects.for_store(store)
        snapshots = {
            order.pk: order_snapshot(order, needs=needs, facts=facts, now=NOW) for order in orders
        }
        return cls(store, facts, snapshots)

    @property
    def folders(self) -> list[int]:
        return [pk for pk, _ in self.facts.folders]

    @property
    def pks(self) -> set[int]:
        return set(self.snapshots)

    def by_rules(self, condition: Condition) -> set[int]:
        """Give the ids of the orders a condition of a rule holds for."""
        asked = question(condition, self.facts)
        test = asked.operator.against(asked.wanted, over=asked.field.over)
        return {
            pk
            for pk, order in self.snapshots.items()
            if test(
                asked.field.normal(asked.field.read(order, condition.name), exact=condition.case)
            )
        }

    def by_sql(self, conditions: Sequence[Condition]) -> list[set[int]]:
        """Give the ids of the orders the database finds, for each condition, by one query."""
        answers = {
            f"answer{n}": ExpressionWrapper(
                condition_sql(condition, facts=self.facts, now=NOW), output_field=BooleanField()
            )
            for n, condition in enumerate(conditions)
        }
        rows = list(Order.objects.for_store(self.store).annotate(**answers).values("pk", *answers))
        return [{row["pk"] for row in rows if row[name]} for name in answers]

    def found(self, query: Query) -> set[int]:
        """Give the ids of the orders a whole question finds."""
        orders = Order.objects.for_store(self.store)
        rows = filtered(orders, query, facts=self.facts, now=NOW)
        return set(rows.values_list("pk", flat=True))
