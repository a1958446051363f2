"""Every address of the hub, taken from the resolver, called by those who must not get in.

Nothing here is listed by hand but what is public: a new address is walked by itself, and one whose
arguments nobody explained fails until it is.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from integrations.models import InboundMessage, Schedule, Submission
from orders.drafts import ShipmentDraft
from orders.models import BulkJob, Folder, OrderEvent, OrderItem, SavedSearch, SourceChange
from orders.services import add_shipment, hub
from rules.models import Rule, RuleRun
from stores.models import ApiKey, StoreUser
from stores.scoping import entered
from stores.services import issue_api_key
from tests.factories import NEW_YEAR, make_connection, make_order, make_store

CANARY = "canary-b52f"
METHODS = ("get", "post", "put", "delete")

# Addresses without a store: what they show is public or the caller's own.
WITHOUT_A_STORE = {
    "home",
    "favicon",
    "healthz",
    "readyz",
    "ui_gallery",
    "integrations:webhook_receive",
    "stores:index",
    "stores:store_open",
    "stores:theme_set",
    "stores:profile",
    "orders:receipt_view",
    "orders:document_style",
    "orders:document_script",
    "orders:api_schema",
    "orders:api_docs",
}
PACKAGES = ("account_", "mfa_", "usersessions_", "socialaccount_")


@dataclass(frozen=True)
class Address:
    """One route: its name and the names of its arguments."""

    name: str
    arguments: tuple[str, ...]

    @property
    def is_api(self) -> bool:
        return self.name.startswith("orders:api_")

    @property
    def is_of_a_store(self) -> bool:
        return "store_id" in self.arguments or self.is_api


def addresses() -> list[Address]:
    found: list[Address] = []

    def walk(patterns: list[Any], prefix: str, outer: tuple[str, ...]) -> None:
        for each in patterns:
            inner = (*outer, *each.pattern.converters, *each.pattern.regex.groupindex)
            names = tuple(dict.fromkeys(inner))
            if isinstance(each, URLResolver):
                space = f"{prefix}{each.namespace}:" if each.namespace else prefix
                walk(each.url_patterns, space, names)
            elif isinstance(each, URLPattern):
                found.append(Address(f"{prefix}{each.name}", names))

    walk(get_resolver().url_patterns, "", ())
    return found


ALL = addresses()
OF_A_STORE = [
    each for each in ALL if each.name not in WITHOUT_A_STORE and not each.name.startswith(PACKAGES)
]


@pytest.fixture
def hers(store, alice) -> dict[str, Any]:
    """One of everything in Alice's store, by the name an address calls it; each with the canary."""
    order = make_order(
        store,
        email=f"{CANARY}@example.com",
        source_id=CANARY,
        checkout_data={"gift": CANARY},
    )
    connection = make_connection(store, "shopify", problem=CANARY)
    with entered(store):
        shipment = add_shipment(
            order=order,
            draft=ShipmentDraft(tracking_number=CANARY),
            source="Manual",
            by=hub(),
            now=NEW_YEAR,
        )
        assert shipment
        key, _ = issue_api_key(store=store, name=CANARY, created_by=alice)
        message = InboundMessage(
            store=store, connection=connection, delivery_id="1", body=CANARY.encode(),
            state="failed", problem=CANARY,
        )  # fmt: skip
        message.save()
        submission = Submission(
            store=store, connection=connection, order=order, verb="submit_order",
            actor="system", state="failed", problem=CANARY,
        )  # fmt: skip
        submission.save()
        schedule = Schedule(
            store=store, connection=connection, verb="orders", interval_seconds=60,
            problem=CANARY, state="parked",
        )  # fmt: skip
        schedule.save()
        job = BulkJob(store=store, action="export", title=CANARY, user=alice, state="done")
        job.save()
        rule = Rule(store=store, name=CANARY, trigger="imported")
        rule.save()
        event = OrderEvent.objects.for_store(store).filter(order=order)[0]
        run = RuleRun(store=store, order=order, event=event)
        run.save()
        member = StoreUser.objects.for_store(store).get(user=alice)
        item = OrderItem.objects.for_store(store).get(order=order)
        folder = Folder.objects.for_store(store).get(name="New")
        search = SavedSearch(store=store, user=alice, name=CANARY, query=CANARY)
        search.save()
        change = SourceChange(store=store, order=order, after={"email": CANARY})
        change.save()
    return {
        "store_id": store.pk,
        "order_id": order.pk,
        "item_id": item.pk,
        "shipment_id": shipment.pk,
        "submission_id": submission.pk,
        "message_id": message.pk,
        "schedule_id": schedule.pk,
        "connection_id": connection.pk,
        "key_id": key.pk,
        "job_id": job.pk,
        "rule_id": rule.pk,
        "run_id": run.pk,
        "member_id": member.pk,
        "folder_id": folder.pk,
        "search_id": search.pk,
        "change_id": change.pk,
        "key": "shopify",
        "verb": "orders",
        "kind": "submission",
        "work_id": submission.pk,
        "row_id": submission.pk,
        "part": "details",
        "at": str(event.pk),
        "pk": order.pk,
    }


def address_of(each: Address, values: dict[str, Any]) -> str:
    unknown = set(each.arguments) - set(values)
    assert not unknown, f"{each.name}: say in `hers` what {unknown} is"
    return reverse(each.name, kwargs={name: values[name] for name in each.arguments})


def call_all(client: Client, each: Address, url: str, **headers: str):
    for method in METHODS:
        yield method, getattr(client, method)(url, headers=headers, content_type="application/json")


def test_every_address_is_of_a_store_or_declared_public():
    strays = [
        each.name
        for each in ALL
        if not each.is_of_a_store
        and each.name not in WITHOUT_A_STORE
        and not each.name.startswith(PACKAGES)
    ]

    assert strays == []


@pytest.mark.parametrize("each", OF_A_STORE, ids=lambda each: each.name)
def test_a_stranger_gets_nothing(each, hers):
    url = address_of(each, hers)
    for method, answer in call_all(Client(), each, url):
        expected = {401, 405} if each.is_api else {302, 403, 404, 405}
        assert answer.status_code in expected, (method, url, answer.status_code)
        assert CANARY not in answer.content.decode(), (method, url)


@pytest.mark.parametrize(
    "each", [each for each in OF_A_STORE if not each.is_api], ids=lambda each: each.name
)
def test_whoever_signs_in_after_a_form_was_sent_lands_on_a_page(each, hers, alice_client):
    sent = Client().post(address_of(each, hers))
    way_back = parse_qs(urlsplit(sent.headers["Location"]).query)["next"][0]

    assert alice_client.get(way_back).status_code == 200


@pytest.mark.parametrize(
    "each", [each for each in OF_A_STORE if not each.is_api], ids=lambda each: each.name
)
def test_the_owner_of_another_store_finds_nothing_there(each, hers, charlie_client):
    url = address_of(each, hers)
    for method, answer in call_all(charlie_client, each, url):
        assert answer.status_code in {404, 405}, (method, url, answer.status_code)
        assert CANARY not in answer.content.decode(), (method, url)


@pytest.mark.parametrize(
    "each", [each for each in OF_A_STORE if not each.is_api], ids=lambda each: each.name
)
def test_a_row_of_another_store_is_not_found_through_the_own_one(
    each, hers, charlie_client, other_store
):
    url = address_of(each, {**hers, "store_id": other_store.pk})
    for method, answer in call_all(charlie_client, each, url):
        assert CANARY not in answer.content.decode(), (method, url)
        if set(each.arguments) - {"store_id", "key", "verb", "kind"}:
            assert answer.status_code in {404, 405}, (method, url, answer.status_code)


@pytest.mark.parametrize(
    "each", [each for each in OF_A_STORE if each.is_api], ids=lambda each: each.name
)
def test_a_wrong_key_opens_no_api(each, hers, store, other_store, charlie):
    with entered(other_store):
        _, theirs = issue_api_key(store=other_store, name="theirs", created_by=charlie)
    url = address_of(each, hers)
    for wrong in (theirs, "x" * 50, ""):
        headers = {"orderdesk-store-id": str(store.pk), "orderdesk-api-key": wrong}
        for method, answer in call_all(Client(), each, url, **headers):
            assert answer.status_code in {401, 405}, (method, url, answer.status_code)
            assert CANARY not in answer.content.decode(), (method, url)


@pytest.mark.parametrize(
    "each", [each for each in OF_A_STORE if each.is_api], ids=lambda each: each.name
)
def test_the_right_key_of_another_store_finds_none_of_its_rows(
    each, hers, other_store, charlie, settings
):
    settings.API_BURST = 1000
    with entered(other_store):
        _, theirs = issue_api_key(store=other_store, name="theirs", created_by=charlie)
    url = address_of(each, hers)
    headers = {"orderdesk-store-id": str(other_store.pk), "orderdesk-api-key": theirs}
    for method, answer in call_all(Client(), each, url, **headers):
        assert CANARY not in answer.content.decode(), (method, url)
        if set(each.arguments):
            assert answer.status_code in {404, 405}, (method, url, answer.status_code)


def numbers_of(each: Address) -> list[str]:
    return [name for name in each.arguments if name.endswith("_id")]


@pytest.mark.parametrize(
    "each", [each for each in OF_A_STORE if numbers_of(each)], ids=lambda each: each.name
)
def test_a_number_too_large_for_the_database_is_nobody_s(
    each, hers, alice, alice_client, store, settings
):
    settings.API_BURST = 1000
    with entered(store):
        _, key = issue_api_key(store=store, name="hers", created_by=alice)
    headers = {"orderdesk-store-id": str(store.pk), "orderdesk-api-key": key}
    for name in numbers_of(each):
        for number in (2**63, 10**25):
            url = address_of(each, {**hers, name: number})
            for method, answer in call_all(alice_client, each, url, **headers):
                assert answer.status_code in {404, 405}, (method, url, answer.status_code)


def test_a_revoked_key_opens_nothing(store, alice, hers):
    with entered(store):
        row, key = issue_api_key(store=store, name="short-lived", created_by=alice)
        row.revoked_at = NEW_YEAR
        row.save()
    headers = {"orderdesk-store-id": str(store.pk), "orderdesk-api-key": key}

    assert Client().get("/api/v2/orders", headers=headers).status_code == 401


def test_an_owner_sees_her_own_rows(alice_client, hers):
    """The canary is really there: the walks above would otherwise prove nothing."""
    page = alice_client.get(f"/s/{hers['store_id']}/orders/{hers['order_id']}")

    assert page.status_code == 200
    assert CANARY in page.content.decode()


def test_a_member_taken_out_of_a_store_is_out_at_the_next_click(bob_client, bob, store):
    assert bob_client.get(f"/s/{store.pk}/orders").status_code == 200
    with entered(store):
        StoreUser.objects.for_store(store).of(bob).delete()

    assert bob_client.get(f"/s/{store.pk}/orders").status_code == 404


def test_two_stores_of_one_owner_do_not_mix(alice, alice_client, hers):
    second = make_store(alice, name="Second shop")
    page = alice_client.get(f"/s/{second.pk}/orders")

    assert page.status_code == 200
    assert CANARY not in page.content.decode()
    with entered(second):
        assert not ApiKey.objects.for_store(second).filter(name=CANARY).exists()
