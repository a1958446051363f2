"""The log: each trouble once, with its ids, and nothing that is private."""

import json
import logging

import pytest
import structlog
from celery.signals import setup_logging
from django.conf import settings as hub
from django.test import Client
from django.urls import path

from orderdesk.celery import app

EMAIL = "kim.doe@example.com"
TOKEN = "a-token-that-nobody-may-read"


def stumble(request):
    raise RuntimeError(f"no shelf for {EMAIL}")


urlpatterns = [path("stumble", stumble)]


@pytest.fixture
def told():
    """Every line of the log while a test runs, as the handler would write it."""
    formatter = next(
        handler.formatter
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    )
    lines = []

    class Ear(logging.Handler):
        def emit(self, record):
            lines.append(formatter.format(record))

    ear = Ear(level=hub.LOG_LEVEL)
    logging.getLogger().addHandler(ear)
    yield lines
    logging.getLogger().removeHandler(ear)


def call(address, method="GET", host="localhost"):
    client = Client(raise_request_exception=False, headers={"host": host})
    return client.generic(method, address).status_code


@pytest.mark.parametrize(
    ("address", "method", "status"),
    [
        (f"/nowhere?email={EMAIL}", "GET", 404),
        ("/nowhere?email=kim.doe%40example.com", "GET", 404),
        (f"/nowhere/{EMAIL}", "GET", 404),
        (f"/hooks/{TOKEN}", "GET", 405),
        (f"/receipts/{TOKEN}", "GET", 404),
        (f"/hooks/{TOKEN}?email={EMAIL}", "POST", 404),
        (f"/healthz/{TOKEN}/../../hooks/{TOKEN}/x", "GET", 404),
        (f"/api/v2/orders?search={EMAIL}", "GET", 401),
    ],
)
def test_a_refused_request_is_told_once_and_without_what_is_private(
    db, told, address, method, status
):
    assert call(address, method) == status

    lines = [json.loads(line) for line in told]
    assert len(lines) == 1
    assert lines[0]["code"] == status
    assert lines[0]["request"].startswith(f"{method} /")
    assert lines[0]["request_id"]
    assert "127.0.0.1" not in told[0]
    assert "kim" not in told[0]
    assert f"hooks/{TOKEN}" not in told[0]
    assert f"receipts/{TOKEN}" not in told[0]
    assert "?" not in lines[0]["request"]


def test_a_request_for_another_host_is_told_once(told):
    assert call(f"/nowhere?email={EMAIL}", host="elsewhere.example.org") == 400

    assert EMAIL not in "".join(told)
    assert len(told) == 1


def test_the_store_of_a_request_stands_in_its_line(alice_client, store, told):
    alice_client.get(f"/s/{store.pk}/orders/999999999")

    assert [json.loads(line).get("store_id") for line in told] == [store.pk]


def test_private_parts_are_masked_whoever_writes_them(told):
    logging.getLogger("some.library").warning(
        "call of %s for %s failed", f"http://127.0.0.1/hooks/{TOKEN}?hmac=abc", EMAIL
    )
    structlog.get_logger("ours").warning("kept", cause={"to": [EMAIL]}, path="/x?key=abc", rows=3)

    assert "failed" in told[0]
    assert json.loads(told[1])["rows"] == 3
    assert not any(word in line for line in told for word in (TOKEN, EMAIL, "abc"))


def test_a_traceback_is_kept_and_masked(told):
    try:
        int(EMAIL)
    except ValueError:
        structlog.get_logger("ours").exception("stumbled")
        logging.getLogger("theirs").exception("stumbled")

    assert len(told) == 2
    for line in told:
        assert "invalid literal" in line
        assert EMAIL not in line


@pytest.mark.urls("tests.test_logs")
def test_a_failure_of_ours_is_told_once_with_its_traceback(db, told):
    assert call(f"/stumble?email={EMAIL}") == 500

    (line,) = map(json.loads, told)
    assert line["request"] == "GET /stumble"
    assert "no shelf for •••" in line["exception"]


def test_the_workers_log_is_the_hubs_own():
    before = list(logging.getLogger().handlers)
    app.log.setup(loglevel=logging.WARNING)

    assert setup_logging.receivers
    assert logging.getLogger().handlers == before
    assert logging.getLogger().level == logging.getLevelName(hub.LOG_LEVEL)
