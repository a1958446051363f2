"""How a store wants its orders treated is set on its settings pages."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import Folder, OrderSettings
from stores.models import ApiKey, Store
from stores.scoping import entered
from stores.services import issue_api_key

pytestmark = pytest.mark.django_db


def settings_of(store):
    with entered(store):
        return OrderSettings.of(store.pk)


def test_a_store_has_the_defaults_until_it_chooses(store):
    found = settings_of(store)

    assert (found.split_method, found.duplicates, found.source_changes) == (
        "keep", "refuse", "apply",
    )  # fmt: skip
    assert found.tags[0] == {"name": "Red", "color": "red"}


def test_numbering_splitting_and_following_are_chosen(alice_client, store):
    with entered(store):
        closed = Folder.objects.for_store(store).get(name="Closed")
    address = reverse("orders:settings_orders", args=[store.pk])
    chosen = {
        "number_prefix": "A-", "duplicates": "number", "split_method": "remove",
        "merged_folder": closed.pk, "source_changes": "ask",
    }  # fmt: skip

    assert alice_client.post(address, chosen).status_code == 302

    found = settings_of(store)
    assert (found.number_prefix, found.merged_folder_id) == ("A-", closed.pk)
    assert (found.split_method, found.source_changes) == ("remove", "ask")
    assert 'value="A-"' in alice_client.get(address).content.decode()


def test_a_folder_of_another_store_is_no_choice(alice_client, store, other_store):
    with entered(other_store):
        theirs = Folder.objects.for_store(other_store).in_order()[0].pk
    address = reverse("orders:settings_orders", args=[store.pk])
    chosen = {"duplicates": "refuse", "split_method": "keep", "source_changes": "apply"}

    assert alice_client.post(address, {**chosen, "merged_folder": theirs}).status_code == 422


def test_default_checkout_fields_are_read_line_by_line(alice_client, store):
    address = reverse("orders:settings_defaults", args=[store.pk])
    lines = "Gift message\nPacking = plain = box\n\n"

    alice_client.post(address, {"checkout_fields": lines})

    assert settings_of(store).checkout_fields == {"Gift message": "", "Packing": "plain = box"}
    twice = alice_client.post(address, {"checkout_fields": "A=1\nA=2"})
    assert twice.status_code == 422
    assert "stands twice" in twice.content.decode()


@pytest.mark.parametrize("line", [f"A={'x' * 3500}", f"{'n' * 251}=1"])
def test_default_checkout_fields_fit_into_an_order(alice_client, store, line):
    address = reverse("orders:settings_defaults", args=[store.pk])

    refused = alice_client.post(address, {"checkout_fields": line})

    assert refused.status_code == 422
    assert "fit." in refused.content.decode()
    assert settings_of(store).checkout_fields == {}


def formset(rows):
    fields = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": 0}
    for place, row in enumerate(rows):
        fields |= {f"form-{place}-{name}": value for name, value in row.items()}
    return fields


def test_tags_have_names_of_their_own(alice_client, store):
    address = reverse("orders:settings_tags", args=[store.pk])
    rows = [{"name": "Hold", "color": "yellow"}, {"name": "", "color": "red"}]
    alice_client.post(address, formset(rows))
    assert settings_of(store).tags == [{"name": "Hold", "color": "yellow"}]

    again = alice_client.post(address, formset([rows[0], {"name": "hold", "color": "red"}]))

    assert again.status_code == 422


def test_return_addresses_are_kept_and_empty_ones_taken_out(alice_client, store):
    address = reverse("orders:settings_returns", args=[store.pk])
    rows = [{"title": "Main", "name": "Returns", "city": "Leeds"}, {"title": ""}]

    alice_client.post(address, formset(rows))

    (kept,) = settings_of(store).return_addresses
    assert (kept["title"], kept["city"], kept["phone"]) == ("Main", "Leeds", "")


def test_a_store_changes_its_name_zone_and_formats(alice_client, store):
    address = reverse("stores:store_details", args=[store.pk])
    stated = {
        "name": "Renamed", "timezone": "Europe/Berlin", "currency": "EUR", "country": "DE",
        "date_format": "d.m.Y", "phone_format": "plus", "country_format": "name",
    }  # fmt: skip

    assert alice_client.post(address, stated).status_code == 302

    changed = Store.objects.get(pk=store.pk)
    assert (changed.name, changed.timezone, changed.date_format) == (
        "Renamed", "Europe/Berlin", "d.m.Y",
    )  # fmt: skip


def test_a_key_may_be_for_reading_and_end_on_a_day(alice_client, store):
    day = timezone.now().date() + timedelta(days=3)
    address = reverse("stores:api_key_issue", args=[store.pk])

    alice_client.post(address, {"name": "Reports", "scope": "read", "expires_on": f"{day}"})

    with entered(store):
        key = ApiKey.objects.for_store(store).get(name="Reports")
    assert key.scope == "read"
    assert key.expires_at
    assert timedelta(days=3) < key.expires_at - timezone.now() <= timedelta(days=4)


def test_a_replaced_key_works_beside_the_new_one_for_the_time_chosen(alice_client, store, alice):
    with entered(store):
        old, _ = issue_api_key(store=store, name="Cart", created_by=alice)
    address = reverse("stores:api_key_rotate", args=[store.pk, old.pk])

    page = alice_client.post(address, {"days": 7}).content.decode()

    assert "Copy the key “Cart” now" in page
    with entered(store):
        old.refresh_from_db()
        assert ApiKey.objects.for_store(store).live().count() == 2
    assert old.expires_at
    assert timedelta(days=6) < old.expires_at - timezone.now() <= timedelta(days=7)


@pytest.mark.parametrize(
    "name",
    [
        "stores:store_details", "orders:settings_orders", "orders:settings_defaults",
        "orders:settings_tags", "orders:settings_returns", "orders:folder_list",
    ],
)  # fmt: skip
def test_each_tab_opens_in_a_store_that_set_nothing_up(alice_client, store, name):
    assert alice_client.get(reverse(name, args=[store.pk])).status_code == 200
