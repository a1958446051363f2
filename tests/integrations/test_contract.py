"""What every integration owes the house; runs over every line of the catalogue.

A plugin's `tests/integrations/<key>/bench.py` tells where its vendor is and what it can do.
"""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as hub

from integrations.base import FolderField, Hook, Integration, SecretField
from integrations.errors import (
    CredentialsRefused,
    IntegrationError,
    OutcomeUnknown,
    RequestRejected,
    TemporaryFailure,
    UnexpectedReply,
)
from integrations.registry import CATALOGUE, integration

ROOT = Path(hub.BASE_DIR)
IN = ("verify_webhook", "list_orders", "list_shipments", "list_stock")
OUT = ("submit_order", "push_shipment")
LOOK_UP = {"submit_order": "find_order", "push_shipment": "find_shipment"}
NETWORK = {"requests", "urllib3", "socket", "http", "integrations.http", "integrations.wire"}
IO_FILES = {"client.py", "integration.py"}

keys = pytest.mark.parametrize("key", CATALOGUE)


@pytest.fixture(autouse=True)
def _short_patience(settings: Any) -> None:
    settings.VENDOR_TIMEOUT_SECONDS = 1


@pytest.fixture
def bench(key: str) -> Iterator[Any]:
    made = import_module(f"tests.integrations.{key}.bench").Bench()
    yield made
    made.vendor.stop()


def outcome(call):
    try:
        return call()
    except IntegrationError as error:
        return error


def effects(bench: Any) -> list[tuple[str, str]]:
    """Give (verb, request that does it) for the verbs out."""
    return list(bench.effects.items())


# --- what it says of itself ---------------------------------------------------------------------


@keys
def test_it_is_what_its_key_says(key):
    plugin = integration(key)

    assert plugin.key == key
    assert plugin.__module__ == f"integrations.{key}.integration"
    assert plugin.name
    assert plugin.summary.endswith(".")
    assert plugin.docs_url.startswith("https://")


@keys
def test_it_can_do_something(key):
    plugin = integration(key)

    assert any(plugin.can(verb) for verb in IN + OUT)
    assert plugin.can("check")


@keys
def test_what_comes_in_by_hook_is_verified_and_read(key):
    plugin = integration(key)

    assert plugin.can("verify_webhook") == plugin.can("parse_order")


@keys
def test_a_doubt_can_be_settled_as_it_declares(key):
    plugin = integration(key)

    for verb in filter(plugin.can, OUT):
        assert plugin.resend in ("same_id", "look_up", "none")
        assert plugin.resend == "none" or plugin.can(LOOK_UP[verb])


@keys
def test_only_its_client_and_verbs_know_the_network(key):
    for path in (ROOT / "integrations" / key).glob("*.py"):
        if path.name not in IO_FILES:
            assert imported(path).isdisjoint(NETWORK), path


@keys
def test_it_changes_nothing(key):
    for path in (ROOT / "integrations" / key).glob("*.py"):
        names = imported(path)
        assert not any(name.endswith((".services", ".tasks", ".views")) for name in names), path
        assert not {"django.db", "django.http", "celery"} & names, path


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found | {name.partition(".")[0] for name in found if not name.startswith("integrations")}


@keys
def test_payloads_are_recorded(key):
    assert list((ROOT / "tests" / "integrations" / key / "payloads").glob("*.json"))


# --- its form -----------------------------------------------------------------------------------


@keys
def test_its_form_takes_what_is_right(key, bench):
    form = integration(key).settings_form(data=bench.form_values)

    assert form.is_valid(), form.errors


@keys
def test_its_form_refuses_emptiness(key):
    form = integration(key).settings_form(data={})

    assert not form.is_valid()
    assert set(form.errors) <= set(form.fields)


@keys
def test_its_form_never_shows_a_secret(key, bench):
    plugin = integration(key)
    secrets = dict.fromkeys(plugin.settings_form.secret_names(), "a-word-nobody-may-see")

    page = plugin.settings_form(data={**bench.form_values, **secrets}).as_p()

    assert secrets
    assert "a-word-nobody-may-see" not in page


@keys
def test_credentials_that_go_out_in_headers_hold_no_line_breaks(key, bench):
    plugin = integration(key)
    for name in plugin.settings_form.secret_names():
        form = plugin.settings_form(data={**bench.form_values, name: "one\nX-Other: two"})
        assert name in form.errors


@keys
def test_its_settings_can_be_kept_as_json(key, bench):
    form = integration(key).settings_form(data=bench.form_values)
    assert form.is_valid()

    for name, field in form.fields.items():
        if not isinstance(field, SecretField):
            assert isinstance(form.cleaned_data[name], str | int | bool), name
        assert field.label, name
        assert isinstance(field, FolderField) or "folder" not in name


# --- its credentials ----------------------------------------------------------------------------


@keys
def test_right_credentials_pass(key, bench):
    bench.plugin().check()
    bench.plugin().on_connected()


@keys
def test_wrong_credentials_are_put_on_their_field(key, bench):
    bench.vendor.fail("unauthorized")

    error = outcome(bench.plugin().check)

    assert type(error) is CredentialsRefused
    assert error.field == bench.secret_field
    assert_is_a_sentence(error, key)


@keys
def test_a_vendor_that_is_down_is_no_fault_of_the_credentials(key, bench):
    bench.vendor.fail("error", status=503)

    assert type(outcome(bench.plugin().check)) is TemporaryFailure


# --- bad days -----------------------------------------------------------------------------------

REFUSALS = [
    ("unauthorized", {}, CredentialsRefused),
    ("rate_limited", {"retry_after": 7}, TemporaryFailure),
]
BAD_ANSWERS = [
    ("error", {"status": 500}),
    ("error", {"status": 503}),
    ("html_error", {"status": 502}),
    ("invalid_json", {}),
    ("html_error", {"status": 200}),
    ("refuse_before", {}),
    ("accept_then_cut", {}),
    ("accept_then_timeout", {"seconds": 3}),
    ("slow_drip", {"seconds": 0.3}),
]


def assert_is_a_sentence(error: IntegrationError, key: str) -> None:
    assert error.message.startswith((integration(key).name, "The "))
    assert error.message.endswith(".")
    assert "Traceback" not in error.message
    assert "<" not in error.message


@keys
@pytest.mark.parametrize(("kind", "options", "expected"), REFUSALS)
def test_a_refusal_on_the_way_out_is_one_of_our_errors(key, bench, kind, options, expected):
    for verb, request in effects(bench):
        bench.vendor.fail(kind, match=request, **options)

        error = outcome(bench.calls()[verb])

        assert type(error) is expected
        assert_is_a_sentence(error, key)
        assert kind != "rate_limited" or error.retry_after == 7
        assert bench.count_effects(verb) == 0


@keys
def test_nothing_is_changed_there_once_the_work_is_no_longer_ours(key, bench, monkeypatch):
    def lost() -> None:
        raise InterruptedError

    monkeypatch.setattr(Integration, "before_effect", staticmethod(lost))
    for verb, request in effects(bench):
        with pytest.raises(InterruptedError):
            bench.calls()[verb]()

        assert bench.vendor.ledger.requests(request) == []
        assert bench.count_effects(verb) == 0


@keys
@pytest.mark.parametrize(("kind", "options"), BAD_ANSWERS)
def test_a_write_without_a_usable_answer_is_a_doubt(key, bench, kind, options):
    for verb, request in effects(bench):
        bench.vendor.fail(kind, match=request, **options)

        error = outcome(bench.calls()[verb])

        assert type(error) is OutcomeUnknown
        assert_is_a_sentence(error, key)


@keys
@pytest.mark.parametrize(("kind", "options"), BAD_ANSWERS)
def test_whatever_goes_wrong_trying_again_leaves_exactly_one(key, bench, kind, options):
    for verb, request in effects(bench):
        bench.vendor.fail(kind, match=request, **options)
        outcome(bench.calls()[verb])

        found = bench.calls()[LOOK_UP[verb]]()
        first = found or bench.calls()[verb]()
        again = bench.calls()[verb]()

        assert bench.count_effects(verb) == 1
        assert first.external_id == again.external_id


@keys
def test_what_was_accepted_unseen_is_found(key, bench):
    for verb, request in effects(bench):
        bench.vendor.fail("accept_then_cut", match=request)
        assert type(outcome(bench.calls()[verb])) is OutcomeUnknown

        found = bench.calls()[LOOK_UP[verb]]()

        assert found is not None
        assert found.external_id


@keys
def test_what_was_never_sent_is_not_found(key, bench):
    for verb, _ in effects(bench):
        assert bench.calls()[LOOK_UP[verb]]() is None


@keys
@pytest.mark.parametrize(("kind", "options", "expected"), REFUSALS)
def test_a_refused_look_up_does_not_pass_for_absence(key, bench, kind, options, expected):
    for verb, _ in effects(bench):
        bench.vendor.fail(kind, **options)

        assert type(outcome(bench.calls()[LOOK_UP[verb]])) is expected


@keys
@pytest.mark.parametrize(
    ("kind", "options", "expected"),
    [
        *REFUSALS,
        ("error", {"status": 500}, TemporaryFailure),
        ("accept_then_timeout", {"seconds": 3}, TemporaryFailure),
        ("accept_then_cut", {}, TemporaryFailure),
        ("invalid_json", {}, UnexpectedReply),
        ("html_error", {"status": 200}, UnexpectedReply),
        ("redirect", {}, UnexpectedReply),
        ("error", {"status": 400}, RequestRejected),
    ],
)
def test_a_pull_that_goes_wrong_ends_in_one_of_our_errors(key, bench, kind, options, expected):
    for verb, call in bench.pulls().items():
        bench.vendor.fail(kind, **options)

        error = outcome(call)

        assert type(error) is expected, verb
        assert_is_a_sentence(error, key)


@keys
def test_no_evidence_holds_a_secret(key, bench):
    secrets = [value for value in bench.plugin().account.secrets.values() if value]
    for verb, request in effects(bench):
        bench.vendor.fail("error", status=500, match=request)

        error = outcome(bench.calls()[verb])

        assert error.evidence["status"] == "500"
        assert not any(secret in str(error.evidence) for secret in secrets)


# --- messages in --------------------------------------------------------------------------------

with_hook = pytest.mark.parametrize(
    "key", [key for key in CATALOGUE if integration(key).can("verify_webhook")]
)


def verified(bench: Any, hook: Hook) -> Any:
    plugin: Integration = bench.plugin()
    return plugin.verify_webhook(hook)


@with_hook
def test_a_rightly_signed_message_is_taken(key, bench):
    delivery = verified(bench, bench.hook())

    assert delivery is not None
    assert delivery.delivery_id
    assert bench.plugin().parse_order(delivery.topic, bench.hook().body) is not None


@with_hook
def test_a_message_changed_on_the_way_is_refused(key, bench):
    hook = bench.hook()

    for place in range(0, len(hook.body), 97):
        changed = bytearray(hook.body)
        changed[place] ^= 1
        assert verified(bench, Hook(hook.headers, bytes(changed))) is None
    assert verified(bench, Hook(hook.headers, hook.body + b" ")) is None


@with_hook
def test_a_message_without_its_headers_is_refused(key, bench):
    assert verified(bench, Hook({}, bench.hook().body)) is None


@with_hook
def test_a_plugin_without_a_secret_takes_nothing(key, bench):
    plugin = bench.plugin()
    bare = type(plugin)(type(plugin.account)(settings=plugin.account.settings, secrets={}))

    assert bare.verify_webhook(bench.hook()) is None


@with_hook
def test_an_authentic_message_that_cannot_be_read_says_why(key, bench):
    topic = verified(bench, bench.hook()).topic

    for body in (b"", b"\xff\xfe", b"{", b"[]", b"{}", b"null", b"[" * 5000):
        error = outcome(lambda body=body: bench.plugin().parse_order(topic, body))
        assert type(error) is UnexpectedReply
        assert_is_a_sentence(error, key)
