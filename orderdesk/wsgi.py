"""The WSGI application: Django, and a shorter road for what carts send all day."""

import json
import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderdesk.settings")

django_application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - needs the application set up
from django.urls import get_resolver  # noqa: E402

from integrations import intake  # noqa: E402

# Pages and all they import, before the workers fork: they share the memory, and the first visitor
# after a start does not wait for it.
get_resolver().url_patterns  # noqa: B018 - reading imports them

HOOKS = "/hooks/"
REASONS = {
    200: "200 OK",
    401: "401 Unauthorized",
    404: "404 Not Found",
    413: "413 Content Too Large",
    503: "503 Service Unavailable",
}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Hand hooks to the intake straight away and everything else to Django.

    A hook needs no session, no cookie and no template: the intake costs a fraction of Django's
    road, and a cart's peak is the one moment when that matters. The view behind the same address
    does the same and serves where Django alone is run.
    """
    path: str = environ["PATH_INFO"]
    if environ["REQUEST_METHOD"] != "POST" or not path.startswith(HOOKS):
        return django_application(environ, start_response)
    answer = _receive(environ, path.removeprefix(HOOKS))
    body = json.dumps({"message": answer.message}).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    if answer.status == 503:
        headers.append(("Retry-After", "5"))
    start_response(REASONS[answer.status], headers)
    return [body]


def _receive(environ: dict[str, Any], token: str) -> intake.Answer:
    stated = environ.get("CONTENT_LENGTH") or ""
    if stated.isdigit() and int(stated) > settings.HOOK_BODY_LIMIT:
        return intake.too_large()
    size = int(stated) if stated.isdigit() else settings.HOOK_BODY_LIMIT + 1
    body = environ["wsgi.input"].read(size)
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    headers["content-type"] = environ.get("CONTENT_TYPE", "")
    return intake.receive(token, headers, body)
