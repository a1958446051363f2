"""What a sandbox vendor was asked and what it accepted, so that tests can count."""

from collections.abc import Callable
from datetime import UTC, datetime

from integrations.sandbox.storage import Doc, Storage

Clock = Callable[[], float]


def iso(seconds: float) -> str:
    """Write a Unix time as ISO 8601 in UTC with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


class Ledger:
    """Every request with its answer, and how often each thing was accepted."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def note_request(self, entry: Doc) -> None:
        """Append a request; shape: method, path, query, status, fault, body."""
        self._storage.log({"at": iso(self._clock()), **entry})

    def requests(self, match: str = "") -> list[Doc]:
        """Return the requests whose "METHOD /path" begins with `match`, oldest first."""
        return [
            entry
            for entry in self._storage.logged()
            if f"{entry['method']} {entry['path']}".startswith(match)
        ]

    def note_accepted(self, kind: str, key: str) -> int:
        """Count one more acceptance of the same thing and return how often that makes."""
        at = iso(self._clock())
        name = f"{kind}:{key}"
        with self._storage.turn():
            entry = self._storage.get("accepted", name) or {
                "kind": kind, "key": key, "count": 0, "first_at": at,
            }  # fmt: skip
            entry |= {"count": entry["count"] + 1, "last_at": at}
            self._storage.put("accepted", name, entry)
        return int(entry["count"])

    def times_accepted(self, kind: str, key: str) -> int:
        """Return how often a thing was accepted; 0 for one never seen."""
        entry = self._storage.get("accepted", f"{kind}:{key}")
        return int(entry["count"]) if entry else 0

    def accepted(self) -> list[Doc]:
        """Return what was accepted; shape: kind, key, count, first_at, last_at."""
        return self._storage.all("accepted")
