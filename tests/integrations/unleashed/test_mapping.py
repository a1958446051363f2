"""Our order out, as Unleashed wants it; its shipments and counts in."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from integrations.errors import RequestRejected, UnexpectedReply
from integrations.sandbox.unleashed_checks import _check_totals
from integrations.sandbox.unleashed_values import Problems
from integrations.unleashed.arrivals import pulled_shipment, stock_count
from integrations.unleashed.mapping import order_guid, refusal, sales_order
from integrations.unleashed.parties import (
    default_warehouse,
    named_customer,
    new_customer,
    picked_customer,
    tax,
)
from integrations.unleashed.values import problems_of, query, read_date
from orders.drafts import ShipmentDraft
from tests.integrations.loaded import loaded_item, loaded_order, loaded_shipment

OURS = Path(__file__).with_name("payloads")
# Recorded answers of public repositories, beside the checkout on machines that have them.
SHARED = Path(settings.BASE_DIR).parent / "shared" / "data" / "payloads" / "unleashed"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the recorded payloads are not on this machine"
)
GUID = "0b9ff6de-39cc-4c7b-a11f-1b0f3a7a44c5"
TAXES = [
    {"TaxCode": "EXEMPT", "TaxRate": Decimal("0.0")},
    {"TaxCode": "NONE", "TaxRate": Decimal("0.0")},
    {"TaxCode": "G.S.T.", "TaxRate": Decimal("0.15")},
    {"TaxCode": "OLD", "TaxRate": Decimal("0.2"), "Obsolete": True},
]


def mapped(with_tracking: Any = False, **fields: Any) -> dict[str, Any]:
    return sales_order(loaded_order(**fields), guid_=GUID, with_tracking=with_tracking)


def refused(**fields: Any) -> str:
    with pytest.raises(RequestRejected) as caught:
        mapped(**fields)
    return caught.value.message


# --- the order ----------------------------------------------------------------------------------


def test_an_everyday_order_has_all_unleashed_requires():
    order = loaded_order(pk=42)

    body = sales_order(order, guid_=GUID, with_tracking=False)

    assert body == {
        "Guid": GUID,
        "OrderDate": "2026-01-02T03:04:05.678",
        "OrderStatus": "Completed",
        "CustomerRef": "1001",
        "SourceId": "42",
        "Currency": {"CurrencyCode": "USD"},
        "ExchangeRate": 1,
        "DeliveryMethod": "Standard",
        "DeliveryName": "Ada Byron",
        "DeliveryStreetAddress": "12 Mill Lane",
        "DeliveryCity": "Springfield",
        "DeliveryRegion": "IL",
        "DeliveryCountry": "US",
        "DeliveryPostCode": "62701",
        "SalesOrderLines": [
            {
                "LineNumber": 1,
                "LineType": None,
                "Product": {"ProductCode": "MUG-STN-BLU"},
                "OrderQuantity": 2,
                "UnitPrice": Decimal("18.00"),
                "DiscountRate": 0,
                "LineTotal": Decimal("36.00"),
                "LineTax": Decimal("0.00"),
            }
        ],
        "SubTotal": Decimal("36.00"),
        "TaxTotal": Decimal("0.00"),
        "Total": Decimal("36.00"),
    }


@pytest.mark.parametrize("place", ["checkout_data", "order_metadata"])
@pytest.mark.parametrize(
    ("name", "value", "field", "sent"),
    [
        ("currency", "nzd", "Currency", {"CurrencyCode": "NZD"}),
        ("DeliveryInstruction", "Back door", "DeliveryInstruction", "Back door"),
        ("ExchangeRate", "1.3456", "ExchangeRate", Decimal("1.3456")),
        ("OrderStatus", "Parked", "OrderStatus", "Parked"),
        ("orderstatus", "placed", "OrderStatus", "Placed"),
        ("OrderStatus", "  ", "OrderStatus", "Completed"),
        ("RequiredDate", "2026-11-30", "RequiredDate", "2026-11-30T00:00:00.000"),
    ],
)
def test_a_merchants_own_value_is_sent(place, name, value, field, sent):
    assert mapped(**{place: {name: value}})[field] == sent


def test_checkout_data_goes_before_metadata():
    both = {
        "checkout_data": {"OrderStatus": "Parked"},
        "order_metadata": {"OrderStatus": "Placed"},
    }

    assert mapped(**both)["OrderStatus"] == "Parked"


@pytest.mark.parametrize("place", ["metadata", "variation_list"])
def test_an_items_own_values_are_sent(place):
    item = loaded_item(**{place: {"LineType": "2", "LineTax": "5.405", "DiscountRate": "0.1"}})

    body = mapped(items=[item])

    (line,) = body["SalesOrderLines"]
    assert (line["LineType"], line["LineTax"], line["DiscountRate"]) == (
        "2",
        Decimal("5.41"),
        Decimal("0.1"),
    )
    assert line["LineTotal"] == Decimal("32.40")
    assert (body["TaxTotal"], body["Total"]) == (Decimal("5.41"), Decimal("37.81"))


def test_the_guid_is_the_merchants_own_or_our_reference():
    assert order_guid(loaded_order(), reference=GUID.upper()) == GUID
    chosen = {"guid": "{C6F45C67-AF98-4639-AE18-679AEB4C3021}"}
    order = loaded_order(checkout_data=chosen)
    assert order_guid(order, reference=GUID) == "c6f45c67-af98-4639-ae18-679aeb4c3021"


def test_what_is_not_shipped_stays_here():
    gift_card = loaded_item(name="Gift card", code="", delivery_type="noship")

    body = mapped(items=[gift_card, loaded_item()])

    assert [line["LineNumber"] for line in body["SalesOrderLines"]] == [1]


def test_all_of_the_address_is_sent():
    body = mapped(
        shipping_company="Byron Ltd",
        shipping_address2="Flat 3",
        shipping_address3="Mill Yard",
        shipping_address4="North Side",
        shipping_phone="+1 555 0134",
    )

    assert body["DeliveryName"] == "Ada Byron, Byron Ltd"
    assert body["DeliveryStreetAddress2"] == "Flat 3"
    assert body["DeliverySuburb"] == "Mill Yard, North Side"
    assert body["Comments"] == "Phone: +1 555 0134"


def test_tracking_goes_along_only_where_it_is_wanted():
    parcels = [loaded_shipment(), loaded_shipment(carrier_code="", tracking_number="XY-2")]

    assert mapped(shipments=parcels, with_tracking=True)["Comments"] == (
        "Tracking: UPS 1Z999AA10123456784\nTracking: XY-2"
    )
    assert "Comments" not in mapped(shipments=parcels)


def test_comments_are_cut_behind_the_tracking():
    body = mapped(
        shipments=[loaded_shipment()], order_notes=[{"content": "x" * 5000}], with_tracking=True
    )

    assert body["Comments"].startswith("Tracking: UPS 1Z999AA10123456784\nxxx")
    assert len(body["Comments"]) == 2048


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"items": []}, "no item that is shipped"),
        ({"items": [loaded_item(quantity=Decimal(0))]}, "no item that is shipped"),
        ({"items": [loaded_item(code=" ")]}, "Item 1, 'Stoneware mug', has no code (SKU)"),
        ({"items": [loaded_item(quantity=Decimal("-1.50"))]}, "has the quantity -1.5."),
        ({"items": [loaded_item(metadata={"DiscountRate": "10"})]}, "0.1 for 10 %"),
        ({"items": [loaded_item(metadata={"LineTax": "some"})]}, "LineTax 'some' is not a number"),
        ({"checkout_data": {"OrderStatus": "Deleted"}}, "OrderStatus 'Deleted' cannot be set"),
        ({"checkout_data": {"RequiredDate": "soon"}}, "RequiredDate 'soon' is not a date"),
        ({"checkout_data": {"ExchangeRate": "NaN"}}, "ExchangeRate 'NaN' is not a number"),
        ({"shipping_postal_code": "9" * 51}, "DeliveryPostCode has 51 characters"),
        ({"shipping_city": "x" * 501}, "DeliveryCity has 501 characters"),
        ({"checkout_data": {"DeliveryInstruction": "x" * 501}}, "DeliveryInstruction has 501"),
    ],
)  # fmt: skip
def test_what_unleashed_cannot_take_is_refused_before_the_call(fields, words):
    message = refused(**fields)

    assert words in message
    assert message.endswith(".")


def test_a_guid_that_is_none_is_refused():
    with pytest.raises(RequestRejected, match="'seven' is not a GUID"):
        order_guid(loaded_order(checkout_data={"guid": "seven"}), reference=GUID)


amounts = st.decimals(min_value=0, max_value=99_999, places=4)
lines = st.tuples(
    st.decimals(min_value="0.0001", max_value=10_000, places=4),
    amounts,
    st.decimals(min_value=0, max_value=1, places=6),
    st.decimals(min_value=0, max_value=10_000, places=3),
)


@given(st.lists(lines, min_size=1, max_size=20))
def test_the_totals_agree_by_the_vendors_own_arithmetic(rows):
    items = [
        loaded_item(
            quantity=quantity,
            price=price,
            metadata={"DiscountRate": str(rate), "LineTax": str(line_tax)},
        )
        for quantity, price, rate, line_tax in rows
    ]

    body = mapped(items=items)

    problems = Problems()
    _check_totals(body, problems)
    assert problems.found == []
    assert body["Total"] == body["SubTotal"] + body["TaxTotal"]


# --- who, from where, under which tax -----------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "default", "named"),
    [
        ({"customer_guid": GUID.upper()}, "", {"Guid": GUID}),
        ({"customer_guid": GUID, "customer_code": "ACME"}, "D", {"Guid": GUID}),
        ({"customer_code": "ACME"}, "D", {"CustomerCode": "ACME"}),
        ({}, "D", {"CustomerCode": "D"}),
        ({}, "", None),
    ],
)
def test_the_customer_is_the_one_named_nearest(data, default, named):
    assert named_customer(loaded_order(checkout_data=data), default_code=default) == named


def test_the_same_buyer_is_the_same_new_customer():
    one = new_customer(loaded_order(email="Ada@Example.com "), company="a")
    other = new_customer(loaded_order(email="ada@example.com"), company="a")

    assert one["Guid"] == other["Guid"]
    assert one["CustomerCode"] == "ada@example.com"
    assert one["CustomerName"] == "Ada Byron"


def test_two_companies_never_share_a_customers_guid():
    guids = {new_customer(loaded_order(), company=company)["Guid"] for company in ("a", "b")}

    assert len(guids) == 2


def test_a_buyer_without_an_address_of_mail_is_known_by_company_or_name():
    assert (
        new_customer(loaded_order(email="", customer_company="Byron Ltd"), company="a")[
            "CustomerCode"
        ]
        == "Byron Ltd"
    )
    nobody = loaded_order(
        email="", customer_first_name="", customer_last_name="", shipping_first_name="",
        shipping_last_name="", shipping_address1="", shipping_city="", shipping_state="",
        shipping_postal_code="", shipping_country="",
    )  # fmt: skip
    with pytest.raises(RequestRejected, match="neither an e-mail address nor a name"):
        new_customer(nobody, company="a")


def test_of_several_customers_found_it_is_always_the_same():
    found: list[dict[str, Any]] = [
        {"Guid": "2", "CustomerCode": "B"},
        {"Guid": "1", "CustomerCode": "A"},
        {"Guid": None},
    ]

    assert picked_customer(found, lambda _: True) == {"Guid": "1"}
    assert picked_customer(reversed(found), lambda _: True) == {"Guid": "1"}
    assert picked_customer(found, lambda _: False) is None


def test_the_default_warehouse_is_the_one_marked_so():
    rows: list[dict[str, Any]] = [
        {"WarehouseCode": "EAST"},
        {"WarehouseCode": "MAIN", "IsDefault": True},
    ]

    assert default_warehouse(rows) == {"WarehouseCode": "MAIN"}
    with pytest.raises(RequestRejected, match="Write a warehouse code"):
        default_warehouse(rows[:1])


@pytest.mark.parametrize(
    ("data", "code", "rate"),
    [
        ({}, "NONE", "0"),
        ({"TaxCode": "g.s.t."}, "G.S.T.", "0.15"),
        ({"TaxCode": "G.S.T.", "TaxRate": "0.125"}, "G.S.T.", "0.125"),
        ({"TaxRate": "0.15"}, "G.S.T.", "0.15"),
        ({"TaxCode": "UNHEARD-OF"}, "UNHEARD-OF", "0"),
    ],
)
def test_the_tax_is_the_orders_own_or_none(data, code, rate):
    found = tax(loaded_order(checkout_data=data), TAXES)

    assert found == {
        "Tax": {"TaxCode": code, "TaxRate": Decimal(rate)},
        "TaxRate": Decimal(rate),
    }


@pytest.mark.parametrize("rate", ["15", "0.2"])
def test_a_rate_no_code_has_is_refused(rate):
    with pytest.raises(RequestRejected, match=f"no tax code with the rate {rate}"):
        tax(loaded_order(checkout_data={"TaxRate": rate}), TAXES)


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b'{"Items":[{"Field":"A","Description":"Bad.","ErrorCode":1}]}', [("A", "Bad.")]),
        (b'[{"Field":null,"Description":"Bad"}]', [("", "Bad")]),
        (b'{"Description":"Bad"}', [("", "Bad")]),
        (b'{"Items":[]}', []),
        (b'{"Items":"x"}', []),
        (b"Bad request", []),
        (b"<html>", []),
        (b"", []),
    ],
)
def test_reasons_are_found_in_every_shape(body, found):
    assert problems_of(body) == found


def test_a_reason_names_the_item_it_is_about():
    order = loaded_order(items=[loaded_item(delivery_type="noship"), loaded_item(code="WRAP-GIFT")])
    said = "Product WRAP-GIFT does not exist."
    row = {"Field": "SalesOrderLines[0].Product.ProductCode", "Description": said, "ErrorCode": 2}
    other = {"Field": "Total", "Description": "Total should be 1", "ErrorCode": 5}

    assert refusal(json.dumps({"Items": [row, other]}).encode(), order) == (
        "Item 1 (WRAP-GIFT): Product WRAP-GIFT does not exist. Total should be 1."
    )


# --- dates and queries --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_", "found"),
    [
        ("/Date(1459382400000)/", datetime(2016, 3, 31, tzinfo=UTC)),
        ("/Date(1459382400000+1300)/", datetime(2016, 3, 31, tzinfo=UTC)),
        ("/Date(-1000)/", datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("2016-03-31T00:00:00", datetime(2016, 3, 31, tzinfo=UTC)),
        (None, None),
        ("", None),
    ],
)
def test_dates_are_read_in_every_form(given_, found):
    assert read_date(given_) == found


@pytest.mark.parametrize(
    "given_",
    ["/Date()/", "/Date(99999999999999999999)/", "soon", 7, "9999-12-31T23:59:59-14:00",
     "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00", "/Date(253402300799999)/"],
)  # fmt: skip
def test_a_date_that_is_none_is_told(given_):
    with pytest.raises(UnexpectedReply, match="where a date should be"):
        read_date(given_)


def test_a_query_needs_hardly_any_escaping():
    assert query(modifiedSince="2026-01-02T03:04:05.678", of="a,b", mail="a+b@x.org", none="") == (
        "modifiedSince=2026-01-02T03:04:05.678&of=a,b&mail=a%2Bb@x.org"
    )


# --- what comes back ----------------------------------------------------------------------------


def rows_of(name: str) -> list[dict[str, Any]]:
    content = json.loads((OURS / f"{name}.json").read_text(), parse_float=Decimal)
    return list(content["Items"])


def test_a_dispatched_shipment_is_a_parcel():
    parcel = pulled_shipment(rows_of("shipments_page")[0])

    assert parcel is not None
    assert parcel.order_external_id == GUID
    assert parcel.order_external_number == "SO-00000042"
    assert parcel.draft == ShipmentDraft(
        tracking_number="1Z999AA10123456784",
        carrier_code="UPS",
        weight="1.25",
        status="Dispatched",
        external_id="5d0b7f52-7a0e-4f0e-9a57-1f3f6c1d1a01",
        shipped_date=datetime(2026, 1, 2, 3, 4, 5, 678000, tzinfo=UTC),
        lines=[
            {"code": "MUG-BLUE", "name": "Blue mug", "quantity": "2"},
            {"code": "ROPE", "name": "", "quantity": "1.5"},
        ],
    )


def test_a_parcel_with_letters_no_column_holds_is_kept_without_them():
    row = {
        **rows_of("shipments_page")[0],
        "TrackingNumber": "1Z\x009",
        "ShippingCompany": "U\ud800",
    }
    row["OrderNumber"] = "SO-\x001"

    parcel = pulled_shipment(row)

    assert parcel is not None
    assert (parcel.draft.tracking_number, parcel.draft.carrier_code) == ("1Z�9", "U�")
    assert parcel.order_external_number == "SO-�1"


def test_a_parcel_without_a_number_says_so():
    parcel = pulled_shipment(rows_of("shipments_page")[1])

    assert parcel is not None
    assert (parcel.draft.tracking_number, parcel.draft.carrier_code) == ("n/a", "")
    assert (parcel.order_external_id, parcel.order_external_number) == ("", "SO-00000043")


@pytest.mark.parametrize(
    "changes", [{"ShipmentStatus": "Placed"}, {"DispatchDate": None}, {"ShipmentStatus": None}]
)
def test_what_has_not_left_is_no_parcel_yet(changes):
    assert pulled_shipment(rows_of("shipments_page")[0] | changes) is None


@pytest.mark.parametrize(
    ("company", "carrier"),
    [({"Guid": "1", "Name": "UPS"}, "UPS"), ({"Guid": "1", "ShippingCompanyName": "DHL"}, "DHL"),
     ("FedEx", "FedEx"), ({}, ""), (None, "")],
)  # fmt: skip
def test_a_carrier_is_read_in_every_shape(company, carrier):
    parcel = pulled_shipment(rows_of("shipments_page")[0] | {"ShippingCompany": company})

    assert parcel is not None
    assert parcel.draft.carrier_code == carrier


@pytest.mark.parametrize("row", [{}, *rows_of("shipments_page")[3:]])
def test_a_shipment_that_cannot_be_read_is_told_in_a_sentence(row):
    with pytest.raises(UnexpectedReply, match=r"^Unleashed .*\.$"):
        pulled_shipment(row)


def test_counts_are_what_is_available_in_whole_pieces():
    *good, nameless = rows_of("stock_page")

    assert [(row.code, row.quantity, row.name) for row in map(stock_count, good)] == [
        ("MUG-BLUE", 12, "Blue mug"),
        ("ROPE", 7, ""),
        ("OVERSOLD", -5, "Oversold"),
    ]
    with pytest.raises(UnexpectedReply, match="a product without a code"):
        stock_count(nameless)


@needs_shared
def test_the_recorded_shipment_is_a_parcel_without_a_number():
    (row,) = json.loads((SHARED / "sales_shipments.json").read_bytes())["Items"]

    parcel = pulled_shipment(row)

    assert parcel is not None
    assert parcel.draft.tracking_number == "n/a"
    assert parcel.order_external_number == "SO-00000001"
    assert parcel.draft.lines == [
        {"code": "ANIMAL", "name": "Animal Shapes Box Set", "quantity": "1"}
    ]


@needs_shared
def test_the_recorded_counts_are_read():
    content = (SHARED / "stock_on_hand.json").read_bytes()
    rows = json.loads(content, parse_float=Decimal)["Items"]

    counts = {row.code: row.quantity for row in map(stock_count, rows)}

    assert len(counts) == len(rows)
    assert counts["123"] == -5
