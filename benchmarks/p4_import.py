"""P4: bringing in many orders at once, against COPY and `bulk_create` into the same tables."""

from pathlib import Path

from benchmarks import scale
from benchmarks.figures import Gate, Report, ratio


def scenario(folder: Path, quick: bool) -> Report:  # noqa: FBT001 - called through the table
    """Import stretches of new orders, and the same once more."""
    told = scale.measure("imports", quick=quick)
    report, of = scale.report("P4", "Import in bulk", told, lambda _: "orders/s")
    for size in told:
        ours = of(size, "ours")
        report.gates += [
            Gate(f"ours ÷ COPY at {size:,}", ratio(ours, of(size, "COPY")), 0.25),
            Gate(f"ours ÷ bulk_create at {size:,}", ratio(ours, of(size, "bulk_create")), 1.8),
            Gate(f"the same again ÷ new at {size:,}", ratio(of(size, "again"), ours), 3.0),
        ]
    report.notes.append(
        "all three write the same rows into the hub's own tables, past triggers, keys and walls; "
        "the others neither look what is here, nor check, nor announce"
    )
    return report
