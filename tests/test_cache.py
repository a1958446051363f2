"""The cache is a help: what people do works without it, and its silence slows nobody down."""

import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache

from orderdesk import cache as forgiving
from tests.factories import PASSWORD, make_store

PAUSE_SECONDS = 0.1


@pytest.fixture(autouse=True)
def _short_pause(monkeypatch) -> None:
    monkeypatch.setattr(forgiving, "PAUSE_SECONDS", PAUSE_SECONDS)


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections in and never says a word, as a frozen one does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def point_cache_at(settings: Any, server: socket.socket) -> None:
    options = {"socket_connect_timeout": 0.05, "socket_timeout": 0.05}
    address = "redis://{}:{}/0".format(*server.getsockname())
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": address, "OPTIONS": options}
    }


@pytest.fixture
def dead(settings) -> None:
    """The cache's server is gone: nobody listens at its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        point_cache_at(settings, server)


@pytest.mark.parametrize("page", ["login", "signup", "password/reset"])
def test_the_pages_for_getting_in_are_served_without_the_cache(dead, db, client, page):
    assert client.get(f"/account/{page}/").status_code == 200


def test_a_person_signs_in_without_the_cache(dead, client, alice):
    shop = make_store(alice)

    wrong = client.post("/account/login/", {"login": alice.email, "password": "not it"})
    right = client.post("/account/login/", {"login": alice.email, "password": PASSWORD})

    assert wrong.status_code == 200
    assert right.status_code == 302
    assert client.get(f"/s/{shop.pk}/orders").status_code == 200


def test_people_sign_up_and_ask_for_a_new_password_without_the_cache(dead, client, alice):
    up = client.post("/account/signup/", {"email": "new@example.com", "password1": PASSWORD})
    reset = client.post("/account/password/reset/", {"email": alice.email})

    assert (up.status_code, reset.status_code) == (302, 302)


def test_every_question_is_answered_as_by_an_empty_cache(dead):
    assert cache.get("name") is None
    assert cache.get("name", []) == []
    assert cache.get("name", default="other") == "other"
    assert cache.get_or_set("name", "made") == "made"
    assert cache.get_many(["name"]) == {}
    assert "name" not in cache
    assert cache.add("name", 1) is True
    assert cache.delete("name") is False
    assert cache.touch("name") is False
    assert cache.set_many({"name": 1}) == []
    cache.set("name", 1)
    cache.delete_many(["name"])
    with pytest.raises(ValueError, match="name"):
        cache.incr("name")


def test_what_one_answer_holds_does_not_reach_the_next(dead):
    cache.get_many(["name"])["name"] = "changed by the caller"

    assert cache.get_many(["name"]) == {}


def connections(server: socket.socket) -> int:
    count = 0
    while True:
        try:
            server.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def test_a_silent_server_is_not_asked_again_before_a_pause(settings, silent):
    point_cache_at(settings, silent)

    answers = [cache.get("name", "none") for _ in range(5)]

    assert answers == ["none"] * 5
    assert connections(silent) == 1


def test_after_the_pause_the_server_is_asked_again(settings, silent):
    point_cache_at(settings, silent)
    cache.get("name")
    time.sleep(PAUSE_SECONDS)

    cache.get("name")

    assert connections(silent) == 2
