"""`python -m benchmarks [p1 p3 p4 …] [--quick]`: measures, prints tables, writes JSON."""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import (
    p1_ingest,
    p3_pipeline,
    p4_import,
    p5_lists,
    p6_search,
    p7_counts,
    p14_bulk,
    p15_memory,
    p19_documents,
)
from benchmarks.figures import Report, text_of, write
from benchmarks.machine import BenchFailed

RESULTS = Path(__file__).resolve().parent / "results"
Scenario = Callable[[Path, bool], Report]
SCENARIOS: dict[str, Scenario] = {
    "p1": p1_ingest.scenario,
    "p3": p3_pipeline.scenario,
    "p4": p4_import.scenario,
    "p5": p5_lists.scenario,
    "p6": p6_search.scenario,
    "p7": p7_counts.scenario,
    "p14": p14_bulk.scenario,
    "p15": p15_memory.scenario,
    "p19": p19_documents.scenario,
}


def main(arguments: list[str]) -> int:
    """Run the named scenarios, or all; 0 if every gate was met, 1 if not, 2 if one failed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="|".join(SCENARIOS))
    parser.add_argument(
        "--quick", action="store_true", help="see that it works; figures mean little"
    )
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.scenarios) - set(SCENARIOS)
    if unknown:
        parser.error(f"no scenario {min(unknown)}")
    reports, failed = [], False
    for name in chosen.scenarios or SCENARIOS:
        began = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="oh-bench-") as folder:
            # The servers' own user, where we are root, has to get through.
            Path(folder).chmod(0o711)
            try:
                report = SCENARIOS[name](Path(folder), chosen.quick)
            except BenchFailed as failure:
                sys.stdout.write(f"{name} FAILED: {failure}\n\n")
                failed = True
                continue
        report.notes.append(f"took {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f}")
        sys.stdout.write(f"{text_of(report)}\n\n")
        sys.stdout.flush()
        reports.append(report)
    now = datetime.now(UTC)  # noqa: TID251 - the edge
    path = write(reports, RESULTS, at=now, quick=chosen.quick)
    sys.stdout.write(f"Written to {path}\n")
    missed = any(not gate.met for report in reports for gate in report.gates)
    return 2 if failed else int(missed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
