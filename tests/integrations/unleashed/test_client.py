"""Unleashed over real HTTP: signing, paging, customers, and one order whatever happens."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as tries
from hypothesis import strategies as st

from integrations.base import Account, Receipt, StockCount
from integrations.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    RequestRejected,
    TemporaryFailure,
)
from integrations.sandbox.unleashed import sign as vendors_sign
from integrations.unleashed import arrivals
from integrations.unleashed.client import UnleashedClient, sign
from integrations.unleashed.integration import Unleashed, _read
from integrations.unleashed.values import iso
from orders.models import Order
from tests.integrations.loaded import loaded_item, loaded_order, loaded_shipment
from tests.integrations.unleashed.bench import REFERENCE, Bench

OTHER_REFERENCE = "5d0b7f52-7a0e-4f0e-9a57-1f3f6c1d1a01"


@pytest.fixture
def company(settings: Any) -> Iterator[Bench]:
    settings.VENDOR_TIMEOUT_SECONDS = 1
    bench = Bench()
    yield bench
    bench.vendor.stop()


def submit(
    company: Bench, order: Order | None = None, reference: str = REFERENCE, **options: Any
) -> Receipt:
    return company.plugin(**options).submit_order(order or company.order, reference=reference)


def sent(company: Bench) -> list[dict[str, Any]]:
    return company.vendor.live_orders()


def asked(company: Bench, match: str) -> list[str]:
    return [f"{row['path']}?{row['query']}" for row in company.vendor.ledger.requests(match)]


# --- signing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("message", "signature"),
    [
        ("", "JxHMI+mrG4qbwP6ZEjjakmcWJKnr2vHBq+wG5+mhT5s="),
        ("pageSize=1", "2WgyInTCSPx3zeFTg92zKQjrZjo4w4LSPdsL/yAKXOI="),
    ],
)
def test_only_the_query_is_signed_with_the_keys_own_characters(message, signature):
    assert sign(message, "test-key") == signature


@given(st.text(), st.text())
def test_any_text_is_signed_as_the_vendor_signs_it(message, key):
    if all(not 0xD800 <= ord(letter) < 0xE000 for letter in message + key):
        assert sign(message, key) == vendors_sign(message, key)


@pytest.mark.parametrize(
    "email", ["a+b@example.com", "ü&x=1@example.com", "100%@example.com", "a b"]
)
def test_what_has_to_be_escaped_is_signed_as_it_is_sent(company, email):
    submit(company, loaded_order(email=email))

    assert len(sent(company)) == 1


def test_a_wrong_key_is_put_on_the_key(company):
    right = company.plugin().account
    plugin = Unleashed(replace(right, secrets={"api_key": "wrong"}))

    with pytest.raises(CredentialsRefused) as caught:
        plugin.check()

    assert caught.value.field == "api_key"


def test_the_vendors_own_address_is_used_where_none_is_given(settings):
    settings.VENDOR_TIMEOUT_SECONDS = 0.001
    plugin = UnleashedClient(Account(settings={"api_id": "x"}, secrets={"api_key": "y"}))

    with pytest.raises(TemporaryFailure) as caught:
        plugin.prove()

    assert caught.value.evidence["url"].startswith("https://api.unleashedsoftware.com/Warehouses?")


# --- an order out -------------------------------------------------------------------------------


def test_an_order_arrives_with_its_lines_and_address(company):
    receipt = submit(company)

    (order,) = sent(company)
    assert (receipt.external_id, receipt.external_number) == (order["Guid"], order["OrderNumber"])
    assert receipt.external_id == REFERENCE
    assert order["SourceId"] == str(company.order.pk)
    assert order["CustomerRef"] == "1001"
    assert order["Warehouse"]["WarehouseCode"] == "MAIN"
    assert order["Tax"]["TaxCode"] == "NONE"
    assert order["DeliveryCity"] == "Springfield"
    assert [line["Product"]["ProductCode"] for line in order["SalesOrderLines"]] == ["MUG-STN-BLU"]


def test_a_warehouse_of_the_settings_is_used(company):
    item = loaded_item()

    submit(company, loaded_order(items=[item], checkout_data={"OrderStatus": "Parked"}),
           warehouse_code="EAST")  # fmt: skip

    assert sent(company)[0]["Warehouse"]["WarehouseCode"] == "EAST"
    assert asked(company, "GET /Warehouses") == []


def test_all_that_a_merchant_may_set_arrives(company):
    item = loaded_item(metadata={"LineTax": "5.40", "DiscountRate": "0.25"})
    data = {
        "currency": "NZD", "customer_code": "ALPINE", "DeliveryInstruction": "Back door",
        "ExchangeRate": "1.5", "OrderStatus": "Parked", "TaxCode": "G.S.T.",
        "RequiredDate": "2026-12-24", "guid": OTHER_REFERENCE,
    }  # fmt: skip

    receipt = submit(company, loaded_order(items=[item], checkout_data=data))

    (order,) = sent(company)
    assert receipt.external_id == order["Guid"] == OTHER_REFERENCE
    assert order["Currency"]["CurrencyCode"] == "NZD"
    assert order["Customer"]["CustomerCode"] == "ALPINE"
    assert (order["OrderStatus"], order["ExchangeRate"]) == ("Parked", 1.5)
    assert (order["Tax"]["TaxCode"], order["TaxRate"]) == ("G.S.T.", 0.15)
    assert (order["SubTotal"], order["TaxTotal"], order["Total"]) == (27.0, 5.4, 32.4)
    assert order["DeliveryInstruction"] == "Back door"


def test_tracking_goes_into_the_comments_only_with_to_unleashed(company):
    parcels = [loaded_shipment()]
    for number, way in enumerate(("to", "from", "disabled")):
        reference = f"{number}{REFERENCE[1:]}"
        submit(company, loaded_order(shipments=parcels), reference, sync_tracking=way)

    noted = [order["Comments"] for order in sent(company)]
    assert noted == ["Tracking: UPS 1Z999AA10123456784", None, None]


@tries(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.decimals(min_value="0.0001", max_value=500, places=4),
            st.decimals(min_value=0, max_value=9_999, places=4),
            st.decimals(min_value=0, max_value=1, places=4),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_the_vendor_never_finds_a_total_wrong(rows):
    items = [
        loaded_item(quantity=quantity, price=price, metadata={"DiscountRate": str(rate)})
        for quantity, price, rate in rows
    ]
    order = loaded_order(items=items, checkout_data={"OrderStatus": "Parked"})
    bench = Bench()

    try:
        assert submit(bench, order).external_number
    finally:
        bench.vendor.stop()


# --- who buys -----------------------------------------------------------------------------------


def test_a_known_buyer_is_found_by_mail_address(company):
    submit(company, loaded_order(email="Buying@Alpine.example.com"))

    assert sent(company)[0]["Customer"]["CustomerCode"] == "ALPINE"
    assert asked(company, "POST /Customers") == []


def test_a_new_buyer_is_made_once(company):
    submit(company, loaded_order(email="ada@example.com"))
    submit(company, loaded_order(email="ADA@example.com"), OTHER_REFERENCE)

    codes = [order["Customer"]["CustomerCode"] for order in sent(company)]
    assert codes == ["ada@example.com", "ada@example.com"]
    assert len(asked(company, "POST /Customers")) == 1


def test_a_code_somebody_else_has_already_is_used_as_it_is(company):
    order = loaded_order(email="", customer_company="ALPINE")

    submit(company, order)

    assert sent(company)[0]["Customer"]["CustomerCode"] == "ALPINE"


def test_the_default_customer_of_the_settings_takes_all_orders(company):
    submit(company, default_customer_code="WEBSHOP")

    assert sent(company)[0]["Customer"]["CustomerCode"] == "WEBSHOP"
    assert asked(company, "GET /Customers") == []


def test_a_buyer_made_without_an_answer_is_no_doubt_about_the_order(company):
    company.vendor.fail("accept_then_cut", match="POST /Customers")

    with pytest.raises(TemporaryFailure) as caught:
        submit(company)
    submit(company)

    assert type(caught.value) is TemporaryFailure
    assert len(sent(company)) == 1


# --- once, whatever happens ---------------------------------------------------------------------


@pytest.mark.parametrize("repost", ["upsert", "refuse"])
@pytest.mark.parametrize("status", ["Parked", "Completed"])
def test_a_resend_leaves_one_order_whatever_the_vendor_does_with_a_known_guid(
    company, repost, status
):
    company.vendor.orders.repost = repost
    order = loaded_order(checkout_data={"OrderStatus": status})

    receipts = [submit(company, order) for _ in range(3)]

    assert len(sent(company)) == 1
    assert len({receipt.external_id for receipt in receipts}) == 1


def test_an_order_that_changed_here_since_is_still_the_same_there(company):
    submit(company)
    company.order.order_notes = [{"content": "written meanwhile"}]

    receipt = submit(company)

    assert receipt.external_id == REFERENCE
    assert len(sent(company)) == 1


def test_an_order_that_arrived_under_another_guid_is_found_by_our_id(company):
    submit(company, reference=OTHER_REFERENCE)

    found = company.plugin().find_order(company.order, reference=REFERENCE)

    assert found is not None
    assert found.external_id == OTHER_REFERENCE


def test_an_order_of_another_hub_with_our_id_is_not_taken_for_ours(company):
    submit(company, reference=OTHER_REFERENCE)
    namesake = loaded_order(pk=company.order.pk, source_id="777")

    assert company.plugin().find_order(namesake, reference=REFERENCE) is None


def test_a_guid_chosen_twice_never_overwrites_the_first_order(company):
    chosen = {"guid": OTHER_REFERENCE, "OrderStatus": "Parked"}
    submit(company, loaded_order(checkout_data=chosen))

    with pytest.raises(RequestRejected, match="belongs to Unleashed order SO-00000001"):
        submit(company, loaded_order(source_id="1002", checkout_data=chosen))

    assert [order["CustomerRef"] for order in sent(company)] == ["1001"]


def test_an_answer_about_another_order_is_a_doubt(company):
    company.vendor.fail("html_error", status=201, match="POST /SalesOrders")

    with pytest.raises(OutcomeUnknown, match="took the request, but its answer is not JSON"):
        submit(company)


@pytest.mark.parametrize(("calls", "customers", "orders"), [(0, 0, 0), (1, 1, 0), (2, 1, 1)])
def test_it_is_asked_before_every_change_whether_to_go_on(company, calls, customers, orders):
    plugin = company.plugin()
    left = iter(range(calls))

    def stop_after_so_many() -> None:
        if next(left, None) is None:
            raise TimeoutError

    plugin.before_effect = stop_after_so_many
    with suppress(TimeoutError):
        plugin.submit_order(company.order, reference=REFERENCE)

    assert len(asked(company, "POST /Customers")) == customers
    assert len(sent(company)) == orders


# --- refusals -----------------------------------------------------------------------------------


def test_a_product_unleashed_does_not_know_is_named(company):
    items = [loaded_item(), loaded_item(name="Gift wrapping", code="WRAP-GIFT")]

    with pytest.raises(RequestRejected) as caught:
        submit(company, loaded_order(items=items))

    assert caught.value.message == (
        "Unleashed refuses the order. Item 2 (WRAP-GIFT): Product WRAP-GIFT does not exist."
    )
    assert caught.value.evidence["status"] == "400"


def test_goods_out_of_stock_are_named(company):
    scarce = loaded_item(code="CANDLE-LTD-7", quantity=Decimal(3))

    with pytest.raises(RequestRejected, match="CANDLE-LTD-7: 3 wanted, 2 in stock"):
        submit(company, loaded_order(items=[scarce]))


def test_what_cannot_be_sent_costs_no_call(company):
    with pytest.raises(RequestRejected, match="has no code"):
        submit(company, loaded_order(items=[loaded_item(code="")]))

    assert company.vendor.ledger.requests() == []


def test_small_lists_are_asked_for_once_and_anew_after_a_refusal(company):
    submit(company)
    submit(company, loaded_order(), OTHER_REFERENCE)
    assert len(asked(company, "GET /Taxes")) == 1

    with pytest.raises(RequestRejected):
        submit(company, loaded_order(items=[loaded_item(code="UNKNOWN")]), "6" + REFERENCE[1:])
    submit(company, loaded_order(), "7" + REFERENCE[1:])

    assert len(asked(company, "GET /Taxes")) == 2


# --- shipments and stock in ---------------------------------------------------------------------


def shipped(company: Bench, count: int = 1) -> None:
    for number in range(count):
        reference = f"{number:08x}{REFERENCE[8:]}"
        submit(company, loaded_order(), reference)
        company.vendor.shipments.ship(company.vendor.orders.get(reference))


def test_a_shipment_comes_back_with_what_it_is_about(company):
    receipt = submit(company)
    company.vendor.shipments.ship(company.vendor.orders.get(REFERENCE), carrier="FedEx")

    (page,) = company.plugin().list_shipments("", None)

    (parcel,) = page.rows
    assert parcel.order_external_id == receipt.external_id
    assert parcel.order_external_number == receipt.external_number
    assert (parcel.draft.carrier_code, parcel.draft.tracking_number) == (
        "FedEx",
        "1ZSANDBOX000000001",
    )
    assert parcel.draft.lines[0]["code"] == "MUG-STN-BLU"


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_no_shipment_is_missed_in_whatever_order_they_are_listed(company, order, monkeypatch):
    monkeypatch.setattr("integrations.unleashed.client.PAGE_SIZE", 2)
    company.vendor.shipment_order = order
    shipped(company, 5)

    pages = list(company.plugin().list_shipments("", None))

    assert [len(page.rows) for page in pages] == [2, 2, 1]
    ids = {row.draft.external_id for page in pages for row in page.rows}
    assert len(ids) == 5
    assert [bool(page.cursor) for page in pages] == [False, False, True]


def test_the_page_stands_in_the_path(company, monkeypatch):
    monkeypatch.setattr("integrations.unleashed.client.PAGE_SIZE", 2)
    shipped(company, 3)

    list(company.plugin().list_shipments("", None))

    assert asked(company, "GET /SalesShipments") == [
        "/SalesShipments/1?pageSize=2&shipmentStatus=Dispatched",
        "/SalesShipments/2?pageSize=2&shipmentStatus=Dispatched",
    ]


def test_the_next_run_asks_from_a_little_before_the_newest(company):
    shipped(company)
    (page,) = company.plugin().list_shipments("", None)

    (again,) = company.plugin().list_shipments(page.cursor, None)

    since = datetime.fromisoformat(page.cursor) - timedelta(minutes=5)
    wanted = f"modifiedSince={since.isoformat(timespec='milliseconds')}&"
    assert wanted in asked(company, "GET /SalesShipments")[-1]
    assert [row.draft.external_id for row in again.rows] == [
        row.draft.external_id for row in page.rows
    ]


def change_shipment(company: Bench, **fields: Any) -> None:
    (shipment,) = company.vendor.shipments.all()
    company.vendor.storage.put("SalesShipment", shipment["Guid"], shipment | fields)


def test_a_number_written_later_brings_the_same_parcel_again(company):
    shipped(company)
    change_shipment(company, TrackingNumber=None)
    (page,) = company.plugin().list_shipments("", None)
    an_hour_later = int((datetime.now(UTC) + timedelta(hours=1)).timestamp() * 1000)
    change_shipment(company, TrackingNumber="1Z7", LastModifiedOn=an_hour_later)

    (again,) = company.plugin().list_shipments(page.cursor, None)

    (before,), (after,) = page.rows, again.rows
    assert (before.draft.tracking_number, after.draft.tracking_number) == ("n/a", "1Z7")
    assert before.draft.external_id == after.draft.external_id


def test_a_mark_never_lies_in_the_future(company):
    shipped(company)
    ahead = datetime.now(UTC) + timedelta(hours=1)
    change_shipment(company, LastModifiedOn=int(ahead.timestamp() * 1000))

    (page,) = company.plugin().list_shipments("", None)
    (again,) = company.plugin().list_shipments(iso(ahead), None)

    now = iso(datetime.now(UTC))
    assert page.cursor <= now
    assert again.cursor <= now
    assert len(again.rows) == 1


def test_where_nothing_was_shipped_the_mark_stays(company):
    (page,) = company.plugin().list_shipments("2026-01-01T00:00:00.000", None)

    assert (page.rows, page.problems, page.cursor) == ([], [], "2026-01-01T00:00:00.000")


def test_one_shipment_that_cannot_be_read_stops_no_other(company):
    shipped(company, 3)
    poison = company.vendor.shipments.all()[1]
    company.vendor.storage.put(
        "SalesShipment", poison["Guid"], poison | {"OrderGuid": None, "OrderNumber": ""}
    )

    (page,) = company.plugin().list_shipments("", None)

    assert len(page.rows) == 2
    assert page.problems == ["Unleashed shipment SS-00000002 does not say whose it is."]
    assert page.cursor


def test_counts_come_back_for_what_ever_moved(company):
    (page,) = company.plugin().list_stock("", None)

    counts = {row.code: row.quantity for row in page.rows}
    assert counts["CANDLE-LTD-7"] == 2
    assert "SET-DESK-NEW" not in counts


def test_one_count_that_cannot_be_kept_stops_no_other():
    page: list[dict[str, Any]] = [
        {"ProductCode": "GOOD", "AvailableQty": Decimal("7.9")},
        {"ProductCode": "BIG", "AvailableQty": 2**31},
        {"ProductCode": "HUGE", "AvailableQty": Decimal("1e400000000")},
        {"ProductCode": "NAN", "AvailableQty": "NaN"},
        {"ProductCode": "WORD", "AvailableQty": "seven"},
        {"ProductCode": "YES", "AvailableQty": True},
        {"ProductCode": "NULL", "AvailableQty": None},
        {"ProductCode": "C" * 121, "AvailableQty": 1},
        {"ProductCode": "LONG", "AvailableQty": 1, "ProductDescription": "n" * 501},
        {"AvailableQty": 1},
        {},
    ]

    (read,) = _read([page], arrivals.stock_count, "")

    assert read.rows == [StockCount("GOOD", 7)]
    assert len(read.problems) == len(page) - 1
    assert all(told.startswith("Unleashed ") and told.endswith(".") for told in read.problems)


def test_counts_are_asked_for_one_warehouse_where_one_is_set(company):
    list(company.plugin(warehouse_code="EAST").list_stock("", datetime(2026, 1, 1, tzinfo=UTC)))

    assert asked(company, "GET /StockOnHand") == [
        "/StockOnHand/1?pageSize=200&modifiedSince=2026-01-01T00:00:00.000&warehouseCode=EAST"
    ]


@pytest.mark.parametrize(
    ("options", "shipments", "stock"),
    [
        ({}, True, False),
        ({"sync_tracking": "to"}, False, False),
        ({"sync_tracking": "disabled", "sync_inventory": True}, False, True),
    ],
)
def test_only_what_the_settings_ask_for_is_fetched(company, options, shipments, stock):
    plugin = company.plugin(**options)

    assert plugin.wants("list_shipments") is shipments
    assert plugin.wants("list_stock") is stock
    assert plugin.wants("submit_order")
