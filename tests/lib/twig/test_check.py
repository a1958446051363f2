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


def test_letters_in_the_wrong_order_still_find_the_name_that_was_meant():
    assert told("{{ order.shipping.ctiy }}") == [("warning", 1, 19, "city")]


def test_items_are_known_through_filters_arrows_and_loops():
    assert told("{{ order.items|map(i => i.pric)|join }}") == [("warning", 1, 27, "price")]
    assert told("{{ (order.items|first).cod }}") == [("warning", 1, 24, "code")]
    assert told(
        "{% for i in order.items|filter(v => v.price)|slice(0, 2) %}{{ i.cod }}{% endfor %}"
    ) == [("warning", 1, 65, "code")]
    assert told("{% for i in order.items %}{{ loop.indx }}{% endfor %}") == [
        ("warning", 1, 35, "index")
    ]
    assert (
        told("{% set f = v => v.x %}{{ order.items|reduce((all, v) => all ~ v.code, '') }}") == []
    )


def test_a_missing_name_is_told_beside_the_error_it_leads_to():
    assert told("{{ order.itms|map(i => i.code)|join }}") == [
        ("error", 1, 15, ""),
        ("warning", 1, 10, "items"),
    ]
