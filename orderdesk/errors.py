"""How the API says no: every error as one envelope with a status and a sentence."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from inventory.services import CodeTaken
from orderdesk.lib.complaints import sentences
from orderdesk.lib.refused import Refused
from orders.services import AlreadyHere

ERRORS_TOLD = 20


class ErrorResponse(Response):
    """An error; `wait_seconds` is set where the caller has to wait before the next call."""

    wait_seconds: float | None = None


def api_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn an error into its answer; None leaves it to the server's own handler.

    409 is kept for what is here already, because clients repeat a 409; bad input is a 400.
    """
    if isinstance(error, Refused):
        return _refused(error)
    if isinstance(error, Http404):
        error = exceptions.NotFound("There is nothing at this address.")
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if not isinstance(error, exceptions.APIException):
        return None
    response = _envelope(list(sentences(error.detail))[:ERRORS_TOLD], error.status_code)
    if authenticate := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = authenticate
    if (wait := getattr(error, "wait", None)) is not None:
        response.wait_seconds = wait
    return response


def _refused(error: Refused) -> Response:
    return _envelope([error.sentence], 409 if isinstance(error, AlreadyHere | CodeTaken) else 400)


def _envelope(errors: list[str], status: int) -> ErrorResponse:
    message = errors[0] if errors else "This cannot be done."
    return ErrorResponse({"status": "error", "message": message, "errors": errors}, status=status)
