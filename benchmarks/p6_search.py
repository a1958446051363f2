"""P6: search in the largest store with tenants kept apart, against the same without."""

from pathlib import Path

from benchmarks import scale
from benchmarks.figures import Gate, Report, ratio

# The same statement without walls may be quicker by no more than this.
FLOOR = 1.5


def scenario(folder: Path, quick: bool) -> Report:  # noqa: FBT001 - called through the table
    """Ask each kind of search in turns as the hub's role and as one without walls."""
    told = scale.measure("searches", quick=quick)
    report, of = scale.report(
        "P6", "Search", told, lambda name: "orders" if name.endswith("found") else "ms"
    )
    for size, measured in told.items():
        for kind in sorted({name.rpartition(":")[0] for name in measured}):
            reached = ratio(of(size, f"{kind}: ours"), of(size, f"{kind}: limit"))
            report.gates.append(Gate(f"{kind} at {size:,}", reached, FLOOR, at_least=False))
    report.checked.append("both found the same orders in the same order in every round")
    return report
