"""Requests and replies as a sandbox vendor sees them, and a socket that can misbehave."""

import json
import socket
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Self
from urllib.parse import parse_qsl

FLOOD_PIECE = b'"' + b"x" * 65_533 + b'",'


@dataclass(frozen=True)
class Request:
    """One HTTP request; header names in lower case, the query as it came over the wire."""

    method: str
    path: str
    raw_query: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def query(self) -> dict[str, str]:
        """Return the query decoded; of a repeated name the last value."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @property
    def is_form(self) -> bool:
        """Say whether a page's form sent this, so that the answer is a page too."""
        return self.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")

    def fields(self) -> dict[str, Any]:
        """Return the object in the body, be it JSON or a form; an empty body is empty.

        Raises:
            Answered: with 400, when the body is neither.
        """
        if self.is_form:
            return dict(parse_qsl(self.body.decode(errors="replace")))
        try:
            value = json.loads(self.body or b"{}")
        except ValueError:
            value = None
        if not isinstance(value, dict):
            raise Answered(Reply.json(400, {"error": "The body is not a JSON object."}))
        return value


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, status: int, value: object, **headers: str) -> Self:
        """Answer with JSON; `headers` are given with underscores for dashes."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        named["Content-Type"] = "application/json; charset=utf-8"
        return cls(status, json.dumps(value).encode(), named)

    @classmethod
    def html(cls, page: str, status: int = 200) -> Self:
        """Answer with a page that can load nothing but our own stylesheet."""
        policy = (
            "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
            " frame-ancestors 'none'"
        )
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": policy,
            "Cache-Control": "no-store",
        }
        return cls(status, page.encode(), headers)

    def head(self) -> bytes:
        """Return the status line and headers as they go over the wire."""
        named = {"Content-Length": str(len(self.body)), **self.headers}
        lines = [f"HTTP/1.1 {self.status} {_phrase(self.status)}"]
        lines += [f"{name}: {text}" for name, text in named.items()]
        return "\r\n".join([*lines, "", ""]).encode()


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in HTTPStatus.__members__.values() else "Status"


class Answered(Exception):
    """The answer is decided; raised from any depth of a handler."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Wire:
    """The client's socket, which can also be used badly on purpose.

    After anything but `send` the connection cannot be used again.
    """

    def __init__(self, connection: socket.socket, stopping: threading.Event) -> None:
        self._connection = connection
        self._stopping = stopping

    def send(self, reply: Reply, *, head_only: bool = False) -> None:
        """Send the whole answer in one write, as packets of their own cost 40 ms each."""
        self._connection.sendall(reply.head() + (b"" if head_only else reply.body))

    def hang(self, seconds: float) -> None:
        """Say nothing for a while."""
        self._stopping.wait(seconds)

    def cut(self, reply: Reply) -> None:
        """Promise the whole body and send half of it."""
        self._connection.sendall(reply.head() + reply.body[: len(reply.body) // 2])

    def drip(self, reply: Reply, seconds: float) -> None:
        """Send the body byte by byte, with a pause after each."""
        self._connection.sendall(reply.head())
        for byte in reply.body:
            self._connection.sendall(bytes([byte]))
            if self._stopping.wait(seconds):
                return

    def flood(self, size: int) -> None:
        """Send `size` bytes of JSON whose length was not announced."""
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n["
        self._connection.sendall(head.encode())
        for _ in range(max(1, size // len(FLOOD_PIECE))):
            self._connection.sendall(FLOOD_PIECE)

    def prepare_reset(self) -> None:
        """Make the coming close a reset, as if the vendor's process had died."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
