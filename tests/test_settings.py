"""What the environment sets: each switch read by a process of its own, as in service."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection, transaction
from django.db.models.signals import pre_migrate
from django.test import Client

CHECKOUT = Path(__file__).resolve().parent.parent
# Named, so that no embedded server is started; reading the settings connects to neither.
ELSEWHERE = {
    "DATABASE_URL": "postgresql://app@localhost/app",
    "DATABASE_OWNER_URL": "postgresql://owner@localhost/app",
    "REDIS_URL": "redis://localhost:6379/0",
}
TELL = "import json; from orderdesk import settings as s; print(json.dumps({}))"


def started(data: Path, code: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=CHECKOUT,
        env={**os.environ, **ELSEWHERE, "ORDERDESK_DATA": str(data), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def told(data: Path, what: str, **environment: str) -> Any:
    done = started(data, TELL.format(what), **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(data: Path, **environment: str) -> str:
    done = started(data, "import orderdesk.settings", **environment)
    assert done.returncode == 1
    return done.stderr


def test_browsers_are_told_to_stay_with_https_for_a_year_where_the_address_is_https(tmp_path):
    ours = "[s.SECURE_HSTS_SECONDS, getattr(s, 'SECURE_HSTS_INCLUDE_SUBDOMAINS', False)]"

    assert told(tmp_path, ours) == [0, False]
    assert told(tmp_path, ours, ORDERDESK_BASE_URL="https://hub.example.com") == [31536000, False]


def test_proxies_are_trusted_only_as_many_as_are_stated(tmp_path):
    count = "s.ALLAUTH_TRUSTED_PROXY_COUNT"

    assert told(tmp_path, count) == 0
    assert told(tmp_path, count, ORDERDESK_TRUSTED_PROXIES="2") == 2
    assert "ORDERDESK_TRUSTED_PROXIES" in refused(tmp_path, ORDERDESK_TRUSTED_PROXIES="-1")


@pytest.mark.parametrize(("proxies", "counted_apart"), [(0, False), (1, True)])
def test_the_sign_in_limit_counts_who_calls_by_the_trusted_proxy(
    db, settings, proxies, counted_apart
):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}

    answers = [
        Client().post(
            "/account/login/",
            {"login": "nobody@example.com", "password": "wrong"},
            headers={"x-forwarded-for": address},
        )
        for address in ("192.0.2.1", "192.0.2.2")
    ]

    assert [answer.status_code for answer in answers] == [200, 200 if counted_apart else 429]


def shown(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


def test_no_statement_lock_or_forgotten_transaction_lasts_for_ever(db):
    assert shown("statement_timeout") == "30s"
    assert shown("lock_timeout") == "10s"
    assert shown("idle_in_transaction_session_timeout") == "1min"


def test_the_limit_of_a_statement_can_be_set_and_leaves_what_the_address_states(tmp_path):
    options = "[s.DATABASES[each]['OPTIONS'].get('options', '') for each in ('default', 'owner')]"
    own = ELSEWHERE["DATABASE_URL"] + "?options=-c%20work_mem%3D8MB"

    serving, owner = told(tmp_path, options, ORDERDESK_STATEMENT_SECONDS="90", DATABASE_URL=own)

    assert "-c statement_timeout=90s" in serving
    assert serving.endswith("-c work_mem=8MB")
    assert owner == ""
    assert "ORDERDESK_STATEMENT_SECONDS" in refused(tmp_path, ORDERDESK_STATEMENT_SECONDS="-5")


def test_a_statement_over_the_limit_is_ended(db):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '50ms'")
        with pytest.raises(OperationalError, match="statement timeout"), transaction.atomic():
            cursor.execute("SELECT pg_sleep(5)")


def test_migrations_take_the_time_they_need(db):
    seen = []

    def note(**_: Any) -> None:
        seen.append((shown("statement_timeout"), shown("lock_timeout")))

    pre_migrate.connect(note)
    try:
        call_command("migrate", verbosity=0)
    finally:
        pre_migrate.disconnect(note)

    assert seen[-1] == ("0", "10s")
    assert shown("statement_timeout") == "30s"


def test_the_serving_role_is_granted_what_the_owner_s_migrations_made(db, tmp_path, settings):
    here = str(connection.settings_dict["NAME"])
    address = urlsplit(settings.DATABASE_URL)._replace(path=f"/{here}").geturl()

    done = started(
        tmp_path,
        "from django.core.management import execute_from_command_line as run;"
        "run(['manage.py', 'migrate', '--database=owner'])",
        DATABASE_URL=address,
        DATABASE_OWNER_URL=address,
        DJANGO_SETTINGS_MODULE="orderdesk.settings",
    )

    assert done.returncode == 0, done.stderr
    with connection.cursor() as cursor:
        cursor.execute("SELECT relacl::text FROM pg_class WHERE relname = 'orders_order'")
        # Without a grant stated, an owner's rights go without saying: there is no list.
        assert "=arwd" in str(cursor.fetchone()[0])
