"""The language, feature by feature, as the specification has it."""

import pytest

from orderdesk.lib.twig import Environment, TwigError, TwigSyntaxError, render
from orderdesk.lib.twig.environment import CORE
from orderdesk.lib.twig.library import entry

PRINTS = [
    # Precedence.
    ("{{ 2 ** 3 ** 2 }}", "512"),
    ("{{ -2 ** 2 }} {{ (-2) ** 2 }}", "-4 4"),
    ("{{ -5.5|abs }}", "-5.5"),
    ("{{ 2 * 3 ~ 4 }} {{ 1 ~ 2 + 3 }}", "64 15"),
    ("{{ not 1 == 0 ? 'T' : 'F' }}", "T"),
    ("{{ 6 b-and 4 == 4 }}", "0"),
    ("{{ missing ?? 'a' ~ 'b' }}", "ab"),
    ("{{ x ? 'a' : y ? 'b' : 'c' }}", "c"),
    # Numbers.
    ("{{ 0.1 + 0.2 }} {{ 19.99 * 100 }} {{ 6 / 2 }} {{ 7 / 2 }}", "0.3 1999 3 3.5"),
    ("{{ '8.00' * 2 }} {{ '3 apples' + 1 }} {{ missing + 1 }}", "16 4 1"),
    ("{{ -7 % 3 }} {{ 7 % -3 }} {{ -7 // 2 }}", "-1 1 -4"),
    (
        "{{ 9223372036854775807 + 1 }} {{ 1.0e+25 }} {{ 0.00001 }}",
        "9.2233720368548E+18 1.0E+25 1.0E-5",
    ),
    ("{{ 2.5|round }} {{ 5.055|round(2) }} {{ 1.005|number_format(2) }}", "3 5.06 1.01"),
    ("{{ 2.675|number_format(2) }} {{ '%.2f'|format(2.675) }}", "2.68 2.67"),
    # Keys.
    ("{{ [3, 1, 2]|filter(v => v > 1)|json_encode }}", '{"0":3,"2":2}'),
    ("{{ [1, 2, 3]|batch(2)|json_encode }}", '[[1,2],{"2":3}]'),
    ("{{ {'10': 'a', '20': 'b'}|merge([])|json_encode }}", '["a","b"]'),
    ("{{ {a: 1, 5: 2, 7: 3}|reverse|json_encode }}", '{"0":3,"1":2,"a":1}'),
    # Comparison.
    ("{{ 1 == '1' and '1e1' == '10' and null == '' and not ('abc' == 0) ? 'T' : 'F' }}", "T"),
    ("{{ '10' < '9a' ? 'T' : 'F' }}", "T"),
    ("{{ 5 in '12345' ? 'T' : 'F' }}{{ 5 in 12345 ? 'T' : 'F' }}", "TF"),
    # Loops.
    (
        "{% set t = 0 %}{% for v in 1..2 %}{% set t, z = t + v, v %}{% endfor %}{{ t ~ z }}",
        "3",
    ),
    (
        "{% for a in 1..2 %}{% for b in [3] %}{{ loop.parent.loop.index }}{% endfor %}{% endfor %}",
        "12",
    ),
    ("{% for v in 'abc' %}{{ v }}{% else %}none{% endfor %}", "none"),
    # Newer syntax.
    ("{{ [...[1, 2], 3]|join(',') }} {{ (true xor true) ? 'T' : 'F' }}", "1,2,3 F"),
    ("{{ 1234.5|number_format(decimal: 2, thousand_sep: ' ') }}", "1 234.50"),
    ("{{ [1, 5]|find(v => v > 2) }}{% set f = v => v * 2 %}{{ [2]|map(f)|join }}", "54"),
    ("{{ {'a b': 7}.('a b') }}{{ [1] is sequence ? 'S' }}{{ {a: 1} is mapping ? 'M' }}", "7SM"),
    ("{% macro f(a, b) %}{{ a }}-{{ b }}{% endmacro %}{{ _self.f(b=1, a=2) }}", "2-1"),
    ("{% guard filter nope %}a{% else %}b{% endguard %}{% types {a: 'string'} %}", "b"),
    ("{{ 1 # a note\n + 1 }}", "2"),
    # White space.
    ("a\n{% if true %}\nb\n{% endif %}\nc\n", "a\nb\nc\n"),
    ("a \n {{~ 1 ~}} \n b", "a \n1\n b"),
    ("{% if true ~%}\nx{% endif %}", "\nx"),
    ("{{-1}}", "1"),
    # Dates.
    ("{{ '20240305'|date('Y-m-d') }}", "1970-08-23"),
    ("{{ '2024-01-31'|date_modify('+1 month')|date('Y-m-d') }}", "2024-03-02"),
    ("{{ '2024-03-05 14:00'|date('d/m/Y H:i T', 'Europe/Berlin') }}", "05/03/2024 15:00 CET"),
    ("{{ '0000-00-00 00:00:00'|date('Y') }}", ""),
]
REFUSED = [
    "{{ 1e3 }}",
    "{{ 0x1A }}",
    "{{ x|upper ?? 'd' }}",
    "{{ max(1, 2) ?? 'd' }}",
    "{{ a && b }}",
    "{{ a === b }}",
    "{% for v in x if v %}{% endfor %}",
    "{% break %}",
    "{% raw %}{% endraw %}",
    "{{ 'a'|replace('a', 'b') }}",
    "{{ ['a']|unique }}",
    "{{ 'a' is string }}",
    "{{ range(5) }}",
    "{% block a %}{% endblock %}{% block a %}{% endblock %}",
    "{{ [1, 2] }}",
    "{{ '' + 1 }}",
    "{% set a, b = 1 %}",
    "{% autoescape true %}{% endautoescape %}",
    "{{ f(a=1, 2) }}",
    "{{ 'a'|date('Y', format='m') }}",
    "{{ 'a' matches '/(/' }}",
    "{% macro m() %}{% endmacro %}{{ m() }}",
]


@pytest.mark.parametrize(("template", "text"), PRINTS)
def test_a_template_prints_what_the_language_says(template, text):
    assert render(template, {"x": 0, "y": ""}) == text


@pytest.mark.parametrize("template", REFUSED)
def test_what_is_not_twig_is_refused(template):
    with pytest.raises(TwigError):
        render(template, {"x": 1})


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ v }}{{ '<b>' }}", "&lt;i&gt;<b>"),
        ("{{ v|raw }}{{ v|raw|upper }}", "<i>&lt;I&gt;"),
        ("{{ x ? '<b>' : v }}{{ y ? '<b>' : v }}", "<b>&lt;i&gt;"),
        (
            "{% set s %}<b>{{ v }}{% endset %}{{ s }}|{{ s ~ '' }}",
            "<b>&lt;i&gt;|&lt;b&gt;&amp;lt;i&amp;gt;",
        ),
        ("{% autoescape 'js' %}{{ v }}{% endautoescape %}", "\\u003Ci\\u003E"),
        ("{{ v|e('html_attr') }} {{ v|e|e }}", "&lt;i&gt; &amp;lt;i&amp;gt;"),
    ],
)
def test_escaping_is_decided_by_the_form_of_an_expression(template, text):
    assert render(template, {"v": "<i>", "x": 1, "y": 0}, autoescape="html") == text


def test_templates_extend_include_embed_and_use_each_other():
    templates = {
        "base": "<{% block a %}A{% endblock %}|{% block b %}B{{ x }}{% endblock %}>",
        "blocks": "{% block a %}used{% endblock %}",
        "part": "[{{ x }}]",
    }

    child = "{% extends 'base' %}{% set x = 5 %}{% block a %}{{ parent() }}!{% endblock %}"
    user = "{% use 'blocks' %}{{ block('a') }}{% include 'part' with {x: 1} only %}"
    holder = "{% embed 'base' with {x: 2} only %}{% block a %}E{% endblock %}{% endembed %}"

    assert render(child, {}, templates=templates) == "<A!|B5>"
    assert render(user, {}, templates=templates) == "used[1]"
    assert render(holder, {}, templates=templates) == "<E|B2>"


def test_strict_mode_refuses_missing_names_but_not_questions_about_them():
    asked = "{{ a.b ?? 'x' }}{{ a.b|default('y') }}{{ a.b is defined ? 1 : 0 }}"

    assert render(asked, {}, strict=True) == "xy0"
    with pytest.raises(TwigError, match='Variable "a" does not exist'):
        render("{{ a }}", {}, strict=True)
    with pytest.raises(
        TwigError, match='Key "b" for sequence/mapping with keys "c" does not exist'
    ):
        render("{{ a.b }}", {"a": {"c": 1}}, strict=True)


def test_an_error_knows_its_line_column_and_the_words_there():
    with pytest.raises(TwigSyntaxError) as caught:
        render("first\n  {{ name|uper }}", {})

    error = caught.value
    assert (error.line, error.column, error.excerpt) == (2, 11, "{{ name|uper }}")
    assert error.message == 'Unknown "uper" filter. Did you mean "upper"?'
    assert error.suggestions == ("upper",)


def test_an_error_inside_an_included_template_names_that_template():
    with pytest.raises(TwigError) as caught:
        render("\n{% include 'part' %}", {}, templates={"part": "\n\n{{ 1 / 0 }}"})

    assert (caught.value.template, caught.value.line) == ("part", 3)


def test_the_stores_time_zone_reads_and_prints_naive_dates():
    text = render("{{ '2024-07-01 12:00'|date('c') }}", {}, timezone="America/New_York")

    assert text == "2024-07-01T12:00:00-04:00"


def test_numbers_of_the_host_that_php_could_not_hold_are_floats():
    assert render("{{ a }} {{ b }}", {"a": 2**63, "b": 10**5000}) == "9.2233720368548E+18 INF"


@pytest.mark.parametrize(
    ("mode", "text"),
    [("text", "<i>"), ("html", "&lt;i&gt;"), ("xml", "&lt;i&gt;"), ("json", "<i>")],
)
def test_a_mode_settles_the_escaping(mode, text):
    assert Environment.for_mode(mode).render("{{ v }}", {"v": "<i>"}) == text


def test_the_environment_settles_formats_and_time():
    environment = Environment(
        number_format=(2, ",", "."), date_format=("d/m/Y", "%a days"), clock=lambda: 86_400.0
    )

    source = "{{ 1234.5|number_format }} {{ 'now'|date }} {{ date(0).diff(date())|date }}"

    assert environment.render(source, {}) == "1.234,50 02/01/1970 1 days"
    with pytest.raises(TwigError, match="Unknown or bad timezone"):
        Environment(timezone="Mars/Base")


def test_a_library_that_is_extended_leaves_the_core_as_it_was():
    own = CORE.extended(filters=[entry("shout", lambda value, mark="!": value.upper() + mark)])

    assert Environment(library=own).render("{{ 'a'|shout(mark: '?') }}", {}) == "A?"
    with pytest.raises(TwigError, match='Unknown "shout" filter'):
        render("{{ 'a'|shout }}", {})


def test_a_sandbox_allows_only_what_it_lists():
    sandbox = {"tags": ["if"], "filters": ["upper"], "functions": []}

    assert render("{% if 1 %}{{ 'a'|upper }}{% endif %}", {}, sandbox=sandbox) == "A"
    with pytest.raises(TwigError, match='Function "max" is not allowed'):
        render("{{ max(1, 2) }}", {}, sandbox=sandbox)
