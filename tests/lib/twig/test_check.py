"""What the editor tells an author."""

from orderdesk.lib.twig import Environment

SAMPLE = {"order": {"id": 1, "shipping": {"city": "Oslo"}, "items": [{"price": 2, "code": "A"}]}}


def told(source, sample=SAMPLE):
    return [
        (problem.severity, problem.line, problem.column, problem.suggestion)
        for problem in Environment().check(source, sample)
    ]


def test_a_sound_template_has_no_problems():
    source = (
        "{% macro m(a) %}{{ a }}{% endmacro %}{% set t = 0 %}{% for i in order.items %}"
        "{{ loop.index }}{{ i.price }}{{ order.items|map(v => v.code)|join }}{% endfor %}{{ t }}"
        "{% with {w: 1} %}{{ w }}{% endwith %}{{ _self.m(order.shipping.city) }}"
    )

    assert told(source) == []


def test_a_misspelt_path_is_a_warning_with_the_name_that_was_meant():
    assert told("a\n{{ order.shippng.city }}") == [("warning", 2, 10, "shipping")]
    assert told("{{ ordr.id }}") == [("warning", 1, 4, "order")]
    assert told("{% for i in order.items %}{{ i.pric }}{% endfor %}") == [
        ("warning", 1, 32, "price")
    ]


def test_a_name_that_is_asked_for_first_is_no_problem():
    for source in (
        "{{ order.x ?? 1 }}",
        "{{ order.x|default(1) }}",
        "{{ x is defined ? x : 1 }}",
        "{% if order.x is defined %}{{ order.x }}{% endif %}",
    ):
        assert told(source) == []


def test_what_cannot_be_read_is_an_error_at_its_place():
    assert told("x\n {{ 1 + }}") == [("error", 2, 9, "")]
    assert told("{{ order.id|uper }}") == [("error", 1, 13, "upper")]


def test_what_people_know_from_jinja_gets_twigs_way_to_say_it():
    assert told("{{ order.items|sum }}")[0][3].startswith("reduce(")
    assert told("{% macro m() %}{% endmacro %}{{ m() }}")[0][3] == "_self.m"


def test_what_fails_only_with_data_is_an_error_too():
    problem = Environment().check("{{ order.shipping + 1 }}", SAMPLE)[0]

    assert (problem.severity, problem.excerpt) == ("error", "{{ order.shipping + 1 }}")
    assert problem.message == "Unsupported operand types: array + int"


def test_names_inside_macros_are_their_own():
    assert told("{% macro m(a) %}{{ a }}{{ order }}{% endmacro %}") == [("warning", 1, 27, "")]
