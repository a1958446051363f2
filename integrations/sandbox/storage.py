"""What a sandbox vendor remembers: documents, counters and a request log, kept in SQLite."""

import copy
import json
import sqlite3
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Doc = dict[str, Any]

LOG_LENGTH = 5_000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
  seq INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
  UNIQUE (kind, key)
);
CREATE TABLE IF NOT EXISTS log (seq INTEGER PRIMARY KEY, body TEXT NOT NULL);
"""


class Storage:
    """Documents by kind and key, read from memory and written through to one SQLite file.

    Without a path nothing outlives the object. One `turn` at a time, so that what a request
    checks is still true when it writes.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.lock = threading.RLock()
        self._depth = 0
        self._db = sqlite3.connect(path or ":memory:", check_same_thread=False)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.executescript(_SCHEMA)
        self._documents: dict[str, dict[str, Doc]] = {}
        for kind, key, body in self._db.execute(
            "SELECT kind, key, body FROM document ORDER BY seq"
        ):
            self._documents.setdefault(kind, {})[key] = json.loads(body)
        self._trim_log()
        self._log: deque[Doc] = deque(
            (json.loads(body) for (body,) in self._db.execute("SELECT body FROM log ORDER BY seq")),
            maxlen=LOG_LENGTH,
        )

    def _trim_log(self) -> None:
        self._db.execute(
            "DELETE FROM log WHERE seq <= (SELECT max(seq) FROM log) - ?", (LOG_LENGTH,)
        )
        self._db.commit()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold everybody else off; what was written is on disk when the outermost turn ends."""
        with self.lock:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if not self._depth:
                    self._db.commit()

    def get(self, kind: str, key: str) -> Doc | None:
        """Return a copy the caller may change and `put` back."""
        with self.lock:
            return copy.deepcopy(self._documents.get(kind, {}).get(key))

    def all(self, kind: str) -> list[Doc]:
        """Return the documents themselves, oldest first: to be read, not changed."""
        with self.lock:
            return list(self._documents.get(kind, {}).values())

    def put(self, kind: str, key: str, doc: Doc) -> None:
        """Write a document; a known key keeps its place in the order."""
        body = json.dumps(doc)
        with self.turn():
            self._documents.setdefault(kind, {})[key] = json.loads(body)
            self._db.execute(
                "INSERT INTO document (kind, key, body) VALUES (?, ?, ?)"
                " ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body",
                (kind, key, body),
            )

    def remove(self, kind: str, key: str) -> None:
        """Forget a document; forgetting an unknown one is no error."""
        with self.turn():
            self._documents.get(kind, {}).pop(key, None)
            self._db.execute("DELETE FROM document WHERE kind = ? AND key = ?", (kind, key))

    def next_number(self, name: str, *, start: int) -> int:
        """Count up: `start` at first, one more at each later call."""
        with self.turn():
            number = int((self.get("counter", name) or {"value": start - 1})["value"]) + 1
            self.put("counter", name, {"value": number})
            return number

    def log(self, entry: Doc) -> None:
        """Append to the request log, of which the newest 5,000 entries are kept."""
        with self.turn():
            self._log.append(entry)
            self._db.execute("INSERT INTO log (body) VALUES (?)", (json.dumps(entry),))

    def logged(self) -> list[Doc]:
        """Return the request log, oldest first."""
        with self.lock:
            return list(self._log)

    def clear(self, *, keep: tuple[str, ...] = ()) -> None:
        """Forget everything except the kinds to keep."""
        with self.turn():
            self._db.execute("DELETE FROM log")
            self._log.clear()
            for kind in [kind for kind in self._documents if kind not in keep]:
                self._db.execute("DELETE FROM document WHERE kind = ?", (kind,))
                del self._documents[kind]

    def close(self) -> None:
        """Write what is pending and let go of the file."""
        with self.lock:
            self._db.commit()
            self._db.close()
