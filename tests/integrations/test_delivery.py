"""Sending under bad luck: doubt, pauses, disconnects and lost leases, against real HTTP vendors."""

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection as database
from django.utils import timezone

from integrations.base import Page, PulledShipment
from integrations.delivery import Source, pull
from integrations.delivery.health import is_paused, pause
from integrations.models import Connection, InboundMessage, Schedule, Submission
from integrations.sandbox import ShopifySandbox, UnleashedSandbox
from integrations.services import (
    change_settings,
    connect,
    disconnect,
    replay,
    request_submission,
    sync,
    try_again,
)
from integrations.unleashed.integration import Unleashed
from orderdesk.lib.refused import Refused
from orders.drafts import ShipmentDraft
from orders.models import Order, OrderEvent, Shipment
from orders.services import add_shipment, hub
from stores import work
from stores.scoping import entered
from tests.factories import make_item, make_order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _haste(settings):
    settings.WORK_RETRY_SECONDS = [0] * 13
    settings.VENDOR_TIMEOUT_SECONDS = 2.0


@pytest.fixture
def warehouse(settings):
    with UnleashedSandbox() as vendor:
        settings.VENDOR_URLS = {**settings.VENDOR_URLS, "unleashed": vendor.url}
        yield vendor


@pytest.fixture
def unleashed(store, warehouse):
    known = warehouse.credentials()
    values = {"api_id": known["api_id"], "api_key": known["api_key"]}
    row = connect(store=store, key="unleashed", values=values)
    with entered(store):
        Schedule.objects.for_store(store).delete()
    return row


def order_for(store):
    return make_order(store, items=(make_item(code="MUG-STN-BLU"),))


def ask(order, connection):
    with entered(order.store_id):
        return request_submission(order=order, connection=connection, by=hub(), now=timezone.now())


def fresh(row):
    with entered(row.store_id):
        return type(row).objects.for_store(row.store_id).get(pk=row.pk)


def told(order):
    with entered(order.store_id):
        rows = OrderEvent.objects.for_store(order.store_id).filter(order=order).order_by("pk")
        return [row.sentence for row in rows]


def cancel(order):
    with entered(order.store_id):
        Order.objects.for_store(order.store_id).filter(pk=order.pk).update(
            canceled_at=timezone.now()
        )


def in_doubt(row):
    with entered(row.store_id):
        Submission.objects.for_store(row.store_id).filter(pk=row.pk).update(in_doubt=True)


def test_an_order_canceled_while_in_doubt_is_not_sent_after_all(store, unleashed, warehouse):
    order = order_for(store)
    row = ask(order, unleashed)
    in_doubt(row)
    cancel(order)

    work.do_due(seconds=10)

    after = fresh(row)
    assert (after.state, after.in_doubt) == ("failed", False)
    assert "canceled before it was sent" in after.problem
    assert warehouse.live_orders() == []


def test_an_order_in_doubt_that_had_arrived_is_found_and_not_sent_again(
    store, unleashed, warehouse
):
    order = order_for(store)
    row = ask(order, unleashed)
    warehouse.fail("accept_then_cut", match="POST /SalesOrders")

    work.do_due(seconds=10)

    assert fresh(row).state == "done"
    assert len(warehouse.live_orders()) == 1
    assert any("was not sent again" in sentence for sentence in told(order))


def test_what_a_look_up_did_not_find_is_told_and_sent(store, unleashed, warehouse):
    order = order_for(store)
    row = ask(order, unleashed)
    in_doubt(row)

    work.do_due(seconds=10)

    assert fresh(row).state == "done"
    assert any("is not there, so it is sent now" in sentence for sentence in told(order))


def test_an_order_canceled_while_it_was_sent_stays_and_says_so(
    store, unleashed, warehouse, monkeypatch
):
    order = order_for(store)
    row = ask(order, unleashed)
    with entered(store):
        Connection.objects.for_store(store).update(settings={**unleashed.settings,
            "after_import_folder": str(order.folder_id + 1)})  # fmt: skip
    post = UnleashedSandbox.answer

    def cancel_meanwhile(self, request):
        if request.method == "POST" and request.path.startswith("/SalesOrders"):
            cancel(order)
            database.close()  # of the vendor's thread
        return post(self, request)

    monkeypatch.setattr(UnleashedSandbox, "answer", cancel_meanwhile)

    work.do_due(seconds=10)

    assert fresh(row).state == "done"
    with entered(store):
        assert Order.objects.for_store(store).get(pk=order.pk).folder.name == "New"
    assert any("canceled meanwhile" in sentence for sentence in told(order))


def test_a_warehouse_that_does_not_exist_is_refused_on_its_field(store, unleashed):
    with pytest.raises(Refused, match="no warehouse NOPE") as no:
        change_settings(
            connection=unleashed, values={**unleashed.settings, "warehouse_code": "NOPE"}
        )

    assert no.value.field == "warehouse_code"


def test_refused_credentials_hold_the_order_and_good_ones_release_it(store, unleashed, warehouse):
    order = order_for(store)
    row = ask(order, unleashed)
    warehouse.fail("unauthorized", times=10)
    work.do_due(seconds=10)
    assert (fresh(row).state, fresh(unleashed).state) == ("held", "paused")
    with entered(store), pytest.raises(Refused, match="paused"):
        try_again(row=fresh(row), by=hub(), now=timezone.now())

    warehouse.faults.clear()
    change_settings(connection=fresh(unleashed), values=fresh(unleashed).settings)
    work.do_due(seconds=10)

    assert fresh(row).state == "done"
    assert len(warehouse.live_orders()) == 1


def test_credentials_mended_meanwhile_are_not_paused_by_an_old_refusal(store, unleashed):
    with entered(store):
        Connection.objects.for_store(store).update(revision=unleashed.revision + 1)

        assert not pause(unleashed, "refused")
        assert not is_paused(unleashed)


def test_holding_and_mending_do_not_miss_each_other(store, unleashed, warehouse):
    """A worker that saw the pause holds only while the pause cannot end under its hands."""
    with entered(store):
        pause(unleashed, "refused")
    saved = threading.Event()

    def mend():
        change_settings(connection=fresh(unleashed), values=unleashed.settings)
        saved.set()
        database.close()

    mending = threading.Thread(target=mend)
    with entered(store):
        assert is_paused(fresh(unleashed))
        mending.start()
        assert not saved.wait(1.5), "the credentials were saved while a worker was holding"
    mending.join(10)

    assert saved.is_set()
    assert fresh(unleashed).state == "active"


def test_disconnecting_ends_what_waits_and_says_so(store, unleashed, warehouse):
    order = order_for(store)
    row = ask(order, unleashed)
    with entered(store):
        disconnect(connection=unleashed)

    work.do_due(seconds=5)

    assert fresh(row).state == "failed"
    assert warehouse.live_orders() == []
    assert any("disconnected before" in sentence for sentence in told(order))


def test_a_save_does_not_undo_a_disconnect(store, unleashed):
    stale = fresh(unleashed)
    with entered(store):
        disconnect(connection=unleashed)

    with pytest.raises(Refused, match="changed this connection"):
        change_settings(connection=stale, values=stale.settings)

    assert fresh(unleashed).state == "disconnected"


@pytest.mark.parametrize("state", ["failed", "parked"])
def test_asking_again_for_what_failed_tries_again(store, unleashed, warehouse, state):
    order = order_for(store)
    row = ask(order, unleashed)
    with entered(store):
        Submission.objects.for_store(store).update(state=state)

    ask(order, unleashed)
    work.do_due(seconds=10)

    assert fresh(row).state == "done"
    assert len(warehouse.live_orders()) == 1


def test_asking_again_for_what_is_done_sends_nothing_and_tells_nothing(store, unleashed, warehouse):
    order = order_for(store)
    ask(order, unleashed)
    work.do_due(seconds=10)
    before = told(order)

    ask(order, unleashed)
    work.do_due(seconds=10)

    assert told(order) == before
    assert len(warehouse.live_orders()) == 1


def test_a_worker_whose_lease_is_gone_sends_nothing(store, unleashed, warehouse):
    order = order_for(store)
    row = ask(order, unleashed)
    (mine,) = work.claim(Submission)
    with entered(store):
        Submission.objects.for_store(store).filter(pk=row.pk).update(fence=mine.fence + 1)

    work.perform(mine)

    assert warehouse.live_orders() == []


def test_secrets_that_cannot_be_opened_pause_and_ask_for_them(store, unleashed, warehouse):
    order = order_for(store)
    row = ask(order, unleashed)
    with entered(store):
        Connection.objects.for_store(store).update(sealed_secrets="not ours")

    work.do_due(seconds=5)

    assert (fresh(row).state, fresh(unleashed).state) == ("held", "paused")
    assert any("Enter them again" in sentence for sentence in told(order))


def test_a_parcel_is_kept_even_if_the_carts_secrets_cannot_be_opened(store, settings):
    with ShopifySandbox() as shop:
        settings.VENDOR_URLS = {**settings.VENDOR_URLS, "shopify": shop.url}
        known = shop.credentials()
        connect(
            store=store,
            key="shopify",
            values={
                "shop_domain": known["shop_domain"],
                "access_token": known["access_token"],
                "webhook_secret": known["app_secret"],
            },
        )
    order = order_for(store)
    with entered(store):
        Connection.objects.for_store(store).update(sealed_secrets="not ours")
        draft = ShipmentDraft(tracking_number="1Z999AA10123456784")
        shipment = add_shipment(
            order=order, draft=draft, source="Manual", by=hub(), now=timezone.now()
        )
        asked = Submission.objects.for_store(store).get(verb="push_shipment")

    assert shipment
    assert asked.shipment_id == shipment.pk


def test_a_submission_that_kills_workers_is_parked_and_the_timeline_says_so(store, unleashed):
    order = order_for(store)
    row = ask(order, unleashed)
    for _ in range(3):
        work.claim(Submission)
        with entered(store):
            Submission.objects.for_store(store).update(leased_until="2020-01-01T00:00:00Z")
        work.sweep()

    assert fresh(row).state == "parked"
    assert any("Parked after the third time" in sentence for sentence in told(order))


def test_a_pull_is_never_parked_for_failing(store, unleashed, warehouse):
    with entered(store):
        row = Schedule(
            store=store, connection=unleashed, verb="shipments", interval_seconds=60, attempts=40
        )
        row.save()
    (mine,) = work.claim(Schedule)

    with entered(store):
        work.settle(mine, work.Retry("The hub stumbled."))

    assert fresh(row).state == "waiting"


def test_a_sandbox_connection_never_calls_the_real_vendor(store, settings):
    settings.VENDOR_URLS = {}

    with pytest.raises(Refused, match="could not be reached"):
        connect(
            store=store,
            key="unleashed",
            values={"api_id": "a", "api_key": "b"},
            environment="sandbox",
        )


def test_a_parcel_without_a_number_gets_it_when_the_warehouse_has_one(store, unleashed, warehouse):
    order = order_for(store)
    ask(order, unleashed)
    work.do_due(seconds=10)
    (sent,) = warehouse.live_orders()
    parcel = PulledShipment(
        draft=ShipmentDraft(tracking_number="n/a", external_id="S1"), order_external_id=sent["Guid"]
    )
    numbered = PulledShipment(
        draft=ShipmentDraft(tracking_number="1Z999AA10123456784", external_id="S1"),
        order_external_id=sent["Guid"],
    )
    source = Source(store, fresh(unleashed), Pulls([parcel], [numbered], [numbered]))

    met = [pull(source, verb="shipments") for _ in range(3)]

    assert [(each.new, each.changed) for each in met] == [(1, 0), (0, 1), (0, 0)]
    with entered(store):
        (row,) = Shipment.objects.for_store(store).filter(order=order)
    assert (row.tracking_number, row.carrier_code) == ("1Z999AA10123456784", "UPS")


def test_a_parcel_of_an_order_still_in_doubt_finds_its_order(store, unleashed):
    order = order_for(store)
    row = ask(order, unleashed)
    in_doubt(row)
    parcel = PulledShipment(
        draft=ShipmentDraft(tracking_number="1Z999AA10123456784", external_id="S1"),
        order_external_id=str(row.reference),
    )

    met = pull(Source(store, fresh(unleashed), Pulls([parcel])), verb="shipments")

    assert (met.new, met.skipped) == (1, 0)


def test_a_parcel_of_a_strange_order_is_skipped_with_its_number(store, unleashed):
    parcel = PulledShipment(
        draft=ShipmentDraft(tracking_number="1", external_id="S1"), order_external_number="SO-9"
    )

    met = pull(Source(store, fresh(unleashed), Pulls([parcel])), verb="shipments")

    assert (met.new, met.skipped) == (0, 1)
    assert "SO-9" in met.reasons[0]


@pytest.fixture
def shop(settings):
    with ShopifySandbox() as vendor:
        settings.VENDOR_URLS = {**settings.VENDOR_URLS, "shopify": vendor.url}
        yield vendor


@pytest.fixture
def shopify(store, shop):
    known = shop.credentials()
    values = {
        "shop_domain": known["shop_domain"],
        "access_token": known["access_token"],
        "webhook_secret": known["app_secret"],
    }
    return connect(store=store, key="shopify", values=values)


def kinds_of_coming(store):
    with entered(store):
        rows = OrderEvent.objects.for_store(store).order_by("pk")
        return [row.kind for row in rows if row.kind in ("imported", "history_imported")]


def test_connecting_a_shop_does_not_bring_last_years_orders_in(store, shop):
    shop.shop.place("us", webhooks=False, changes={"updated_at": "2020-01-01T00:00:00Z"})
    known = shop.credentials()
    values = {
        "shop_domain": known["shop_domain"],
        "access_token": known["access_token"],
        "webhook_secret": known["app_secret"],
    }
    connect(store=store, key="shopify", values=values)

    work.do_due(seconds=10)

    with entered(store):
        assert Order.objects.for_store(store).count() == 0


def test_an_old_order_that_is_touched_later_comes_as_history(store, shop, shopify):
    shop.shop.place("us", webhooks=False, changes={"created_at": "2020-01-01T00:00:00Z"})

    work.do_due(seconds=10)

    assert kinds_of_coming(store) == ["history_imported"]


def test_orders_asked_for_by_date_come_as_new_ones(store, shop, shopify):
    shop.shop.place("us", webhooks=False, changes={"created_at": "2020-01-01T00:00:00Z"})

    sync(store=store, key="shopify", verb="orders", since=datetime(2019, 1, 1, tzinfo=UTC))

    assert kinds_of_coming(store) == ["imported"]


def test_a_missed_webhook_is_made_up_by_the_next_pull(store, shop, shopify):
    shop.shop.place("us", webhooks=False)

    work.do_due(seconds=10)

    assert kinds_of_coming(store) == ["imported"]


def test_a_record_a_pull_cannot_take_is_kept_shown_once_and_can_be_replayed(store, shop, shopify):
    shop.shop.place("us", webhooks=False, changes={"total_price": "lots"})
    shop.shop.place("us", webhooks=False)

    for _ in range(2):
        met = sync(
            store=store, key="shopify", verb="orders", since=datetime(2019, 1, 1, tzinfo=UTC)
        )

    assert met.failed == 1
    with entered(store):
        (kept,) = InboundMessage.objects.for_store(store).filter(state="failed")
        assert Order.objects.for_store(store).count() == 1
        body = bytes(kept.body).replace(b"lots", b"12.00")
        InboundMessage.objects.for_store(store).filter(pk=kept.pk).update(body=body)
        replay(message=kept)
    work.do_due(seconds=10)
    with entered(store):
        assert Order.objects.for_store(store).count() == 2


def test_a_record_with_an_unstorable_number_does_not_stop_the_others(store, shop, shopify):
    shop.shop.place("us", webhooks=False, changes={"name": "#\x00", "total_price": "lots"})
    shop.shop.place("us", webhooks=False)

    met = sync(store=store, key="shopify", verb="orders", since=datetime(2019, 1, 1, tzinfo=UTC))

    assert (met.new, met.failed) == (1, 1)


class Pulls(Unleashed):
    """A warehouse that tells of these parcels, one page a pull."""

    def __init__(self, *pages):
        self.pages = list(pages)

    def list_shipments(self, cursor, since):
        yield Page(self.pages.pop(0))
