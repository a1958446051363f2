"""Signing up, signing in, and staying safe: the packages' pages, wired as we promise."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client

from orderdesk import settings as ours
from tests.factories import PASSWORD, make_store, make_user

pytestmark = pytest.mark.django_db


def sign_in(client, email, password=PASSWORD):
    return client.post("/account/login/", {"login": email, "password": password})


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match, text
    return match[1]


def link_in(letter, start):
    return found(rf"http://testserver({start}\S+)", letter.body)


def test_from_signing_up_to_the_home_of_the_first_store(client):
    client.post("/account/signup/", {"email": "Dora@Example.com", "password1": PASSWORD})
    before = client.get("/stores/new")
    confirm = link_in(mail.outbox[0], "/account/confirm-email/")
    client.post(confirm)
    sign_in(client, "dora@example.com")

    led = client.get("/", follow=True)
    opened = client.post(
        "/stores/new",
        {"name": "Dora's", "timezone": "UTC", "currency": "USD", "country": ""},
        follow=True,
    )

    assert before.url.startswith("/account/login/")
    assert led.redirect_chain[-1][0] == "/stores/new"
    assert re.fullmatch(r"/s/\d+/", opened.redirect_chain[-1][0])
    assert "Getting started" in opened.content.decode()


def test_an_address_that_is_not_confirmed_lets_nobody_in(client):
    client.post("/account/signup/", {"email": "dora@example.com", "password1": PASSWORD})

    other = Client()
    sign_in(other, "dora@example.com")

    assert other.get("/stores").status_code == 302


def test_letters_lie_in_the_data_folder_without_a_mail_server(settings):
    assert ours.EMAIL_BACKEND.endswith("filebased.EmailBackend")
    assert ours.EMAIL_FILE_PATH == settings.DATA_DIR / "mail"


def test_signing_in_is_by_e_mail_in_any_case(client):
    make_user("alice@example.com")

    sign_in(client, "ALICE@example.com")

    assert client.get("/stores").status_code == 200


def test_a_weak_password_is_refused(client):
    answer = client.post("/account/signup/", {"email": "dora@example.com", "password1": "short"})

    assert "at least 12 characters" in answer.content.decode()


def test_a_forgotten_password_is_set_anew_by_letter(client):
    make_user("alice@example.com")
    client.post("/account/password/reset/", {"email": "alice@example.com"})
    form = client.get(link_in(mail.outbox[0], "/account/password/reset/key/"), follow=True)
    new = "a wholly different one"
    client.post(form.redirect_chain[-1][0], {"password1": new, "password2": new})

    sign_in(client, "alice@example.com", new)

    assert client.get("/stores").status_code == 200


def test_asking_for_a_reset_does_not_tell_who_has_an_account(client):
    make_user("alice@example.com")

    known = client.post("/account/password/reset/", {"email": "alice@example.com"})
    unknown = client.post("/account/password/reset/", {"email": "nobody@example.com"})

    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)


def test_guessing_passwords_is_stopped(client, settings):
    # A cache of this process: tests beside this one empty the shared one.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    make_user("alice@example.com")
    for _ in range(5):
        sign_in(client, "alice@example.com", "a wrong guess")

    sign_in(client, "alice@example.com")

    assert client.get("/stores").status_code == 302


def turn_second_factor_on(client: Client) -> None:
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    page = client.get("/account/2fa/totp/activate/").content.decode()
    secret = found(r'value="([A-Z2-7]{32})"', page)
    counter = next(iter(yield_hotp_counters_from_time()))
    code = format_hotp_value(hotp_value(secret, counter))
    client.post("/account/2fa/totp/activate/", {"code": code})


def test_a_second_factor_is_asked_for_once_it_is_on(client):
    make_user("alice@example.com")
    sign_in(client, "alice@example.com")
    turn_second_factor_on(client)
    other = Client()

    asked = sign_in(other, "alice@example.com")

    assert asked.url == "/account/2fa/authenticate/"
    assert other.get("/stores").status_code == 302
    assert client.get("/account/2fa/recovery-codes/").status_code == 200


def test_the_second_factor_changes_only_after_the_password_is_given_again(client):
    make_user("alice@example.com")
    sign_in(client, "alice@example.com")

    answer = client.get("/account/2fa/totp/activate/")

    assert answer.url.startswith("/account/reauthenticate/")


@pytest.mark.parametrize(
    "page", ["email/", "password/change/", "2fa/", "sessions/", "logout/", "reauthenticate/"]
)
def test_the_account_s_pages_wear_our_look(alice_client, page):
    shown = alice_client.get(f"/account/{page}")

    assert shown.status_code == 200
    assert "css/app.css" in shown.content.decode()
    assert "<style" not in shown.content.decode()


@pytest.mark.parametrize("page", ["login/", "signup/", "password/reset/"])
def test_the_signed_out_pages_wear_our_look_in_the_chosen_colours(client, page):
    client.cookies["theme"] = "dark"

    shown = client.get(f"/account/{page}").content.decode()

    assert 'data-theme="dark"' in shown
    assert "css/app.css" in shown


def way_back(answer):
    assert answer.status_code == 302
    target = urlsplit(answer.url)
    assert target.path == "/account/login/"
    return parse_qs(target.query)["next"][0]


def test_signing_in_leads_back_to_the_page_that_was_asked_for(client, store):
    asked = f"/s/{store.pk}/orders?folder=3"

    assert way_back(client.get(asked)) == asked


def test_signing_in_after_a_form_leads_back_to_the_page_it_was_on(client, store):
    page = f"/s/{store.pk}/orders?folder=3"
    sent = f"/s/{store.pk}/orders/move"

    answer = client.post(sent, headers={"referer": f"http://testserver{page}"})

    assert way_back(answer) == page


@pytest.mark.parametrize(
    "referer",
    [
        "",
        "http://elsewhere.example.com/s/1/orders",
        "http://testserver.example.com/",
        "javascript:alert(1)",
        "http://[broken",
    ],
)
def test_signing_in_after_a_form_from_elsewhere_leads_to_the_store(client, store, referer):
    answer = client.post(f"/s/{store.pk}/orders/move", headers={"referer": referer})

    assert way_back(answer) == f"/s/{store.pk}/"


def test_signing_in_after_opening_a_store_leads_back_to_it(client, db):
    assert way_back(client.post("/stores/new", {"name": "A"})) == "/"


def test_signing_out_needs_more_than_a_link(alice_client):
    alice_client.get("/account/logout/")
    still_in = alice_client.get("/stores").status_code
    alice_client.post("/account/logout/")

    assert (still_in, alice_client.get("/stores").status_code) == (200, 302)


def test_home_leads_to_the_store_used_last(client):
    alice = make_user("alice@example.com")
    make_store(alice, name="A shop")
    second = make_store(alice, name="B shop")
    client.force_login(alice)
    client.get(f"/s/{second.pk}/")

    assert client.get("/").url == f"/s/{second.pk}/"


def test_an_invited_address_counts_as_confirmed_only_by_its_letter(alice_client, store):
    alice_client.post(f"/s/{store.pk}/settings/users/new", {"email": "erin@example.com"})

    place = EmailAddress.objects.select_related("user").get(email="erin@example.com")

    assert place.verified
    assert not place.user.has_usable_password()
