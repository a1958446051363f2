"""The part every sandbox vendor shares: the server, its routes, its faults and its admin API."""

import logging
import re
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

from integrations.sandbox.faults import Fault, Faults
from integrations.sandbox.ledger import Clock, Ledger
from integrations.sandbox.storage import Doc, Storage
from integrations.sandbox.wire import Answered, Reply, Request, Wire

logger = logging.getLogger(__name__)

BODY_LIMIT = 10_000_000
LOGGED_BODY_LENGTH = 4_000
STYLESHEET = Path(__file__).with_name("sandbox.css")


@dataclass(frozen=True)
class Route:
    """One address; the groups of `pattern` become the handler's further arguments."""

    method: str
    pattern: str
    handler: Callable[..., Reply]


@dataclass(frozen=True)
class Links:
    """Where the pages lead: the other sandbox and the hub, as far as known."""

    other_name: str = ""
    other_url: str = ""
    hub_url: str = ""


class Sandbox:
    """One vendor on one port of the loopback interface.

    Args:
        data: folder for `<key>.sqlite`; without one, nothing outlives the object.
        port: 0 takes any free port.
        host: 127.0.0.1, except inside a container.
        clock: Unix time in seconds.
        links: where the pages lead.
    """

    key = ""
    name = ""
    refused_status = 401
    keeps: tuple[str, ...] = ("secret",)

    def __init__(
        self,
        *,
        data: Path | None = None,
        port: int = 0,
        host: str = "127.0.0.1",
        clock: Clock = time.time,
        links: Links | None = None,
    ) -> None:
        self.storage = Storage(data / f"{self.key}.sqlite" if data else None)
        self.ledger = Ledger(self.storage, clock)
        self.faults = Faults()
        self.clock = clock
        self.links = links or Links()
        self.stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._server = _Server((host, port), self)
        self.host = host
        self.port = int(self._server.server_address[1])
        self.url = f"http://{host}:{self.port}"
        self._routes = [*self._admin_routes(), *self.routes()]

    # What a vendor defines.

    def routes(self) -> list[Route]:
        """Return the vendor's own addresses, API and pages."""
        raise NotImplementedError

    def credentials(self) -> dict[str, str]:
        """Return what a merchant would copy from the vendor's settings page."""
        raise NotImplementedError

    def state(self) -> Doc:
        """Return the vendor's part of the ledger."""
        raise NotImplementedError

    def not_found(self) -> Reply:
        """Answer a request for an address the vendor does not have."""
        return Reply.json(404, {"errors": "Not Found"})

    def reset(self) -> None:
        """Forget orders, ledger and faults; credentials stay."""
        self.faults.clear()
        self.storage.clear(keep=self.keeps)

    # Life.

    def start(self) -> Self:
        """Begin to answer, in threads of its own."""
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """End every connection, then let go of port and file."""
        self.stopping.set()
        if self._thread:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()
        self._server.drop_connections()
        with self.storage.turn():
            pass  # whoever is in the middle of a request finishes it
        self.storage.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    # Use from tests.

    def fail(self, kind: str, **options: Any) -> None:
        """Arrange a fault; options are those of `Fault`."""
        self.faults.add(Fault.from_doc({"kind": kind, **options}))

    # Answering.

    def answer(self, request: Request) -> tuple[Reply, Fault | None]:
        """Answer one request, with the fault that waits for it, and note both."""
        if not is_api(request.path):
            return self._dispatch(request), None
        fault = self.faults.take(request)
        true_reply = self._dispatch(request) if not fault or fault.does_the_work else Reply(200)
        false_reply = fault and fault.reply(
            unauthorized_status=self.refused_status, own_url=self.url
        )
        reply = false_reply or true_reply
        self.ledger.note_request(
            {
                "method": request.method,
                "path": request.path,
                "query": request.raw_query,
                "status": reply.status if not fault or false_reply else None,
                "fault": fault.kind if fault else None,
                "body": request.body[:LOGGED_BODY_LENGTH].decode(errors="replace"),
            }
        )
        return reply, fault

    def _dispatch(self, request: Request) -> Reply:
        try:
            with self.storage.turn():
                return self._route(request)
        except Answered as answered:
            return answered.reply
        except Exception:
            logger.exception("%s %s failed", request.method, request.path)
            return Reply.json(500, {"errors": "The sandbox itself failed; see its log."})

    def _route(self, request: Request) -> Reply:
        other_methods = []
        method = "GET" if request.method == "HEAD" else request.method
        for route in self._routes:
            if not (found := re.fullmatch(route.pattern, request.path)):
                continue
            if route.method == method:
                return route.handler(request, *found.groups())
            other_methods.append(route.method)
        if other_methods:
            allowed = ", ".join(sorted(set(other_methods)))
            return Reply.json(405, {"errors": "Method Not Allowed"}, Allow=allowed)
        return self.not_found()

    # The admin API.

    def _admin_routes(self) -> list[Route]:
        return [
            Route("GET", "/sandbox.css", _stylesheet),
            Route("GET", "/_sandbox/health", lambda _: Reply.json(200, {"vendor": self.key})),
            Route("GET", "/_sandbox/credentials", lambda _: Reply.json(200, self.credentials())),
            Route("GET", "/_sandbox/ledger", self._show_ledger),
            Route("GET", "/_sandbox/faults", self._show_faults),
            Route("POST", "/_sandbox/faults", self._add_fault),
            Route("DELETE", "/_sandbox/faults", self._clear_faults),
            Route("POST", "/_sandbox/reset", self._reset),
        ]

    def _show_ledger(self, _request: Request) -> Reply:
        ledger = {
            "vendor": self.key,
            "accepted": self.ledger.accepted(),
            "requests": self.ledger.requests(),
            "faults": self.faults.pending(),
        }
        return Reply.json(200, ledger | self.state())

    def _show_faults(self, _request: Request) -> Reply:
        return Reply.json(200, {"faults": self.faults.pending()})

    def _add_fault(self, request: Request) -> Reply:
        try:
            self.faults.add(Fault.from_doc(request.fields()))
        except ValueError as error:
            return Reply.json(400, {"error": str(error)})
        return Reply.json(201, {"faults": self.faults.pending()})

    def _clear_faults(self, _request: Request) -> Reply:
        self.faults.clear()
        return Reply.json(200, {"faults": []})

    def _reset(self, request: Request) -> Reply:
        self.reset()
        return done(request, "Everything was forgotten.", {"reset": True}, status=200)


def is_api(path: str) -> bool:
    """Say whether a path is the vendor's API, which fails and is logged; pages are not."""
    return not path.startswith(("/_sandbox/", "/sandbox.css", "/favicon")) and path != "/"


def done(request: Request, said: str, payload: Doc, *, status: int = 201) -> Reply:
    """Answer an action: back to the page with a sentence, or JSON for whoever sent JSON."""
    if request.is_form:
        return Reply(303, b"", {"Location": "/?" + urlencode({"said": said})})
    return Reply.json(status, payload)


def _stylesheet(_request: Request) -> Reply:
    return Reply(200, STYLESHEET.read_bytes(), {"Content-Type": "text/css; charset=utf-8"})


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], vendor: Sandbox) -> None:
        self.vendor = vendor
        self.resets: set[int] = set()
        self._connections: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._connections.discard(request)
        if request.fileno() in self.resets:
            self.resets.discard(request.fileno())
            self.close_request(request)
            return
        super().shutdown_request(request)

    def drop_connections(self) -> None:
        """End the connections clients keep open, as their threads would outlive the server."""
        with self._guard:
            for connection in self._connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    logger.debug("A client had already gone.")

    def handle_error(self, request: Any, client_address: Any) -> None:
        logger.debug("A client at %s went away: %r", client_address, sys.exception())


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def serve(self) -> None:
        vendor = self.server.vendor
        wire = Wire(self.connection, vendor.stopping)
        if vendor.stopping.is_set():
            self.close_connection = True
            return
        request = self._read(wire)
        if request is None:
            self.close_connection = True
            return
        reply, fault = vendor.answer(request)
        if fault is None or not self._misbehave(wire, reply, fault):
            wire.send(reply, head_only=self.command == "HEAD")

    # The names by which the parent class looks for methods.
    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = serve  # noqa: N815

    def _read(self, wire: Wire) -> Request | None:
        path, _, query = self.path.partition("?")
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdecimal():
            wire.send(Reply.json(411, {"errors": "Content-Length is required."}))
            return None
        if int(length) > BODY_LIMIT:
            wire.send(Reply.json(413, {"errors": "The body is too large."}))
            return None
        headers = {name.lower(): text for name, text in self.headers.items()}
        if headers.get("sec-fetch-site") == "cross-site" and self.command != "GET":
            wire.send(Reply.json(403, {"errors": "Not from another site."}))
            return None
        return Request(self.command, path, query, headers, self.rfile.read(int(length)))

    def _misbehave(self, wire: Wire, reply: Reply, fault: Fault) -> bool:
        """Answer badly; False when the fault lies in the reply itself."""
        match fault.kind:
            case "accept_then_timeout":
                wire.hang(30 if fault.seconds is None else fault.seconds)
            case "accept_then_cut":
                wire.cut(reply)
            case "slow_drip":
                wire.drip(reply, 1 if fault.seconds is None else fault.seconds)
            case "huge_body":
                wire.flood(fault.size)
            case "refuse_before":
                wire.prepare_reset()
                self.server.resets.add(self.connection.fileno())
            case _:
                return False
        self.close_connection = True
        return True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  (the parent's name)
        logger.debug(format, *args)
