"""What was measured: rounds, their medians, the gates, and how they are told."""

import json
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any


@dataclass(slots=True)
class Series:
    """One figure of one contestant over the rounds."""

    name: str
    unit: str
    rounds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return statistics.median(self.rounds)

    @property
    def spread(self) -> float:
        """How far the rounds lie apart, as a share of the median."""
        low, high = min(self.rounds), max(self.rounds)
        return (high - low) / self.median if self.median else 0.0


@dataclass(frozen=True, slots=True)
class Gate:
    """A target and what was reached; `at_least` False means that less is better."""

    name: str
    reached: float
    target: float
    unit: str = "×"
    at_least: bool = True

    @property
    def met(self) -> bool:
        """Whether the target was reached."""
        return self.reached >= self.target if self.at_least else self.reached <= self.target


@dataclass(slots=True)
class Report:
    """What one scenario found out."""

    scenario: str
    title: str
    series: list[Series] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)
    # What was counted after the rounds, each as a sentence; had one failed, there were no report.
    checked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def ratio(ours: Series, theirs: Series) -> float:
    """Compare two contestants round by round, so that a busy moment touches both."""
    pairs = zip(ours.rounds, theirs.rounds, strict=True)
    return statistics.median(one / other for one, other in pairs)


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Lay out rows in columns; the first is set left, the others right."""
    lines = [list(headings), *(list(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(headings))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def text_of(report: Report) -> str:
    """Tell a report for people."""
    measured = table(
        ["measured", "median", "unit", "spread", "rounds"],
        (
            [one.name, _short(one.median), one.unit, f"{one.spread:.0%}", str(len(one.rounds))]
            for one in report.series
        ),
    )
    gates = table(
        ["gate", "reached", "target", ""],
        (
            [
                gate.name,
                f"{_short(gate.reached)} {gate.unit}",
                f"{'≥' if gate.at_least else '≤'} {_short(gate.target)}",
                "met" if gate.met else "MISSED",
            ]
            for gate in report.gates
        ),
    )
    told = [f"{report.scenario}: {report.title}", measured, "", gates]
    told += [f"checked: {sentence}" for sentence in report.checked]
    told += [f"note: {sentence}" for sentence in report.notes]
    return "\n".join(told)


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def as_json(report: Report) -> dict[str, Any]:
    """Give a report as plain data, medians included."""
    told = asdict(report)
    for plain, one in zip(told["series"], report.series, strict=True):
        plain |= {"median": one.median, "spread": one.spread}
    for plain, gate in zip(told["gates"], report.gates, strict=True):
        plain["met"] = gate.met
    return told


def write(reports: Sequence[Report], folder: Path, *, at: datetime, quick: bool) -> Path:
    """Write the reports of one run into a file of its own and give its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{at:%Y%m%d-%H%M%S}.json"
    told = {
        "at": at.isoformat(),
        "quick": quick,
        "machine": {
            "processors": os.cpu_count(),
            "system": platform.platform(),
            "python": platform.python_version(),
            "load_before": os.getloadavg()[0],
        },
        "reports": [as_json(report) for report in reports],
    }
    path.write_text(json.dumps(told, indent=1, ensure_ascii=False) + "\n")
    return path
