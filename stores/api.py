"""The public API's doorway: key, rate limit, envelope, and the store everything happens in.

Every answer is a JSON object with `status`, `message`, `execution_time` and the resource asked for.
"""

import math
import re
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

import structlog
from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.viewsets import ViewSet

from stores import tokens
from stores.models import ApiKey, Store
from stores.scoping import StoreRows, entered, once_more
from stores.services import note_key_use

Q = TypeVar("Q", bound="models.QuerySet[Any]")

STORE_HEADER = "ORDERDESK-STORE-ID"
KEY_HEADER = "ORDERDESK-API-KEY"
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
        key = _live_key(stated, secret, timezone.now())
        if key is None:
            raise exceptions.AuthenticationFailed("The store id or the API key is wrong.")
        return Script(key), key

    def authenticate_header(self, request: Request) -> str:
        return f'ApiKey realm="{KEY_HEADER}"'


def _live_key(stated: str, secret: str, now: datetime) -> ApiKey | None:
    if not re.fullmatch(r"[0-9]{1,18}", stated):
        return None
    with entered(int(stated)):
        keys = ApiKey.objects.for_store(int(stated)).matching(secret).select_related("store")
        key = keys.first()
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

    def stated(self, shape: type["serializers.Serializer[Any]"], **context: Any) -> dict[str, Any]:
        """Read the body as a JSON object of this shape.

        Raises:
            ParseError: if it is no object.
            ValidationError: naming each field that does not fit.
        """
        body = self.request.data
        if not isinstance(body, dict):
            raise exceptions.ParseError("The body must be a JSON object.")
        serializer = shape(data=body, context=context)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def answer(self, message: str, *, status: int = 200, **resource: Any) -> Response:
        """Answer with a message and the resource under its own name."""
        return Response({"status": "success", "message": message, **resource}, status=status)

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
            response = self._handle(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the handler raises what it does not know
            response = self.handle_exception(error)
        _finish(response, started, self.tokens_remaining)
        self.response = self.finalize_response(self.request, response, *args, **kwargs)
        return self.response

    def _handle(self, *args: Any, **kwargs: Any) -> Response:
        method = str(self.request.method).lower()
        handler = self.http_method_not_allowed
        if method in self.http_method_names:
            handler = getattr(self, method, handler)
        if method in ("post", "put") and handler != self.http_method_not_allowed:
            _ = self.request.data  # parsed here, outside of the transaction

        def inside() -> Response:
            with entered(self.key.store_id):
                response: Response = handler(self.request, *args, **kwargs)
            return response

        return once_more(inside)


def _finish(response: Response, started: float, remaining: int | None) -> None:
    """Add to an envelope what every answer carries."""
    head = {name: response.data.pop(name) for name in ("status", "message")}
    seconds = f"{time.perf_counter() - started:.4f} seconds"
    response.data = {**head, "execution_time": seconds, **response.data}
    # Nothing was taken from a bucket that nobody could be told to own, so it counts as full.
    response["X-Tokens-Remaining"] = str(settings.API_BURST if remaining is None else remaining)
    if isinstance(wait := getattr(response, "wait_seconds", None), int | float):
        response["X-Retry-After"] = response["Retry-After"] = str(max(1, math.ceil(wait)))


class NothingHere(StoreAPI):
    """Answers for every address below the API that does not exist."""

    @extend_schema(exclude=True)
    def nothing(self, request: Request, **_: str) -> Response:
        """Say so, in the envelope."""
        raise exceptions.NotFound("There is nothing at this address.")
