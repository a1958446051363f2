"""The public API's doorway: key, rate limit, envelope, and the store everything happens in.

Every answer is a JSON object with `status`, `message`, `execution_time` and the resource asked for.
"""

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import ResolverMatch, resolve
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.viewsets import ViewSet

from orderdesk.lib.ids import id_in
from stores import tokens
from stores.models import ApiKey, Store
from stores.repeats import Call, UnderWay, UsedForAnother, answer_before, fingerprint, keep_answer
from stores.scoping import StoreRows, entered, once_more
from stores.services import note_key_use

Q = TypeVar("Q", bound="models.QuerySet[Any]")

STORE_HEADER = "ORDERDESK-STORE-ID"
KEY_HEADER = "ORDERDESK-API-KEY"
REPEAT_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
# Headers that are part of an answer and not of the moment it is given.
KEPT_HEADERS = ("ETag",)
CHANGING = ("POST", "PUT", "DELETE")
# The time of a key's last use is for people; once an hour spares a write per call.
KEY_USE_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Script:
    """Who calls: a script with a key to one store."""

    key: ApiKey
    is_authenticated: bool = True


class ApiKeyAuthentication(BaseAuthentication):
    """Knows a script by its store id and key, each in its own header."""

    def authenticate(self, request: Request) -> tuple[Script, ApiKey]:
        stated, secret = request.headers.get(STORE_HEADER, ""), request.headers.get(KEY_HEADER, "")
        if not stated or not secret:
            raise exceptions.NotAuthenticated(
                f"State the store's id and key in the headers {STORE_HEADER} and {KEY_HEADER}."
            )
        now = timezone.now()
        key = _known_key(stated, secret, now)
        if key is None:
            raise exceptions.AuthenticationFailed("The store id or the API key is wrong.")
        if key.expires_at and key.expires_at <= now:
            raise exceptions.AuthenticationFailed(
                f"This API key expired at {key.expires_at:%Y-%m-%d %H:%M:%S} UTC."
            )
        return Script(key), key

    def authenticate_header(self, request: Request) -> str:
        return f'ApiKey realm="{KEY_HEADER}"'


def _known_key(stated: str, secret: str, now: datetime) -> ApiKey | None:
    """Find a key that was not withdrawn; one that ran out is told so."""
    store_id = id_in(stated)
    if store_id is None:
        return None
    with entered(store_id):
        keys = ApiKey.objects.for_store(store_id).known_by(secret).filter(revoked_at=None)
        key = keys.select_related("store").first()
        if key and (key.last_used_at is None or now - key.last_used_at > KEY_USE_NOTED_EVERY):
            note_key_use(key=key, now=now)
        return key


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes both headers in the schema."""

    target_class = ApiKeyAuthentication
    name = ["storeId", "apiKey"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "apiKey", "in": "header", "name": STORE_HEADER},
            {"type": "apiKey", "in": "header", "name": KEY_HEADER},
        ]


class StoreThrottle(BaseThrottle):
    """Takes a token of the caller's store for each call."""

    waiting = 0.0

    def allow_request(self, request: Request, view: Any) -> bool:
        taken = tokens.take(view.key.store_id)
        view.tokens_remaining, self.waiting = taken.remaining, taken.wait_seconds
        return taken.granted

    def wait(self) -> float:
        return self.waiting


class CallUnderWay(exceptions.APIException):
    """The same call is being done right now."""

    status_code = 409
    wait = 1


class KeyOfAnotherCall(exceptions.APIException):
    """The caller's key stands for another call."""

    status_code = 422


class AlwaysJSON(BaseContentNegotiation):
    """Speaks JSON whatever the client claims to send or to want; old clients claim anything."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class StoreAPI(ViewSet):
    """A group of calls for the store of the caller's key, each in one transaction inside it.

    The body is read before the transaction begins: a slow sender never holds one open. One that
    has to give way to another transaction is done again, and the caller never learns of it.
    """

    http_method_names = ["get", "post", "put", "delete", "head"]
    # Whether its calls change nothing, whatever their method.
    only_reads = False
    authentication_classes = [ApiKeyAuthentication]
    throttle_classes = [StoreThrottle]
    content_negotiation_class = AlwaysJSON

    tokens_remaining: int | None = None

    @property
    def key(self) -> ApiKey:
        """The key the call came with."""
        key = self.request.auth
        assert isinstance(key, ApiKey)  # noqa: S101 - permissions were checked before
        return key

    @property
    def api_store(self) -> Store:
        """The store the call is for."""
        return self.key.store

    def rows(self, source: StoreRows[Q]) -> Q:
        """Give the caller's rows: `self.rows(Order.objects)`."""
        return source.for_store(self.api_store)

    def one(self, rows: "models.QuerySet[Any, Any]", name: str, pk: int) -> Any:
        """Give one of these rows.

        Raises:
            NotFound: if it is not among them; whose it is otherwise stays untold.
        """
        row = rows.filter(pk=pk).first()
        if row is None:
            raise exceptions.NotFound(f"There is no {name} {pk} in this store.")
        return row

    def stated(
        self, shape: type["serializers.Serializer[Any]"], *, within: str = "", **context: Any
    ) -> dict[str, Any]:
        """Read the body as a JSON object of this shape, alone or within an object that names it.

        Raises:
            ParseError: if it is no object.
            ValidationError: naming each field that does not fit.
        """
        body = self.request.data
        if not isinstance(body, dict):
            raise exceptions.ParseError("The body must be a JSON object.")
        if isinstance(inner := body.get(within), dict):
            body = inner
        serializer = shape(data=body, context=context)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def answer(self, message: str, *, status: int = 200, **resource: Any) -> Response:
        """Answer with a message and the resource under its own name."""
        return Response({"status": "success", "message": message, **resource}, status=status)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # After the throttle, so that a call refused here counts like any other.
        if request.method in CHANGING and self.key.scope != "write" and not self.only_reads:
            raise exceptions.PermissionDenied(
                "This API key may only read. Make one that may write, too, for this call."
            )

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # As APIView.dispatch, but the handler runs inside the store, and an error leaves the
        # transaction as an exception, so that nothing is half saved.
        started = time.perf_counter()
        self.args, self.kwargs = args, kwargs
        self.headers = self.default_response_headers
        self.request = self.initialize_request(request, *args, **kwargs)
        try:
            self.initial(self.request, *args, **kwargs)
            structlog.contextvars.bind_contextvars(store_id=self.key.store_id)
            response = self._handle(started)
        except Exception as error:  # noqa: BLE001 - the handler raises what it does not know
            response = _enveloped(self.handle_exception(error), started)
        _tell(response, self.tokens_remaining)
        # It takes any response, whatever its stubs say.
        final = self.finalize_response(self.request, response, *args, **kwargs)  # type: ignore[arg-type]
        self.response = final
        return self.response

    def _handle(self, started: float) -> HttpResponseBase:
        method = str(self.request.method).lower()
        handler = self.http_method_not_allowed
        if method in self.http_method_names:
            handler = getattr(self, method, handler)
        if handler == self.http_method_not_allowed:
            handler(self.request)
        if method in ("post", "put") and not self.only_reads:
            _take_chunks(self.request)
            _ = self.request.data  # parsed here, outside of the transaction
        call = self._call()

        def answered() -> HttpResponseBase:
            return _enveloped(handler(self.request, *self.args, **self.kwargs), started)

        def inside() -> HttpResponseBase:
            with entered(self.key.store_id):
                return _once(call, answered) if call else answered()

        return once_more(inside)

    def _call(self) -> Call | None:
        """Give the call as its sender marked it for repeating, if it changes anything."""
        key = self.request.headers.get(REPEAT_HEADER)
        if key is None or self.request.method not in CHANGING or self.only_reads:
            return None
        if not re.fullmatch(r"[\x20-\x7e]{1,255}", key):
            raise exceptions.ParseError(
                f"{REPEAT_HEADER} must have 1 to 255 letters, digits or signs of ASCII."
            )
        body = None if self.request.method == "DELETE" else self.request.data
        asked = self.request.get_full_path()
        told = fingerprint(self.request.method, asked, body)
        return Call(store_id=self.key.store_id, key=key, fingerprint=told)


def _take_chunks(request: Request) -> None:
    """Let a body that comes in chunks be read: without a stated length it would count as empty."""
    environ = request.META
    is_chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    # Where the server does not tell the end of the body, reading on would never end.
    if is_chunked and environ.get("wsgi.input_terminated"):
        request._stream = environ["wsgi.input"]  # noqa: SLF001 - the framework has no other way


def _once(call: Call, answered: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Do the call and keep its answer, or give the answer it got before."""
    now = timezone.now()
    try:
        before = answer_before(call=call, now=now)
    except UnderWay:
        raise CallUnderWay(
            f"A call with this {REPEAT_HEADER} is being done right now. Repeat it later."
        ) from None
    except UsedForAnother:
        raise KeyOfAnotherCall(
            f"This {REPEAT_HEADER} was used for a call with another address or body."
        ) from None
    if before:
        headers = {**before.headers, REPLAYED_HEADER: "true"}
        return _as_sent(before.status, headers, before.answer)
    response = answered()
    assert isinstance(response, Response)  # noqa: S101 - only a GET answers with nothing
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    body = JSONRenderer().render(response.data).decode()
    keep_answer(call=call, status=response.status_code, headers=headers, answer=body, now=now)
    return _as_sent(response.status_code, headers, body)


def _as_sent(status: int, headers: dict[str, str], body: str) -> HttpResponse:
    return HttpResponse(body, status=status, headers=headers, content_type="application/json")


def _enveloped(response: HttpResponseBase, started: float) -> HttpResponseBase:
    """Put into an envelope what every one holds."""
    if isinstance(response, Response):
        head = {name: response.data.pop(name) for name in ("status", "message")}
        seconds = f"{time.perf_counter() - started:.4f} seconds"
        response.data = {**head, "execution_time": seconds, **response.data}
    return response


def _tell(response: HttpResponseBase, remaining: int | None) -> None:
    """Tell in the headers what is left of the store's calls, and how long to wait."""
    # Nothing was taken from a bucket that nobody could be told to own, so it counts as full.
    response["X-Tokens-Remaining"] = str(settings.API_BURST if remaining is None else remaining)
    if isinstance(wait := getattr(response, "wait_seconds", None), int | float):
        response["X-Retry-After"] = response["Retry-After"] = str(max(1, math.ceil(wait)))


class NothingHere(StoreAPI):
    """Answers for every address below the API that does not exist."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        # No address ends with a slash, but clients that join addresses add one now and then.
        meant = _without_slash(request.path_info)
        if meant is not None:
            answer: HttpResponseBase = meant.func(request, *meant.args, **meant.kwargs)
            return answer
        return super().dispatch(request, *args, **kwargs)

    @extend_schema(exclude=True)
    def nothing(self, request: Request, **_: str) -> Response:
        """Say so, in the envelope."""
        raise exceptions.NotFound("There is nothing at this address.")


def _without_slash(path: str) -> ResolverMatch | None:
    if not path.endswith("/"):
        return None
    try:
        found = resolve(path[:-1])
    except Http404:
        return None
    return None if getattr(found.func, "cls", None) in (None, NothingHere) else found
