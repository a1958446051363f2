"""The operators' commands, as scripts call them: JSON out, exit 0 only when done."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from integrations.accounts import kept_secrets
from integrations.models import Connection, Schedule, Submission
from integrations.sandbox import ShopifySandbox, UnleashedSandbox
from orders.models import Folder, Order
from orders.services import hub, move_order
from stores.models import ApiKey, Store, StoreUser, User
from stores.scoping import entered
from tests.factories import make_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shop(settings):
    with ShopifySandbox() as vendor:
        settings.VENDOR_URLS = {**settings.VENDOR_URLS, "shopify": vendor.url}
        yield vendor


@pytest.fixture
def warehouse(settings):
    with UnleashedSandbox() as vendor:
        settings.VENDOR_URLS = {**settings.VENDOR_URLS, "unleashed": vendor.url}
        yield vendor


def run(*arguments, exits=None):
    out = StringIO()
    if exits is None:
        call_command(*map(str, arguments), "--json", stdout=out)
    else:
        with pytest.raises(SystemExit) as ended:
            call_command(*map(str, arguments), "--json", stdout=out)
        assert ended.value.code == exits
    return json.loads(out.getvalue())


def shop_values(shop):
    known = shop.credentials()
    return [
        f"shop_domain={known['shop_domain']}",
        f"access_token={known['access_token']}",
        f"webhook_secret={known['app_secret']}",
    ]


def warehouse_values(warehouse):
    known = warehouse.credentials()
    return [f"api_id={known['api_id']}", f"api_key={known['api_key']}"]


def test_open_store_makes_the_user_the_store_and_a_key_that_works(client):
    told = run("open_store", "--email", "new@example.com", "--name", "New shop")

    user = User.objects.get(email="new@example.com")
    assert user.check_password(told["password"])
    headers = {
        "orderdesk-store-id": str(told["store_id"]),
        "orderdesk-api-key": told["api_key"],
    }
    assert client.get("/api/v2/test", headers=headers).status_code == 200
    with entered(told["store_id"]):
        assert StoreUser.objects.for_store(told["store_id"]).get(user=user).role == "owner"
        names = [row.name for row in Folder.objects.for_store(told["store_id"]).in_order()]
    assert names == ["New", "Prepared", "Closed", "Canceled"]


def test_open_store_for_a_known_user_keeps_her_password(alice):
    told = run(
        "open_store", "--email", "Alice@example.com", "--name", "Second", "--password", "x" * 12
    )

    assert told["password"] is None
    assert User.objects.count() == 1


def test_open_store_says_in_words_that_a_password_stays(alice):
    out = StringIO()

    call_command("open_store", "--email", alice.email, "--name", "Second", stdout=out)

    assert "password: (unchanged)" in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["--email", "nonsense", "--name", "A"], "email"),
        (["--email", "a@example.com", "--name", " "], "name"),
        (["--email", "a@example.com", "--name", "A", "--timezone", "Mars/Base"], "timezone"),
        (["--email", "a@example.com", "--name", "A", "--password", "short"], "password"),
    ],
)
def test_open_store_names_what_it_refuses_and_makes_nothing(arguments, field):
    told = run("open_store", *arguments, exits=1)

    assert told["field"] == field
    assert Store.objects.count() == 0
    assert User.objects.count() == 0


def test_connect_asks_the_vendor_saves_and_tells_the_hook(store, shop):
    told = run("connect", store.pk, "shopify", *shop_values(shop))

    assert told["state"] == "active"
    assert told["hook"].startswith("http://127.0.0.1:8000/hooks/")
    assert told["hook_secret"] == shop.credentials()["app_secret"]
    assert {each["address"] for each in shop.subscriptions.all()} == {told["hook"]}
    with entered(store):
        row = Connection.objects.for_store(store).get()
        verbs = set(Schedule.objects.for_store(store).values_list("verb", flat=True))
    assert shop.credentials()["access_token"] not in row.sealed_secrets
    assert verbs == {"orders"}


def test_connect_puts_a_refused_credential_on_its_field_and_saves_nothing(store, shop):
    values = [value for value in shop_values(shop) if not value.startswith("access_token")]

    told = run("connect", store.pk, "shopify", *values, "access_token=wrong", exits=1)

    assert told["field"] == "access_token"
    with entered(store):
        assert not Connection.objects.for_store(store).exists()


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (["nowhere", "shopify"], "store"),
        (["{store}", "fax"], "key"),
        (["{store}", "shopify", "colour=red"], "colour"),
        (["{store}", "shopify", "shop_domain"], "shop_domain"),
        (["{store}", "shopify", "shop_domain=x"], "shop_domain"),
        (["{store}", "unleashed", "api_id=a", "api_key=b", "after_import_folder=Nowhere"],
         "after_import_folder"),
    ],
)  # fmt: skip
def test_connect_names_what_it_refuses(store, arguments, field):
    given = [each.replace("{store}", str(store.pk)) for each in arguments]

    assert run("connect", *given, exits=1)["field"] == field


def test_an_integration_is_connected_once_per_store(store, shop):
    run("connect", store.pk, "shopify", *shop_values(shop))

    told = run("connect", store.pk, "shopify", *shop_values(shop), exits=1)

    assert "connected already" in told["error"]


def test_connect_changes_a_setting_of_a_connected_integration(store, warehouse):
    connected = run("connect", store.pk, "unleashed", *warehouse_values(warehouse))

    told = run("connect", store.pk, "unleashed", "after_import_folder=Prepared", "--change")
    wrong = run("connect", store.pk, "unleashed", "api_key=wrong", "--change", exits=1)

    assert told["connection_id"] == connected["connection_id"]
    assert wrong["field"] == "api_key"
    with entered(store):
        row = Connection.objects.for_store(store).get()
        prepared = Folder.objects.for_store(store).get(name="Prepared")
    assert row.settings["after_import_folder"] == str(prepared.pk)
    assert kept_secrets(row)["api_key"] == warehouse.credentials()["api_key"]


def test_a_changed_hook_secret_is_the_one_in_use(store, shop):
    run("connect", store.pk, "shopify", *shop_values(shop))

    told = run("connect", store.pk, "shopify", "webhook_secret=another-one", "--change")
    again = run("connect", store.pk, "shopify", "--change")

    assert told["hook_secret"] == again["hook_secret"] == "another-one"


def test_connect_changes_only_what_is_connected(store):
    assert run("connect", store.pk, "shopify", "--change", exits=1)["field"] == "key"


def test_connect_does_not_promise_to_try_again_when_nobody_answers(store, settings):
    settings.VENDOR_URLS = {**settings.VENDOR_URLS, "unleashed": "http://127.0.0.1:9"}

    told = run("connect", store.pk, "unleashed", "api_id=a", "api_key=b", exits=1)

    assert told["error"].endswith("could not be reached.")


def test_a_store_that_is_not_here_is_named_and_nothing_is_asked(store):
    assert run("sync", "abc", "shopify", "orders", exits=1) == {
        "error": "There is no store 'abc'.",
        "field": "store",
    }


def test_disconnect_closes_the_hook_and_forgets_the_secrets(store, shop, client):
    told = run("connect", store.pk, "shopify", *shop_values(shop))
    path = told["hook"].removeprefix("http://127.0.0.1:8000")
    assert client.post(path, b"{}", content_type="application/json").status_code == 401

    run("disconnect", store.pk, "shopify")

    assert client.post(path, b"{}", content_type="application/json").status_code == 404
    with entered(store):
        row = Connection.objects.for_store(store).get()
    assert (row.state, row.sealed_secrets) == ("disconnected", "")
    assert run("disconnect", store.pk, "shopify", exits=1)["field"] == "key"


def test_a_disconnected_integration_can_be_connected_again(store, shop):
    first = run("connect", store.pk, "shopify", *shop_values(shop))
    run("disconnect", store.pk, "shopify")

    second = run("connect", store.pk, "shopify", *shop_values(shop))

    assert second["connection_id"] == first["connection_id"]


def test_sync_pulls_orders_once_and_tells_what_it_met(store, shop):
    run("connect", store.pk, "shopify", *shop_values(shop))
    for _ in range(3):
        shop.shop.place("us", webhooks=False)

    first = run("sync", store.pk, "shopify", "orders", "--since", "2020-01-01")
    second = run("sync", store.pk, "shopify", "orders", "--since", "2020-01-01")

    assert (first["seen"], first["new"], first["failed"]) == (3, 3, 0)
    assert (second["seen"], second["new"], second["changed"]) == (3, 0, 0)
    with entered(store):
        assert Order.objects.for_store(store).count() == 3


def test_sync_brings_stock_and_a_second_count_changes_nothing(store, warehouse):
    run("connect", store.pk, "unleashed", *warehouse_values(warehouse))

    first = run("sync", store.pk, "unleashed", "inventory")
    second = run("sync", store.pk, "unleashed", "inventory", "--since", "2020-01-01")

    assert first["new"] > 5
    assert (second["new"], second["changed"]) == (0, 0)
    assert run("verify") == {"ok": True, "violations": []}


@pytest.mark.parametrize("since", ["yesterday", "2026-02-30"])
def test_sync_refuses_a_date_that_is_none(store, shop, since):
    run("connect", store.pk, "shopify", *shop_values(shop))

    told = run("sync", store.pk, "shopify", "orders", "--since", since, exits=1)

    assert told["field"] == "since"


def test_sync_refuses_what_the_integration_cannot_do(store, shop):
    run("connect", store.pk, "shopify", *shop_values(shop))

    assert run("sync", store.pk, "shopify", "inventory", exits=1)["field"] == "verb"


def test_work_does_what_is_due_and_status_tells_what_is_left(store, warehouse):
    run("connect", store.pk, "unleashed", *warehouse_values(warehouse))
    order = make_order(store)
    with entered(store):
        row = Submission(
            store=store,
            connection=Connection.objects.for_store(store).get(),
            order=order,
            verb="submit_order",
            actor="system",
        )
        row.save()

    done = run("work", "--until-idle")

    assert done["idle"]
    status = run("work", "--status")
    assert [stuck["kind"] for stuck in status["parked"]] == ["Submission"]
    assert "MUG-BLUE" in status["parked"][0]["problem"]


def test_verify_names_each_violation_and_exits_with_1(store):
    order = make_order(store)
    with entered(store):
        prepared = Folder.objects.for_store(store).get(name="Prepared")
        move_order(order=order, folder=prepared, by=hub(), now=order.added_at)
        closed = Folder.objects.for_store(store).get(name="Closed")
        Order.objects.for_store(store).filter(pk=order.pk).update(folder=closed)

    told = run("verify", exits=1)

    (violation,) = told["violations"]
    assert violation["store_id"] == store.pk
    assert str(order.pk) in violation["problem"]


def test_without_json_a_refusal_is_one_line_and_no_traceback(store):
    with pytest.raises(CommandError, match="no integration 'fax'"):
        call_command("connect", str(store.pk), "fax")


def test_a_key_of_open_store_is_kept_only_as_its_digest():
    told = run("open_store", "--email", "new@example.com", "--name", "New shop")

    with entered(told["store_id"]):
        row = ApiKey.objects.for_store(told["store_id"]).get()
    assert told["api_key"] not in str(vars(row))
    assert row.digest == ApiKey.digest_of(told["api_key"])
