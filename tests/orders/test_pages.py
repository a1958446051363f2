"""The order pages: what they show, what may be done on them, and by whom."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import HttpResponse
from django.utils import timezone

from integrations.models import Submission
from orders.models import Folder, Order, OrderEvent, Shipment
from orders.services import By, delete_order, hub, move_order, record, set_checkout_data
from orders.states import order_state
from stores.models import Store
from stores.scoping import entered
from stores.work import Work
from tests.factories import make_address, make_connection, make_item, make_order
from tests.orders.pages import folder, parcel, send

EVIL = '"><script>alert(1)</script>'


def address(store: Store, rest: str = "") -> str:
    return f"/s/{store.pk}/orders{rest}"


def numbers_on(page: HttpResponse) -> list[str]:
    return re.findall(r'<a id="order-\d+"[^>]*>#([^<]+)</a>', page.content.decode())


# --- the list -----------------------------------------------------------------------------------


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, f"nothing like {pattern}"
    return match.group(1)


def test_the_list_shows_the_newest_order_first(store, alice_client):
    now = timezone.now()
    make_order(store, source_id="older", placed_at=now - timedelta(hours=2))
    make_order(store, source_id="newer", placed_at=now - timedelta(hours=1))

    page = alice_client.get(address(store))

    assert numbers_on(page) == ["newer", "older"]


def test_every_order_stands_on_exactly_one_page_in_either_direction(store, alice_client):
    same_moment = timezone.now()
    for number in range(60):
        make_order(store, source_id=str(number), placed_at=same_moment)

    first = alice_client.get(address(store, "?per=25"))
    older = link(first, "next")
    second = alice_client.get(older)
    third = alice_client.get(link(second, "next"))
    back = alice_client.get(link(third, "prev"))

    shown = numbers_on(first) + numbers_on(second) + numbers_on(third)
    assert shown == [str(number) for number in reversed(range(60))]
    assert numbers_on(back) == numbers_on(second)
    assert link(third, "next") is None
    assert link(alice_client.get(link(back, "prev")), "prev") is None


def link(page: HttpResponse, rel: str) -> str | None:
    match = re.search(rf'rel="{rel}" href="([^"]+)"', page.content.decode())
    return match.group(1).replace("&amp;", "&") if match else None


def test_a_folder_shows_its_own_orders(store, alice_client):
    moved = make_order(store, source_id="moved")
    make_order(store, source_id="stayed")
    prepared = folder(store, "Prepared")
    with entered(store):
        move_order(order=moved, folder=prepared, by=hub(), now=timezone.now())

    page = alice_client.get(address(store, f"?folder={prepared.pk}"))

    assert numbers_on(page) == ["moved"]


def test_a_folder_of_another_store_is_not_found(store, other_store, alice_client):
    theirs = folder(other_store, "New")

    assert alice_client.get(address(store, f"?folder={theirs.pk}")).status_code == 404


def test_a_deleted_order_is_on_no_list_and_can_only_be_read_and_restored(store, alice_client):
    order = make_order(store, source_id="gone")
    with entered(store):
        delete_order(order=order, by=hub(), now=timezone.now())

    assert numbers_on(alice_client.get(address(store))) == []
    page = alice_client.get(address(store, f"/{order.pk}")).content.decode()
    assert "This order was deleted" in page
    assert "Restore the order" in page
    assert f"/orders/{order.pk}/edit/" not in page


@pytest.mark.parametrize(
    "rest", ["?before=x", "?after=9-", "?per=7", "?folder=x", "?before=[]", "?sort=secret"]
)
def test_an_address_that_cannot_be_read_shows_the_first_page(store, alice_client, rest):
    make_order(store, source_id="here")

    page = alice_client.get(address(store, rest))

    assert page.status_code == 200
    assert numbers_on(page) == ["here"]


def test_an_empty_store_is_told_how_orders_come(store, alice_client):
    page = alice_client.get(address(store)).content.decode()

    assert "No orders yet" in page
    assert "Connect a cart" in page


def test_a_page_opened_empty_can_move_the_orders_that_come_to_it(store, alice_client):
    assert "data-picked-count" in alice_client.get(address(store)).content.decode()


def test_an_empty_folder_says_how_orders_arrive_there(store, alice_client):
    closed = folder(store, "Closed")

    page = alice_client.get(address(store, f"?folder={closed.pk}")).content.decode()

    assert "Nothing in Closed" in page


# --- search -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["A-77", "#A-77", "pk", "finder@example.com", "FINDER@example.com", "1Z999", "lovelace"]
)
def test_a_search_that_names_one_order_jumps_to_it(store, alice_client, text):
    order = make_order(
        store,
        source_id="A-77",
        email="finder@example.com",
        shipping=make_address(last_name="Lovelace"),
    )
    make_order(store)
    parcel(store, order, tracking_number="1Z999")

    wanted = str(order.pk) if text == "pk" else text
    answer = alice_client.get(address(store), {"q": wanted})

    assert answer.status_code == 302
    assert answer["Location"] == address(store, f"/{order.pk}")


def test_a_search_that_fits_several_orders_lists_them(store, alice_client):
    make_order(store, source_id="one", email="twice@example.com")
    make_order(store, source_id="two", email="twice@example.com")
    make_order(store, source_id="other", email="once@example.com")

    page = alice_client.get(address(store), {"q": "twice@example.com"})

    assert sorted(numbers_on(page)) == ["one", "two"]


def test_a_search_without_a_match_repeats_the_words_and_can_be_cleared(store, alice_client):
    page = alice_client.get(address(store), {"q": f"x{EVIL}"}).content.decode()

    assert "No orders match" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "Clear the search" in page


def test_a_search_never_finds_another_store_s_order(store, other_store, alice_client):
    theirs = make_order(other_store, source_id="SECRET-1")

    assert alice_client.get(address(store), {"q": "SECRET-1"}).status_code == 200
    assert alice_client.get(address(store), {"q": str(theirs.pk)}).status_code == 200


# --- moving -------------------------------------------------------------------------------------


def test_picked_orders_move_and_the_next_page_says_how_many(store, alice_client):
    first, second, left = make_order(store), make_order(store), make_order(store)
    closed = folder(store, "Closed")

    answer = alice_client.post(
        address(store, "/move"),
        {"ids": [first.pk, second.pk], "folder": closed.pk, "back": address(store, "?per=25")},
        follow=True,
    )

    assert answer.redirect_chain == [(address(store, "?per=25"), 302)]
    assert "2 orders moved to Closed." in answer.content.decode()
    with entered(store):
        lying = dict(Order.objects.for_store(store).values_list("pk", "folder__name"))
    assert lying == {first.pk: "Closed", second.pk: "Closed", left.pk: "New"}


def test_a_move_tells_a_person_by_e_mail_on_the_timeline(store, alice_client):
    order = make_order(store)

    alice_client.post(address(store, f"/{order.pk}/move"), {"folder": folder(store, "Closed").pk})

    page = alice_client.get(address(store, f"/{order.pk}")).content.decode()
    assert "Moved from New to Closed" in page
    assert "alice@example.com" in page


def test_another_store_s_orders_are_never_moved(store, other_store, alice_client):
    theirs = make_order(other_store)

    alice_client.post(
        address(store, "/move"), {"ids": [theirs.pk], "folder": folder(store, "Closed").pk}
    )

    with entered(other_store):
        assert Order.objects.for_store(other_store).get().folder.name == "New"


@pytest.mark.parametrize("ids", [[], ["x"]])
def test_a_move_of_nothing_is_explained(store, alice_client, ids):
    answer = alice_client.post(
        address(store, "/move"),
        {"ids": ids, "folder": folder(store, "Closed").pk},
        headers={"referer": f"http://testserver{address(store)}"},
        follow=True,
    )

    assert "No order was picked" in answer.content.decode()


def test_a_move_never_leads_to_another_site(store, alice_client):
    order = make_order(store)

    answer = alice_client.post(
        address(store, "/move"),
        {"ids": [order.pk], "folder": folder(store, "New").pk, "back": "https://evil.example/"},
    )

    assert answer["Location"] == address(store)


# --- the list keeps itself current --------------------------------------------------------------


def test_the_rows_are_not_sent_again_until_something_changes(store, alice_client):
    make_order(store)
    page = alice_client.get(address(store)).content.decode()
    poll = found(r'hx-get="([^"]+/orders/rows[^"]*)"', page).replace("&amp;", "&")

    same = alice_client.get(poll)
    make_order(store, source_id="just-came")
    changed = alice_client.get(poll)

    assert same.status_code == 204
    assert numbers_on(changed)[0] == "just-came"
    assert "<html" not in changed.content.decode()


def poll_of(page: str) -> str:
    return found(r'hx-get="([^"]+/orders/rows[^"]*)"', page).replace("&amp;", "&")


def test_the_count_in_heading_and_title_follows_the_rows(store, alice_client):
    make_order(store)
    page = alice_client.get(address(store, f"?folder={folder(store, 'New').pk}")).content.decode()
    assert found(r"<title>([^<]+)<", page) == found(r'data-title="([^"]+)"', page)
    assert found(r'id="order-count">(\d+)<', page) == "1"

    make_order(store)
    changed = alice_client.get(poll_of(page)).content.decode()

    assert found(r'id="order-count" hx-swap-oob="true">(\d+)<', changed) == "2"
    assert found(r'data-title="([^"]+?\)) ', changed) == "New (2)"


def test_the_count_follows_orders_that_stand_on_no_shown_page(store, alice_client):
    for _ in range(26):
        make_order(store)
    rest = f"?folder={folder(store, 'New').pk}&per=25"
    poll = poll_of(alice_client.get(address(store, rest)).content.decode())
    with entered(store):
        oldest = Order.objects.for_store(store).newest_first()[25]
        move_order(
            order=oldest, folder=Folder.objects.for_store(store).get(name="Closed"), by=hub(),
            now=timezone.now(),
        )  # fmt: skip

    changed = alice_client.get(poll)

    assert changed.status_code == 200
    assert 'hx-swap-oob="true">25<' in changed.content.decode()


def test_only_the_first_page_refreshes_itself(store, alice_client):
    for _ in range(30):
        make_order(store)

    second = alice_client.get(link(alice_client.get(address(store, "?per=25")), "next"))

    assert "/orders/rows" not in second.content.decode()


def test_the_folder_counts_follow_the_orders(store, alice_client):
    make_order(store)
    make_order(store)

    counts = alice_client.get(f"/s/{store.pk}/folders/counts?section=orders").content.decode()

    assert re.search(r"New</span>\s*<span class=\"nav-count\"\s*title=\"2\">2<", counts)


# --- one order ----------------------------------------------------------------------------------


def test_the_order_page_shows_what_was_bought_and_where_it_goes(store, alice_client):
    order = make_order(
        store,
        source_id="1042",
        items=(make_item(name="Tea pot", code="POT", price=Decimal("89"), quantity=Decimal(2)),),
        shipping=make_address(city="Lisboa"),
    )

    page = alice_client.get(address(store, f"/{order.pk}")).content.decode()

    for words in ["Order #1042", "Tea pot", "POT", "$178.00", "Lisboa", "$183.00"]:
        assert words in page


def test_another_store_s_order_is_not_found_on_any_road(store, other_store, alice_client):
    theirs = make_order(other_store)
    new = folder(other_store, "New")

    for rest in ["", "/live"]:
        assert alice_client.get(address(store, f"/{theirs.pk}{rest}")).status_code == 404
        assert alice_client.get(address(other_store, f"/{theirs.pk}{rest}")).status_code == 404
    for rest in ["/move", "/notes", "/edit/checkout-data", "/shipments"]:
        posted = {"folder": new.pk, "content": "x", "name": "x", "tracking_number": "x"}
        assert alice_client.post(address(store, f"/{theirs.pk}{rest}"), posted).status_code == 404


def test_text_from_a_cart_never_becomes_markup(store, alice_client):
    order = make_order(
        store,
        source_id=EVIL,
        email=EVIL,
        shipping=make_address(first_name=EVIL, city=EVIL),
        items=(make_item(name=EVIL, code=EVIL, variations={EVIL: EVIL}),),
        shipping_method=EVIL,
        checkout_data={EVIL: EVIL},
        metadata={EVIL: EVIL},
        notes=({"content": EVIL, "username": EVIL, "date_added": EVIL},),
    )
    with entered(store):
        record(
            order,
            OrderEvent.Kind.HISTORY,
            EVIL,
            by=By.api(EVIL),
            before={EVIL: EVIL},
            details={EVIL: EVIL},
        )

    for rest in ["", f"/{order.pk}", f"/{order.pk}/live"]:
        page = alice_client.get(address(store, rest)).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("url", "is_link"),
    [
        ("https://carrier.example/1", True),
        ("HTTP://carrier.example/1", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//carrier.example/1", False),
    ],
)
def test_only_a_web_address_becomes_a_tracking_link(store, alice_client, url, is_link):
    order = make_order(store)
    parcel(store, order, tracking_number="TRACK-1", tracking_url=url)

    page = alice_client.get(address(store, f"/{order.pk}")).content.decode()

    assert "TRACK-1" in page
    assert (f'href="{url}"' in page) is is_link


def test_the_timeline_tells_who_did_what_and_what_changed(store, alice_client):
    order = make_order(store)
    with entered(store):
        set_checkout_data(
            order=order, values={"gift": "yes"}, by=By.rule("Mark gifts"), now=timezone.now()
        )

    page = alice_client.get(address(store, f"/{order.pk}")).content.decode()

    assert "Today" in page
    assert "Auto: Mark gifts" in page
    row = r"<th scope=\"row\">Checkout data: gift</th>\s*<td>.*?</td>\s*<td><ins>yes</ins>"
    assert re.search(row, page)
    assert re.search(r'<time datetime="\d{4}-', page)


def test_the_timeline_goes_back_to_the_first_event_page_by_page(store, alice_client):
    order = make_order(store)
    with entered(store):
        for number in range(35):
            record(order, OrderEvent.Kind.HISTORY, f"Event no. {number}.", by=hub())

    newest = alice_client.get(address(store, f"/{order.pk}")).content.decode()
    older = found(r'rel="next" href="([^"]+)#timeline"', newest)
    last = alice_client.get(older).content.decode()

    told = re.findall(r"Event no\. (\d+)\.", newest) + re.findall(r"Event no\. (\d+)\.", last)
    assert told == [str(number) for number in reversed(range(35))]
    assert "Imported from Shopify" in last
    assert 'rel="next"' not in last
    assert "/live" not in last


def test_the_live_parts_are_not_sent_again_until_something_happens(store, alice_client):
    order = make_order(store)
    page = alice_client.get(address(store, f"/{order.pk}")).content.decode()
    poll = found(r'hx-get="([^"]+/live[^"]*)"', page)

    same = alice_client.get(poll)
    with entered(store):
        move_order(order=order, folder=folder(store, "Closed"), by=hub(), now=timezone.now())
    changed = alice_client.get(poll)

    assert same.status_code == 204
    assert "Moved from New to Closed" in changed.content.decode()
    assert 'id="order-state" hx-swap-oob="true"' in changed.content.decode()


def test_a_note_is_kept_with_its_writer(store, alice_client):
    order = make_order(store)

    alice_client.post(address(store, f"/{order.pk}/notes"), {"content": "Call first."})

    with entered(store):
        (note,) = Order.objects.for_store(store).get().order_notes
        event = OrderEvent.objects.for_store(store).newest_first()[0]
    assert (note["content"], note["username"]) == ("Call first.", "alice@example.com")
    assert (event.kind, event.actor_name) == ("note_added", "alice@example.com")


def test_a_note_that_is_too_long_comes_back_as_it_was_typed(store, alice_client):
    order = make_order(store)

    answer = alice_client.post(address(store, f"/{order.pk}/notes"), {"content": "x" * 1801})

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert "x" * 1801 in answer.content.decode()


def test_a_shipment_can_be_added_by_hand(store, alice_client):
    order = make_order(store)

    alice_client.post(
        address(store, f"/{order.pk}/shipments"), {"tracking_number": "1Z999AA10123456784"}
    )

    with entered(store):
        shipment = Shipment.objects.for_store(store).get()
    assert (shipment.carrier_code, shipment.source) == ("UPS", "Manual")
    page = alice_client.get(address(store, f"/{order.pk}")).content.decode()
    assert "https://www.ups.com/track?tracknum=1Z999AA10123456784" in page


# --- who may ------------------------------------------------------------------------------------

CONTROLS = ["/move", "/notes", "/edit/checkout-data", "/shipments", "/send"]


@pytest.mark.parametrize("rest", CONTROLS)
def test_a_store_user_without_the_permission_may_not_change_an_order(store, bob_client, rest):
    order = make_order(store)

    answer = bob_client.post(address(store, f"/{order.pk}{rest}"), {"folder": "1"})

    assert answer.status_code == 403
    assert "alice@example.com can change that" in answer.content.decode()


def test_a_store_user_without_the_permission_moves_nothing(store, bob_client):
    order = make_order(store)
    closed = folder(store, "Closed")

    answer = bob_client.post(address(store, "/move"), {"ids": [order.pk], "folder": closed.pk})

    assert answer.status_code == 403
    with entered(store):
        assert Order.objects.for_store(store).get().folder.name == "New"


def test_a_store_user_without_permissions_reads_and_sees_no_control(store, bob_client):
    order = make_order(store, source_id="1042")
    connection = make_connection(store, "unleashed")
    send(store, make_order(store), connection, state=Work.State.FAILED, problem="No.")

    listed = bob_client.get(address(store)).content.decode()
    shown = bob_client.get(address(store, f"/{order.pk}")).content.decode()

    assert "#1042" in listed
    assert "Order #1042" in shown
    # What changes nothing, such as printing, is there for all.
    for action in ("move", "tag", "delete", "split", "merge", "duplicate", "send", "run_event"):
        assert f'value="{action}"' not in listed
    for rest in CONTROLS:
        assert f"/orders/{order.pk}{rest}" not in shown


@pytest.mark.parametrize("rest", ["", "/rows", "/1", "/1/live"])
def test_a_stranger_is_led_to_sign_in(client, store, rest):
    answer = client.get(address(store, rest))

    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


# --- sending ------------------------------------------------------------------------------------


def test_an_order_is_sent_once_however_often_it_is_asked(store, alice_client):
    order, connection = make_order(store), make_connection(store, "unleashed")

    for _ in range(2):
        alice_client.post(address(store, f"/{order.pk}/send"), {"connection": connection.pk})

    with entered(store):
        assert Submission.objects.for_store(store).get().order_id == order.pk
    page = alice_client.get(address(store, f"/{order.pk}")).content.decode()
    assert "To be sent to Unleashed" in page
    assert "It was sent to Unleashed already" in page


def test_an_order_is_never_sent_by_another_store_s_connection(store, other_store, alice_client):
    order, theirs = make_order(store), make_connection(other_store, "unleashed")

    answer = alice_client.post(address(store, f"/{order.pk}/send"), {"connection": theirs.pk})

    assert answer.status_code == 404


def test_an_unknown_outcome_is_told_with_what_to_do(store, alice_client):
    order, connection = make_order(store, source_id="1042"), make_connection(store, "unleashed")
    send(store, order, connection, state=Work.State.PARKED, in_doubt=True, problem="No answer.")

    page = alice_client.get(address(store, f"/{order.pk}")).content.decode()

    assert "We do not know if Unleashed got order #1042. Check at Unleashed." in page
    assert "Outcome unknown" in page
    assert "Try again" in page


def test_try_again_on_the_order_page_makes_it_due_and_comes_back(store, alice_client):
    order, connection = make_order(store), make_connection(store, "unleashed")
    row = send(store, order, connection, state=Work.State.FAILED, problem="Unknown product.")

    answer = alice_client.post(
        f"/s/{store.pk}/attention/submissions", {"rows": row.pk, "order": order.pk}
    )

    assert answer["Location"] == address(store, f"/{order.pk}")
    with entered(store):
        assert Submission.objects.for_store(store).get().state == Work.State.WAITING


# --- the state ----------------------------------------------------------------------------------


class One:
    """A submission as the state is told from it."""

    def __init__(self, state_word: str, verb: str = "submit_order") -> None:
        self.state_word, self.verb = state_word, verb


WHOLE, HALF = [{"quantity": "2"}], [{"quantity": 1}]


@pytest.mark.parametrize(
    ("words", "parcels", "state"),
    [
        ([], [], "new"),
        (["waiting"], [], "sending"),
        (["working"], [], "sending"),
        (["held"], [], "on_hold"),
        (["done"], [], "sent"),
        (["failed"], [], "failed"),
        (["parked"], [], "failed"),
        (["unknown"], [], "unknown"),
        (["done", "failed"], [], "failed"),
        (["done"], [WHOLE], "shipped"),
        (["done"], [HALF], "partly_shipped"),
        (["done"], [HALF, HALF], "shipped"),
        (["done"], [HALF, []], "shipped"),
        (["done"], [[{"quantity": "many"}]], "shipped"),
        (["failed"], [HALF], "failed"),
    ],
)
def test_the_state_is_what_a_person_should_see_first(words, parcels, state):
    shipments = [Shipment(lines=lines) for lines in parcels]

    told = order_state(
        Order(), shipments=shipments, submissions=map(One, words), to_ship=Decimal(2)
    )

    assert told == state


def test_a_canceled_order_is_canceled_whatever_else(store):
    order = Order(canceled_at=timezone.now())

    assert order_state(order, shipments=[], submissions=[One("done")], to_ship=None) == "canceled"


def test_tracking_that_fails_to_reach_the_cart_does_not_fail_the_order():
    told = order_state(
        Order(), shipments=[], submissions=[One("failed", "push_shipment")], to_ship=None
    )

    assert told == "new"


@pytest.mark.parametrize("text", ["9" * 5000, str(2**63), "-1", "1.5", "\u0663"])
def test_a_number_that_can_be_no_id_is_no_order_and_no_error(store, alice_client, text):
    make_order(store)
    searched = alice_client.get(f"/s/{store.pk}/orders", {"q": text[:200]})
    moved = alice_client.post(f"/s/{store.pk}/orders/move", {"ids": text, "folder": "1"})
    helped = alice_client.post(f"/s/{store.pk}/attention/submissions", {"rows": text})

    assert {searched.status_code, moved.status_code, helped.status_code} <= {200, 302, 404, 422}
