"""What `render` takes, and that nonsense is refused as the package refuses everything."""

import inspect

import pytest

from orderdesk.lib.twig import Environment, TwigError, TwigSyntaxError, render

VALUE = "<a b='1'> é&"
ESCAPED = {
    "html": "&lt;a b=&#039;1&#039;&gt; é&amp;",
    "name": "&lt;a b=&#039;1&#039;&gt; é&amp;",
    "js": r"\u003Ca\u0020b\u003D\u00271\u0027\u003E\u0020\u00E9\u0026",
    "css": r"\3C a\20 b\3D \27 1\27 \3E \20 \E9 \26 ",
    "url": "%3Ca%20b%3D%271%27%3E%20%C3%A9%26",
    "html_attr": "&lt;a&#x20;b&#x3D;&#x27;1&#x27;&gt;&#x20;&#x00E9;&amp;",
    False: VALUE,
}
NONSENSE = [
    {"timezone": ""}, {"timezone": None}, {"timezone": "../../etc/passwd"}, {"timezone": "a\0b"},
    {"number_format": (2,)}, {"number_format": ("a", 1, 2)}, {"date_format": (1, 2)},
    {"sandbox": [1]}, {"templates": {"a": 5}}, {"autoescape": "pdf"}, {"template": None},
    {"template": 5}, {"template": b"x"}, {"context": None}, {"context": [1]},
    {"context": {("a",): 1}},
]  # fmt: skip
SOURCE = "{{ x }} {{ 1.5|number_format }} {{ '2024-01-01'|date }} {{ include('a') }}"


def test_render_takes_what_it_says():
    names = {
        name: parameter.default
        for name, parameter in inspect.signature(render).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
    }

    assert names == {
        "templates": None, "autoescape": False, "strict": False, "timezone": "UTC",
        "number_format": None, "date_format": None, "sandbox": None,
    }  # fmt: skip


@pytest.mark.parametrize(("strategy", "text"), ESCAPED.items(), ids=str)
def test_a_strategy_escapes_values_and_leaves_what_is_raw(strategy, text):
    source = "{{ x }}|{{ x|raw }}|{{ '<b>' }}"

    assert render(source, {"x": VALUE}, autoescape=strategy) == f"{text}|{VALUE}|<b>"


def test_escaping_by_name_follows_each_templates_own_name():
    templates = {
        "a.js": "{{ x }}",
        "a.txt": "{{ x }}",
        "a.html.twig": "{{ x }}",
        "a.css": "{{ x }}",
    }
    source = "{% for name in names %}{{ include(name) }} {% endfor %}"

    told = render(
        source, {"x": "<", "names": list(templates)}, templates=templates, autoescape="name"
    )

    assert told == r"\u003C < &lt; \3C  "


def test_options_reach_the_filters_they_are_for():
    source = "{{ 1234.5|number_format }} {{ '2024-01-01T00:00Z'|date }}"

    text = render(
        source,
        {},
        timezone="Asia/Tokyo",
        number_format=(2, ",", "."),
        date_format=("d.m.Y H:i", "%d"),
    )

    assert text == "1.234,50 01.01.2024 09:00"


def test_strict_refuses_what_is_missing():
    assert render("[{{ a.b }}]", {}) == "[]"
    with pytest.raises(TwigError, match='Variable "a" does not exist'):
        render("[{{ a.b }}]", {}, strict=True)


def test_a_sandbox_allows_what_it_lists():
    allowed = {"tags": ["if"], "filters": ["upper"], "functions": ["max"]}

    assert (
        render("{% if 1 %}{{ 'a'|upper }}{{ max(1, 2) }}{% endif %}", {}, sandbox=allowed) == "A2"
    )
    for other in ("{% set a = 1 %}", "{{ 'a'|lower }}", "{{ min(1, 2) }}"):
        with pytest.raises(TwigError, match="is not allowed"):
            render(other, {}, sandbox=allowed)


@pytest.mark.parametrize("given", NONSENSE, ids=str)
def test_nonsense_is_refused_by_an_error_of_the_package(given):
    whole = {"template": SOURCE, "context": {"x": "<"}, "templates": {"a": "a"}, **given}

    with pytest.raises(TwigError):
        render(**whole)


@pytest.mark.parametrize("source", [None, 7, b"bytes", ["a"]])
def test_what_is_no_text_is_no_template(source):
    environment = Environment()
    with pytest.raises(TwigSyntaxError, match="A template is text"):
        environment.parse(source)
    (problem,) = environment.check(source, {})
    assert "A template is text" in problem.message
