"""Typed searches: read, written back, and refused with advice where they make no sense."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orders.filters.facts import Broken, Facts
from orders.filters.fields import LIST_FIELDS, question
from orders.filters.grammar import MOST_CONDITIONS, parse, tidy, written
from orders.filters.query import Condition, Group, Query

FACTS = Facts(folders=((1, "New"), (2, "To pack"), (3, 'a "b", (c)'), (4, "new")))


def read(text: str) -> Query:
    query, problems = parse(text, FACTS)
    assert problems == ()
    return query


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("folder:New", ("folder", "equals", 1)),
        ("folder:NEW", ("folder", "equals", 1)),
        ("folder:new", ("folder", "equals", 4)),
        ('folder:"to pack"', ("folder", "equals", 2)),
        ("country:US", ("shipping_country", "equals", "US")),
        ("country:us,CA", ("shipping_country", "in_list", "us, CA")),
        ("total:>100", ("order_total", "greater_than", "100")),
        ("-total:>100", ("order_total", "less_or_equal", "100")),
        ("-tag:red", ("tag", "does_not_equal", "red")),
        ("sku:MUG*", ("any_item_code", "starts_with", "MUG")),
        ("sku:*MUG", ("any_item_code", "ends_with", "MUG")),
        ("sku:*MUG*", ("any_item_code", "contains", "MUG")),
        (r"sku:MUG\*", ("any_item_code", "equals", "MUG*")),
        ("all_sku:MUG*", ("all_item_code", "starts_with", "MUG")),
        ("email:*@example.com", ("email", "ends_with", "@example.com")),
        ("email:*", ("email", "is_not_empty", "")),
        ("no:email", ("email", "is_empty", "")),
        ("has:email", ("email", "is_not_empty", "")),
        ('email:""', ("email", "is_empty", "")),
        (r"item:~^mug(s|\b)", ("any_item_name", "matches", r"^mug(s|\b)")),
        ("source:A,", ("source_name", "in_list", "A")),
        ("has:error", ("has_error", "is", "yes")),
        ("is:split", ("is_split", "is", "yes")),
        ("-is:split", ("is_split", "is", "no")),
        ("no:error", ("has_error", "is", "no")),
        ("deleted:yes", ("is_deleted", "is", "yes")),
        ("before:2026-01-31", ("added", "before", "2026-01-31")),
        ("-before:2026-01-31", ("added", "on_or_after", "2026-01-31")),
        ("after:2026-01-31", ("added", "after", "2026-01-31")),
        ("on:2026-01-31", ("added", "on", "2026-01-31")),
        ("older:7d", ("added", "older_than", "7d")),
        ("updated:<24h", ("updated", "in_the_last", "24h")),
        ("updated:>=2026-01-31", ("updated", "on_or_after", "2026-01-31")),
        ("time:<17:00", ("added_time", "earlier_than", "17:00")),
        ("day:sat,sun", ("added_weekday", "in_list", "sat, sun")),
        ("word", ("words", "contains", "word")),
        ('"exact words"', ("words", "contains", "exact words")),
        ('-"exact words"', ("words", "does_not_contain", "exact words")),
        ("#1042", ("words", "contains", "1042")),
    ],
)
def test_a_term_is_read(text, asked):
    [condition] = read(text)

    assert (condition.field, condition.operator, condition.value) == asked


def test_a_term_can_name_an_entry_and_ask_for_case():
    [named, cased] = read('data."Gift note":yes source:=Shopify')

    assert (named.field, named.name, named.value) == ("checkout_data", "Gift note", "yes")
    assert (cased.value, cased.case) == ("Shopify", True)


def test_terms_are_joined_by_all_by_or_and_by_brackets_once():
    country = "(country:US or country:CA)"

    assert [read(text).match for text in ("a b", "a or b", "a", f"{country} b")] == [
        "all",
        "any",
        "all",
        "all",
    ]
    group, total = read(f"{country} total:>=50").parts
    assert isinstance(group, Group)
    assert group.match == "any"
    assert total == Condition("order_total", "greater_or_equal", "50")
    both = Group("all", (Condition("words", "contains", "a"), Condition("words", "contains", "b")))
    assert read("(a b) or (a b)") == Query("any", (both, both))


@pytest.mark.parametrize(
    ("text", "word", "sentence"),
    [
        ("total:>5 contry:US", "contry", "Unknown field “contry”. Did you mean “country”?"),
        ("-contry:US", "contry", "Did you mean “country”?"),
        ("http://example.com", "http", "Put it in quotation marks"),
        ("folder:Nwe", "Nwe", "There is no folder “Nwe”. Did you mean “New”?"),
        ("a total:lots", "lots", "“lots” is not a number. Write it like 50"),
        ("country:Narnia b", "Narnia", "“Narnia” is not a country"),
        ("before:2026-02-30", "2026-02-30", "“2026-02-30” is not a date"),
        ("older:soon", "soon", "not a length of time"),
        ("is:spilt", "spilt", "Did you mean “split”?"),
        ("has:emial", "emial", "Did you mean “email”?"),
        ("sku:a*b", "a*b", "A star stands at the beginning or at the end."),
        ("sku:a*,b", "a*,b", "A list takes no stars."),
        ("sku:>5", ">5", "Words cannot be compared by “>”."),
        ("sku:~(", "(", "A bracket ( is not closed"),
        ("data:yes", "data", "Write which one, as in data.name:value."),
        ("email.x:yes", "email.x", "“email” has no parts to name."),
        ("total:", None, "A value is missing behind “total:”."),
        ('a "b', '"b', "A quotation mark is missing"),
        ("a b or c", "or", "Put those that belong to the “or” in brackets."),
        ("or a", "or", "“or” stands between two terms."),
        ("(a or (b c))", "(", "Brackets within brackets"),
        ("(a", "(", "This bracket is not closed."),
        ("a)", ")", "A bracket ( is missing"),
        ("a ()", "()", "There is nothing between these brackets."),
        ("-(a b)", "-(", "A minus stands before one term"),
    ],
)
def test_what_makes_no_sense_is_pointed_at_with_advice(text, word, sentence):
    _, problems = parse(text, FACTS)

    assert sentence in problems[0].sentence
    if word is not None:
        assert text[problems[0].start : problems[0].end] == word


def test_a_search_has_its_limits():
    assert "at most 2000 fit" in parse("a" * 2001, FACTS)[1][0].sentence
    many = " ".join(f"w{n}" for n in range(MOST_CONDITIONS + 1))
    assert "at most 50 conditions" in parse(many, FACTS)[1][0].sentence


# --- properties -----------------------------------------------------------------------------------

texts = st.text(st.sampled_from(list('ab*\\",|()~<>=-#: ?.Éß\n')), max_size=8)
values = texts | st.sampled_from(
    [
        "US",
        "CA, de",
        "50",
        "-0.5",
        "2026-01-31",
        "2026-01-31 10:30",
        "7 days",
        "24h",
        "9:30",
        "yes",
        "no",
        "monday",
        "sat,sun",
        "or",
        "mug-\\d+",
        1,
        3,
    ]
)


@st.composite
def conditions(draw):
    field = draw(st.sampled_from(list(LIST_FIELDS.values())))
    condition = Condition(
        field.key,
        draw(st.sampled_from(field.kind.operators)),
        draw(values),
        draw(texts.filter(bool)) if field.is_named else "",
        draw(st.booleans()) and field.kind.has_case,
    )
    try:
        question(condition, FACTS)
    except Broken:
        return None
    return condition


valid = conditions().filter(bool)
matches = st.sampled_from(["all", "any"])
groups = st.builds(Group, matches, st.lists(valid, max_size=3).map(tuple))
queries = st.builds(Query, matches, st.lists(valid | groups, max_size=4).map(tuple))


@settings(max_examples=60, deadline=None)
@given(queries)
def test_a_question_comes_back_from_its_text_and_from_its_settings(query):
    query = tidy(query)
    text = written(query, FACTS)

    assert parse(text, FACTS) == (query, ())
    assert written(parse(text, FACTS)[0], FACTS) == text
    assert Query.of(query.settings()) == query


@settings(max_examples=60, deadline=None)
@given(st.lists(texts | st.sampled_from(["or", "total:>5", "(", ")", "sku:", '"']), max_size=6))
def test_any_text_is_read_or_refused_in_its_own_place(words):
    text = " ".join(words)

    query, problems = parse(text, FACTS)

    for problem in problems:
        assert 0 <= problem.start < problem.end
        assert problem.start <= len(text)
        assert problem.sentence.endswith((".", "?"))
    if not problems:
        assert parse(written(query, FACTS), FACTS) == (query, ())
