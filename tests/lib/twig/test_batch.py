"""A child renders batches, and takes nothing with it when it dies."""

import os
from pathlib import Path

import pytest

from orderdesk.lib.twig import TwigRuntimeError, TwigSyntaxError, errors
from orderdesk.lib.twig.batch import Job, Walls, render_batch
from orderdesk.lib.twig.children import KEPT, NURSERY, Child, ChildLost
from orderdesk.lib.twig.limits import Limits
from orderdesk.lib.twig.recipe import Recipe

# Without limits of its own, so that only the child's walls are left.
BOUNDLESS = Recipe(limits=Limits(10**15, 10**3, 10**15, 10**15, 10**6, 10.0**6))
LETHAL = Recipe(library="tests.lib.twig.lethal:library", arguments={"shop": "Tea"})
SPIN = "{% for i in 1..9000 %}{% for j in 1..9000 %}{% endfor %}{% endfor %}"
SWELL = "{% set s = 'xxxxxxxxxx' %}{% for i in 1..60 %}{% set s = s ~ s %}{% endfor %}"


@pytest.fixture(autouse=True)
def _no_child_waits():
    NURSERY.close()
    yield
    NURSERY.close()


def rendered(recipe, *sources, ask=None, **walls):
    jobs = [Job(source, {"x": number}) for number, source in enumerate(sources)]
    asked = {"ask": ask} if ask else {}
    return list(render_batch(recipe, jobs, Walls(**walls), **asked))


def children():
    """This process's children that render, whoever of its threads started them."""
    tasks = Path("/proc/self/task").iterdir()
    pids = {pid for task in tasks for pid in (task / "children").read_text().split()}
    return {pid for pid in pids if b"twig.child" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def test_a_batch_gives_a_text_or_an_error_for_each_job_in_order():
    results = rendered(Recipe(), "{{ x }}", "{{ x|nope }}", "é{{ x }}")

    assert results[0] == "0"
    assert results[2] == "é2"
    assert isinstance(results[1], TwigSyntaxError)
    assert (results[1].message, results[1].line, results[1].column) == (
        'Unknown "nope" filter.', 1, 6,
    )  # fmt: skip


def test_more_jobs_than_one_child_takes_are_all_rendered_by_several():
    pids = rendered(LETHAL, *["{{ told('pid') }}"] * 7, jobs=3)

    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [3, 3, 1]


def test_far_more_than_a_pipe_holds_goes_through_it_both_ways():
    jobs = [Job("{{ x }}{{ text }}", {"x": number, "text": "ö" * 5000}) for number in range(300)]

    assert list(render_batch(Recipe(), jobs)) == [f"{n}{'ö' * 5000}" for n in range(300)]


@pytest.mark.parametrize(("source", "why"), [(SPIN, "processor"), (SWELL, "memory")])
def test_a_child_that_dies_fails_its_own_template_only(source, why):
    results = rendered(BOUNDLESS, "a{{ x }}", source, "b{{ x }}", cpu_seconds=1)

    assert (results[0], results[2]) == ("a0", "b2")
    assert isinstance(results[1], errors.RenderKilled)
    assert why in results[1].message


@pytest.mark.parametrize("end", ["die()", "fall(0)", "fall(1)"])
def test_a_child_that_is_shot_fails_its_own_template_only(end):
    results = rendered(LETHAL, "{{ x }}", f"{{{{ {end} }}}}", "{{ x }}", f"{{{{ {end} }}}}")

    assert (results[0], results[2]) == ("0", "2")
    assert [results[at].message for at in (1, 3)] == [
        "The template was stopped: its process ended."
    ] * 2


def test_a_child_serves_the_next_batch_too():
    first, second = (rendered(LETHAL, "{{ told('pid') }}") for _ in range(2))

    assert first == second
    assert set(first) <= children()


def test_a_child_that_went_while_it_waited_is_nobodys_fault():
    pid = int(rendered(LETHAL, "{{ told('pid') }}")[0])
    os.kill(pid, 9)

    assert rendered(Recipe(), "{{ x }}") == ["0"]


def test_leaving_a_batch_early_leaves_no_child_behind():
    jobs = [Job("{{ x }}", {"x": number}) for number in range(50)]

    for result in render_batch(Recipe(), jobs):
        assert result == "0"
        break

    assert children() == set()


def test_no_more_children_wait_than_are_kept():
    batches = [render_batch(Recipe(), [Job("{{ x }}", {"x": 1})] * 2) for _ in range(KEPT + 1)]
    assert [next(batch) for batch in batches] == ["1"] * len(batches)
    assert len(children()) == len(batches)
    assert [list(batch) for batch in batches] == [["1"]] * len(batches)

    assert len(children()) == KEPT


def test_a_child_has_nothing_of_this_process(tmp_path):
    os.environ["ORDERDESK_CANARY"] = "x"
    with (tmp_path / "open").open("w") as held:
        os.set_inheritable(held.fileno(), True)
        files, environment, modules = rendered(
            LETHAL,
            "{{ told('files')|length }}",
            "{{ told('environment')|join(' ') }}",
            "{{ told('modules')|filter(m => m matches '/^(django|celery)/')|length }}",
        )
    del os.environ["ORDERDESK_CANARY"]

    # In, out twice over, errors, and the folder of the list itself.
    assert int(files) <= 5
    assert "ORDERDESK" not in environment
    assert modules == "0"


def test_what_a_library_prints_does_not_get_between_the_results():
    assert rendered(LETHAL, "{{ say('loud') }}{{ x }}", "{{ x }}") == ["0", "1"]


def test_the_library_gets_its_arguments_and_may_ask_the_host():
    def ask(name, *values):
        if name == "sum":
            return sum(values)
        raise TwigRuntimeError(f"No {name} today.")

    told = rendered(
        LETHAL,
        "{{ told('given').shop }} {{ ask('sum', 1, x + 2) }}",
        "\n {{ ask('tea') }}",
        *["{{ ask('sum', x, x) }}"] * 50,
        ask=ask,
    )

    assert told[0] == "Tea 3"
    assert (told[1].message, told[1].line, told[1].column) == ("No tea today.", 2, 5)
    assert told[2:] == [str(2 * number) for number in range(2, 52)]


def test_a_host_that_fails_stops_the_batch_and_the_child():
    def ask(name):
        raise LookupError(name)

    with pytest.raises(LookupError):
        rendered(LETHAL, "{{ ask('tea') }}", ask=ask)
    assert children() == set()


def test_what_is_no_plain_data_is_refused_for_its_own_job():
    jobs = [Job("{{ x }}", {"x": 1}), Job("{{ x }}", {"x": object()}), Job("{{ x }}", {"x": 3})]

    first, second, third = render_batch(Recipe(), jobs)

    assert (first, third) == ("1", "3")
    assert isinstance(second, TwigRuntimeError)


def test_keys_and_numbers_are_the_same_on_both_sides():
    context = {
        "map": {1: "a", "2": "b", 7.5: "c", None: 1.5}, "whole": 2.0, "big": 2**70,
        "endless": float("inf"), "half": "\ud800",
    }  # fmt: skip
    source = "{{ map|json_encode }} {{ whole }} {{ big }} {{ endless }} {{ half }}"
    recipe = Recipe()

    assert list(render_batch(recipe, [Job(source, context)])) == [
        recipe.environment().render(source, context)
    ]


def test_a_recipe_that_makes_no_sense_is_refused():
    with pytest.raises(TwigRuntimeError, match="timezone"):
        rendered(Recipe({"timezone": "Nowhere"}), "x")


@pytest.mark.filterwarnings("default")
def test_a_child_that_cannot_start_is_no_templates_fault(capfd):
    with pytest.raises(ChildLost):
        rendered(Recipe(library="tests.lib.twig.nowhere:library"), "x")
    assert children() == set()


def test_a_fork_of_this_process_leaves_its_children_alone():
    pid = rendered(LETHAL, "{{ told('pid') }}")[0]
    fork = os.fork()
    if not fork:
        os._exit(len(NURSERY.idle))

    assert os.waitpid(fork, 0)[1] == 0
    assert rendered(LETHAL, "{{ told('pid') }}") == [pid]


def test_a_child_ends_when_its_parent_does():
    child = Child()
    child.shut()

    assert child.process.wait(20) == 0


def test_a_batch_inside_another_one_does_not_wait_for_ever(monkeypatch):
    monkeypatch.setattr("orderdesk.lib.twig.children.AT_WORK", 1)
    monkeypatch.setattr("orderdesk.lib.twig.children.WAIT_SECONDS", 0.05)

    outer = render_batch(Recipe(), [Job("{{ x }}", {"x": 1})] * 2)

    assert [next(outer), rendered(Recipe(), "{{ x }}"), list(outer)] == ["1", ["0"], ["1"]]
