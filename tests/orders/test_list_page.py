"""The order list: sorted, filtered, saved, with its own columns, and looked at beside it."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.http import HttpResponse
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from orders.filters.facts import Facts
from orders.filters.grammar import parse, written
from orders.filters.query import Condition
from orders.models import Folder, Order, SavedSearch
from orders.pages import lists
from orders.pages.chips import added, chips_of, turned
from orders.pages.lists import count_up_to
from orders.pages.sorts import SORTS, USUAL, sorting_of
from orders.services import delete_order, hub
from stores.models import StoreUser
from stores.scoping import entered
from stores.services import add_store_user
from tests.factories import make_address, make_item, make_order, make_user
from tests.orders.pages import folder
from tests.orders.test_pages import address, link, numbers_on


def text_of(page: HttpResponse) -> str:
    return unescape(page.content.decode())


def walk(client, first: str, rel: str = "next") -> list[str]:
    """The orders of all pages from this one on."""
    numbers: list[str] = []
    at: str | None = first
    while at:
        page = client.get(at)
        numbers += numbers_on(page)
        at = link(page, rel)
    return numbers


# --- sorting ------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [key for key in SORTS if key != "deleted"])
def test_any_sorting_shows_every_order_once_and_backwards_the_same(store, alice_client, key):
    for number in range(30):
        make_order(
            store,
            source_id=str(990 + number),
            shipping=make_address(last_name="Lee" if number % 2 else "Okafor"),
            items=(make_item(price=Decimal(number % 3)),),
        )

    rising = walk(alice_client, address(store, f"?sort={key}&per=25"))
    falling = walk(alice_client, address(store, f"?sort=-{key}&per=25"))

    assert sorted(rising) == sorted(str(990 + number) for number in range(30))
    assert rising == falling[::-1]


def test_shorter_numbers_stand_before_longer_ones(store, alice_client):
    for number in ("1000", "999", "98"):
        make_order(store, source_id=number)

    page = alice_client.get(address(store, "?sort=number"))

    assert numbers_on(page) == ["98", "999", "1000"]
    assert re.search(r'aria-sort="ascending">\s*<a[^>]*sort=-number[^>]*>Order', text_of(page))


def test_a_page_goes_on_where_the_last_one_ended_although_its_order_has_gone(store, alice_client):
    now = timezone.now()
    for number in range(30):
        make_order(store, source_id=str(number), placed_at=now - timedelta(minutes=number))
    first = alice_client.get(address(store, "?per=25"))
    with entered(store):
        last = Order.objects.for_store(store).get(source_id="24")
        delete_order(order=last, by=hub(), now=now)

    second = alice_client.get(link(first, "next"))

    assert numbers_on(second) == ["25", "26", "27", "28", "29"]


@pytest.mark.parametrize("text", ["[]", "{", '["x",-1]', "[1e999,1]", "null", "[[],1]", "9" * 900])
def test_what_is_no_place_is_read_as_none(text):
    assert all(sorting_of(key).read(text) is None for key in SORTS)


def test_a_place_survives_the_address_to_the_microsecond(inside, store):
    order = make_order(store, placed_at=timezone.now().replace(microsecond=123457))

    assert USUAL.read(USUAL.place(order)) == (order.added_at, order.pk)


def test_too_many_orders_are_shown_by_date_and_the_page_says_why(store, alice_client, monkeypatch):
    monkeypatch.setattr(lists, "SORTED_AT_MOST", 2)
    now = timezone.now()
    for number in range(3):
        make_order(store, source_id=str(number), placed_at=now - timedelta(minutes=number))

    page = alice_client.get(address(store, "?sort=-total"))

    assert numbers_on(page) == ["0", "1", "2"]
    assert "too many orders to sort them so" in text_of(page)


# --- filters ------------------------------------------------------------------------------------

US = "country:US"


def place(store, number: str, country: str, total: int) -> None:
    items = (make_item(price=Decimal(total), quantity=Decimal(1)),)
    make_order(
        store,
        source_id=number,
        shipping=make_address(country=country),
        items=items,
        shipping_total=Decimal(0),
    )


def test_a_filter_is_added_changed_joined_and_taken_away_by_links_alone(store, alice_client):
    place(store, "cheap", "US", 10)
    place(store, "dear", "US", 200)
    place(store, "far", "CA", 300)
    place(store, "further", "DE", 400)

    def apply(**told: str):
        answer = alice_client.get(address(store), {"do": "apply", **told}, follow=True)
        assert answer.status_code == 200
        return answer

    one = apply(edit="new", field="shipping_country", operator="equals", value="US")
    asked = one.request["QUERY_STRING"]
    assert sorted(numbers_on(one)) == ["cheap", "dear"]
    assert "country%3A" in asked

    two = apply(q=US, edit="new", field="order_total", operator="greater_than", value="100")
    assert numbers_on(two) == ["dear"]

    changed = apply(q=f"{US} total:>100", edit="1", field="order_total", operator="less_than",
                    value="100")  # fmt: skip
    assert numbers_on(changed) == ["cheap"]

    joined = apply(q=f"{US} total:>100", edit="new", beside="0", field="shipping_country",
                   operator="equals", value="CA")  # fmt: skip
    assert sorted(numbers_on(joined)) == ["dear", "far"]
    crosses = re.findall(r'class="chip-remove" href="([^"]+)"', joined.content.decode())
    assert sorted(numbers_on(alice_client.get(unescape(crosses[0])))) == ["far"]
    assert sorted(numbers_on(alice_client.get(unescape(crosses[-1])))) == ["cheap", "dear", "far"]


def test_a_filter_that_cannot_be_asked_stands_in_the_form_with_its_reason(store, alice_client):
    told = {"do": "apply", "edit": "new", "field": "order_total", "operator": "equals",
            "value": "cheap"}  # fmt: skip

    page = text_of(alice_client.get(address(store), told))

    assert "“cheap” is not a number" in page
    assert 'value="cheap"' in page


def test_a_search_that_cannot_be_read_underlines_the_word_and_the_page_still_works(
    store, alice_client
):
    page = text_of(alice_client.get(address(store), {"q": "country:Narnia sku:<b>"}))

    assert '<mark class="mistake">Narnia</mark>' in page
    assert "is not a country known here" in page
    assert "This search cannot be read" in page
    assert "<b>" not in alice_client.get(address(store), {"q": "sku:<b>"}).content.decode()


def test_an_empty_answer_shows_the_filters_and_the_way_out(store, alice_client):
    page = text_of(alice_client.get(address(store), {"q": "country:US total:>9000"}))

    assert "No orders match “country:US total:>9000”." in page
    assert "Remove the filter Order total is greater than 9000" in page
    assert "Clear the search" in page


def test_a_search_becomes_the_filters_of_a_new_rule(store, alice_client):
    page = text_of(alice_client.get(address(store), {"q": "country:US total:>100"}))
    href = re.search(r'href="([^"]+rules/new\?search=[^"]+)"', page)
    assert href

    editor = alice_client.get(href[1]).content.decode()

    assert re.search(r'value="greater_than"[^>]*selected', editor)
    assert re.search(r'name="[^"]*value"[^>]*value="US"|value="US"[^>]*name="[^"]*value"', editor)


CONDITIONS = st.sampled_from(
    [
        Condition("shipping_country", "equals", "US"),
        Condition("order_total", "greater_than", "100"),
        Condition("source_name", "does_not_equal", "A shop"),
        Condition("checkout_data", "is_empty", "", "gift note"),
        Condition("folder", "equals", 7),
    ]
)
FACTS = Facts(folders=((7, "To (check)"),))


@given(st.lists(st.tuples(CONDITIONS, st.sampled_from(["", "0", "1"])), max_size=6), st.booleans())
@examples(max_examples=50, deadline=None)
def test_chips_and_text_stay_the_same_question_whatever_is_added(steps, is_turned):
    query, _ = parse("", FACTS)
    for condition, beside in steps:
        query = added(query, condition, beside)
        query = turned(query) if is_turned else query
        text = written(query, FACTS)
        again, problems = parse(text, FACTS)
        assert problems == ()
        assert written(again, FACTS) == text
        assert len(list(again)) <= len(list(query))
        assert all(chip.words for chip in chips_of(again, FACTS))


# --- saved searches -----------------------------------------------------------------------------


def save(client, store, **told: str):
    return client.post(address(store, "/searches"), {"query": US, "scope": "me", **told})


def test_a_saved_search_is_a_view_for_its_owner_and_shared_for_everyone(
    store, alice_client, bob_client
):
    save(alice_client, store, name="Domestic")
    save(alice_client, store, name="For all", query="country:CA", scope="everyone")

    hers, his = (text_of(client.get(address(store))) for client in (alice_client, bob_client))

    assert "Domestic" in hers
    assert "For all" in hers
    assert "Domestic" not in his
    assert "For all" in his
    current = text_of(alice_client.get(address(store), {"q": US}))
    assert re.search(r'aria-current="page">\s*<svg.*?</svg> Domestic', current, re.DOTALL)


def test_a_saved_search_is_renamed_shared_starred_and_deleted(store, alice_client):
    save(alice_client, store, name="Domestic")
    with entered(store):
        search = SavedSearch.objects.for_store(store).get()
    page = address(store, f"/searches/{search.pk}")

    for told in ({"do": "rename", "name": "Home"}, {"do": "share"}, {"do": "star"}):
        assert alice_client.post(page, told).status_code == 302
    with entered(store):
        search.refresh_from_db()
    assert (search.name, search.is_shared, search.is_starred) == ("Home", True, True)

    alice_client.post(page, {"do": "delete"})
    assert alice_client.get(page).status_code == 404


def test_nobody_changes_a_search_of_somebody_else(store, alice_client, bob_client):
    save(alice_client, store, name="Mine")
    save(alice_client, store, name="Ours", scope="everyone")
    with entered(store):
        mine, ours = SavedSearch.objects.for_store(store).order_by("name")

    assert bob_client.post(address(store, f"/searches/{mine.pk}")).status_code == 404
    answer = bob_client.post(address(store, f"/searches/{ours.pk}"), {"do": "delete"})

    assert answer.status_code == 422
    with entered(store):
        assert SavedSearch.objects.for_store(store).count() == 2


@pytest.mark.parametrize(
    ("told", "reason"),
    [({"name": ""}, "required"), ({"name": "x", "query": "total:many"}, "is not a number")],
)
def test_a_search_that_cannot_be_saved_comes_back_with_the_reason(
    store, alice_client, told, reason
):
    answer = save(alice_client, store, **told)

    assert answer.status_code == 422
    assert reason in text_of(answer)


# --- columns ------------------------------------------------------------------------------------


def heads(client, store, rest: str = "") -> list[str]:
    page = text_of(client.get(address(store, rest)))
    cells = re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", page, re.DOTALL)
    return [re.sub(r"<[^>]+>", "", cell).strip() for cell in cells]


def test_each_person_chooses_and_orders_columns_and_may_reset_them(store, alice_client, bob_client):
    make_order(store, checkout_data={"gift note": "With love"})
    usual = heads(bob_client, store)
    chosen = {"column": ["total", "checkout:gift note", "nonsense", "total"], "do": "save"}

    alice_client.post(address(store, "/columns"), chosen)

    assert heads(alice_client, store) == ["Order", "Total", "gift note"]
    assert "With love" in text_of(alice_client.get(address(store)))
    assert heads(bob_client, store) == usual
    alice_client.post(address(store, "/columns"), {"do": "reset"})
    assert heads(alice_client, store) == usual


def test_a_folder_s_columns_for_everyone_take_the_permission_for_settings(
    store, alice_client, bob_client
):
    make_order(store)
    new = folder(store, "New")
    told = {"column": ["total"], "scope": "everyone", "do": "save"}

    denied = bob_client.post(address(store, f"/columns?folder={new.pk}"), told)
    alice_client.post(address(store, f"/columns?folder={new.pk}"), told)

    assert denied.status_code == 403
    assert heads(bob_client, store, f"?folder={new.pk}") == ["Order", "Total"]
    assert len(heads(bob_client, store)) > 5


def test_columns_move_and_come_by_buttons_before_they_are_saved(store, alice_client):
    def after(do: str, **told: str) -> list[str]:
        sent = {"column": ["date", "total"], "do": do, **told}
        page = alice_client.post(address(store, "/columns"), sent)
        return re.findall(r'name="column" value="([^"]+)"', page.content.decode())

    assert after("down:date") == ["total", "date"]
    assert after("up:date") == ["date", "total"]
    assert after("remove:date") == ["total"]
    assert after("add", new="tag") == ["date", "total", "tag"]
    assert after("add_checkout", checkout=" gift ") == ["date", "total", "checkout:gift"]
    assert after("add_checkout", checkout="") == ["date", "total"]
    with entered(store):
        members = StoreUser.objects.for_store(store)
        assert all(member.list_columns == {} for member in members)


@pytest.mark.parametrize("broken", [{"": "total"}, {"": [7, None, {}]}, {"": ["gone"]}])
def test_columns_nobody_can_show_are_the_usual_ones(store, alice, alice_client, broken):
    make_order(store)
    usual = heads(alice_client, store)
    with entered(store):
        StoreUser.objects.for_store(store).of(alice).update(list_columns=broken)

    assert heads(alice_client, store) == usual


# --- the deleted, the panel, the count ----------------------------------------------------------


def test_deleted_orders_wait_for_thirty_days_and_are_restored_from_their_list(store, alice_client):
    now = timezone.now()
    late, lost = make_order(store, source_id="late"), make_order(store, source_id="lost")
    with entered(store):
        delete_order(order=late, by=hub(), now=now - timedelta(days=29))
        delete_order(order=lost, by=hub(), now=now - timedelta(days=31))

    page = alice_client.get(address(store, "?deleted=1"))
    assert numbers_on(page) == ["late"]
    restore = re.search(r'formaction="([^"]+)"', page.content.decode())
    assert restore
    back = address(store, "?deleted=1")
    answer = alice_client.post(restore[1], {"back": back})

    assert answer["Location"] == back
    assert numbers_on(alice_client.get(address(store))) == ["late"]


def test_who_may_not_delete_is_told_who_can_change_that(store, bob_client):
    answer = bob_client.get(address(store, "?deleted=1"))

    assert answer.status_code == 403
    assert "Delete orders" in text_of(answer)
    assert "deleted=1" not in bob_client.get(address(store)).content.decode()


def test_an_order_is_looked_at_beside_the_list_under_an_address_of_its_own(store, alice_client):
    order = make_order(store, source_id="4811", items=(make_item(name="Tea pot"),))

    page = text_of(alice_client.get(address(store, f"?peek={order.pk}")))
    part = text_of(alice_client.get(address(store, f"/{order.pk}/peek")))

    for shown in (page, part):
        assert "Order #4811" in shown
        assert "Tea pot" in shown
    assert '<tr aria-current="true">' in page
    assert "<html" not in part
    gone = alice_client.get(address(store, "?peek=999999999"))
    assert gone.status_code == 200
    assert "data-peek-of" not in gone.content.decode()


def test_matches_are_counted_on_demand_and_no_further_than_needed(store, alice_client):
    for country in ("US", "US", "CA"):
        make_order(store, shipping=make_address(country=country))

    count = alice_client.get(address(store, "/count"), {"q": US})

    assert count.content.decode().strip() == "2"
    with entered(store):
        assert count_up_to(Order.objects.for_store(store), 1) == 2


def test_a_person_who_may_change_nothing_gets_a_list_without_boxes(store, alice_client):
    make_order(store)
    user = make_user("reader@example.com")
    with entered(store):
        add_store_user(store=store, user=user, permissions=[])
    alice_client.force_login(user)

    page = alice_client.get(address(store)).content.decode()

    assert 'value="delete"' not in page
    assert 'value="move"' not in page


def test_tags_stand_as_words_and_cannot_bring_markup(store, alice_client):
    order = make_order(store)
    with entered(store):
        Order.objects.for_store(store).filter(pk=order.pk).update(
            tag_name="Rush <b>", tag_color='"><b>'
        )
        assert Folder.objects.for_store(store).exists()

    page = alice_client.get(address(store)).content.decode()

    assert "Rush &lt;b&gt;" in page
    assert "<b>" not in page
