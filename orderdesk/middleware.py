"""What every request passes through."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from orderdesk.lib.refused import Refused


class RefusedMiddleware:
    """Turns a refusal on a page into a message there; the API has its own way, see errors."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        messages.error(request, error.message)
        here = request.headers.get("Referer", "")
        own = f"{request.scheme}://{request.get_host()}/"
        return HttpResponseRedirect(here if here.startswith(own) else "/")
