"""A question about orders as chips, and the question after one of them has changed. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from orders.filters.facts import Broken, Facts
from orders.filters.fields import LIST_FIELDS
from orders.filters.query import Condition, Group, Query

NEW = "new"
JOINED = {"all": "and", "any": "or"}
OTHER = {"all": "any", "any": "all"}


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition of a question, in words; or, with `inner` ones, a group in brackets.

    `place` is where it stands: "2", or "2.1" within a group. `without` is the question after the
    chip's cross.
    """

    place: str
    words: str
    without: Query
    inner: tuple["Chip", ...] = ()
    match: str = "all"


def chips_of(query: Query, facts: Facts) -> list[Chip]:
    """Show a question as chips."""
    return list(_chips(query, facts))


def _chips(query: Query, facts: Facts) -> Iterator[Chip]:
    for at, part in enumerate(query.parts):
        if isinstance(part, Condition):
            yield Chip(str(at), in_words(part, facts), query.without(at))
            continue
        inner = tuple(
            Chip(f"{at}.{each}", in_words(one, facts), without(query, f"{at}.{each}"))
            for each, one in enumerate(part.parts)
        )
        words = f" {JOINED[part.match]} ".join(chip.words for chip in inner)
        yield Chip(str(at), words, query.without(at), inner, part.match)


def in_words(condition: Condition, facts: Facts) -> str:
    """Say what a condition asks: "Shipping country equals US"."""
    field = LIST_FIELDS.get(condition.field)
    if field is None:
        return condition.field
    try:
        operator = field.kind.operator(condition.operator)
    except Broken:
        return field.label_of(condition.name)
    value = field.kind.show_wanted(operator, condition.value, facts)
    return " ".join(filter(None, (field.label_of(condition.name), operator.name, value)))


def condition_at(query: Query, place: str) -> Condition | None:
    """Give the condition at a place; None where there is none."""
    outer, inner = _read(place)
    part = query.parts[outer] if outer is not None and outer < len(query.parts) else None
    if isinstance(part, Group) and inner is not None and inner < len(part.parts):
        return part.parts[inner]
    return part if isinstance(part, Condition) and inner is None else None


def without(query: Query, place: str) -> Query:
    """Leave out the condition at a place; a group that is empty then goes, too."""
    return _changed(query, place, lambda _: ())


def replaced(query: Query, place: str, condition: Condition) -> Query:
    """Put another condition at a place."""
    return _changed(query, place, lambda _: (condition,))


def added(query: Query, condition: Condition, beside: str = "") -> Query:
    """Add a condition: at the end, or joined to the part at a place by the other word.

    With "all" outside that is "or": the part becomes a group of which any is enough.
    """
    outer, _ = _read(beside)
    if outer is None or outer >= len(query.parts):
        return replace(query, parts=(*query.parts, condition))
    part = query.parts[outer]
    group = part if isinstance(part, Group) else Group(OTHER[query.match], (part,))
    grown = replace(group, parts=(*group.parts, condition))
    return replace(query, parts=(*query.parts[:outer], grown, *query.parts[outer + 1 :]))


def turned(query: Query) -> Query:
    """Ask for any instead of all, or the other way round; groups turn with it."""
    parts = tuple(
        replace(part, match=OTHER[part.match]) if isinstance(part, Group) else part
        for part in query.parts
    )
    return Query(OTHER[query.match], parts)


def _changed(
    query: Query, place: str, change: Callable[[Condition], tuple[Condition, ...]]
) -> Query:
    outer, inner = _read(place)
    parts: list[Condition | Group] = []
    for at, part in enumerate(query.parts):
        if at != outer:
            parts.append(part)
        elif isinstance(part, Condition):
            parts.extend(change(part))
        else:
            parts.extend(_changed_group(part, inner, change))
    return replace(query, parts=tuple(parts))


def _changed_group(
    group: Group, inner: int | None, change: Callable[[Condition], tuple[Condition, ...]]
) -> tuple[Condition | Group, ...]:
    """Change one of a group; with one left it needs no brackets."""
    left = [
        each
        for at, one in enumerate(group.parts)
        for each in (change(one) if at == inner else (one,))
    ]
    if len(left) > 1:
        return (replace(group, parts=tuple(left)),)
    return tuple(left)


def _read(place: str) -> tuple[int | None, int | None]:
    outer, _, inner = place.partition(".")
    return _number(outer), _number(inner)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None
