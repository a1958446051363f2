"""What may stand in a log: one JSON line each, without secrets and personal data.

Every line passes `without_private_parts` last, whoever wrote it. A request is told once: by
`RequestLog`, with its request and store ids; `told_elsewhere` drops Django's own line about it.
"""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

from django.http import HttpRequest
from django_structlog.middlewares import RequestMiddleware

MASK = "•••"
# Who knows a hook's token can post to it, and who knows a receipt's can read it.
TOKEN = re.compile(r"(/(?:hooks|receipts)/)[^\s/?#'\"]+")
QUERY = re.compile(r"(?<=[^\s?])\?[^\s?=&'\"]+=[^\s'\"]*")
EMAIL = re.compile(r"[\w.+%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*", re.IGNORECASE)


class RequestLog(RequestMiddleware):
    """Tells each refused or failed request once, by method and path."""

    def prepare(self, request: HttpRequest) -> None:
        vars(request)["is_told"] = True
        super().prepare(request)

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        return f"{request.method} {request.path}"


def told_elsewhere(record: logging.LogRecord) -> bool:
    """Let a line of Django's about a request through only if `RequestLog` never saw the request."""
    return not getattr(getattr(record, "request", None), "is_told", False)


def without_private_parts(
    logger: Any, method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Mask addresses' tokens and e-mail addresses and cut queries off, in every text of a line."""
    return {name: _masked(value) for name, value in event.items()}


def _masked(value: Any) -> Any:
    if isinstance(value, bool | int | float | None):
        return value
    if isinstance(value, dict):
        return {name: _masked(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_masked(each) for each in value]
    text = TOKEN.sub(rf"\1{MASK}", str(value))
    return EMAIL.sub(MASK, QUERY.sub("", text))
