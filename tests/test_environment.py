"""Values from the environment: taken, or refused with one line that names them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orderdesk import environment as env
from orderdesk.apps import warn_of_unknown_vendors
from orderdesk.keys import secret_keys
from orderdesk.lib import pidfile

CHECKOUT = Path(__file__).resolve().parent.parent
HUB = {
    "DATABASE_URL": "postgresql://app@127.0.0.1:1/app",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def seconds(name):
    return env.whole(name, 5, least=1, most=60)


def ratio(name):
    return env.number(name, 2.5, least=0.5, most=10)


def waits(name):
    return env.wholes(name, [2, 5], least=0, most=60)


def switch(name):
    return env.flag(name, default=True)


def level(name):
    return env.choice(name, "INFO", env.LOG_LEVELS)


def site(name):
    return env.origin(name, "http://127.0.0.1:8000")


def names(name):
    return env.hosts(name, ["localhost"])


def letters(name):
    return env.sender(name, "hub@localhost")


def broker(name):
    return env.server_address(name, "", env.BROKER_SCHEMES)


def database(name):
    return env.server_address(name, "", env.DATABASE_SCHEMES)


def mail(name):
    return env.server_address(name, "", env.MAIL_SCHEMES)


@pytest.mark.parametrize(
    ("read", "given", "value"),
    [
        (seconds, "", 5),
        (seconds, " 60 ", 60),
        (ratio, "", 2.5),
        (ratio, "3", 3.0),
        (waits, "", [2, 5]),
        (waits, "0, 1,60", [0, 1, 60]),
        (switch, "", True),
        (switch, "Off", False),
        (switch, "0", False),
        (switch, "yes", True),
        (level, "warning", "WARNING"),
        (site, "https://hub.example.com/", "https://hub.example.com"),
        (site, "http://[::1]:8080", "http://[::1]:8080"),
        (names, "hub.example.com, .b.org,[::1]", ["hub.example.com", ".b.org", "[::1]"]),
        (letters, "Order hub <hub@example.com>", "Order hub <hub@example.com>"),
        (broker, "unix:///run/valkey.sock", "unix:///run/valkey.sock"),
        (database, "postgres://app:p@db/app", "postgres://app:p@db/app"),
        (mail, "smtp+tls://user:p@mail.example.com:587", "smtp+tls://user:p@mail.example.com:587"),
    ],
)  # fmt: skip
def test_a_good_value_is_taken_and_an_empty_one_is_none(monkeypatch, read, given, value):
    monkeypatch.setenv("ORDERDESK_SAMPLE", given)

    assert read("ORDERDESK_SAMPLE") == value


@pytest.mark.parametrize(
    ("read", "given"),
    [
        *[(seconds, given) for given in ("0", "-1", "61", "a", "1.5", "1e3", "nan")],
        *[(ratio, given) for given in ("0", "11", "abc", "nan", "inf", "-inf")],
        *[(waits, given) for given in ("a,b", "1,-1", "1;2", "61")],
        *[(switch, given) for given in ("maybe", "x", "2", "-1", "truely")],
        *[(level, given) for given in ("LOUD", "20", "WARN")],
        *[(site, given) for given in ("foo", "ftp://hub", "http://", "http://hub/path", "//hub")],
        *[(site, given) for given in ("http://hub:port", "http://hub?a=1", "http://u@hub")],
        *[(names, given) for given in ("*", "a,*", "http://foo", "foo:8000", "foo/", "f oo")],
        *[(letters, given) for given in ("nobody", "a@", "@b", "a@b@c", "A <a@b", "a@b\nBcc: c")],
        *[(broker, given) for given in ("foo", "amqp://host", "http://host", "redis:host:x")],
        *[(database, given) for given in ("nonsense", "mysql://host/x", "postgres://host:port/x")],
        *[(mail, given) for given in ("gopher://x", "mail.example.com", "smtp://host:port")],
        *[(env.web_address, given) for given in ("foo", "ftp://x", "http://", "http://x:y")],
    ],
)
def test_a_bad_value_ends_the_start_with_one_line_that_names_it(monkeypatch, read, given):
    monkeypatch.setenv("ORDERDESK_SAMPLE", given)

    with pytest.raises(SystemExit) as ended:
        read("ORDERDESK_SAMPLE")

    assert str(ended.value.code).startswith("orderdesk: ORDERDESK_SAMPLE")
    assert "\n" not in str(ended.value.code)


def test_a_complaint_about_a_server_s_address_does_not_repeat_its_password(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://app:the-password@db/app")

    with pytest.raises(SystemExit) as ended:
        database("DATABASE_URL")

    assert "the-password" not in str(ended.value.code)


def test_keys_that_are_too_short_are_refused_given_or_kept(tmp_path):
    with pytest.raises(ValueError, match="ORDERDESK_SECRET_KEYS: each key must have 32"):
        secret_keys(["k" * 32, "short"], tmp_path)

    (made,) = secret_keys([], tmp_path)
    assert secret_keys([], tmp_path) == [made]

    (tmp_path / "secret_keys").write_text("")
    with pytest.raises(ValueError, match="secret_keys: each key must have 32"):
        secret_keys([], tmp_path)


TELL = "from orderdesk import settings as s; print(s.PORT, s.BASE_URL)"


def test_a_command_beside_a_running_hub_means_its_address_unless_told_otherwise(tmp_path):
    noted = {"PORT": "8123", "ORDERDESK_BASE_URL": "https://hub.example.com"}
    (tmp_path / "up.json").write_text(json.dumps(noted))

    with pidfile.held(tmp_path / "up.pid"):
        beside = started(tmp_path, "-c", TELL).stdout
        told = started(tmp_path, "-c", TELL, PORT="8200").stdout
        elsewhere = started(tmp_path, "-c", TELL, ORDERDESK_BASE_URL="http://b.example").stdout
    after = started(tmp_path, "-c", TELL).stdout

    assert beside.split() == ["8123", "https://hub.example.com"]
    assert told.split() == ["8200", "http://127.0.0.1:8200"]
    assert elsewhere.split() == ["8123", "http://b.example"]
    assert after.split() == ["8000", "http://127.0.0.1:8000"]


def started(data, *arguments, **environment):
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=CHECKOUT,
        env={**os.environ, **HUB, "ORDERDESK_DATA": str(data), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"ORDERDESK_RETRY_SECONDS": "a,b"}, "ORDERDESK_RETRY_SECONDS"),
        ({"ORDERDESK_DATA": "/proc/x"}, "ORDERDESK_DATA"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://localhost"}, "DATABASE_URL must name a database"),
        ({"ORDERDESK_EMAIL_URL": "smtp://"}, "ORDERDESK_EMAIL_URL must name a mail server"),
    ],
)
def test_settings_that_cannot_be_read_end_the_start_in_one_line(tmp_path, environment, word):
    done = started(tmp_path, "-c", "import orderdesk.settings", **environment)

    assert done.returncode == 1
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"PORT": "18999"}, "The database cannot be used: connection"),
    ],
)
def test_a_hub_that_cannot_start_says_so_in_one_line(tmp_path, environment, word):
    done = started(tmp_path, "manage.py", "up", **environment)

    assert done.returncode == 1
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_script_is_told_of_a_database_out_of_reach_as_json(tmp_path):
    done = started(tmp_path, "manage.py", "verify", "--json")

    assert done.returncode == 1
    assert done.stdout.startswith('{"error": "The database cannot be used')


def test_an_address_of_an_unknown_vendor_is_told_and_stops_nothing(settings, capsys):
    settings.VENDOR_URLS = {"fax": "http://127.0.0.1:9", "shopify": "http://127.0.0.1:9"}

    warn_of_unknown_vendors()

    told = capsys.readouterr().err
    assert "ORDERDESK_VENDOR_URL_FAX is of no integration here; there are: SHOPIFY" in told
    assert told.count("\n") == 1
