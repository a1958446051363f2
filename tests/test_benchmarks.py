"""The benchmarks' own machinery: what is counted and how it is told. No timing here."""

import json
import os
from datetime import UTC, datetime

import pytest

from benchmarks import __main__ as bench
from benchmarks import p19_documents, shop, vendors
from benchmarks.figures import Gate, Report, Series, ratio, text_of, write
from benchmarks.machine import BenchFailed, cpu_seconds, memory, tree
from integrations.shopify import mapping


def a_report() -> Report:
    rate = Series("ours: answers", "/s", [100.0, 120.0, 90.0])
    return Report(
        "P0",
        "A scenario",
        series=[rate],
        gates=[
            Gate("fast enough", 0.7, 0.6),
            Gate("small enough", 900.0, 700.0, "MB", at_least=False),
        ],
        checked=["nothing was lost"],
    )


def test_a_report_tells_medians_spread_and_which_gates_were_missed():
    lines = text_of(a_report()).splitlines()

    assert lines[0] == "P0: A scenario"
    assert lines[2].split() == ["ours:", "answers", "100", "/s", "30%", "3"]
    assert [line.split()[-1] for line in lines if "enough" in line] == ["met", "MISSED"]
    assert lines[-1] == "checked: nothing was lost"


def test_results_are_written_as_json_with_every_round(tmp_path):
    at = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)

    path = write([a_report()], tmp_path / "results", at=at, quick=True)

    told = json.loads(path.read_text())
    assert told["quick"] is True
    (report,) = told["reports"]
    assert report["series"][0]["rounds"] == [100.0, 120.0, 90.0]
    assert report["series"][0]["median"] == 100.0
    assert [gate["met"] for gate in report["gates"]] == [True, False]


def test_contestants_are_compared_round_by_round():
    ours, theirs = Series("a", "/s", [100, 10, 50]), Series("b", "/s", [50, 5, 100])

    assert ratio(ours, theirs) == 2.0


def test_an_unknown_scenario_is_refused(capsys):
    with pytest.raises(SystemExit):
        bench.main(["p99"])

    assert "p99" in capsys.readouterr().err


def test_a_process_is_found_with_its_time_and_memory():
    assert os.getpid() in tree(os.getpid())
    assert cpu_seconds(os.getpid()) > 0
    assert 0 < memory([os.getpid()]).private <= memory([os.getpid()]).pss * 2


def test_the_message_is_a_whole_shopify_order_of_the_usual_size():
    body = shop.body_of(shop.order(1001))

    draft = mapping.read_message("orders/create", body)

    assert len(body) == shop.BODY_BYTES
    assert draft is not None
    assert len(draft.items) == shop.LINES
    assert draft.order_total == 125


def test_the_vendors_ledger_counts_what_came_twice():
    ledger = vendors.Ledger()
    order: dict[str, list[str]] = {"SalesOrderLines": []}

    ledger.take_order("guid-1", order)
    ledger.take_order("guid-1", order)

    assert ledger.told()[1]["orders"] == 1
    assert ledger.told()[1]["repeated_orders"] == 1


def test_documents_are_measured_only_where_both_engines_print_the_same(tmp_path):
    report = p19_documents.scenario(tmp_path, True)

    assert [len(series.rounds) for series in report.series] == [1, 1]
    assert [gate.target for gate in report.gates] == [0.5]
    assert report.checked == ["both printed the same 500 receipts in every round"]


def test_documents_that_differ_are_no_measurement(tmp_path, monkeypatch):
    monkeypatch.setattr(p19_documents, "JINJA", p19_documents.JINJA.replace("Total", "Sum"))

    with pytest.raises(BenchFailed):
        p19_documents.scenario(tmp_path, True)
