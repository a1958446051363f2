"""A template reaches plain data and nothing else."""

import datetime
import decimal
import os

import pytest

from orderdesk.lib.twig import Environment, TwigError, render


class Secret:
    password = "hidden"


CALLABLES = ["filter", "map", "reduce", "sort", "find"]
WALKS = [
    "{{ ''.__class__ }}", "{{ [].__class__.__mro__ }}", "{{ o.__class__ }}", "{{ o.keys }}",
    "{{ o.items() }}", "{{ o.__init__.__globals__ }}", "{{ attribute(o, '__class__') }}",
    "{{ (1).real }}", "{{ 'a'.upper() }}", "{{ date('2024-01-01').zone }}",
    "{{ date('2024-01-01').__class__ }}", "{{ date('2024-01-01').__dict__ }}",
]  # fmt: skip


@pytest.mark.parametrize("name", CALLABLES)
def test_the_name_of_a_function_is_no_arrow(name):
    for function in ("system", "strtoupper", "os.system", "print", "upper"):
        with pytest.raises(TwigError, match="expects an arrow function"):
            render(f"{{{{ [1, 2]|{name}('{function}')|json_encode }}}}", {})


@pytest.mark.parametrize("template", WALKS)
def test_attributes_of_the_host_are_missing(template):
    assert render(template, {"o": {"a": 1}}) == ""


@pytest.mark.parametrize(
    "value", [Secret(), Secret, os, print, {1, 2}, b"bytes", decimal.Decimal(1), [Secret()]]
)
def test_only_plain_data_is_let_in(value):
    with pytest.raises(TwigError, match="Only plain data"):
        render("{{ x }}", {"x": value})


def test_dates_of_the_host_come_in_as_text():
    day = datetime.date(2024, 3, 5)

    assert render("{{ x }} {{ x|date('d/m') }}", {"x": day}) == "2024-03-05 05/03"


@pytest.mark.parametrize("name", ["PHP_VERSION", "os", "DIRECTORY_SEPARATOR", "\\Secret::KEY"])
def test_constants_of_the_host_do_not_exist(name):
    with pytest.raises(TwigError, match="is undefined"):
        render("{{ constant(n) }}", {"n": name})


def test_includes_find_only_the_templates_that_were_given():
    for name in ("/etc/passwd", "../secret", "file:///etc/passwd"):
        with pytest.raises(TwigError, match="is not defined"):
            render("{% include n %}{{ source(n) }}", {"n": name}, templates={"a": "x"})


def test_a_render_changes_nothing_it_was_given():
    context = {"a": {"b": [1, 2]}, "10": "x"}

    render("{% set a = a|merge({c: 1}) %}{% set x = 5 %}{{ a.b|sort|join }}", context)

    assert context == {"a": {"b": [1, 2]}, "10": "x"}


def test_one_render_leaves_nothing_to_the_next():
    ready = Environment().parse("{{ x }}{% set x = 1 %}{% macro m() %}{% endmacro %}")

    assert [ready.render({}), ready.render({})] == ["", ""]
