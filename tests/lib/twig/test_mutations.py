"""Break one rule of the language, and the recorded cases notice."""

import dataclasses

import pytest

from orderdesk.lib.twig import arrays, expressions, values
from orderdesk.lib.twig.filters import FILTERS, numbers
from tests.lib.twig import cases
from tests.lib.twig.test_recorded_cases import differences

# Where the other place is no other place among its neighbours.
UNMOVED = {("or", 5), ("**", 250), ("??", 250), ("matches", 250)}
# What the older Twig that was recorded does not have, or has no neighbours in the records.
UNRECORDED = {"has some", "has every", "is", "xor"}


def noticed(vectors):
    """Does any case come out differently?"""
    return any(differences([case]) for case in vectors)


@pytest.fixture
def vectors():
    wanted = ("precedence", "values", "templates", "random")
    found = [case for case in cases.read(cases.OWN) if case["group"] in wanted]
    return sorted(found, key=lambda case: wanted.index(case["group"]))


@pytest.mark.parametrize(
    ("operator", "binding"),
    [
        (operator, binding)
        for operator in expressions.BINARY
        for binding in (5, 250)
        if (operator, binding) not in UNMOVED and operator not in UNRECORDED
    ],
)
def test_a_flipped_precedence_is_noticed(monkeypatch, vectors, operator, binding):
    monkeypatch.setitem(expressions.BINARY, operator, binding)

    assert noticed(vectors)


def test_a_power_that_leans_left_is_noticed(monkeypatch, vectors):
    monkeypatch.setattr(expressions, "RIGHT", {"??"})

    assert noticed(vectors)


@pytest.mark.parametrize("name", ["filter", "sort", "batch", "merge", "reverse", "slice"])
def test_a_filter_that_forgets_its_keys_is_noticed(monkeypatch, vectors, name):
    entry = FILTERS[name]

    def forgetful(*arguments):
        found = entry.call(*arguments)
        return {f"k{at}": one for at, one in enumerate(arrays.values(found))} if found else found

    monkeypatch.setitem(FILTERS, name, dataclasses.replace(entry, call=forgetful))

    assert noticed(vectors)


def test_another_way_to_round_is_noticed(monkeypatch, vectors):
    monkeypatch.setattr(numbers, "half_up", round)

    assert noticed(vectors)


def test_another_number_of_digits_is_noticed(monkeypatch, vectors):
    text = values.float_text
    monkeypatch.setattr(values, "float_text", lambda number: text(number, 17))

    assert noticed(vectors)
