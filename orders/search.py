"""The search box: an order named without doubt, or every order that a typed search holds for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q
from django.utils import timezone

from orderdesk.lib.ids import id_in
from orderdesk.lib.refused import Refused
from orderdesk.lib.storable import storable
from orders.filters.facts import Facts
from orders.filters.fields import FIELDS, WORDS
from orders.filters.grammar import parse
from orders.filters.query import Condition, Problem, Query
from orders.filters.sql import filtered
from orders.filters.texts import folded
from orders.models import Folder, Order, OrderItem, OrderQuerySet, Shipment
from stores.models import Store, User

PARCELS_LOOKED_AT = 200
# Where words are looked for in an order itself, in the order in which they are told.
TOLD_OF = (
    "email", "source_id", "customer_id", "fulfillment_id",
    *(f"{side}_{part}" for part in ("phone", "company", "postal_code", "city", "address1")
      for side in ("shipping", "customer")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What the search box found.

    `orders` is none at all where there are `problems`. `only` is the one order the text names
    without doubt.
    """

    store: Store
    orders: OrderQuerySet
    query: Query
    problems: tuple[Problem, ...] = ()
    only: Order | None = None

    def reasons(self, orders: Iterable[Order]) -> dict[int, str]:
        """Name, for each of a page's orders that free words found, the field they stand in.

        Names, which the list shows anyway, are not told of.
        """
        words = [folded(part.value) for part in self.query if _is_free(part)]
        pks = [order.pk for order in orders]
        return dict(_reasons(self.store, pks, words)) if words and pks else {}


def facts_for(store: Store) -> Facts:
    """Give what a search in this store may refer to."""
    folders = Folder.objects.for_store(store).in_order().values_list("pk", "name")
    return Facts(folders=tuple(folders), timezone=store.timezone)


def found(store: Store, text: str, *, user: User | None = None) -> Found:
    """Find a store's orders by what was typed; `user` is who asks.

    Deleted ones are found only where the text asks for them. Without a text these are all others.
    """
    answer = _asked(store, text)
    if answer.problems or not answer.query or not all(map(_is_free, answer.query)):
        return answer
    named = exactly(store, text)[:2]
    return replace(answer, only=named[0]) if len(named) == 1 else answer


def matching(store: Store, text: str) -> OrderQuerySet:
    """Give the orders a typed search holds for.

    Raises:
        Refused: if it cannot be understood.
    """
    answer = _asked(store, text)
    if answer.problems:
        raise Refused(answer.problems[0].sentence, field="q")
    return answer.orders


def _asked(store: Store, text: str) -> Found:
    orders = Order.objects.for_store(store)
    if not text.strip():
        return Found(store, orders.present(), Query())
    facts = facts_for(store)
    query, problems = parse(text, facts)
    if problems:
        return Found(store, orders.none(), query, problems)
    if not any(part.field == "is_deleted" for part in query):
        orders = orders.present()
    return Found(store, filtered(orders, query, facts=facts, now=timezone.now()), query)


def exactly(store: Store, text: str) -> OrderQuerySet:
    """Give the orders whose id, number, e-mail address, tracking number or last name the text is.

    Only plain comparisons: pattern matching is not leakproof, so under row-level security its
    indexes would lie unused.
    """
    wanted = storable(text).strip().removeprefix("#").strip('"')
    parcels = (
        Shipment.objects.for_store(store)
        .present()
        .filter(tracking_number__in=_spellings(wanted))
        .values_list("order_id", flat=True)[:PARCELS_LOOKED_AT]
    )
    # Fetched first, so that what is left are comparisons an index each can answer.
    named = Q(pk__in=list(parcels)) | Q(source_id__in=_spellings(wanted))
    named |= Q(email__in=_spellings(wanted))
    named |= Q(shipping_last_name__in=[*_spellings(wanted), wanted.title()])
    if (own := id_in(wanted)) is not None:
        named |= Q(pk=own)
    return Order.objects.for_store(store).present().filter(named)


def _spellings(text: str) -> list[str]:
    return sorted({text, f"#{text}", text.lower(), text.upper()})


def _is_free(part: Condition) -> bool:
    return part.field == WORDS.key and part.operator == "contains"


def _reasons(store: Store, pks: Sequence[int], words: Sequence[str]) -> Iterator[tuple[int, str]]:
    """Give reasons, of which the last for an order counts: its own fields before its lines'."""
    parcels = Shipment.objects.for_store(store).present().filter(order_id__in=pks)
    for pk, number in parcels.values_list("order_id", "tracking_number"):
        if _says(number, words):
            yield pk, f"Tracking number {number}"
    items = OrderItem.objects.for_store(store).filter(order_id__in=pks).order_by("-position", "-pk")
    for pk, code, name in items.values_list("order_id", "code", "name"):
        if _says(code, words) or _says(name, words):
            yield pk, f"SKU {code}" if _says(code, words) else f"Item {name}"
    for pk, *values in (
        Order.objects.for_store(store).filter(pk__in=pks).values_list("pk", *TOLD_OF)
    ):
        told = (field for field, value in zip(TOLD_OF, values, strict=True) if _says(value, words))
        if field := next(told, ""):
            yield pk, FIELDS[field].label


def _says(value: str, words: Sequence[str]) -> bool:
    text = folded(value)
    return any(word in text for word in words)
