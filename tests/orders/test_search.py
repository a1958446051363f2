"""The search box: one order by its exact names, or all that a typed search holds for."""

import pytest
from django.utils import timezone

from orderdesk.lib.refused import Refused
from orders.models import Folder, Order
from orders.search import exactly, found, matching
from orders.services import move_order
from stores.scoping import entered
from tests.factories import make_address, make_item, make_order
from tests.orders.pages import parcel


@pytest.fixture
def mug(store):
    order = make_order(
        store,
        source_id="1042",
        email="ada@example.com",
        items=(make_item(name="Blue mug", code="MUG-1"),),
    )
    parcel(store, order, tracking_number="1Z999")
    return order


@pytest.fixture
def tee(store):
    return make_order(
        store,
        source_id="10425",
        email="bob@example.com",
        shipping=make_address(first_name="Bob", last_name="Stone", city="Toronto", country="CA"),
        items=(make_item(name="Red tee", code="TEE-1"),),
    )


@pytest.fixture
def look(store, mug, tee):
    """Search, and give the numbers of what was found."""

    def numbers(text: str) -> list[str]:
        return sorted(order.source_id for order in matching(store, text))

    with entered(store):
        yield numbers


@pytest.mark.parametrize(
    "text", ["1042", "#1042", " 1042 ", "ada@example.com", "ADA@EXAMPLE.COM", "1Z999", "1z999"]
)
def test_an_exact_name_leads_straight_to_the_order(store, mug, tee, text):
    with entered(store):
        assert found(store, text).only == mug


def test_the_hubs_own_id_leads_to_the_order(store, mug, tee):
    with entered(store):
        assert found(store, str(tee.pk)).only == tee


@pytest.mark.parametrize("text", ["mug", "MUG-1", "number:1042", "ada", "104", "1042 tee", ""])
def test_anything_less_exact_shows_a_list(store, mug, tee, text):
    with entered(store):
        assert found(store, text).only is None


def test_a_name_two_orders_share_leads_to_neither(store, mug):
    make_order(store, email="ada@example.com")

    with entered(store):
        answer = found(store, "ada@example.com")

        assert answer.only is None
        assert answer.orders.count() == 2


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", ["1042", "10425"]),
        ("1042", ["1042", "10425"]),
        ("mug", ["1042"]),
        ("blue mug", ["1042"]),
        ('"mug blue"', []),
        ("mug blue", ["1042"]),
        ("-mug", ["10425"]),
        ("mug or tee", ["1042", "10425"]),
        ("bob stone", ["10425"]),
        ("country:CA", ["10425"]),
        ("country:canada total:>1", ["10425"]),
        ("(country:US or country:CA) sku:TEE*", ["10425"]),
        ("name:*byron", ["1042"]),
        ("folder:New", ["1042", "10425"]),
        ("-folder:New", []),
        ("tracking:1Z*", ["1042"]),
        ("no:tracking", ["10425"]),
        ("is:canceled", []),
        ("last:1h", ["1042", "10425"]),
    ],
)
def test_a_typed_search_finds_its_orders(look, text, numbers):
    assert look(text) == numbers


def test_a_folder_that_was_renamed_is_found_by_its_new_name(store, mug, tee, by_alice):
    with entered(store):
        packing = Folder.objects.for_store(store).get(name="Prepared")
        move_order(order=mug, folder=packing, by=by_alice, now=timezone.now())
        packing.name = "To pack"
        packing.save()

        assert [order.pk for order in matching(store, 'folder:"to pack"')] == [mug.pk]
        assert "no folder “Prepared”" in found(store, "folder:Prepared").problems[0].sentence


def test_deleted_orders_are_found_only_where_they_are_asked_for(store, mug, tee):
    with entered(store):
        Order.objects.for_store(store).filter(pk=mug.pk).update(deleted_at=timezone.now())

        assert found(store, "1042").only is None
        assert not matching(store, "mug").exists()
        assert [order.pk for order in matching(store, "mug is:deleted")] == [mug.pk]


def test_a_search_that_makes_no_sense_finds_nothing_and_says_why(store, mug):
    with entered(store):
        answer = found(store, "contry:US")

        assert not answer.orders.exists()
        assert (answer.problems[0].start, answer.problems[0].end) == (0, 6)
        with pytest.raises(Refused, match="Did you mean “country”"):
            matching(store, "contry:US")


@pytest.mark.parametrize(
    "text", ["\x00", "a\x00b", "\ud800", "9" * 5000, "%", "_", "\\", "'", "((", "a" * 3000]
)
def test_no_text_breaks_the_search(store, mug, text):
    with entered(store):
        list(found(store, text).orders)


def test_the_field_that_made_an_order_match_is_named(store, mug, tee):
    def reasons(text):
        answer = found(store, text)
        return answer.reasons(list(answer.orders))

    with entered(store):
        assert reasons("mug") == {mug.pk: "SKU MUG-1"}
        assert reasons("blue") == {mug.pk: "Item Blue mug"}
        assert reasons("1Z99") == {mug.pk: "Tracking number 1Z999"}
        assert reasons("bob@ex") == {tee.pk: "E-mail"}
        assert reasons("toronto") == {tee.pk: "Shipping city"}
        assert reasons("country:CA") == {}


def test_a_search_stays_in_its_store(store, other_store, mug):
    make_order(other_store, source_id="7", email="ada@example.com")

    with entered(store):
        assert found(store, "ada@example.com").only == mug
        assert [order.pk for order in matching(store, "ada")] == [mug.pk]
        assert not exactly(store, "7").exists()
