"""Alice owns a store, Bob works in it, Charlie has another store and must see nothing of hers."""

import os
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings

from orders.services import By
from stores.models import Store, User
from stores.scoping import entered
from stores.services import add_store_user
from tests.factories import make_store, make_user


@pytest.fixture(scope="session", autouse=True)
def _cache_of_its_own() -> Iterator[None]:
    """Give each process of a run (`pytest -n 2`) a database of its own in Valkey.

    0 is the broker's, 1 the cache's; a 15th process is told that there is no further one.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker:
        yield
        return
    ours = settings.CACHES["default"]
    database = 2 + int(worker.removeprefix("gw"))
    location = f"{str(ours['LOCATION']).partition('?')[0]}?db={database}"
    with override_settings(CACHES={"default": {**ours, "LOCATION": location}}):
        yield


@pytest.fixture(autouse=True)
def _quiet_and_quick(settings) -> None:
    settings.WORK_BELL = False
    # A good hash is slow on purpose; no test is about that.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture
def alice(db) -> User:
    return make_user("alice@example.com")


@pytest.fixture
def charlie(db) -> User:
    return make_user("charlie@example.com")


@pytest.fixture
def store(alice) -> Store:
    return make_store(alice, name="Alice's shop")


@pytest.fixture
def other_store(charlie) -> Store:
    return make_store(charlie, name="Charlie's shop")


@pytest.fixture
def bob(store) -> User:
    user = make_user("bob@example.com")
    with entered(store):
        add_store_user(store=store, user=user, permissions=[])
    return user


@pytest.fixture
def inside(store) -> Iterator[Store]:
    """Alice's store, entered for the whole test."""
    with entered(store):
        yield store


@pytest.fixture
def by_alice(alice) -> By:
    return By.person(alice)


@pytest.fixture
def alice_client(alice) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def bob_client(bob) -> Client:
    client = Client()
    client.force_login(bob)
    return client


@pytest.fixture
def charlie_client(charlie, other_store) -> Client:
    client = Client()
    client.force_login(charlie)
    return client
