"""No template takes more than it is given, and each limit says which one it is."""

import time

import pytest

from orderdesk.lib.twig import Environment, TwigLimitError, errors
from orderdesk.lib.twig.limits import Limits

DOUBLING = "{% set s = 'xxxxxxxx' %}{% for i in 1..40 %}{% set s = s ~ s %}{% endfor %}"
NESTED = "{% for i in 1..999 %}{% for j in 1..999 %}{% endfor %}{% endfor %}"
SHARED = "{% set a = [1, 1, 1, 1] %}" + "{% set a = [a, a, a, a] %}" * 20
TOO_MUCH = [
    (NESTED, errors.StepLimitReached),
    (
        "{{ (1..90000)|map(v => v * 2)|map(v => v * 2)|map(v => v * 2)|length }}",
        errors.StepLimitReached,
    ),
    (
        "{% macro m(n) %}{{ _self.m(n + 1) }}{% endmacro %}{{ _self.m(1) }}",
        errors.NestingLimitReached,
    ),
    ("{% block a %}{{ block('a') }}{% endblock %}", errors.NestingLimitReached),
    ("{{ " + "(" * 500 + "1" + ")" * 500 + " }}", errors.NestingLimitReached),
    ("{{ " + "-" * 5000 + "1 }}", errors.NestingLimitReached),
    ("{{ " + "[" * 5000 + "]" * 5000 + " }}", errors.NestingLimitReached),
    ("{{ 1" + "|upper" * 5000 + " }}", errors.NestingLimitReached),
    ("{% if 1 %}" * 500, errors.NestingLimitReached),
    (DOUBLING, errors.OutputLimitReached),
    ("{{ '%99999999d'|format(1) }}", errors.OutputLimitReached),
    ("{{ 1|number_format(99999999) }}", errors.OutputLimitReached),
    ("{{ 'a'|replace({a: s}) }}" * 3, errors.OutputLimitReached),
    (
        SHARED + "{{ a|json_encode }}",
        TwigLimitError,
    ),
    (
        SHARED + "{{ a == a ? 1 : 0 }}",
        TwigLimitError,
    ),
    ("{{ 1..100001 }}", errors.RangeLimitReached),
    ("{{ [1]|batch(999999, 'x')|length }}", errors.RangeLimitReached),
    ("x" * 65_537, errors.SourceLimitReached),
    ("{{ (s ~ 'b') matches '/(a+)+$/' }}", TwigLimitError),
    ("{{ s matches '/^(([a-z])+.)+[A-Z]([a-z])+$/' }}", TwigLimitError),
    ("{{ s matches '/(.*)*(.*)*(.*)*z/' }}", TwigLimitError),
    ("{% include 'self' %}", errors.NestingLimitReached),
    ("{% for i in 1..50000 %}{{ -i in many ? 1 }}{% endfor %}", TwigLimitError),
    ("{% for i in 1..50000 %}{{ many|first }}{{ many|reverse|first }}{% endfor %}", TwigLimitError),
    ("{% for i in 1..50000 %}{{ s|upper|length }}{{ s|trim }}{% endfor %}", TwigLimitError),
    ("{% for i in 1..50000 %}{% set many = many|merge([i]) %}{% endfor %}", TwigLimitError),
]
CONTEXT = {"s": "a" * 500_000, "many": list(range(90_000))}


@pytest.mark.parametrize(("template", "error"), TOO_MUCH, ids=range(len(TOO_MUCH)))
def test_a_limit_stops_a_template_in_good_time_and_by_its_own_name(template, error):
    start = time.monotonic()

    with pytest.raises(error):
        Environment().render(template, CONTEXT, {"self": "{% include 'self' %}"})

    assert time.monotonic() - start < 10


def test_the_wall_clock_stops_what_the_steps_would_still_allow():
    patient = Environment(limits=Limits(steps=10**9, seconds=0.1))

    with pytest.raises(errors.TimeLimitReached):
        patient.render(NESTED * 20, {})


def test_what_stays_within_the_limits_is_not_stopped():
    template = "{% for i in 1..2000 %}{{ i }},{% endfor %}"

    assert len(Environment().render(template, {})) == 8893
    grown = (
        "{% set a = [] %}{% for i in 1..2500 %}{% set a = a|merge([i]) %}{% endfor %}{{ a|length }}"
    )

    assert Environment().render(grown, {}) == "2500"
    assert Environment().render("{{ '" + "a" * 5000 + "' matches '/^a+$/' }}", {}) == "1"
    assert Environment().render("{{ " + " ~ ".join(["'a'"] * 100) + " }}", {}) == "a" * 100


@pytest.mark.parametrize(("template", "error"), TOO_MUCH[:1] + TOO_MUCH[17:18])
def test_a_limit_tells_where_it_was_reached(template, error):
    with pytest.raises(error) as told:
        Environment().render(template, CONTEXT)

    assert (told.value.line, told.value.column > 1) == (1, True)
    assert told.value.excerpt in template
