"""P7: counts of folders, which must cost the same however many orders there are."""

from pathlib import Path

from benchmarks import scale
from benchmarks.figures import Gate, Report, ratio


def scenario(folder: Path, quick: bool) -> Report:  # noqa: FBT001 - called through the table
    """Read all counts of a store against the same folders without counts."""
    told = scale.measure("counts", quick=quick)
    report, of = scale.report("P7", "Folder counts", told, lambda _: "ms")
    for size in told:
        large = of(size, "large")
        report.gates += [
            Gate(
                f"counts ÷ look-up at {size:,}",
                ratio(large, of(size, "look-up")),
                2,
                at_least=False,
            ),
            Gate(
                f"large ÷ small at {size:,}", ratio(large, of(size, "small")), 1.5, at_least=False
            ),
        ]
    growth = scale.grown(told, "large")
    report.gates.append(Gate(f"{max(told):,} ÷ {min(told):,}", growth, 1.2, at_least=False))
    report.checked.append("every count is the number of orders that lie there")
    return report
