"""A store's home, a person's stores, keys to the API, and who works in a store."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.models import Submission
from inventory.services import receive_counts
from orderdesk.home import Known, home_page
from rules.models import Rule
from stores.models import PERMISSIONS, ApiKey, StoreUser, User
from stores.scoping import across_stores, entered
from stores.services import add_store_user
from tests.factories import make_connection, make_order, make_store, make_user

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12


def place_of(user, store):
    with entered(store):
        return StoreUser.objects.for_store(store).of(user).get()


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def make_member(store, email, *permissions):
    user = make_user(email)
    with entered(store):
        add_store_user(store=store, user=user, permissions=list(permissions))
    return user


def make_submission(store, order, **fields):
    with entered(store):
        row = Submission(store=store, order=order, verb="submit_order", actor="user", **fields)
        row.save()
    return row


def figures(page: str) -> list[str]:
    return re.findall(r"figure-card.*?<dd>(.*?)</dd>", page, re.DOTALL)


# --- home ---------------------------------------------------------------------------------------


def test_a_new_store_shows_what_is_left_to_do(alice_client, store):
    page = alice_client.get(f"/s/{store.pk}/").content.decode()

    assert page.count('data-passed="open"') == 4
    assert f'href="/s/{store.pk}/integrations">Connect a cart' in page
    assert "Nothing needs you." in page


def test_the_list_of_what_is_left_to_do_goes_when_all_is_done(alice_client, store):
    make_connection(store, "shopify")
    make_connection(store, "unleashed")
    make_order(store)
    with entered(store):
        Rule(store=store, name="US to East", trigger="imported").save()

    page = alice_client.get(f"/s/{store.pk}/").content.decode()

    assert "Getting started" not in page


def test_home_counts_the_orders_of_the_store_s_day(alice, alice_client, store):
    make_order(store)
    make_order(store)

    assert figures(alice_client.get(f"/s/{store.pk}/").content.decode()) == ["2", "0", "0", "0"]


def test_home_counts_nothing_of_yesterday(store):
    make_order(store)

    with entered(store):
        tomorrow = timezone.now() + timedelta(days=1)
        page = home_page(store, known=Known([], [], 0), now=tomorrow)

    assert page.figures == {"in": 0, "sent": 0, "shipped": 0, "failed": 0}


def test_home_names_the_oldest_order_that_went_nowhere(alice_client, store):
    sent, waiting = make_order(store, source_id="S-1"), make_order(store, source_id="W-2")
    warehouse = make_connection(store, "unleashed")
    make_submission(store, sent, connection=warehouse, state="done")

    page = alice_client.get(f"/s/{store.pk}/").content.decode()

    assert f'/orders/{waiting.pk}">Order W-2</a>' in page
    assert "Order S-1" not in page


def test_home_begins_with_what_is_stuck(alice_client, store):
    order = make_order(store, source_id="A-7")
    warehouse = make_connection(store, "unleashed", state="paused", problem="The key is refused.")
    make_submission(
        store, order, connection=warehouse, state="failed", problem="MUG-9 is unknown there."
    )

    page = alice_client.get(f"/s/{store.pk}/").content.decode()

    assert "Unleashed is paused: The key is refused." in page
    assert "MUG-9 is unknown there." in page
    assert page.index("Needs attention</h2>") < page.index("In today")


def test_home_asks_the_same_few_questions_however_much_there_is(alice_client, store):
    warehouse = make_connection(store, "unleashed", state="paused", problem="Refused.")
    alice_client.get(f"/s/{store.pk}/")  # the first visit writes down which store was used last
    counts = []
    for rows in (1, 6):
        for _ in range(rows):
            order = make_order(store)
            make_submission(store, order, connection=warehouse, state="failed", problem="No.")
        counts.append(queries_of(alice_client, f"/s/{store.pk}/"))

    assert counts[0] == counts[1] <= MOST_QUERIES


def queries_of(client, url):
    """How often the tables are asked; marks of transactions and of the store are no questions."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(url)
    assert answer.status_code == 200
    marks = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "SELECT set_config", "ROLLBACK")
    return sum(not each["sql"].startswith(marks) for each in asked)


@pytest.mark.parametrize("page", ["settings/api", "settings/users", "inventory", "integrations"])
def test_no_page_asks_more_with_more_rows(alice_client, alice, store, page):
    make_connection(store, "shopify")
    alice_client.get(f"/s/{store.pk}/")  # the first visit writes down which store was used last
    few = queries_of(alice_client, f"/s/{store.pk}/{page}")
    make_connection(store, "unleashed")
    for number in range(3):
        make_member(store, f"person{number}@example.com", "orders.edit")
    alice_client.post(f"/s/{store.pk}/settings/api/new", {"name": "Script"})

    assert queries_of(alice_client, f"/s/{store.pk}/{page}") == few <= MOST_QUERIES


# --- stores -------------------------------------------------------------------------------------


def test_a_person_sees_their_stores_and_what_is_stuck_there(alice, alice_client, store):
    make_store(alice, name="Second shop")
    make_store(make_user("dora@example.com"), name="Dora's shop")
    order, warehouse = make_order(store), make_connection(store, "unleashed")
    make_submission(store, order, connection=warehouse, state="parked")

    page = alice_client.get("/stores").content.decode()

    assert "Alice&#39;s shop" in page
    assert "Second shop" in page
    assert "Dora" not in page
    assert page.count(f'href="/s/{store.pk}/attention"') == 1
    assert page.count("/attention") == 1


def test_a_person_without_a_store_is_led_to_open_one(db):
    newcomer = client_of(make_user("new@example.com"))

    answer = newcomer.get("/", follow=True)

    assert answer.redirect_chain[-1][0] == "/stores/new"
    assert "Open your first store" in answer.content.decode()


def test_opening_a_store_makes_its_owner_and_leads_home(db):
    dora = make_user("dora@example.com")

    answer = client_of(dora).post(
        "/stores/new",
        {"name": "Dora's", "timezone": "Europe/Paris", "currency": "EUR", "country": "FR"},
    )

    with across_stores():
        place = StoreUser.across_stores.select_related("store").get(user=dora)
    assert answer.headers["Location"] == f"/s/{place.store_id}/"
    assert (place.role, place.store.timezone, place.store.currency) == (
        "owner",
        "Europe/Paris",
        "EUR",
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "  "}, "Name: This field is required."),
        ({"timezone": "Mars/Olympus"}, "Time zone: Select a valid choice."),
        ({"currency": "DOGE"}, "Currency: Select a valid choice."),
    ],
)
def test_what_a_store_cannot_have_is_said_at_its_field(alice_client, wrong, said):
    given = {"name": "Shop", "timezone": "UTC", "currency": "USD", "country": ""} | wrong

    answer = alice_client.post("/stores/new", given)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "<title>Error: Open a store" in answer.content.decode()


def test_an_empty_answer_is_no_store(alice_client):
    assert alice_client.post("/stores/new").status_code == 422


def test_switching_the_store_keeps_the_section(alice, alice_client, store):
    second = make_store(alice, name="Second shop")

    page = alice_client.get(f"/s/{store.pk}/inventory").content.decode()

    assert f'class="menu-item" href="/s/{second.pk}/inventory"' in page


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_the_theme_a_person_chose_is_on_every_page(alice, alice_client, store, theme):
    answer = alice_client.post(
        "/theme", {"theme": theme}, headers={"Referer": "http://testserver/stores"}
    )

    assert answer.url == "http://testserver/stores"
    assert f'data-theme="{theme}"' in alice_client.get("/stores").content.decode()
    assert answer.cookies["theme"].value == theme


def test_a_theme_that_does_not_exist_changes_nothing_and_leads_nowhere_else(alice, alice_client):
    answer = alice_client.post(
        "/theme", {"theme": 'x"><'}, headers={"Referer": "http://evil.example/"}
    )

    alice.refresh_from_db()
    assert (answer.url, alice.theme) == ("/", "auto")


# --- keys ---------------------------------------------------------------------------------------


def new_key(page: str) -> str:
    shown = re.search(r'id="new-key">(\w{50})<', page)
    assert shown
    return shown[1]


def test_a_key_is_shown_once_and_opens_the_store(alice_client, store):
    made = alice_client.post(f"/s/{store.pk}/settings/api/new", {"name": "Till"}).content.decode()
    key = new_key(made)

    later = alice_client.get(f"/s/{store.pk}/settings/api").content.decode()

    with entered(store):
        row = ApiKey.objects.for_store(store).matching(key).get()
    assert row.name == "Till"
    assert key not in later
    assert f"{key[:6]}…" in later


def test_a_withdrawn_key_opens_nothing(alice_client, store):
    made = alice_client.post(f"/s/{store.pk}/settings/api/new", {"name": "Till"}).content.decode()
    key = new_key(made)
    with entered(store):
        row = ApiKey.objects.for_store(store).get()

    alice_client.post(f"/s/{store.pk}/settings/api/{row.pk}/revoke")

    with entered(store):
        assert not ApiKey.objects.for_store(store).matching(key).exists()
    assert "No keys yet" in alice_client.get(f"/s/{store.pk}/settings/api").content.decode()


def test_a_key_needs_a_name(alice_client, store):
    answer = alice_client.post(f"/s/{store.pk}/settings/api/new", {"name": ""})

    assert answer.status_code == 422
    with entered(store):
        assert not ApiKey.objects.for_store(store).exists()


def test_the_api_page_shows_where_carts_call(alice_client, store, settings):
    cart = make_connection(store, "shopify")
    make_connection(store, "unleashed")

    page = alice_client.get(f"/s/{store.pk}/settings/api").content.decode()

    assert f"<code>{settings.BASE_URL}/hooks/{cart.hook_token}</code>" in page
    assert page.count("/hooks/") == 2  # the address and its copy button


@pytest.mark.parametrize("page", ["settings/api", "settings/users"])
def test_who_may_not_is_told_who_can_change_that(bob_client, store, page):
    answer = bob_client.get(f"/s/{store.pk}/{page}")

    assert answer.status_code == 403
    assert "alice@example.com can change that" in answer.content.decode()


# --- people -------------------------------------------------------------------------------------


def test_a_known_person_is_let_in_without_a_letter(alice_client, store, charlie):
    alice_client.post(
        f"/s/{store.pk}/settings/users/new",
        {"email": "Charlie@Example.com", "permissions": ["orders.edit"]},
    )

    assert place_of(charlie, store).permissions == ["orders.edit"]
    assert mail.outbox == []


def test_an_unknown_person_sets_a_password_by_letter_and_gets_in(alice_client, store):
    alice_client.post(
        f"/s/{store.pk}/settings/users/new",
        {"email": "erin@example.com", "permissions": ["orders.edit"]},
    )
    (letter,) = mail.outbox
    (link,) = re.findall(r"http://testserver(/account/password/reset/key/\S+)", str(letter.body))
    erin = Client()
    form = erin.get(link, follow=True)
    new = {"password1": "long enough to guess", "password2": "long enough to guess"}
    erin.post(form.redirect_chain[-1][0], new)

    erin.post("/account/login/", {"login": "erin@example.com", "password": new["password1"]})

    assert letter.to == ["erin@example.com"]
    assert "alice@example.com lets you work in the store Alice's shop" in letter.body
    assert erin.get(f"/s/{store.pk}/").status_code == 200
    assert erin.get(f"/s/{store.pk}/settings/users").status_code == 403


def test_a_mail_server_that_is_away_leaves_the_place_and_says_so(alice_client, store, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    answer = alice_client.post(
        f"/s/{store.pk}/settings/users/new", {"email": "erin@example.com"}, follow=True
    )

    assert "could not be sent" in answer.content.decode()
    assert place_of(User.objects.get(email="erin@example.com"), store).permissions == []


def test_the_letter_can_be_sent_again_until_a_password_is_set(alice_client, store):
    alice_client.post(f"/s/{store.pk}/settings/users/new", {"email": "erin@example.com"})
    erin = User.objects.get(email="erin@example.com")
    again = f"/s/{store.pk}/settings/users/{place_of(erin, store).pk}/invite"

    alice_client.post(again)
    erin.set_password("long enough to guess")
    erin.save()
    alice_client.post(again)

    assert len(mail.outbox) == 2


def test_nobody_is_let_in_twice(alice_client, store, bob):
    answer = alice_client.post(f"/s/{store.pk}/settings/users/new", {"email": bob.email})

    assert answer.status_code == 422
    assert "bob@example.com is in this store already." in answer.content.decode()


def test_the_owner_sets_what_a_person_may_do(alice_client, store, bob):
    place = place_of(bob, store)

    alice_client.post(
        f"/s/{store.pk}/settings/users/{place.pk}", {"permissions": ["rules.manage", "orders.edit"]}
    )

    assert place_of(bob, store).permissions == ["orders.edit", "rules.manage"]


def test_nobody_gives_more_than_they_have(store, bob):
    erin = make_member(store, "erin@example.com", "users.manage", "orders.edit")
    place = place_of(bob, store)

    client_of(erin).post(
        f"/s/{store.pk}/settings/users/{place.pk}", {"permissions": ["api.manage"]}
    )

    assert place_of(bob, store).permissions == []


def test_nobody_lifts_their_own_rights(store):
    erin = make_member(store, "erin@example.com", "users.manage")
    place = place_of(erin, store)

    client_of(erin).post(
        f"/s/{store.pk}/settings/users/{place.pk}", {"permissions": list(PERMISSIONS)}
    )

    assert place_of(erin, store).permissions == ["users.manage"]


def test_an_invitation_gives_no_more_than_the_inviter_has(store):
    erin = make_member(store, "erin@example.com", "users.manage")

    answer = client_of(erin).post(
        f"/s/{store.pk}/settings/users/new",
        {"email": "friend@example.com", "permissions": ["api.manage"]},
    )

    assert answer.status_code == 422
    assert not User.objects.filter(email="friend@example.com").exists()


def test_rights_the_changer_does_not_have_stay_as_they_were(store):
    erin = make_member(store, "erin@example.com", "users.manage", "orders.edit")
    finn = make_member(store, "finn@example.com", "api.manage", "orders.edit")
    place = place_of(finn, store)

    client_of(erin).post(f"/s/{store.pk}/settings/users/{place.pk}", {"permissions": []})

    assert place_of(finn, store).permissions == ["api.manage"]


def test_a_removed_person_reaches_the_store_no_more(alice_client, bob_client, bob, store):
    place = place_of(bob, store)

    alice_client.post(f"/s/{store.pk}/settings/users/{place.pk}/remove")

    assert bob_client.get(f"/s/{store.pk}/").status_code == 404


@pytest.mark.parametrize("verb", ["/remove", ""])
def test_the_owner_can_be_neither_removed_nor_limited(alice, store, verb):
    erin = make_member(store, "erin@example.com", *PERMISSIONS)
    place = place_of(alice, store)

    client_of(erin).post(f"/s/{store.pk}/settings/users/{place.pk}{verb}", {"permissions": []})

    assert place_of(alice, store).role == "owner"
    assert place_of(alice, store).can("api.manage")


def test_changes_need_the_page_s_own_form(alice, store, bob):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(alice)
    place = place_of(bob, store)

    answer = strict.post(f"/s/{store.pk}/settings/users/{place.pk}/remove")

    assert answer.status_code == 403
    assert place_of(bob, store).role == "member"


# --- inventory ----------------------------------------------------------------------------------


def count(store, levels):
    with entered(store):
        receive_counts(store=store, levels=levels, source="Unleashed", now=timezone.now())


def test_stock_is_listed_by_code_page_by_page(alice_client, store):
    count(store, {f"SKU-{number:03}": (number, f"Thing {number}") for number in range(120)})

    first = alice_client.get(f"/s/{store.pk}/inventory").content.decode()
    second = alice_client.get(f"/s/{store.pk}/inventory?after=SKU-099").content.decode()

    assert "?after=SKU-099" in first
    assert "SKU-100" not in first
    assert "SKU-100" in second
    assert "Thing 119" in second


def test_an_item_is_found_by_its_code(alice_client, store):
    count(store, {"MUG": (3, "Mug"), "CUP": (4, "Cup")})

    page = alice_client.get(f"/s/{store.pk}/inventory?q=MUG").content.decode()

    assert "Mug" in page
    assert "Cup" not in page


@pytest.mark.parametrize(
    ("query", "said"), [("", "No items"), ("?q=NONE", "No item has the code NONE")]
)
def test_an_empty_inventory_says_what_to_do(alice_client, store, query, said):
    assert said in alice_client.get(f"/s/{store.pk}/inventory{query}").content.decode()


def test_the_gallery_of_parts_is_for_staff(alice, alice_client, store):
    refused = alice_client.get("/ui/").status_code
    alice.is_staff = True
    alice.save()

    shown = alice_client.get("/ui/")

    assert (refused, shown.status_code) == (404, 200)
    assert "There is a problem" in shown.content.decode()
