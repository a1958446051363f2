"""What a process and the child that renders for it say to each other: frames on two pipes."""

from __future__ import annotations

import json
import struct
from typing import Any

from orderdesk.lib.twig import errors
from orderdesk.lib.twig.errors import TwigError

HEADER = struct.Struct("!BI")
# To the child: how to render and with what walls · a template · variables to render it with, or
# why there are none · what the host answers, or why it does not · that is all for now.
OPEN, TEMPLATE, RENDER, REFUSE, ANSWER, DENY, CLOSE = range(7)
# From the child: ready · a text · the error instead of it · a question to the host.
READY, RENDERED, REFUSED, ASK = range(10, 14)
# How the child ends where the template took all the memory it may have.
OUT_OF_MEMORY = 3
Frame = tuple[int, bytes]


def frame(kind: int, body: bytes = b"") -> bytes:
    """One frame as bytes."""
    return HEADER.pack(kind, len(body)) + body


def data_frame(kind: int, data: Any) -> bytes:
    """One frame that holds plain data."""
    return frame(kind, json.dumps(data).encode())


class Inbox:
    """Bytes as they come, until they make a frame."""

    def __init__(self) -> None:
        self.bytes = bytearray()

    def feed(self, data: bytes) -> None:
        """Take in what came."""
        self.bytes += data

    def take(self) -> Frame | None:
        """The next frame, once all of it is there."""
        if len(self.bytes) < HEADER.size:
            return None
        kind, size = HEADER.unpack_from(self.bytes)
        end = HEADER.size + size
        if len(self.bytes) < end:
            return None
        body = bytes(self.bytes[HEADER.size : end])
        del self.bytes[:end]
        return kind, body


def told(error: TwigError) -> list[Any]:
    """An error as plain data."""
    return [
        type(error).__name__, error.message, list(error.suggestions), error.template, error.line,
        error.column, error.excerpt,
    ]  # fmt: skip


def retold(data: list[Any]) -> TwigError:
    """The error that `told` described."""
    name, message, suggestions, template, line, column, excerpt = data
    kind = getattr(errors, name, errors.TwigRuntimeError)
    error: TwigError = kind(message, tuple(suggestions))
    error.template, error.line, error.column, error.excerpt = template, line, column, excerpt
    return error
