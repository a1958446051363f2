"""P14: moving ten thousand orders as a job, with events and outcomes, against one UPDATE."""

from pathlib import Path

from benchmarks import scale
from benchmarks.figures import Gate, Report, ratio


def scenario(folder: Path, quick: bool) -> Report:  # noqa: FBT001 - called through the table
    """Move the same orders there and back by both."""
    told = scale.measure("bulk", quick=quick)
    report, of = scale.report(
        "P14", "Bulk move", told, lambda name: "ms" if name == "answer" else "orders/s"
    )
    for size in told:
        reached = ratio(of(size, "ours"), of(size, "one UPDATE"))
        answer = of(size, "answer").median
        report.gates += [
            Gate(f"ours ÷ one UPDATE at {size:,}", reached, 0.3),
            Gate(f"answered at {size:,}", answer, 300, "ms", at_least=False),
        ]
    report.checked.append("every order was moved, and its job says so")
    return report
