"""A child renders batches, and takes nothing with it when it dies."""

import os
from pathlib import Path

import pytest

from orderdesk.lib.twig import Environment, TwigSyntaxError, errors
from orderdesk.lib.twig.batch import Job, Walls, render_batch
from orderdesk.lib.twig.limits import Limits

# Without limits of its own, so that only the child's walls are left.
BOUNDLESS = Environment(limits=Limits(10**15, 10**3, 10**15, 10**15, 10**6, 10.0**6))
SPIN = "{% for i in 1..9000 %}{% for j in 1..9000 %}{% endfor %}{% endfor %}"
SWELL = "{% set s = 'xxxxxxxxxx' %}{% for i in 1..60 %}{% set s = s ~ s %}{% endfor %}"


def rendered(environment, *sources, **walls):
    jobs = [Job(source, {"x": number}) for number, source in enumerate(sources)]
    return list(render_batch(environment, jobs, Walls(**walls)))


def test_a_batch_gives_a_text_or_an_error_for_each_job_in_order():
    results = rendered(Environment(), "{{ x }}", "{{ x|nope }}", "é{{ x }}")

    assert results[0] == "0"
    assert results[2] == "é2"
    assert isinstance(results[1], TwigSyntaxError)
    assert (results[1].message, results[1].line, results[1].column) == (
        'Unknown "nope" filter.', 1, 6,
    )  # fmt: skip


def test_more_jobs_than_one_child_takes_are_all_rendered():
    assert rendered(Environment(), *["{{ x }}"] * 7, jobs=3) == [str(n) for n in range(7)]


@pytest.mark.parametrize(("source", "why"), [(SPIN, "processor"), (SWELL, "memory")])
def test_a_child_that_dies_fails_its_own_template_only(source, why):
    results = rendered(BOUNDLESS, "a{{ x }}", source, "b{{ x }}", cpu_seconds=1)

    assert (results[0], results[2]) == ("a0", "b2")
    assert isinstance(results[1], errors.RenderKilled)
    assert why in results[1].message


def test_a_child_that_is_shot_fails_its_own_template_only():
    shots = []

    def shoot():
        # The clock is read once at the start of each render, in the child.
        shots.append(1)
        if len(shots) == 2:
            os.kill(os.getpid(), 9)
        return 0.0

    results = rendered(Environment(clock=shoot), "{{ x }}", "{{ x }}", "{{ x }}")

    assert results[0] == "0"
    assert isinstance(results[1], errors.RenderKilled)


def test_leaving_a_batch_early_leaves_no_child_behind():
    jobs = [Job("{{ x }}", {"x": number}) for number in range(50)]
    family = Path(f"/proc/self/task/{os.getpid()}/children")
    before = family.read_text()

    for result in render_batch(Environment(), jobs):
        assert result == "0"
        break

    assert family.read_text() == before
