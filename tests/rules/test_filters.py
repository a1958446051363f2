"""Every filter with every operator it has, against answers worked out by hand."""

from decimal import Decimal
from typing import Any

import pytest

from orders.filters.facts import Snapshot
from orders.filters.forms import FILTERS
from orders.filters.operators import OPERATORS
from rules.compile import compile_rules
from rules.evaluate import evaluate
from tests.rules.written import FACTS, NEW, PREPARED, a_filter, a_rule, an_order, set_data

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


def test_the_table_has_every_filter_with_every_operator_both_ways():
    asked = {(key, operator, holds) for key, operator, _, holds in TABLE}
    possible = {
        (key, operator, holds)
        for key, entry in FILTERS.items()
        for operator in entry.settings_form.kind.operators
        for holds in (True, False)
        if OPERATORS[operator].takes != "nothing"
    }

    assert possible <= asked


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
    [((), True), (({"code": ""},), True), (({"code": ""}, {"code": "A"}), False)],
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
