"""Whatever is put in, text comes out or a TwigError, and nothing slips through unescaped."""

import html.parser
import random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from orderdesk.lib.twig import Environment, TwigError
from orderdesk.lib.twig.errors import TwigInternalError
from orderdesk.lib.twig.limits import Limits
from tests.lib.twig import cases
from tests.lib.twig.generator import CONTEXT, TEMPLATES, template

SMALL = Limits(steps=20_000, output=100_000, range=10_000, seconds=1.0)
STRINGS = [case["template"] for case in cases.read(cases.OWN)]
PIECES = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    "-",
    "~",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "|",
    ".",
    "..",
    ",",
    ":",
    "?",
    "??",
    "=>",
    "=",
    "==",
    "**",
    "#{",
    '"',
    "'",
    "\\",
    " ",
    "\n",
    "\r\n",
    "if",
    "endif",
    "for",
    "in",
    "endfor",
    "set",
    "endset",
    "block",
    "endblock",
    "macro",
    "endmacro",
    "include",
    "extends",
    "embed",
    "endembed",
    "x",
    "y",
    "1",
    "0",
    "2.5",
    "'a'",
    "not",
    "is",
    "defined",
    "and",
    "or",
    "upper",
    "date",
    "date_modify",
    "format",
    "split",
    "sort",
    "map",
    "v => v",
    "...",
    "matches",
    "'/a(b/'",
    "loop",
    "_self",
    "_context",
    "é",
    "\ud800",
    "\x00",
    "range(",
    "max(",
    "e('js')",
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(max_size=5) | st.integers(-5, 5), inner, max_size=4)
    ),
    max_leaves=10,
)
CALM = settings(
    max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)


def outcome(source, context, **options):
    """The text or the refusal; a fault of ours fails the test with its own trace."""
    environment = Environment(limits=SMALL, **options)
    try:
        return environment.render(source, context, {"x": source[:200], "p": "{{ x }}"})
    except TwigInternalError as error:
        raise AssertionError(source) from error.__cause__
    except TwigError as error:
        if not (error.line and error.column):
            raise AssertionError(f"no place: {source}") from error
        return error


@CALM
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join), VALUES)
@example("{{ " * 200, None)
def test_any_pieces_give_text_or_a_twig_error(source, value):
    assert isinstance(outcome(source, {"x": value, "y": [value, value]}), str | TwigError)


@CALM
@given(st.text(max_size=80))
def test_any_text_gives_text_or_a_twig_error(source):
    assert isinstance(outcome(source, {}), str | TwigError)
    assert isinstance(outcome("{{ " + source + " }}", {"x": 1}), str | TwigError)


@CALM
@given(st.sampled_from(STRINGS), VALUES, st.integers(0, 400), st.sampled_from(PIECES))
def test_a_damaged_template_gives_text_or_a_twig_error(source, value, at, piece):
    damaged = source[:at] + piece + source[at + 1 :]

    assert isinstance(outcome(damaged, {"x": value, "s": value}), str | TwigError)


FILTERS = sorted(Environment().library.filters)


@CALM
@given(VALUES, st.sampled_from(FILTERS), st.lists(VALUES, max_size=3))
def test_any_values_through_any_filter_give_text_or_a_twig_error(value, name, arguments):
    names = ", ".join(f"a{index}" for index in range(len(arguments)))
    context = {"x": value, **{f"a{index}": one for index, one in enumerate(arguments)}}

    for source in (f"{{{{ x|{name}({names})|json_encode }}}}", f"{{{{ x|{name}({names}) }}}}"):
        assert isinstance(outcome(source, context), str | TwigError)


OPERATORS = (
    "+ - * / % // ** == != < > <= >= <=> ~ and or xor in .. b-and b-or b-xor matches".split()  # noqa: SIM905
)


@CALM
@given(VALUES, st.sampled_from([*OPERATORS, "not in", "starts with", "ends with"]), VALUES)
def test_any_values_around_any_operator_give_text_or_a_twig_error(left, operator, right):
    source = f"{{{{ (a {operator} b)|json_encode }}}}{{{{ a {operator} b }}}}"

    assert isinstance(outcome(source, {"a": left, "b": right}), str | TwigError)


@CALM
@given(st.text(max_size=40), st.text(max_size=40))
def test_any_date_gives_text_or_a_twig_error(date, change):
    context = {"d": date, "c": change}

    assert isinstance(outcome("{{ d|date('c e T u') }}", context), str | TwigError)
    assert isinstance(
        outcome("{{ '2024-01-31'|date_modify(c)|date('c') }}", context), str | TwigError
    )


class Tags(html.parser.HTMLParser):
    """Counts what a browser would take for markup."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)


UNSAFE = '<script x="1">\'&</script>'
SHOWN = [
    "{{ v }}",
    "{{ v|upper }}",
    "{{ [v]|join }}",
    "{{ v ~ v }}",
    "{{ x ?: v }}",
    "{{ x ?? v }}",
    "{{ true ? v : '' }}",
    "{% for i in [v] %}{{ i }}{% endfor %}",
    "{% set s = v %}{{ s }}",
    "{{ {a: v}.a }}",
    "{% macro m(a) %}{{ a }}{% endmacro %}{{ _self.m(v) }}",
    "{{ v|raw|lower }}",
    "{{ v|default('a') }}",
    "{% set s %}{{ v }}{% endset %}{{ s }}",
    "{{ v|nl2br }}",
    "{{ v|e }}",
    "{{ include('p', {x: v}) }}",
    "{{ v|json_encode }}",
    '{{ "#{v}" }}',
    "{{ v|slice(0, 99) }}",
    "{% apply trim %}{{ v }}{% endapply %}",
    "{{ '%s'|format(v) }}",
    "{{ v|spaceless }}",
    "{{ ['a']|map(a => v)|first }}",
    "{{ max('a', v) }}",
    "{{ 'a'|replace({a: v}) }}",
    "{% block b %}{{ v }}{% endblock %}{{ block('b') }}",
    "{% with {s: v} %}{{ s }}{% endwith %}",
]


@pytest.mark.parametrize("source", SHOWN)
def test_html_autoescape_lets_no_value_through(source):
    text = outcome(source, {"v": UNSAFE}, autoescape="html")

    assert isinstance(text, str)
    reader = Tags()
    reader.feed(text)
    assert reader.seen == []


@CALM
@given(st.integers(0, 10**9))
def test_random_templates_render_the_same_twice(seed):
    source = template(random.Random(seed))  # noqa: S311
    environment = Environment(limits=SMALL, autoescape="html", clock=lambda: 1.7e9)

    def once():
        try:
            return environment.parse(source).render(CONTEXT, TEMPLATES)
        except TwigInternalError as error:
            raise AssertionError(source) from error.__cause__
        except TwigError as error:
            return str(error)

    assert once() == once()
