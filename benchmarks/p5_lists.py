"""P5: a page of the order list, near and deep, in a large store and a small one."""

from pathlib import Path

from benchmarks import scale
from benchmarks.figures import Gate, Report, ratio

UNITS = {"queries": "queries"}


def scenario(folder: Path, quick: bool) -> Report:  # noqa: FBT001 - called through the table
    """Read pages by our statements and by hand-written ones in turns."""
    told = scale.measure("lists", quick=quick)
    report, of = scale.report("P5", "Order list", told, lambda name: UNITS.get(name, "ms"))
    for size in told:
        first = of(size, "first")
        report.gates += [
            _less(f"our SQL ÷ hand-written at {size:,}", ratio(first, of(size, "hand")), 3),
            _less(f"deep ÷ first at {size:,}", ratio(of(size, "deep"), first), 1.2),
            _less(f"large store ÷ small at {size:,}", ratio(first, of(size, "small")), 1.5),
            _less(f"queries at {size:,}", of(size, "queries").median, 8, ""),
            _less(f"whole page p95 at {size:,}", of(size, "page_p95").median, 25, "ms"),
        ]
    growth = scale.grown(told, "first")
    report.gates.append(_less(f"{max(told):,} ÷ {min(told):,}", growth, 1.2))
    return report


def _less(name: str, reached: float, target: float, unit: str = "×") -> Gate:
    return Gate(name, reached, target, unit, at_least=False)
