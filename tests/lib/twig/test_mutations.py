"""Break one rule of the language, and the recorded cases notice."""

import dataclasses

import pytest

from orderdesk.lib.twig import arrays, expressions, values
from orderdesk.lib.twig.filters import FILTERS, numbers
from tests.lib.twig import cases
from tests.lib.twig.test_recorded_cases import differences


@pytest.fixture
def vectors():
    wanted = ("values", "templates", "syntax", "random", "precedence")
    return [case for case in cases.read(cases.OWN) if case["group"].startswith(wanted)]


@pytest.mark.parametrize(
    ("operator", "binding"),
    [
        (operator, binding)
        for operator, right in expressions.BINARY.items()
        for binding in (5, 28, 250)
        if right != binding and operator not in ("has some", "has every", "is", "xor", "or")
    ],
)
def test_a_flipped_precedence_is_noticed(monkeypatch, vectors, operator, binding):
    monkeypatch.setitem(expressions.BINARY, operator, binding)

    assert differences(vectors)


def test_a_power_that_leans_left_is_noticed(monkeypatch, vectors):
    monkeypatch.setattr(expressions, "RIGHT", {"??"})

    assert differences(vectors)


@pytest.mark.parametrize("name", ["filter", "sort", "batch", "merge", "reverse", "slice"])
def test_a_filter_that_forgets_its_keys_is_noticed(monkeypatch, vectors, name):
    entry = FILTERS[name]

    def forgetful(*arguments):
        found = entry.call(*arguments)
        return {f"k{at}": one for at, one in enumerate(arrays.values(found))} if found else found

    monkeypatch.setitem(FILTERS, name, dataclasses.replace(entry, call=forgetful))

    assert differences(vectors)


def test_another_way_to_round_is_noticed(monkeypatch, vectors):
    monkeypatch.setattr(numbers, "half_up", round)

    assert differences(vectors)


def test_another_number_of_digits_is_noticed(monkeypatch, vectors):
    text = values.float_text
    monkeypatch.setattr(values, "float_text", lambda number: text(number, 17))

    assert differences(vectors)
