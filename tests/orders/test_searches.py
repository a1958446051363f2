"""Searches kept under a name: one's own, and those people share."""

import pytest
from django.utils import timezone

from orderdesk.lib.refused import Refused
from orders.models import SavedSearch
from orders.services.searches import (
    delete_search,
    rename_search,
    save_search,
    share_search,
    star_search,
)
from stores.models import StoreUser


@pytest.fixture
def members(inside, alice, bob):
    rows = StoreUser.objects.for_store(inside)
    return {"alice": rows.of(alice).get(), "bob": rows.of(bob).get()}


def keep(inside, member, name="Large", query="total:>100", *, is_shared=False):
    return save_search(
        store=inside,
        member=member,
        name=name,
        query=query,
        is_shared=is_shared,
        now=timezone.now(),
    )


def seen_by(member):
    rows = SavedSearch.objects.for_store(member.store_id).visible_to(member.user)
    return [search.name for search in rows]


def test_a_search_is_seen_by_its_owner_and_by_others_once_it_is_shared(inside, members):
    search = keep(inside, members["alice"])
    assert (seen_by(members["alice"]), seen_by(members["bob"])) == (["Large"], [])

    share_search(search=search, member=members["alice"], on=True)
    assert seen_by(members["bob"]) == ["Large"]

    share_search(search=search, member=members["alice"], on=False)
    assert seen_by(members["bob"]) == []


def test_saving_under_the_same_name_keeps_the_newer_text(inside, members):
    first = keep(inside, members["alice"])
    second = keep(inside, members["alice"], query="total:>200")

    assert second.pk == first.pk
    assert SavedSearch.objects.for_store(inside).get().query == "total:>200"
    assert keep(inside, members["bob"]).pk != first.pk


def test_starred_searches_come_first(inside, members):
    keep(inside, members["alice"], "A")
    last = keep(inside, members["alice"], "Z")

    star_search(search=last, member=members["alice"], on=True)

    assert seen_by(members["alice"]) == ["Z", "A"]


@pytest.mark.parametrize(
    ("name", "query", "field", "sentence"),
    [
        ("", "a", "name", "Give the search a name"),
        ("a" * 81, "a", "name", "at most 80 fit"),
        ("Large", " ", "query", "Type a search first"),
        ("Large", "contry:US", "query", "Did you mean “country”?"),
        ("Large", "a" * 2001, "query", "at most 2000 fit"),
    ],
)
def test_a_search_that_cannot_be_kept_is_refused(inside, members, name, query, field, sentence):
    with pytest.raises(Refused, match=sentence) as refused:
        keep(inside, members["alice"], name, query)

    assert refused.value.field == field


def test_a_name_that_is_taken_is_refused_and_nothing_changes(inside, members):
    keep(inside, members["alice"], "Small")
    large = keep(inside, members["alice"], "Large")

    with pytest.raises(Refused, match="There is a search called “Small” already"):
        rename_search(search=large, member=members["alice"], name=" Small ")

    assert seen_by(members["alice"]) == ["Large", "Small"]


CHANGES = [
    lambda search, member: rename_search(search=search, member=member, name="Mine"),
    lambda search, member: share_search(search=search, member=member, on=False),
    lambda search, member: star_search(search=search, member=member, on=True),
    lambda search, member: delete_search(search=search, member=member),
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_shared_search_is_changed_by_its_owner_or_who_manages_settings(inside, members, change):
    hers = keep(inside, members["alice"], is_shared=True)
    before = SavedSearch.objects.for_store(inside).values().get()

    with pytest.raises(Refused, match=r"belongs to alice@example\.com"):
        change(hers, members["bob"])
    assert SavedSearch.objects.for_store(inside).values().get() == before

    members["bob"].permissions = ["settings.manage"]
    change(hers, members["bob"])
    assert list(SavedSearch.objects.for_store(inside).values()) != [before]


@pytest.mark.parametrize("change", CHANGES)
def test_a_search_nobody_shared_is_not_there_for_others(inside, members, change):
    his = keep(inside, members["bob"])

    with pytest.raises(Refused, match="not here any more"):
        change(his, members["alice"])

    assert seen_by(members["bob"]) == ["Large"]
