"""A shop's order in, ours out."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from integrations.errors import UnexpectedReply
from integrations.shopify.mapping import order_draft, read_message
from orders.drafts import OrderDraft
from orders.totals import totals

OURS = Path(__file__).with_name("payloads")
# Real payloads of public repositories, beside the checkout on machines that have them.
SHARED = Path(settings.BASE_DIR).parent / "shared" / "data" / "payloads" / "shopify"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the recorded payloads are not on this machine"
)


def payload(name: str) -> Any:
    return json.loads((OURS / f"{name}.json").read_text(), parse_float=Decimal)


def draft(file: str, /, **changes: Any) -> OrderDraft:
    return order_draft({**payload(file), **changes})


def sum_of(found: OrderDraft) -> Decimal:
    charges = (found.shipping_total, found.handling_total, found.tax_total)
    return totals(
        found.items, currency=found.currency, discounts=found.discounts, charges=charges
    ).order_total


@pytest.mark.parametrize("path", sorted(OURS.glob("*.json")), ids=lambda path: path.stem)
def test_the_parts_of_an_order_add_up_to_what_the_shop_says(path):
    given = payload(path.stem)

    found = order_draft(given)

    order = given.get("order", given)
    assert found.order_total == Decimal(order.get("current_total_price", order["total_price"]))
    assert sum_of(found) == found.order_total


def test_an_everyday_order_comes_over_whole():
    found = draft("order_everyday")

    assert found.source_name == "Shopify"
    assert (found.source_key, found.source_id) == ("5871204001001", "1001")
    assert found.placed_at == datetime(2026, 2, 3, 9, 5, 6, tzinfo=UTC)
    assert found.source_updated_at == datetime(2026, 2, 3, 9, 6, tzinfo=UTC)
    assert (found.email, found.currency) == ("zoe@example.com", "CAD")
    assert (found.shipping_method, found.shipping_total) == ("Standard", Decimal("12.00"))
    assert found.tax_total == Decimal("6.28")
    assert found.discounts == ({"name": "WELCOME10", "code": "WELCOME10", "amount": "10.00"},)
    assert (found.payment_status, found.payment_type) == ("Captured", "shopify_payments")
    assert (found.customer_id, found.ip_address) == ("7204511000097", "203.0.113.20")
    assert found.notes == (
        {
            "date_added": "2026-02-03T04:05:06-05:00",
            "username": "Customer",
            "content": "Ring twice.",
        },
    )
    assert found.checkout_data == {"Gift": "yes, blue paper", "Slot": '{"from": 9, "to": 12}'}
    assert found.metadata["tags"] == "gift, returning"
    assert "test" not in found.metadata
    assert found.canceled_at is None


def test_addresses_come_over_with_the_codes_of_state_and_country():
    found = draft("order_everyday")

    assert found.shipping.name == "Zoë Bélanger"
    assert found.shipping.company == "Atelier Zoë"
    assert found.shipping.address1 == "2240 rue Sainte-Catherine E"
    assert (found.shipping.state, found.shipping.country) == ("QC", "CA")
    assert found.shipping.postal_code == "H2K 2J4"
    assert found.customer.address1 == "1 place d'Armes"


def test_a_line_keeps_its_sku_vendor_weight_variant_and_id():
    mug = draft("order_everyday").items[0]

    assert (mug.code, mug.name, mug.category_code) == ("SKU-1", "Stoneware mug", "Maison Exemple")
    assert [mug.price, mug.quantity, mug.weight] == [Decimal("18.00"), 2, 250]
    assert mug.variations == {"Variant": "Blue"}
    assert (mug.source_line_id, mug.delivery_type) == ("14000000001", "ship")
    assert mug.metadata["variant_id"] == "44020310000001"


def test_properties_become_variations_and_hidden_ones_metadata():
    (pen,) = draft("order_line_properties").items

    assert pen.code == ""
    assert pen.variations == {
        "Engraving": "Ada, Byron",
        "Font": '{"family": "Serif", "size": 12}',
        "Empty": "",
    }
    assert pen.metadata["_designer"] == "x-17"


def test_what_is_not_shipped_is_marked_so():
    card, recording = draft("order_tip_gift_card_digital").items

    assert (card.delivery_type, recording.delivery_type) == ("noship", "noship")
    assert (card.code, card.category_code, card.metadata) == ("", "", {"gift_card": "true"})
    assert recording.fulfillment_method == "downloads-app"


def test_a_tip_is_a_charge_of_its_own():
    found = draft("order_tip_gift_card_digital")

    assert found.handling_total == Decimal("3.50")
    assert found.payment_status == "Pending"


def test_a_customer_without_an_address_keeps_name_and_phone():
    found = draft("order_tip_gift_card_digital", shipping_address=None)

    assert not found.shipping
    assert (found.customer.name, found.customer.phone) == ("Zoë Bélanger", "+15145550100")


def test_tax_in_the_prices_is_told_and_not_added():
    found = draft("order_taxes_included")

    assert found.tax_total == 0
    assert found.metadata["taxes_included"] == "true"
    assert found.metadata["included_tax_total"] == "19.16"


def test_refunds_count_what_was_paid_back():
    found = draft("order_refunded_and_edited")

    assert found.refund_total == Decimal("88.00")
    assert found.processor_balance == Decimal("140.00")
    assert found.payment_status == "Partially Refunded"


def test_of_an_edited_line_what_is_left_is_what_is_sent():
    bag, pen = draft("order_refunded_and_edited").items

    assert [bag.quantity, bag.delivery_type] == [2, "ship"]
    assert [pen.quantity, pen.delivery_type] == [0, "noship"]
    assert (bag.metadata["ordered_quantity"], pen.metadata["ordered_quantity"]) == ("3", "1")


def test_an_edited_order_comes_to_what_shopify_says_now():
    found = draft("order_refunded_and_edited")

    assert found.order_total == Decimal("140.00")
    assert totals(found.items, currency="CAD").product_total == Decimal("128.00")


def test_an_order_that_states_no_total_of_now_has_the_one_it_states():
    assert draft("order_refunded_and_edited", current_total_price=None).order_total == 228


@pytest.mark.parametrize(
    ("changes", "discounts", "tax"),
    [
        # Postage given back, which no field of ours tells.
        ({"current_total_price": "128.00"},
         [{"name": "Refunded", "code": "", "amount": "12.00"}], "0"),
        ({"current_total_price": "128.00",
          "current_shipping_price_set": {"shop_money": {"amount": "0.00"}}}, [], "0"),
        ({"current_total_price": "137.40", "current_total_discounts": "10.00",
          "current_total_tax": "7.40", "total_discounts": "15.00", "total_tax": "9.00",
          "discount_codes": [{"code": "TEN", "amount": "15.00"}]},
         [{"name": "TEN", "code": "", "amount": "10.00"}], "7.40"),
    ],
)  # fmt: skip
def test_what_was_given_back_is_told_so_that_the_parts_add_up(changes, discounts, tax):
    found = draft("order_refunded_and_edited", **changes)

    assert list(found.discounts) == discounts
    assert found.tax_total == Decimal(tax)
    assert sum_of(found) == found.order_total == Decimal(changes["current_total_price"])


def test_an_order_of_which_all_was_given_back_comes_to_nothing():
    lines = [{**line, "current_quantity": 0}
             for line in payload("order_refunded_and_edited")["line_items"]]  # fmt: skip

    found = draft("order_refunded_and_edited", line_items=lines, current_total_price="0.00")

    assert found.order_total == sum_of(found) == 0
    assert {item.delivery_type for item in found.items} == {"noship"}


def test_discounts_of_several_offers_are_told_apart():
    assert draft("order_discounts_by_offer").discounts == (
        {"name": "Ten for nine", "code": "", "amount": "12.90"},
        {"name": "FREESHIP", "code": "FREESHIP", "amount": "12.00"},
    )


def test_discounts_nothing_explains_are_one_row():
    found = draft("order_discounts_by_offer", line_items=[], shipping_lines=[])

    assert found.discounts == ({"name": "Ten for nine, FREESHIP", "code": "", "amount": "24.90"},)


def test_a_cancelled_order_says_when_and_why():
    found = order_draft(payload("order_cancelled"))

    assert found.canceled_at == datetime(2026, 2, 3, 10, tzinfo=UTC)
    assert (found.cancel_reason, found.payment_status) == ("customer", "Voided")
    assert (found.shipping_method, found.email) == ("A, B", "someone@example.com")
    assert not found.customer
    assert found.metadata["test"] == "true"


@pytest.mark.parametrize(
    ("changes", "number"),
    [({}, "1001"), ({"name": None}, "1001"), ({"name": "", "order_number": None}, "5871204001001"),
     ({"name": "EU-77"}, "EU-77")],
)  # fmt: skip
def test_the_number_is_the_one_people_use(changes, number):
    assert draft("order_everyday", **changes).source_id == number


@pytest.mark.parametrize(
    ("status", "ours"),
    [("authorized", "Authorized"), ("partially_paid", "Pending"), ("refunded", "Fully Refunded"),
     ("expired", "Rejected"), ("something new", ""), (None, "")],
)  # fmt: skip
def test_a_payment_status_is_one_of_ours_or_none(status, ours):
    assert draft("order_everyday", financial_status=status).payment_status == ours


@pytest.mark.parametrize(
    ("status", "fulfilled"),
    [("fulfilled", True), ("partial", False), ("restocked", False), (None, False)],
)
def test_an_order_says_whether_all_of_it_was_sent_there(status, fulfilled):
    assert draft("order_everyday", fulfillment_status=status).fulfilled_at_source is fulfilled


def test_a_card_is_known_by_its_last_digits():
    details = {"credit_card_number": "•••• •••• •••• 4242", "credit_card_company": "Visa"}

    found = draft("order_everyday", payment_details=details)

    assert (found.cc_number, found.payment_type) == ("4242", "Visa")


def test_amounts_are_read_digit_by_digit():
    line = payload("order_everyday")["line_items"][0] | {"price": "0.1", "quantity": 3}

    found = draft("order_everyday", line_items=[line], total_price="0.30")

    assert found.items[0].price == Decimal("0.1")


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"id": None}, "The message from Shopify holds no order: it has no id."),
        ({"line_items": None}, "Shopify order 1001: it has no list of lines."),
        ({"total_price": "a lot"}, "Shopify order 1001: 'a lot' is no amount."),
        ({"total_price": "NaN"}, "Shopify order 1001: 'NaN' is no amount."),
        ({"updated_at": "yesterday"}, "Shopify order 1001: 'yesterday' is no date."),
        (
            {"updated_at": "9999-12-31T23:59:59-14:00"},
            "Shopify order 1001: '9999-12-31T23:59:59-14:00' is no date.",
        ),
        (
            {"created_at": "0001-01-01T00:00:00+14:00"},
            "Shopify order 1001: '0001-01-01T00:00:00+14:00' is no date.",
        ),
        # Where the store is, it would be another year yet.
        (
            {"cancelled_at": "9999-12-31T23:59:59Z"},
            "Shopify order 1001: '9999-12-31T23:59:59Z' is no date.",
        ),
        ({"total_price": "1e400000000"}, "Shopify order 1001: '1e400000000' is no amount."),
        ({"total_price": "1e-40000000"}, "Shopify order 1001: '1e-40000000' is no amount."),
    ],
)
def test_what_cannot_be_read_is_told_in_a_sentence(changes, sentence):
    with pytest.raises(UnexpectedReply) as caught:
        draft("order_everyday", **changes)

    assert caught.value.message == sentence


@pytest.mark.parametrize(
    "topic",
    ["orders/create", "orders/updated", "orders/cancelled", "orders/paid", "orders/fulfilled",
     "ORDERS/CREATE"],
)  # fmt: skip
def test_messages_about_orders_are_read(topic):
    body = (OURS / "order_everyday.json").read_bytes()

    assert read_message(topic, body) == draft("order_everyday")


@pytest.mark.parametrize("topic", ["app/uninstalled", "products/update", "shop/redact", ""])
def test_messages_about_anything_else_are_none_of_ours(topic):
    assert read_message(topic, b"not even JSON") is None


def test_what_an_edit_added_is_not_taken_for_an_order():
    assert read_message("orders/edited", b'{"order_edit": {"id": 1, "order_id": 2}}') is None


def recorded() -> list[Any]:
    cases = []
    for path in sorted(SHARED.glob("*.json")) if SHARED.is_dir() else []:
        given = json.loads(path.read_bytes(), parse_float=Decimal)
        several = given.get("orders") if isinstance(given, dict) else None
        cases += [pytest.param(each, id=path.stem) for each in several or [given]]
    return cases


@needs_shared
@pytest.mark.parametrize("given", recorded())
def test_every_recorded_payload_is_an_order_or_refused_in_a_sentence(given):
    order = given.get("order", given) if isinstance(given, dict) else {}
    if "line_items" not in order:
        with pytest.raises(UnexpectedReply, match=r"^(Shopify order|The message from).*\.$"):
            order_draft(given)
        return

    found = order_draft(given)

    assert found.source_key.isdigit()
    assert len(found.items) == len(order["line_items"])
    assert found.order_total == Decimal(order["total_price"])


@needs_shared
@pytest.mark.parametrize(
    "name",
    ["rest_orders_partially_refunded", "webhook_order_cancelled_null_variants",
     "webhook_order_cyrillic_city_inr", "rest_order_no_shipping_address"],
)  # fmt: skip
def test_recorded_orders_that_are_complete_add_up(name):
    given = json.loads((SHARED / f"{name}.json").read_bytes(), parse_float=Decimal)
    order = given["orders"][0] if "orders" in given else given

    found = order_draft(order)

    assert sum_of(found) == found.order_total
