"""Connecting, changing and disconnecting in the dashboard, against sandbox vendors over HTTP."""

import json
import re

import pytest

from integrations.models import Connection, Schedule, Submission
from integrations.sandbox import ShopifySandbox, UnleashedSandbox
from integrations.vault import open_secrets
from orders.models import Folder
from stores.models import StoreUser
from stores.scoping import entered
from stores.services import add_store_user
from tests.factories import make_connection, make_order, make_user

# The door to the network refuses calls inside a transaction, so tests must not be one.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def warehouse(settings):
    with UnleashedSandbox() as vendor:
        settings.VENDOR_URLS = {"unleashed": vendor.url}
        yield vendor


@pytest.fixture
def shop(settings):
    with ShopifySandbox() as vendor:
        settings.VENDOR_URLS = {"shopify": vendor.url}
        yield vendor


@pytest.fixture
def address(store):
    return f"/s/{store.pk}/integrations"


def filled(warehouse, **changed):
    known = warehouse.credentials()
    return {
        "api_id": known["api_id"],
        "api_key": known["api_key"],
        "sync_tracking": "from",
    } | changed


def row_of(store, key="unleashed"):
    with entered(store):
        return Connection.objects.for_store(store).named(key).first()


def secrets_of(row):
    return open_secrets(row.sealed_secrets, store_id=row.store_id, connection_key=row.key)


# --- the gallery --------------------------------------------------------------------------------


def test_what_is_connected_stands_before_what_can_be(alice_client, store, address):
    make_connection(store, "unleashed")

    page = alice_client.get(address).content.decode()

    assert page.index(f'href="{address}/unleashed">Unleashed') < page.index("Connect Shopify")
    assert "Connect Unleashed" not in page


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("?tab=Shopping+Carts", "Connect Shopify", "Connect Unleashed"),
        ("?q=UNLEASH", "Connect Unleashed", "Connect Shopify"),
        ("?tab=Shopping+Carts&q=unleash", "Connect Unleashed", "Connect Shopify"),
        ("?tab=nonsense", "Connect Shopify", "Nothing under"),
        ("?q=fax", "No integration matches “fax”", "Connect Shopify"),
        ("?tab=Payments", "Nothing under Payments yet", "Connect Shopify"),
    ],
)
def test_the_gallery_is_narrowed_by_tab_and_searched_over_all(
    alice_client, address, query, shown, hidden
):
    page = alice_client.get(f"{address}{query}").content.decode()

    assert shown in page
    assert hidden not in page


def test_a_tab_counts_its_integrations(alice_client, address):
    page = alice_client.get(address).content.decode()

    assert re.search(r"Shopping Carts\s*<span class=\"muted number\">1</span>", page)


# --- connecting ---------------------------------------------------------------------------------


def test_what_the_vendor_accepts_is_saved_encrypted(alice_client, store, address, warehouse):
    with entered(store):
        prepared = Folder.objects.for_store(store).get(name="Prepared")

    answer = alice_client.post(
        f"{address}/unleashed/connect",
        filled(warehouse, after_import_folder=str(prepared.pk)),
    )

    row = row_of(store)
    assert answer.url == f"{address}/unleashed"
    assert row.state == "active"
    assert row.settings["after_import_folder"] == str(prepared.pk)
    assert "api_key" not in row.settings
    assert secrets_of(row) == {"api_key": warehouse.credentials()["api_key"]}


def test_credentials_the_vendor_refuses_are_said_at_their_field(
    alice_client, store, address, warehouse
):
    answer = alice_client.post(
        f"{address}/unleashed/connect", filled(warehouse, api_key="wrong", warehouse_code="EAST")
    )
    page = answer.content.decode()

    assert answer.status_code == 422
    assert row_of(store) is None
    assert 'href="#id_api_key"' in page
    assert "does not accept" in page
    assert "<title>Error: Connect Unleashed" in page
    assert 'value="EAST"' in page
    assert 'value="wrong"' not in page


def test_what_is_missing_is_said_once_at_its_field(alice_client, store, address, warehouse):
    answer = alice_client.post(f"{address}/unleashed/connect", {"sync_tracking": "from"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert page.count('id="id_api_id_error"') == 1
    assert page.count("API ID: This field is required.") == 1


def test_an_empty_answer_connects_nothing(alice_client, store, address):
    answer = alice_client.post(f"{address}/unleashed/connect")

    assert answer.status_code == 422
    assert row_of(store) is None


def test_a_vendor_that_is_away_is_said_in_a_sentence(alice_client, store, address, settings):
    settings.VENDOR_URLS = {"unleashed": "http://127.0.0.1:9"}

    answer = alice_client.post(
        f"{address}/unleashed/connect", {"api_id": "a", "api_key": "b", "sync_tracking": "from"}
    )

    assert answer.status_code == 422
    assert "There is a problem" in answer.content.decode()
    assert row_of(store) is None


def test_an_unticked_box_stays_unticked(alice_client, store, address, shop):
    known = shop.credentials()

    alice_client.post(
        f"{address}/shopify/connect",
        {
            "shop_domain": known["shop_domain"],
            "access_token": known["access_token"],
            "webhook_secret": known["app_secret"],
        },
    )

    assert row_of(store, "shopify").settings["sync_tracking"] is False


def test_what_is_connected_is_not_connected_twice(alice_client, store, address):
    make_connection(store, "unleashed")

    answer = alice_client.get(f"{address}/unleashed/connect")

    assert answer.url == f"{address}/unleashed"


def test_the_sandbox_is_offered_only_where_one_runs(alice_client, address, settings, tmp_path):
    settings.SANDBOX_FILE = tmp_path / "sandbox.json"
    without = alice_client.get(f"{address}/unleashed/connect").content.decode()

    settings.SANDBOX_FILE.write_text(json.dumps({"unleashed": "http://127.0.0.1:9"}))
    with_one = alice_client.get(f"{address}/unleashed/connect").content.decode()

    assert 'name="environment"' not in without
    assert 'name="environment"' in with_one


def test_the_sandbox_is_talked_to_when_it_was_chosen(
    alice_client, store, address, settings, tmp_path
):
    with UnleashedSandbox() as vendor:
        settings.SANDBOX_FILE = tmp_path / "sandbox.json"
        settings.SANDBOX_FILE.write_text(json.dumps({"unleashed": vendor.url}))

        alice_client.post(f"{address}/unleashed/connect", filled(vendor, environment="sandbox"))

    assert row_of(store).environment == "sandbox"


def test_an_unknown_integration_is_not_found(alice_client, address):
    assert alice_client.get(f"{address}/fax").status_code == 404
    assert alice_client.get(f"{address}/fax/connect").status_code == 404


# --- settings -----------------------------------------------------------------------------------


def test_a_secret_is_never_shown_and_kept_when_left_empty(alice_client, store, address, warehouse):
    alice_client.post(f"{address}/unleashed/connect", filled(warehouse))
    key = warehouse.credentials()["api_key"]

    page = alice_client.get(f"{address}/unleashed").content.decode()
    alice_client.post(
        f"{address}/unleashed/change", filled(warehouse, api_key="", warehouse_code="EAST")
    )

    row = row_of(store)
    assert key not in page
    assert "Set; it is stored encrypted" in page
    assert row.settings["warehouse_code"] == "EAST"
    assert secrets_of(row) == {"api_key": key}


def test_a_refused_change_leaves_what_was_there(alice_client, store, address, warehouse):
    alice_client.post(f"{address}/unleashed/connect", filled(warehouse))

    answer = alice_client.post(
        f"{address}/unleashed/change", filled(warehouse, api_key="wrong", warehouse_code="EAST")
    )

    assert answer.status_code == 422
    assert row_of(store).settings["warehouse_code"] == ""
    assert secrets_of(row_of(store)) == {"api_key": warehouse.credentials()["api_key"]}


def test_a_folder_of_another_store_is_refused(alice_client, other_store, address, warehouse):
    with entered(other_store):
        theirs = Folder.objects.for_store(other_store).get(name="New")

    answer = alice_client.post(
        f"{address}/unleashed/connect",
        filled(warehouse, after_import_folder=str(theirs.pk)),
    )

    assert answer.status_code == 422
    assert "There is no folder" in answer.content.decode()


def test_new_credentials_let_a_paused_connection_go_on(alice_client, store, address, warehouse):
    row = make_connection(store, "unleashed", state="paused", problem="The key is refused.")
    order = make_order(store)
    with entered(store):
        waiting = Submission(
            store=store,
            connection=row,
            order=order,
            verb="submit_order",
            actor="user",
            state="held",
        )
        waiting.save()
    paused = alice_client.get(f"{address}/unleashed").content.decode()

    alice_client.post(f"{address}/unleashed/change", filled(warehouse))

    with entered(store):
        waiting.refresh_from_db()
    assert "Unleashed is paused: The key is refused." in paused
    assert row_of(store).state == "active"
    assert waiting.state == "waiting"


def test_secrets_that_no_key_opens_any_more_can_be_entered_anew(
    alice_client, store, address, warehouse, settings
):
    make_connection(store, "unleashed")
    settings.SECRET_KEYS = ["another key than the one the secrets were sealed with"]

    page = alice_client.get(f"{address}/unleashed")
    alice_client.post(f"{address}/unleashed/change", filled(warehouse))

    assert page.status_code == 200
    assert secrets_of(row_of(store)) == {"api_key": warehouse.credentials()["api_key"]}


def test_settings_of_what_is_not_connected_lead_to_connecting(alice_client, address):
    answer = alice_client.get(f"{address}/unleashed")

    assert answer.url == f"{address}/unleashed/connect"


def test_the_hook_s_address_is_shown_to_paste(alice_client, store, address, settings):
    row = make_connection(store, "shopify")

    page = alice_client.get(f"{address}/shopify").content.decode()

    assert f'data-copy="{settings.BASE_URL}/hooks/{row.hook_token}"' in page


def test_a_pull_shows_how_it_went_and_can_be_made_due(alice_client, store, address):
    row = make_connection(store, "unleashed")
    result = {
        "seen": 12, "new": 3, "changed": 0, "skipped": 1, "failed": 0, "reasons": ["Not ours."],
    }  # fmt: skip
    with entered(store):
        pull = Schedule(
            store=store, connection=row, verb="shipments", interval_seconds=300,
            due_at="2099-01-01T00:00Z", last_result=result,
        )  # fmt: skip
        pull.save()
    page = alice_client.get(f"{address}/unleashed").content.decode()

    alice_client.post(f"{address}/unleashed/schedules/{pull.pk}/run")

    with entered(store):
        pull.refresh_from_db()
    assert "12 seen, 3 new, 0 changed, 1 skipped, 0 failed" in page
    assert "Not ours." in page
    assert pull.due_at.year != 2099


def test_disconnecting_forgets_the_credentials(alice_client, store, address):
    row = make_connection(store, "unleashed")

    answer = alice_client.post(f"{address}/unleashed/disconnect")

    gone = row_of(store)
    assert answer.url == address
    assert (gone.pk, gone.state, gone.sealed_secrets) == (row.pk, "disconnected", "")
    assert "Connect Unleashed" in alice_client.get(address).content.decode()


# --- who may ------------------------------------------------------------------------------------


def test_a_member_sees_the_settings_without_controls_or_secrets(bob_client, store, address):
    row = make_connection(store, "shopify", settings={"shop_domain": "acme.myshopify.com"})

    page = bob_client.get(f"{address}/shopify").content.decode()

    assert "acme.myshopify.com" in page
    assert "alice@example.com can change that" in page
    assert "Disconnect" not in page
    assert row.hook_token not in page
    assert 'name="access_token"' not in page


@pytest.mark.parametrize("verb", ["connect", "change", "disconnect", "schedules/1/run"])
def test_a_member_without_the_permission_changes_nothing(bob_client, store, address, verb):
    make_connection(store, "unleashed")

    answer = bob_client.post(f"{address}/unleashed/{verb}")

    assert answer.status_code == 403
    assert row_of(store).state == "active"


def test_the_permission_is_enough_without_being_the_owner(store, address, client, warehouse):
    erin = make_user("erin@example.com")
    with entered(store):
        add_store_user(store=store, user=erin, permissions=["integrations.manage"])
        assert StoreUser.objects.for_store(store).of(erin).get().role == "member"
    client.force_login(erin)

    client.post(f"{address}/unleashed/connect", filled(warehouse))

    assert row_of(store).state == "active"
