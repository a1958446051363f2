"""Do due work in the foreground, or tell what work there is."""

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from orderdesk.lib.refused import Refused
from orderdesk.management.base import HubCommand
from stores import work

TURN_SECONDS = 5.0
PAUSE_SECONDS = 0.1


class Command(HubCommand):
    """`--until-idle` claims and does due work until none is due; `--status` counts it."""

    help = "work --until-idle [--timeout SECONDS] | work --status"

    def add(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--until-idle", action="store_true", help="work until nothing is due")
        what.add_argument("--status", action="store_true", help="count unfinished work")
        parser.add_argument(
            "--timeout", type=float, default=60.0, help="with --until-idle: seconds"
        )

    def run(self, **options: Any) -> Mapping[str, Any]:
        if options["status"]:
            rows = [asdict(tally) for tally in work.tallies()]
            return {"work": rows, "parked": [asdict(stuck) for stuck in work.stuck_rows(limit=100)]}
        return {"done": _until_idle(options["timeout"]), "idle": True}

    def lines(self, result: Mapping[str, Any]) -> list[str]:
        if "done" in result:
            return [f"{result['done']} rows of work taken; nothing is due."]
        counted = [
            f"{row['kind']:16} {row['state']:8} {row['rows']:7}  oldest due {row['oldest_due_at']}"
            for row in result["work"]
        ]
        stuck = [
            f"store {row['store_id']} {row['kind']} {row['pk']} {row['state']}: {row['problem']}"
            for row in result["parked"]
        ]
        return [*(counted or ["No unfinished work."]), *stuck]


def _until_idle(seconds: float) -> int:
    end = time.monotonic() + seconds
    done = 0
    while not work.is_idle():
        left = end - time.monotonic()
        if left <= 0:
            raise Refused(f"There is still work due after {seconds:g} seconds; {done} rows taken.")
        done += work.do_due(seconds=min(left, TURN_SECONDS))
        if not work.is_idle():
            # What is left is under another worker's lease.
            time.sleep(PAUSE_SECONDS)
    return done
