"""Evaluation: pure, in order, and never stopped by one bad rule."""

import copy
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from orders.filters.forms import FILTERS
from orders.filters.operators import OPERATORS
from rules.compile import compile_rules
from rules.evaluate import CUT, WOULD_NOT_FIRE, Barred, evaluate
from tests.rules.written import (
    FACTS,
    NEW,
    PREPARED,
    a_filter,
    a_rule,
    an_item,
    an_order,
    move,
    send,
    set_data,
)

ROOT = Path(__file__).parents[2]
TO_THE_US = a_filter("shipping_country", "equals", "US")
TO_CANADA = a_filter("shipping_country", "equals", "CA")


def run(*rules, order=None, **more):
    plan, trace = evaluate(order or an_order(), compile_rules(rules, FACTS), **more)
    return plan, trace.as_json()


def test_all_needs_every_filter_and_any_needs_one():
    both = [TO_THE_US, TO_CANADA]

    _, told = run(
        a_rule(move(PREPARED), pk=1, filters=both, match="all"),
        a_rule(move(PREPARED), pk=2, filters=both, match="any"),
    )

    assert [entry["result"] for entry in told] == ["not_fired", "fired"]
    assert [each["passed"] for each in told[0]["filters"]] == [True, False]


def test_a_rule_without_filters_fires_for_every_order():
    for match in ("all", "any"):
        plan, _ = run(a_rule(move(PREPARED), match=match))

        assert len(plan) == 1


def test_the_trace_says_what_was_wanted_and_what_was_there():
    _, told = run(a_rule(move(PREPARED), filters=[TO_CANADA]))

    assert told == [
        {
            "rule": 1,
            "name": "Rule 1",
            "version": 1,
            "result": "not_fired",
            "problem": "",
            "match": "all",
            "filters": [
                {
                    "label": "Shipping country",
                    "operator": "equals",
                    "expected": "CA",
                    "actual": "United States",
                    "passed": False,
                }
            ],
            "actions": [],
        }
    ]


def test_a_later_rule_sees_what_an_earlier_one_did():
    prepare = a_rule(move(PREPARED), pk=1)
    in_new = a_rule(set_data("seen", "new"), pk=2, filters=[a_filter("folder", "equals", NEW)])
    in_prepared = a_rule(send(), pk=3, filters=[a_filter("folder", "equals", PREPARED)])

    plan, told = run(prepare, in_new, in_prepared)
    plan_reversed, _ = run(in_prepared, in_new, prepare)

    assert [each.rule_id for each in plan] == [1, 3]
    assert told[1]["filters"][0]["actual"] == "Prepared"
    assert [each.rule_id for each in plan_reversed] == [2, 1]


def test_a_second_action_sees_what_the_first_did():
    plan, told = run(a_rule(move(PREPARED), move(PREPARED), move(NEW)))

    assert told[0]["actions"][1]["note"] == "It is in Prepared already."
    assert told[0]["actions"][2]["changes"] == [["Folder", "Prepared", "New"]]
    assert len(plan[0].effects) == 2


def test_a_broken_rule_is_named_and_stops_no_other():
    broken = [
        (a_rule(move(99), pk=1), "Action 1: The folder to move to is gone."),
        (a_rule({"action": "explode"}, pk=2), "Action 1: There is no action “explode”."),
        (a_rule(move(NEW), pk=3, filters=[a_filter("moon", "equals", "1")]), "no filter “moon”"),
        (
            a_rule(move(NEW), pk=4, filters=[TO_THE_US, a_filter("order_total", "contains", "1")]),
            "Condition 2: It cannot be compared by “contains”.",
        ),
        (a_rule(move(NEW), pk=5, filters=[a_filter("folder", "equals", 99)]), "is gone"),
        (a_rule(move(NEW), pk=6, filters=[a_filter("order_total", "equals", "x")]), "not a number"),
        (a_rule(pk=7), "It has no action."),
        (a_rule(move(NEW), pk=8, filters=[{}]), "There is no filter"),
    ]

    plan, told = run(*(rule for rule, _ in broken), a_rule(move(PREPARED), pk=9))

    assert [each.rule_id for each in plan] == [9]
    for entry, (_, sentence) in zip(told, broken, strict=False):
        assert entry["result"] == "broken"
        assert sentence in entry["problem"]


def test_a_broken_rule_fails_the_order_only_where_it_would_have_fired():
    bad = a_filter("moon", "equals", "1")
    cases = [
        (a_rule(send(99), pk=1, filters=[TO_THE_US]), True),
        (a_rule(send(99), pk=2, filters=[TO_CANADA]), False),
        (a_rule(send(99), pk=3), True),
        (a_rule(send(), pk=4, filters=[bad]), True),
        (a_rule(send(), pk=5, filters=[bad, TO_THE_US]), True),
        (a_rule(send(), pk=6, filters=[bad, TO_CANADA]), False),
        (a_rule(send(), pk=7, filters=[bad, TO_CANADA], match="any"), True),
        (a_rule(send(99), pk=8, filters=[TO_CANADA, TO_THE_US], match="any"), True),
        (a_rule(send(99), pk=9, filters=[TO_CANADA], match="any"), False),
    ]

    plan, trace = evaluate(an_order(), compile_rules([rule for rule, _ in cases], FACTS))

    assert plan == ()
    failed = [rule.definition.id for rule, _ in trace.failures()]
    assert failed == [rule.id for rule, fails in cases if fails]
    for entry, (_, fails) in zip(trace.as_json(), cases, strict=True):
        assert entry["result"] == "broken"
        assert entry["problem"].endswith(WOULD_NOT_FIRE) != fails


def test_a_broken_rule_that_is_barred_fails_nothing():
    rules = compile_rules([a_rule(send(99))], FACTS)

    _, trace = evaluate(an_order(), rules, barred={1: Barred(CUT, "No.")})

    assert trace.failures() == []
    assert trace.as_json()[0]["result"] == "cut"


def test_a_barred_rule_does_nothing_and_later_rules_do_not_see_it():
    plan, told = run(
        a_rule(move(PREPARED), pk=1),
        a_rule(send(), pk=2, filters=[a_filter("folder", "equals", PREPARED)]),
        barred={1: Barred(CUT, "It went round in circles.")},
    )

    assert plan == ()
    assert [entry["result"] for entry in told] == ["cut", "not_fired"]
    assert told[0]["problem"] == "It went round in circles."


def test_a_barred_rule_whose_conditions_fail_just_did_not_fire():
    _, told = run(a_rule(move(PREPARED), pk=1, filters=[TO_CANADA]), barred={1: Barred(CUT, "No.")})

    assert told[0]["result"] == "not_fired"


def test_a_halted_run_plans_nothing_and_says_why():
    plan, told = run(a_rule(move(PREPARED)), halted="Too long a chain.")

    assert plan == ()
    assert (told[0]["result"], told[0]["problem"]) == ("cut", "Too long a chain.")


def test_evaluation_can_be_imported_where_no_tables_exist():
    code = "import rules.evaluate, rules.compile, orders.filters.grammar, rules.actions, sys;"
    code += "assert not any('models' in name for name in sys.modules if name.startswith(("
    code += "'rules', 'orders', 'stores', 'integrations')))"
    environment = {"PATH": "/usr/bin:/bin"}

    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=False
    )

    assert ended.returncode == 0, ended.stderr.decode()


# --- properties -----------------------------------------------------------------------------------

words = st.sampled_from(["Shopify", "yes", "US", "Canada", "MUG-BLUE", "65", "0", "", "ß", "☃"])


@st.composite
def written_filters(draw):
    key = draw(st.sampled_from([*FILTERS, "gone"]))
    value = draw(st.one_of(words, st.sampled_from([NEW, PREPARED, 99])))
    named = {"name": draw(words)} if draw(st.booleans()) else {}
    return a_filter(key, draw(st.sampled_from([*OPERATORS, "gone"])), value, **named)


written_actions = st.one_of(
    st.sampled_from([NEW, PREPARED, 99]).map(move),
    st.builds(set_data, words, words),
    st.just(send()),
)
written_rules = st.builds(
    lambda filters, actions, match: a_rule(*actions, filters=filters, match=match),
    st.lists(written_filters(), max_size=3),
    st.lists(written_actions, max_size=3),
    st.sampled_from(["all", "any"]),
)
orders = st.builds(
    lambda total, country, data, folder, codes: an_order(
        order_total=total,
        shipping_country=country,
        checkout_data=data,
        folder_id=folder,
        items=tuple(an_item(code=code) for code in codes),
    ),
    st.decimals(0, 10_000, places=2),
    words,
    st.dictionaries(words, words, max_size=3),
    st.sampled_from([NEW, PREPARED]),
    st.lists(words, max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(orders, st.lists(written_rules, max_size=5))
def test_evaluation_changes_nothing_and_says_the_same_every_time(order, rules):
    before = copy.deepcopy((order, rules))

    first_plan, first_trace = evaluate(order, compile_rules(rules, FACTS))
    told = first_trace.as_json()
    second_plan, second_trace = evaluate(order, compile_rules(rules, FACTS))

    assert (order, rules) == before
    assert first_plan == second_plan
    assert told == first_trace.as_json() == second_trace.as_json()
    assert json.loads(json.dumps(told)) == told


@settings(max_examples=150, deadline=None)
@given(orders, st.lists(written_rules, max_size=5))
def test_the_trace_agrees_with_the_plan(order, rules):
    numbered = [
        a_rule(*r.actions, pk=n, filters=r.filters, match=r.match) for n, r in enumerate(rules)
    ]

    plan, trace = evaluate(order, compile_rules(numbered, FACTS))
    told = trace.as_json()

    fired = [entry["rule"] for entry in told if entry["result"] == "fired"]
    assert fired == [each.rule_id for each in plan]
    for entry in told:
        passed = [each["passed"] for each in entry["filters"]]
        joined = all(passed) if entry["match"] == "all" or not passed else any(passed)
        assert entry["result"] == "broken" or joined == (entry["result"] == "fired")


@settings(max_examples=100, deadline=None)
@given(orders, st.lists(written_filters(), min_size=1, max_size=4), st.randoms())
def test_the_order_of_rules_that_touch_different_fields_does_not_matter(order, filters, chance):
    apart = [f for f in filters if f["filter"] in ("source_name", "order_total", "any_item_code")]
    rules = [a_rule(set_data(f"field{n}", "1"), pk=n, filters=[f]) for n, f in enumerate(apart)]
    shuffled = rules.copy()
    chance.shuffle(shuffled)

    plan, _ = evaluate(order, compile_rules(rules, FACTS))
    other, _ = evaluate(order, compile_rules(shuffled, FACTS))

    assert sorted(each.rule_id for each in plan) == sorted(each.rule_id for each in other)


def test_a_total_is_compared_as_a_number_and_not_as_text():
    nine = an_order(order_total=Decimal(9))

    _, told = run(
        a_rule(move(PREPARED), filters=[a_filter("order_total", "greater_than", "50")]), order=nine
    )

    assert told[0]["result"] == "not_fired"
