"""Bad days on demand: which requests go wrong, how, and how often."""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

from integrations.sandbox.storage import Doc
from integrations.sandbox.wire import Reply, Request

# Kind, and whether the request is done before the answer goes wrong.
KINDS = {
    "unauthorized": False,
    "rate_limited": False,
    "throttled": False,
    "error": False,
    "refuse_before": False,
    "invalid_json": False,
    "html_error": False,
    "huge_body": False,
    "redirect": False,
    "slow_drip": True,
    "accept_then_timeout": True,
    "accept_then_cut": True,
}


@dataclass(frozen=True)
class Fault:
    """One way to go wrong, for the next `times` requests it matches.

    `match` is the beginning of "METHOD /path", of a method or of a path; `contains` must stand in
    the body. `stored` says whether the request is done all the same; None means as the kind does.
    `seconds` is how long to hang, or the pause between bytes. `size` is in bytes.
    """

    kind: str
    match: str = ""
    contains: str = ""
    times: int = 1
    status: int | None = None
    retry_after: float = 1
    seconds: float | None = None
    size: int = 64_000_000
    location: str = ""
    stored: bool | None = None

    @classmethod
    def from_doc(cls, doc: Doc) -> "Fault":
        """Build a fault from JSON.

        Raises:
            ValueError: for an unknown kind or option, or a value of the wrong type.
        """
        known = {item.name for item in fields(cls)}
        if unknown := set(doc) - known:
            raise ValueError(f"Unknown option: {', '.join(sorted(unknown))}.")
        if doc.get("kind") not in KINDS:
            raise ValueError(f"Unknown kind; known are {', '.join(KINDS)}.")
        for name, kind in _TYPES.items():
            if doc.get(name) is not None and not isinstance(doc[name], kind):
                raise ValueError(f"{name} has a value of the wrong type.")
        return cls(**doc)

    @property
    def does_the_work(self) -> bool:
        """Say whether the request is done although its answer goes wrong."""
        return KINDS[self.kind] if self.stored is None else self.stored

    def meets(self, request: Request) -> bool:
        """Say whether this request is one to fail."""
        named = f"{request.method} {request.path}"
        here = named.startswith(self.match) or request.path.startswith(self.match)
        return here and self.contains.encode() in request.body

    def reply(self, *, unauthorized_status: int, own_url: str) -> Reply | None:
        """Return the answer to give in place of the true one, or None to use the true one."""
        if self.kind == "unauthorized":
            return Reply.json(self.status or unauthorized_status, {"errors": "Not authorised."})
        if self.kind == "redirect":
            location = self.location or f"{own_url}/redirected"
            return Reply(self.status or 302, b"", {"Location": location})
        build = _REPLIES.get(self.kind)
        return build(self) if build else None


def _rate_limited(fault: Fault) -> Reply:
    wait = f"{fault.retry_after:g}"
    return Reply.json(429, {"errors": "Too many requests."}, Retry_After=wait)


def _html_error(fault: Fault) -> Reply:
    page = b"<!doctype html><title>Bad gateway</title><h1>502 Bad gateway</h1>"
    return Reply(fault.status or 502, page, {"Content-Type": "text/html"})


_REPLIES: dict[str, Callable[[Fault], Reply]] = {
    "rate_limited": _rate_limited,
    "throttled": lambda _: Reply.json(200, THROTTLED),
    "error": lambda fault: Reply.json(fault.status or 500, {"errors": "Internal error."}),
    "invalid_json": lambda _: Reply(
        200, b'{"Items": [{"Guid', {"Content-Type": "application/json"}
    ),
    "html_error": _html_error,
}

_NUMBER = (int, float)
_TYPES: dict[str, Any] = {
    "match": str, "contains": str, "times": int, "status": int, "retry_after": _NUMBER,
    "seconds": _NUMBER, "size": int, "location": str, "stored": bool,
}  # fmt: skip

THROTTLED: Doc = {
    "errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}],
    "extensions": {
        "cost": {
            "requestedQueryCost": 101,
            "actualQueryCost": None,
            "throttleStatus": {
                "maximumAvailable": 2000.0, "currentlyAvailable": 1, "restoreRate": 100.0,
            },
        }
    },
}  # fmt: skip


class Faults:
    """The faults that are still to happen; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Arrange a fault; earlier ones go first."""
        with self._lock:
            self._pending.append(fault)

    def take(self, request: Request) -> Fault | None:
        """Return the fault for this request, if any, and count it down."""
        with self._lock:
            for index, fault in enumerate(self._pending):
                if not fault.meets(request):
                    continue
                if fault.times > 1:
                    self._pending[index] = replace(fault, times=fault.times - 1)
                else:
                    del self._pending[index]
                return fault
        return None

    def clear(self) -> None:
        """Let every later request go well."""
        with self._lock:
            self._pending.clear()

    def pending(self) -> list[Doc]:
        """Return what is still to happen."""
        with self._lock:
            return [asdict(fault) for fault in self._pending]
