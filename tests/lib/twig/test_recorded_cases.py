"""Ours prints what real Twig printed."""

import tomllib
from pathlib import Path

import pytest

from orderdesk.lib.twig.errors import TwigInternalError
from tests.lib.twig import cases

KNOWN = tomllib.loads(Path(__file__).with_name("known.toml").read_text())
ABSENT = f"the recorded cases are not beside this checkout ({cases.SHARED})"


def differences(recorded):
    wrong = []
    for case in recorded:
        text, error = cases.ask(case)
        if isinstance(error, TwigInternalError) or text not in cases.answers(case):
            wrong.append((case.get("id", ""), case["template"], text, str(error)))
    return wrong


def test_every_vector_of_our_own_prints_what_real_twig_printed():
    assert differences(cases.read(cases.OWN)) == []


def test_every_refusal_tells_its_place_as_real_twig_does():
    refused = [(case, cases.ask(case)[1]) for case in cases.read(cases.OWN)]
    placed = [(case, error) for case, error in refused if error]

    assert len(placed) > 100
    assert [str(error) for _, error in placed if not (error.column and error.excerpt)] == []
    assert [
        (case["template"], error.line)
        for case, error in placed
        if (case.get("error", {}).get("line") or -1) not in (-1, error.line)
    ] == []


def test_wrong_names_of_arguments_are_refused_in_the_words_of_twig():
    recorded = [
        case
        for case in cases.read(cases.OWN)
        if case.get("error", {}).get("message", "").startswith(("Unknown argument", "Value for"))
    ]

    told = [cases.ask(case)[1].message for case in recorded]

    assert len(recorded) > 20
    assert told == [case["error"]["message"] for case in recorded]


@pytest.mark.skipif(not cases.SHARED.exists(), reason=ABSENT)
def test_every_recorded_case_is_equal_or_listed_with_a_reason():
    wrong = differences(cases.read(cases.SHARED))

    assert {case[0] for case in wrong} == set(KNOWN)
    assert all(entry["reason"] for entry in KNOWN.values())


@pytest.mark.skipif(not cases.SHARED.exists(), reason=ABSENT)
def test_unknown_names_are_refused_in_the_words_of_twig():
    recorded = [
        case
        for case in cases.read(cases.SHARED)
        if case.get("error", {}).get("message", "").startswith("Unknown") and "newer" not in case
    ]

    told = {case["id"]: cases.ask(case)[1].message for case in recorded}
    wanted = {case["id"]: case["error"]["message"] for case in recorded}

    assert len(recorded) > 20
    assert told == wanted
