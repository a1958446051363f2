"""The database finds exactly the orders that rules hold for."""

import random
import re
from itertools import cycle, groupby, product

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderdesk.lib.patterns import BadPattern, Pattern
from orders.filters.fields import FIELDS
from orders.filters.operators import OPERATORS, TESTS
from orders.filters.query import Condition, Group, Query
from orders.filters.sql import ANSWERS, IN_SEARCH_TEXT, filtered
from orders.models import Order
from stores.models import Store
from stores.scoping import entered
from tests.orders.asked import NAMES, NOW, Both, make_orders, values_for

ORDERS = 25
IN_ONE_TEST = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - the same orders every time


@pytest.fixture
def both(inside: Store) -> Both:
    """A store with awkward orders, to be asked in both ways."""
    inside.timezone = "America/Chicago"
    inside.save()
    make_orders(inside, ORDERS, chance(4811))
    return Both.of(inside)


def conditions_of(key: str, folders: list[int]) -> list[Condition]:
    field = FIELDS[key]
    return [
        Condition(key, operator, value, name, case)
        for operator in field.kind.operators
        for value in values_for(field, operator, folders)
        for name in (NAMES if field.is_named else [""])
        for case in ([False, True] if field.kind.has_case else [False])
    ]


def test_the_database_knows_every_comparison():
    assert set(ANSWERS) == set(TESTS) == {operator.asks for operator in OPERATORS.values()}


def test_every_field_with_every_comparison_finds_what_rules_hold_for(both):
    pick = chance(7).choice
    some = none = 0
    for key in FIELDS:
        alike = groupby(conditions_of(key, both.folders), lambda one: one.operator)
        asked = [pick(list(conditions)) for _, conditions in alike]
        for condition, by_sql in zip(asked, both.by_sql(asked), strict=True):
            by_rules = both.by_rules(condition)
            assert by_sql == by_rules, condition
            some += 0 < len(by_rules) < ORDERS
            none += not by_rules

    # Questions that find nothing would agree by chance.
    assert some > 2 * none


def test_any_condition_finds_what_rules_hold_for(both):
    conditions = st.sampled_from(list(FIELDS)).flatmap(
        lambda key: st.sampled_from(conditions_of(key, both.folders))
    )

    @IN_ONE_TEST
    @given(st.lists(conditions, min_size=1, max_size=6))
    def agrees(asked: list[Condition]) -> None:
        assert both.by_sql(asked) == [both.by_rules(condition) for condition in asked]

    agrees()


def test_looking_words_up_first_loses_no_order(both):
    operators = ["equals", "contains", "starts_with", "ends_with"]
    words = ["mug-1", "Mug", "blue mug", "STRASSE", "ada@example.com", "it's", "100%", "a_b"]
    asked = [
        Condition(key, operator, word)
        for key, (operator, word) in zip(
            sorted(IN_SEARCH_TEXT) * 3, cycle(product(operators, words)), strict=False
        )
    ]

    for condition in asked:
        assert both.found(Query("all", (condition,))) == both.by_rules(condition), condition


def test_conditions_join_as_sets_do(both):
    mugs = Condition("any_item_code", "contains", "mug")
    large = Condition("order_total", "greater_than", "9")
    plain = Condition("checkout_data", "is_empty", name="gift")
    [a, b, c] = map(both.by_rules, (mugs, large, plain))

    assert both.found(Query("all", (mugs, large))) == a & b
    assert both.found(Query("any", (mugs, large))) == a | b
    assert both.found(Query("all", (Group("any", (mugs, large)), plain))) == (a | b) & c
    assert both.found(Query("any", (Group("all", (mugs, large)), plain))) == (a & b) | c
    assert both.found(Query()) == both.pks


@pytest.mark.parametrize("match", ["all", "any"])
def test_a_question_stays_within_its_store(both, other_store, match):
    every = Condition("order_total", "less_than", "99999")
    query = Query(match, (every, Condition("words", "contains", "mug")))
    with entered(other_store):
        make_orders(other_store, 3, chance(1))

    found = filtered(Order.objects.for_store(both.store), query, facts=both.facts, now=NOW)

    assert {order.store_id for order in found} == {both.store.pk}


PIECES = [
    "a", "b", "B", "é", "_", "-", " ", ".", "\\d", "\\w", "\\s", "\\W", "[ab]", "[^a-c]", "[A-Z]",
    "\\b", "(a|b)", "(", ")", "*", "+", "?", "{2}", "{0,2}", "|", "^", "$", "ß",
]  # fmt: skip
SUBJECTS = ["", "a", "ab", "aab b", "B-1 a", "a_b", "Éa", "straße", "x.y", "  ", "a1b22", "bb\nab"]


def test_a_pattern_finds_the_same_here_in_the_database_and_in_python(inside):
    asked = "SELECT told ~ %s FROM unnest(%s::text[]) WITH ORDINALITY AS one(told, n) ORDER BY n"

    @IN_ONE_TEST
    @given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=7).map("".join))
    def agrees(text: str) -> None:
        try:
            pattern = Pattern(text)
        except BadPattern:
            return
        ours = [pattern.found_in(subject) for subject in SUBJECTS]
        with connection.cursor() as cursor:
            cursor.execute(asked, [pattern.spelt, SUBJECTS])
            assert ours == [answer for (answer,) in cursor.fetchall()]
        ends = re.compile(text.replace("$", r"\Z"))
        assert ours == [bool(ends.search(subject)) for subject in SUBJECTS]

    agrees()
