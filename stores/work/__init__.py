"""Durable work: the row is the job.

A service writes a row in state `waiting`. A worker claims it: one UPDATE takes the row under a
lease and a fencing token. The outcome is written only while that token still holds. A lease that
ran out goes back to `waiting`; attempts are counted before the work, so a row that kills workers
is parked and shown to a person. Nothing here depends on the broker.
"""

from stores.work.claims import claim
from stores.work.doing import (
    STUMBLED,
    WORKER_LOST,
    WORKER_LOST_OFTEN,
    do_due,
    perform,
    sweep,
)
from stores.work.looking import (
    Stuck,
    Tally,
    is_idle,
    stuck_counts,
    stuck_rows,
    tallies,
)
from stores.work.outcomes import (
    again,
    drop,
    extend,
    finish,
    retry_seconds,
    settle,
    spread,
    try_again,
)
from stores.work.rows import (
    STUCK,
    Claim,
    Doubt,
    Fail,
    Hold,
    LeaseLost,
    Park,
    Retry,
    Setback,
    Work,
    kinds,
)

__all__ = [
    "STUCK",
    "STUMBLED",
    "WORKER_LOST",
    "WORKER_LOST_OFTEN",
    "Claim",
    "Doubt",
    "Fail",
    "Hold",
    "LeaseLost",
    "Park",
    "Retry",
    "Setback",
    "Stuck",
    "Tally",
    "Work",
    "again",
    "claim",
    "do_due",
    "drop",
    "extend",
    "finish",
    "is_idle",
    "kinds",
    "perform",
    "retry_seconds",
    "settle",
    "spread",
    "stuck_counts",
    "stuck_rows",
    "sweep",
    "tallies",
    "try_again",
]
