"""Check what must always hold, as far as the database can tell."""

from collections.abc import Mapping
from typing import Any

from orderdesk.management.base import HubCommand
from orderdesk.verify import violations


class Command(HubCommand):
    """Prints each violation and exits with 1 if there is one."""

    help = "Check the hub's invariants; prints each violation."

    def run(self, **options: Any) -> Mapping[str, Any]:
        found = violations()
        return {"ok": not found, "violations": found}

    def lines(self, result: Mapping[str, Any]) -> list[str]:
        told = [f"{row['invariant']}: {row['problem']}" for row in result["violations"]]
        return told or ["Everything holds."]

    def is_done(self, result: Mapping[str, Any]) -> bool:
        return bool(result["ok"])
