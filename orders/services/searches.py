"""Searches people keep under a name."""

from datetime import datetime

from django.db import IntegrityError, transaction

from orderdesk.lib.refused import Refused
from orders.filters.grammar import LONGEST_TEXT, parse
from orders.models import SavedSearch
from orders.search import facts_for
from stores.models import Store, StoreUser

LONGEST_NAME = 80
NOT_YOURS = "This search belongs to {}. A member who may change store settings can change it, too."


@transaction.atomic
def save_search(
    *, store: Store, member: StoreUser, name: str, query: str, is_shared: bool, now: datetime
) -> SavedSearch:
    """Keep a search for a member; one of the same name gets the new text.

    Raises:
        Refused: if it has no name or its text cannot be understood.
    """
    name, query = _named(name), _understood(store, query)
    kept = SavedSearch.objects.for_store(store).filter(user=member.user, name=name)
    search = kept.select_for_update().first()
    if search is None:
        search = SavedSearch(store=store, user=member.user, name=name, created_at=now)
    search.query, search.is_shared = query, is_shared
    return _saved(search)


@transaction.atomic
def rename_search(*, search: SavedSearch, member: StoreUser, name: str) -> SavedSearch:
    """Give a search another name.

    Raises:
        Refused: if it is somebody else's, or its owner has one of this name.
    """
    search = _changeable(search, member)
    search.name = _named(name)
    return _saved(search)


@transaction.atomic
def share_search(*, search: SavedSearch, member: StoreUser, on: bool) -> SavedSearch:
    """Show a search to everybody in the store, or to its owner alone.

    Raises:
        Refused: if it is somebody else's.
    """
    search = _changeable(search, member)
    search.is_shared = on
    return _saved(search)


@transaction.atomic
def star_search(*, search: SavedSearch, member: StoreUser, on: bool) -> SavedSearch:
    """Put a search on top of the list, or back into it.

    Raises:
        Refused: if it is somebody else's.
    """
    search = _changeable(search, member)
    search.is_starred = on
    return _saved(search)


@transaction.atomic
def delete_search(*, search: SavedSearch, member: StoreUser) -> None:
    """Delete a search; what it finds stays as it is.

    Raises:
        Refused: if it is somebody else's.
    """
    _changeable(search, member).delete()


def _changeable(search: SavedSearch, member: StoreUser) -> SavedSearch:
    """Lock a search that a member may change: an own one, or a shared one of anybody."""
    rows = SavedSearch.objects.for_store(search.store_id).visible_to(member.user)
    locked = (
        rows.select_for_update(of=("self",)).select_related("user").filter(pk=search.pk).first()
    )
    if locked is None:
        raise Refused("This search is not here any more.")
    if locked.user_id != member.user_id and not member.can("settings.manage"):
        raise Refused(NOT_YOURS.format(locked.user.email))
    return locked


def _named(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refused("Give the search a name.", field="name")
    if len(name) > LONGEST_NAME:
        raise Refused(
            f"The name has {len(name)} characters; at most {LONGEST_NAME} fit.", field="name"
        )
    return name


def _understood(store: Store, query: str) -> str:
    query = query.strip()
    if not query:
        raise Refused("Type a search first, then save it.", field="query")
    if len(query) > LONGEST_TEXT:
        raise Refused(
            f"The search has {len(query)} characters; at most {LONGEST_TEXT} fit.", field="query"
        )
    _, problems = parse(query, facts_for(store))
    if problems:
        raise Refused(problems[0].sentence, field="query")
    return query


def _saved(search: SavedSearch) -> SavedSearch:
    """Save within a savepoint, so that a name that is taken leaves the transaction usable."""
    try:
        with transaction.atomic():
            search.save()
    except IntegrityError as taken:
        raise Refused(f"There is a search called “{search.name}” already.", field="name") from taken
    return search
