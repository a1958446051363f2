"""Unleashed's lists: filters, and pages whose number stands in the path."""

from collections.abc import Callable, Mapping
from typing import Any

from integrations.sandbox.storage import Doc
from integrations.sandbox.unleashed_values import BAD_VALUE, read_moment, refuse, render
from integrations.sandbox.wire import Reply, Request

DEFAULT_PAGE_SIZE = 200
PAGE_SIZE_LIMIT = 1000

Test = Callable[[Doc], bool]
Filters = Mapping[str, Callable[[str], Test]]


def dig(doc: Doc, path: str) -> Any:
    """Return what stands at a dotted path, or None."""
    value: Any = doc
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def equals(path: str) -> Callable[[str], Test]:
    """Filter by a text, whatever its case."""
    return lambda wanted: lambda doc: str(dig(doc, path) or "").lower() == wanted.lower()


def begins(path: str) -> Callable[[str], Test]:
    """Filter by how a text begins, whatever its case."""
    return lambda wanted: lambda doc: str(dig(doc, path) or "").lower().startswith(wanted.lower())


def one_of(path: str) -> Callable[[str], Test]:
    """Filter by a comma list."""

    def build(given: str) -> Test:
        wanted = [word.strip().lower() for word in given.split(",")]
        return lambda doc: str(dig(doc, path) or "").lower() in wanted

    return build


def since(path: str) -> Callable[[str], Test]:
    """Filter by a moment, that moment included.

    Raises:
        ValueError: from the filter, when it is not given an ISO date.
    """

    def build(given: str) -> Test:
        moment = read_moment(given)
        return lambda doc: (dig(doc, path) or 0) >= moment

    return build


def by_day(path: str, *, last: bool = False) -> Callable[[str], Test]:
    """Filter by a day: from it on, or up to its end."""

    def build(given: str) -> Test:
        moment = read_moment(given, date_only=True)
        end = moment + 86_400_000
        if last:
            return lambda doc: dig(doc, path) is not None and dig(doc, path) < end
        return lambda doc: (dig(doc, path) or 0) >= moment

    return build


def anything(_given: str) -> Test:
    """Take a parameter that filters nothing here."""
    return lambda _doc: True


def select(
    docs: list[Doc], request: Request, filters: Filters, *, overriding: tuple[str, ...] = ()
) -> list[Doc]:
    """Return the documents the query asks for.

    Args:
        docs: all of them.
        request: its query holds filters and `pageSize`.
        filters: those this list has.
        overriding: filters beside which all others are ignored.

    Raises:
        Answered: with 400, for a value that cannot be read, or a name the list does not have. The
            vendor ignores such names; a client under test is better told.
    """
    asked = {name: value for name, value in request.query.items() if name != "pageSize"}
    for name in asked:
        if name not in filters:
            raise refuse(name, f"{name} is no filter of this list.", BAD_VALUE)
    alone = next((name for name in overriding if asked.get(name)), None)
    if alone:
        asked = {alone: asked[alone]}
    tests = [_build(name, value, filters) for name, value in asked.items() if value]
    return [doc for doc in docs if all(test(doc) for test in tests)]


def _build(name: str, value: str, filters: Filters) -> Test:
    try:
        return filters[name](value)
    except ValueError as error:
        raise refuse(name, f"{name}: {error}", BAD_VALUE) from error


def paged(docs: list[Doc], request: Request, page: str | None) -> Reply:
    """Return one page in the vendor's envelope.

    Raises:
        Answered: with 400, for a page or page size out of range.
    """
    given = request.query.get("pageSize", str(DEFAULT_PAGE_SIZE))
    size = int(given) if given.isdecimal() else 0
    if not 1 <= size <= PAGE_SIZE_LIMIT:
        raise refuse("pageSize", f"pageSize is not within 1 and {PAGE_SIZE_LIMIT}.", BAD_VALUE)
    number = int(page or 1)
    if number < 1:
        raise refuse("page", "The first page is 1.", BAD_VALUE)
    start = (number - 1) * size
    pagination = {
        "NumberOfItems": len(docs),
        "PageSize": size,
        "PageNumber": number,
        "NumberOfPages": -(-len(docs) // size),
    }
    items = [render(doc) for doc in docs[start : start + size]]
    return Reply.json(200, {"Pagination": pagination, "Items": items})
