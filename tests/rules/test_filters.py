"""Every filter with every operator it has, against answers worked out by hand."""

from decimal import Decimal
from typing import Any

import pytest

from orders.filters.facts import Snapshot
from orders.filters.forms import FILTERS
from orders.filters.operators import OPERATORS
from orders.filters.sources import Column, Items
from rules.compile import compile_rules
from rules.evaluate import evaluate
from tests.rules.written import (
    FACTS,
    NEW,
    NOW,
    PREPARED,
    a_filter,
    a_rule,
    an_item,
    an_order,
    set_data,
)

PARCEL = {"carrier_code": "UPS", "tracking_number": "1Z9"}
STOCKED = {"stock": {"MUG-BLUE": {"stock": -2, "location": "A1"}}}
# Of the order in `an_order`: Shopify, United States, 65.00, folder New, gift = Yes,
# items MUG-BLUE and TEE-RED.
TABLE = [
    ("source_name", "equals", "shopify", True),
    ("source_name", "equals", "  SHOPIFY ", True),
    ("source_name", "equals", "Shop", False),
    ("source_name", "does_not_equal", "shopify", False),
    ("source_name", "does_not_equal", "WooCommerce", True),
    ("source_name", "contains", "HOP", True),
    ("source_name", "contains", "woo", False),
    ("source_name", "does_not_contain", "hop", False),
    ("source_name", "does_not_contain", "woo", True),
    ("source_name", "starts_with", "shop", True),
    ("source_name", "starts_with", "hop", False),
    ("source_name", "ends_with", "IFY", True),
    ("source_name", "ends_with", "shop", False),
    ("source_name", "in_list", "WooCommerce, shopify", True),
    ("source_name", "in_list", "WooCommerce | Etsy", False),
    ("source_name", "not_in_list", "WooCommerce\nShopify", False),
    ("source_name", "not_in_list", "WooCommerce,Etsy", True),
    ("source_name", "is_empty", "", False),
    ("source_name", "is_not_empty", "", True),
    ("shipping_country", "equals", "US", True),
    ("shipping_country", "equals", "usa", True),
    ("shipping_country", "equals", "United States of America", True),
    ("shipping_country", "equals", "CA", False),
    ("shipping_country", "does_not_equal", "US", False),
    ("shipping_country", "does_not_equal", "Canada", True),
    ("shipping_country", "in_list", "ca, us", True),
    ("shipping_country", "in_list", "Canada|Mexico", False),
    ("shipping_country", "not_in_list", "CA,US", False),
    ("shipping_country", "not_in_list", "CA,MX", True),
    ("shipping_country", "is_empty", "", False),
    ("shipping_country", "is_not_empty", "", True),
    ("order_total", "equals", "65", True),
    ("order_total", "equals", "65.01", False),
    ("order_total", "does_not_equal", "65.0", False),
    ("order_total", "does_not_equal", "64", True),
    ("order_total", "greater_than", "64.99", True),
    ("order_total", "greater_than", "65", False),
    ("order_total", "greater_or_equal", "65", True),
    ("order_total", "greater_or_equal", "65.01", False),
    ("order_total", "less_than", "65.01", True),
    ("order_total", "less_than", "65", False),
    ("order_total", "less_or_equal", "65", True),
    ("order_total", "less_or_equal", "64.99", False),
    ("any_item_code", "equals", "mug-blue", True),
    ("any_item_code", "equals", "mug", False),
    ("any_item_code", "does_not_equal", "mug-blue", False),
    ("any_item_code", "does_not_equal", "mug", True),
    ("any_item_code", "contains", "red", True),
    ("any_item_code", "contains", "green", False),
    ("any_item_code", "does_not_contain", "red", False),
    ("any_item_code", "does_not_contain", "green", True),
    ("any_item_code", "starts_with", "tee", True),
    ("any_item_code", "starts_with", "red", False),
    ("any_item_code", "ends_with", "blue", True),
    ("any_item_code", "ends_with", "mug", False),
    ("any_item_code", "in_list", "CAP, TEE-RED", True),
    ("any_item_code", "in_list", "CAP, TEE", False),
    ("any_item_code", "not_in_list", "CAP, TEE-RED", False),
    ("any_item_code", "not_in_list", "CAP, TEE", True),
    ("any_item_code", "is_empty", "", False),
    ("any_item_code", "is_not_empty", "", True),
    ("source_name", "does_not_start_with", "shop", False),
    ("source_name", "does_not_start_with", "hop", True),
    ("source_name", "does_not_end_with", "IFY", False),
    ("source_name", "does_not_end_with", "shop", True),
    ("source_name", "matches", "^SHOP", True),
    ("source_name", "matches", "^hop", False),
    ("source_name", "does_not_match", r"p.f\w$", False),
    ("source_name", "does_not_match", r"\d", True),
    ("is_canceled", "is", "no", True),
    ("is_canceled", "is", "yes", False),
    ("all_item_delivery_type", "equals", "Ship", True),
    ("all_item_delivery_type", "equals", "download", False),
    ("all_item_delivery_type", "does_not_equal", "download", True),
    ("all_item_delivery_type", "does_not_equal", "ship", False),
    ("all_item_delivery_type", "in_list", "download, ship", True),
    ("all_item_delivery_type", "in_list", "download, noship", False),
    ("all_item_delivery_type", "not_in_list", "download", True),
    ("all_item_delivery_type", "not_in_list", "ship", False),
    # Added on Tuesday, March 3, 2026 at 4:30 UTC: the evening before in Chicago.
    ("added", "on", "2026-03-02", True),
    ("added", "on", "2026-03-03", False),
    ("added", "not_on", "2026-03-03", True),
    ("added", "not_on", "2026-03-02", False),
    ("added", "before", "2026-03-03", True),
    ("added", "before", "2026-03-02", False),
    ("added", "on_or_after", "2026-03-02", True),
    ("added", "on_or_after", "2026-03-03", False),
    ("added", "after", "2026-03-01", True),
    ("added", "after", "2026-03-02", False),
    ("added", "on_or_before", "2026-03-02", True),
    ("added", "on_or_before", "2026-03-01", False),
    ("added", "older_than", "35 hours", True),
    ("added", "older_than", "2d", False),
    ("added", "in_the_last", "36h", True),
    ("added", "in_the_last", "1 day", False),
    ("added_weekday", "equals", "Monday", True),
    ("added_weekday", "equals", "tue", False),
    ("added_time", "earlier_than", "22:31", True),
    ("added_time", "earlier_than", "22:30", False),
    ("added_time", "not_earlier_than", "9:30", True),
    ("added_time", "not_earlier_than", "23:00", False),
    ("age_hours", "equals", "36", True),
    ("age_days", "greater_than", "1.5", False),
    ("folder", "equals", NEW, True),
    ("folder", "equals", PREPARED, False),
    ("folder", "does_not_equal", NEW, False),
    ("folder", "does_not_equal", PREPARED, True),
    ("checkout_data", "equals", "yes", True),
    ("checkout_data", "equals", "no", False),
    ("checkout_data", "does_not_equal", "yes", False),
    ("checkout_data", "does_not_equal", "no", True),
    ("checkout_data", "contains", "e", True),
    ("checkout_data", "contains", "x", False),
    ("checkout_data", "does_not_contain", "e", False),
    ("checkout_data", "does_not_contain", "x", True),
    ("checkout_data", "starts_with", "y", True),
    ("checkout_data", "starts_with", "s", False),
    ("checkout_data", "ends_with", "S", True),
    ("checkout_data", "ends_with", "y", False),
    ("checkout_data", "in_list", "yes,no", True),
    ("checkout_data", "in_list", "on,off", False),
    ("checkout_data", "not_in_list", "yes,no", False),
    ("checkout_data", "not_in_list", "on,off", True),
    ("checkout_data", "is_empty", "", False),
    ("checkout_data", "is_not_empty", "", True),
]


def answer(asked: dict[str, Any], order: Snapshot) -> bool:
    rules = compile_rules([a_rule(set_data("seen", "1"), filters=[asked])], FACTS)
    assert rules.rules[0].problem == ""
    plan, trace = evaluate(order, rules)
    told = trace.as_json()[0]
    assert told["filters"][0]["passed"] == bool(plan)
    return bool(plan)


@pytest.mark.parametrize(("key", "operator", "value", "holds"), TABLE)
def test_a_filter_answers_as_worked_out_by_hand(key, operator, value, holds):
    named = {"name": "gift"} if key == "checkout_data" else {}

    assert answer(a_filter(key, operator, value, **named), an_order()) is holds


def test_the_table_has_every_kind_of_value_with_every_operator_both_ways():
    asked = {(kind_of(key), operator, holds) for key, operator, _, holds in TABLE}
    possible = {
        (kind_of(key), operator, holds)
        for key in FILTERS
        for operator in FILTERS[key].field.kind.operators
        for holds in (True, False)
        if OPERATORS[operator].takes != "nothing"
    }

    assert possible <= asked


def kind_of(key: str) -> str:
    style = FILTERS[key].field.kind.style
    return "country" if key.endswith("country") else style


READ: dict[str, tuple[Any, ...]] = {
    "order_id": ({"id": 12}, "equals", "12"),
    "email_count": ({"email_count": 3}, "greater_than", "2"),
    "tag": ({"tag_color": "red"}, "equals", "Red"),
    "note": ({"order_notes": [{"content": "!hold until May"}]}, "starts_with", "!hold"),
    "is_split": ({"links": frozenset({"split"})}, "is", "yes"),
    "is_merged": ({"links": frozenset({"merged"})}, "is", "yes"),
    "is_duplicate": ({"links": frozenset({"duplicated"})}, "is", "yes"),
    "is_canceled": ({"canceled_at": NOW}, "is", "yes"),
    "is_deleted": ({"deleted_at": NOW}, "is", "yes"),
    "has_error": ({"has_error": True}, "is", "yes"),
    "shipping_name": ({"shipping_first_name": "Ada"}, "equals", "ada"),
    "customer_name": ({"customer_last_name": "Byron"}, "ends_with", "byron"),
    "same_address": ({"customer_city": "Rome"}, "is", "no"),
    "po_box": ({"shipping_address1": "P.O. Box 12"}, "is", "yes"),
    "discount_code": ({"discount_list": [{"code": "MAY"}]}, "equals", "may"),
    "any_item_variation": (
        {"items": (an_item(variation_list={"size": "XL"}),)}, "equals", "xl", "size",
    ),
    "any_item_metadata": ({"items": (an_item(metadata={"bin": "4"}),)}, "equals", "4", "bin"),
    "any_item_stock": (STOCKED, "less_than", "0"),
    "any_item_location": (STOCKED, "equals", "a1"),
    "any_item_in_inventory": (STOCKED, "is", "no"),
    "line_count": ({}, "equals", "2"),
    "shipment_count": ({"shipments": (PARCEL,)}, "equals", "1"),
    "carrier": ({"shipments": (PARCEL,)}, "equals", "ups"),
    "tracking_number": ({"shipments": (PARCEL,)}, "equals", "1z9"),
    "order_metadata": ({"order_metadata": {"lane": "east"}}, "equals", "east", "lane"),
    "metadata_date": ({"order_metadata": {"sent": "1772600000"}}, "in_the_last", "30d", "sent"),
    "updated": ({}, "in_the_last", "1 minute"),
    "canceled": ({"canceled_at": NOW}, "on", "2026-03-04"),
}  # fmt: skip


@pytest.mark.parametrize("key", sorted(READ))
def test_a_filter_reads_its_own_place_in_the_order(key):
    changes, operator, value, *name = READ[key]
    asked = a_filter(key, operator, value, name=name[0] if name else "")

    assert answer(asked, an_order(**changes))


@pytest.mark.parametrize(
    "key", [key for key, each in FILTERS.items() if isinstance(each.field.source, Column | Items)]
)
def test_a_filter_of_one_column_reads_that_column(key):
    field = FILTERS[key].field
    assert isinstance(field.source, Column | Items)
    column = field.source.column
    given, value = {
        "number": (Decimal(987), "987"),
        "folder": (PREPARED, PREPARED),
        "choice": ("CA", "Canada") if key.endswith("country") else ("future", "Ship later"),
    }.get(field.kind.style, ("Mug", "mug"))  # fmt: skip
    changes = {column: given}
    if isinstance(field.source, Items):
        changes = {"items": (an_item(**changes),)}

    assert answer(a_filter(key, "equals", value), an_order(**changes))
    assert not answer(a_filter(key, "equals", value), an_order(source_name=""))


@pytest.mark.parametrize(
    ("items", "operator", "holds"),
    [
        ((), "equals", False),
        ((), "does_not_equal", True),
        (("A", "A"), "equals", True),
        (("A", "B"), "equals", False),
        (("A", "B"), "does_not_equal", False),
        (("B", "C"), "does_not_equal", True),
    ],
)
def test_every_item_is_meant_where_a_filter_says_so(items, operator, holds):
    order = an_order(items=tuple(an_item(code=code) for code in items))

    assert answer(a_filter("all_item_code", operator, "A"), order) is holds


def test_one_dear_item_is_enough_for_any_item_price():
    order = an_order(items=(an_item(price=Decimal(5)), an_item(price=Decimal(50))))

    assert answer(a_filter("any_item_price", "greater_or_equal", "50"), order)
    assert not answer(a_filter("all_item_price", "greater_or_equal", "50"), order)


def test_a_pattern_that_would_hang_other_engines_is_answered_at_once():
    order = an_order(source_name="a" * 2000)

    for pattern in ["(a+)+b", "(a|a)*b", "a*a*a*a*a*a*b"]:
        assert not answer(a_filter("source_name", "matches", pattern), order)


@pytest.mark.parametrize(
    ("received", "wanted", "holds"),
    [
        ("US", "United States", True),
        ("us", "US", True),
        ("U.S.A.", "US", True),
        ("UK", "United Kingdom", True),
        ("GB", "England", True),
        ("South Korea", "KR", True),
        ("Korea, Republic of", "South Korea", True),
        ("TURKIYE", "Türkiye", True),
        ("Cote d\u2019Ivoire", "Ivory Coast", True),
        ("DE", "US", False),
        ("Atlantis", "US", False),
        ("", "US", False),
    ],
)
def test_a_country_is_known_by_code_and_by_name(received, wanted, holds):
    order = an_order(shipping_country=received)

    assert answer(a_filter("shipping_country", "equals", wanted), order) is holds


def test_case_counts_only_where_the_rule_says_so():
    order = an_order(source_name="Shopify")

    assert answer(a_filter("source_name", "equals", "SHOPIFY"), order)
    assert not answer(a_filter("source_name", "equals", "SHOPIFY", case=True), order)
    assert answer(a_filter("source_name", "equals", "Shopify", case=True), order)


def test_letters_written_in_two_ways_are_the_same():
    order = an_order(source_name="Cafe\u0301 Straße")

    assert answer(a_filter("source_name", "equals", "CAF\u00c9 STRASSE"), order)


@pytest.mark.parametrize(
    ("items", "is_empty"),
    [((), True), ((an_item(),), True), ((an_item(), an_item(code="A")), False)],
)
def test_item_codes_are_empty_when_no_item_has_one(items, is_empty):
    order = an_order(items=items)

    assert answer(a_filter("any_item_code", "is_empty"), order) is is_empty
    assert answer(a_filter("any_item_code", "is_not_empty"), order) is not is_empty


@pytest.mark.parametrize("value", [None, 7, ["a"], ""])
def test_checkout_data_that_is_no_text_is_read_all_the_same(value):
    order = an_order(checkout_data={"gift": value})

    assert not answer(a_filter("checkout_data", "equals", "yes", name="gift"), order)


def test_a_checkout_field_the_order_lacks_is_empty():
    assert answer(a_filter("checkout_data", "is_empty", name="engraving"), an_order())


@pytest.mark.parametrize(
    ("key", "data", "field", "sentence"),
    [
        ("order_total", {"operator": "equals", "value": "much"}, "value", "“much” is not a number"),
        ("order_total", {"operator": "equals", "value": ""}, "value", "A number is missing"),
        ("order_total", {"operator": "equals", "value": "Infinity"}, "value", "not a number"),
        ("order_total", {"operator": "contains", "value": "5"}, "operator", "not one of the"),
        ("source_name", {"operator": "equals", "value": " "}, "value", "A value is missing"),
        ("source_name", {"operator": "in_list", "value": ", |"}, "value", "The list is empty"),
        ("shipping_country", {"operator": "equals", "value": "Narnia"}, "value", "not a country"),
        ("shipping_country", {"operator": "in_list", "value": "US, Oz"}, "value", "“Oz”"),
        ("source_name", {"operator": "matches", "value": "("}, "value", "is not closed"),
        ("added", {"operator": "on", "value": "2026-02-30"}, "value", "is not a date"),
        ("added", {"operator": "older_than", "value": "soon"}, "value", "not a length of time"),
        ("added_time", {"operator": "earlier_than", "value": "noon"}, "value", "not a time"),
        ("is_split", {"operator": "is", "value": "maybe"}, "value", "maybe is not one"),
        ("added_weekday", {"operator": "equals", "value": "day"}, "value", "Choose one of"),
        ("folder", {"operator": "equals", "value": ""}, "value", "Choose a folder"),
        ("folder", {"operator": "equals", "value": "99"}, "value", "99 is not one of the"),
        ("checkout_data", {"operator": "is_empty", "name": ""}, "name", "required"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_at_its_field(key, data, field, sentence):
    form = FILTERS[key].settings_form(data, facts=FACTS)

    assert not form.is_valid()
    assert sentence in form.errors[field][0]


def test_a_form_keeps_what_evaluation_reads():
    form = FILTERS["folder"].settings_form(
        {"operator": "equals", "value": str(PREPARED)}, facts=FACTS
    )

    assert form.is_valid()
    assert form.settings() == {"operator": "equals", "value": PREPARED}
    assert answer({"filter": "folder", **form.settings()}, an_order(folder_id=PREPARED))


def test_the_total_shows_two_decimals_and_never_loses_more():
    kind = FILTERS["order_total"].settings_form.kind

    assert kind.show(Decimal("65.0000"), FACTS) == "65.00"
    assert kind.show(Decimal("1200"), FACTS) == "1200.00"
    assert kind.show(Decimal("0.1250"), FACTS) == "0.125"
