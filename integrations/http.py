"""The only door to other systems over HTTP.

What leaves here goes to the vendor's address and nowhere else: names are resolved once and the
connection goes to what they resolved to, private networks are refused, redirects are not followed,
certificates are checked. Every call ends by its deadline, and its answer has a limit. Whatever goes
wrong becomes one of the errors of `integrations.errors`, worded for a merchant.
"""

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
import structlog
from django.conf import settings
from django.db import connections
from requests_hardened.ip_filter import InvalidIPAddress
from urllib3.exceptions import HTTPError

from integrations.errors import (
    CredentialsRefused,
    IntegrationError,
    OutcomeUnknown,
    RequestRejected,
    TemporaryFailure,
    UnexpectedReply,
)
from integrations.wire import Watch, session, watched

logger = structlog.get_logger(__name__)

USER_AGENT = "OrderHub/1.0"
CONNECT_SECONDS = 5.0
ANSWER_LIMIT = 10_000_000
LONGEST_WAIT_SECONDS = 86_400.0
EVIDENCE_LENGTH = 500
PIECE = 65_536
MASK = "•••"


class CallInsideTransaction(RuntimeError):
    """A vendor was to be called while a transaction was open: rows would stay locked meanwhile."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, with a status the caller can work with."""

    vendor: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    repeatable: bool = True
    evidence: dict[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Tell whether the vendor did what it was asked."""
        return 200 <= self.status < 300

    @property
    def text(self) -> str:
        """The body as text; what is no UTF-8 is replaced."""
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """Read the body, fractions as Decimals.

        Raises:
            UnexpectedReply, OutcomeUnknown: see `garbled`.
        """
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise self.garbled("is not JSON") from error

    def garbled(self, what: str) -> IntegrationError:
        """Give the error for an answer that cannot be used; `what` goes on after "The answer".

        A write answered like this may well have been done.
        """
        if self.repeatable:
            sentence = f"{self.vendor} sent an answer that {what}."
            return UnexpectedReply(sentence, evidence=self.evidence)
        sentence = f"{self.vendor} took the request, but its answer {what}."
        return OutcomeUnknown(sentence, evidence=self.evidence)


def words_of(answer: Answer) -> str:
    """Find the words in a refusal of unknown shape; '' if there are none fit to show."""
    try:
        found = _first_text(json.loads(answer.body))
    except (ValueError, RecursionError):
        is_page = "<" in answer.text[:200]
        found = "" if is_page else answer.text
    return " ".join(found.split())[:300].rstrip(".")


def _first_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    parts: Iterable[Any] = ()
    if isinstance(value, dict):
        named = ("Description", "message", "error", "errors", "Message", "Items")
        parts = [value[name] for name in named if name in value] or value.values()
    elif isinstance(value, list):
        parts = value
    return next((text for part in parts if (text := _first_text(part))), "")


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON number.")


def _number(value: Any) -> float | int:
    """Write a Decimal as a JSON number; up to 15 digits, which is what we store, it is exact."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(f"{type(value).__name__} does not fit into JSON.")


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    body: bytes | None
    headers: Mapping[str, str]
    repeatable: bool
    allow: tuple[int, ...]


class ApiClient:
    """Calls one vendor at one address.

    Args:
        vendor: the name a merchant knows it by.
        base_url: where it is, without a path's end: https://api.example.com.
        is_ours: the operator named this address, so that it may lie on this machine.
        headers: sent with every call.
        secrets: texts to be masked wherever evidence would show them.
        words: finds the vendor's own words in a refusal.
    """

    def __init__(
        self,
        vendor: str,
        base_url: str,
        *,
        is_ours: bool = False,
        headers: Mapping[str, str] | None = None,
        secrets: Iterable[str] = (),
        words: Callable[[Answer], str] = words_of,
    ) -> None:
        self.vendor = vendor
        self._base_url = base_url.rstrip("/")
        self._is_ours = is_ours
        self._headers = {"User-Agent": USER_AGENT, **(headers or {})}
        self._secrets = [secret for secret in secrets if secret]
        self._words = words
        self._seconds = float(settings.VENDOR_TIMEOUT_SECONDS)

    def get(
        self, path: str, *, headers: Mapping[str, str] | None = None, allow: tuple[int, ...] = ()
    ) -> Answer:
        """Ask for something.

        `path` holds the query, escaped as it is to go out. `allow` are refusals the caller wants as
        answers.

        Raises:
            IntegrationError: for everything that is no answer.
        """
        return self._make(_Call("GET", path, None, headers or {}, repeatable=True, allow=allow))

    def post(
        self,
        path: str,
        body: Any,
        *,
        headers: Mapping[str, str] | None = None,
        repeatable: bool = False,
        allow: tuple[int, ...] = (),
    ) -> Answer:
        """Send something as JSON, Decimals as numbers.

        `repeatable` says that doing it twice does no harm: a question in a POST, or a thing named
        by an id of ours.

        Raises:
            OutcomeUnknown: if it left and nobody can say whether it was done.
            IntegrationError: for everything else that is no answer.
        """
        content = json.dumps(body, default=_number, ensure_ascii=False, allow_nan=False).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        return self._make(_Call("POST", path, content, sent, repeatable=repeatable, allow=allow))

    # One call.

    def _make(self, call: _Call) -> Answer:
        if any(each.in_atomic_block for each in connections.all(initialized_only=True)):
            raise CallInsideTransaction(f"{call.method} {call.path} inside a transaction")
        began = time.monotonic()
        outcome = "ok"
        status = None
        try:
            answer = self._exchange(call)
            status = answer.status
            if not answer.ok and status not in call.allow:
                raise self._refusal(call, answer)
        except IntegrationError as error:
            outcome = type(error).__name__
            raise
        finally:
            logger.info(
                "vendor call",
                vendor=self.vendor,
                method=call.method,
                path=urlsplit(call.path).path,
                status=status,
                outcome=outcome,
                milliseconds=round((time.monotonic() - began) * 1000),
            )
        return answer

    def _exchange(self, call: _Call) -> Answer:
        with watched(self._seconds) as watch:
            try:
                prepared = self._prepare(call)
                with session(loopback=self._is_ours).send(
                    prepared,
                    stream=True,
                    allow_redirects=False,
                    timeout=(min(CONNECT_SECONDS, self._seconds), self._seconds),
                ) as response:
                    body = self._read(call, response)
            except (requests.RequestException, HTTPError, OSError, UnicodeError) as error:
                raise self._breakdown(call, watch, error) from error
            if watch.expired:
                raise self._breakdown(call, watch, TimeoutError())
        evidence = self._evidence(call, response.status_code, body)
        return Answer(
            self.vendor, response.status_code, response.headers, body, call.repeatable, evidence
        )

    def _prepare(self, call: _Call) -> requests.PreparedRequest:
        """Build the request; what was signed must be what is sent, so nothing may be re-escaped."""
        url = self._base_url + call.path
        if not call.path.startswith("/"):
            raise ValueError(f"The path {call.path!r} does not begin with a slash.")
        if not (self._is_ours or url.startswith("https://")):
            raise requests.exceptions.InvalidSchema("Only https is called.")
        request = requests.Request(
            call.method, url, headers={**self._headers, **call.headers}, data=call.body
        )
        prepared = session(loopback=self._is_ours).prepare_request(request)
        if prepared.url != url:
            raise ValueError(f"The address {url!r} would go out as {prepared.url!r}.")
        return prepared

    def _read(self, call: _Call, response: requests.Response) -> bytes:
        body = bytearray()
        for piece in response.iter_content(PIECE):
            body += piece
            if len(body) > ANSWER_LIMIT:
                told = self._evidence(call, response.status_code, bytes(body[:PIECE]))
                cut = Answer(self.vendor, response.status_code, {}, b"", call.repeatable, told)
                raise cut.garbled(f"is larger than {ANSWER_LIMIT // 1_000_000} MB")
        return bytes(body)

    # What went wrong.

    def _breakdown(self, call: _Call, watch: Watch, error: Exception) -> IntegrationError:
        """Give the error for a call that brought no whole answer."""
        told = self._evidence(call, None, b"") | {"error": type(error).__name__}
        if isinstance(error, InvalidIPAddress):
            sentence = "leads into a private network, where the hub calls nobody."
            return RequestRejected(f"The address of {self.vendor} {sentence}", evidence=told)
        if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
            return RequestRejected(
                f"The address of {self.vendor} cannot be called: it has to be a whole https "
                "address.",
                evidence=told,
            )
        if not watch.sent:
            return TemporaryFailure(f"{self._unreachable(error)} {GOES_ON}", evidence=told)
        sentence = f"{self.vendor} broke off before its answer was complete."
        if watch.expired or isinstance(error, requests.exceptions.Timeout | TimeoutError):
            sentence = f"{self.vendor} did not answer within {self._seconds:g} seconds."
        if call.repeatable:
            return TemporaryFailure(f"{sentence} {GOES_ON}", evidence=told)
        return OutcomeUnknown(f"{sentence} {IN_DOUBT}", evidence=told)

    def _unreachable(self, error: Exception) -> str:
        if isinstance(error, requests.exceptions.SSLError):
            return f"{self.vendor} could not prove who it is: its certificate is not valid."
        return f"{self.vendor} could not be reached."

    def _refusal(self, call: _Call, answer: Answer) -> IntegrationError:
        """Give the error for an answer that says no."""
        status, told = answer.status, answer.evidence
        said = self._mask(self._words(answer))
        reason = f": {said}" if said else ""
        if status in (401, 403):
            sentence = f"{self.vendor} does not accept the credentials{reason}."
            return CredentialsRefused(sentence, evidence=told)
        if status == 429:
            wait = retry_after(answer.headers.get("Retry-After", ""), now=datetime.now(UTC))  # noqa: TID251  (the edge)
            return _waiting(
                TemporaryFailure(
                    f"{self.vendor} asks the hub to slow down. {GOES_ON}", evidence=told
                ),
                wait,
            )
        if status >= 500 or status == 408:
            return self._sick(call, answer)
        if status >= 400:
            what = said or f"it answered {status}"
            sentence = f"{self.vendor} refuses this: {what}."
            return RequestRejected(sentence, evidence=told)
        sentence = f"{self.vendor} answered {status}, which the hub does not expect there."
        return UnexpectedReply(sentence, evidence=told)

    def _sick(self, call: _Call, answer: Answer) -> TemporaryFailure:
        sentence = f"{self.vendor} has a problem of its own (it answered {answer.status})."
        wait = retry_after(answer.headers.get("Retry-After", ""), now=datetime.now(UTC))  # noqa: TID251  (the edge)
        if call.repeatable:
            failure = TemporaryFailure(f"{sentence} {GOES_ON}", evidence=answer.evidence)
        else:
            failure = OutcomeUnknown(f"{sentence} {IN_DOUBT}", evidence=answer.evidence)
        return _waiting(failure, wait)

    def _evidence(self, call: _Call, status: int | None, body: bytes) -> dict[str, str]:
        start = body[: EVIDENCE_LENGTH * 4].decode(errors="replace")[:EVIDENCE_LENGTH]
        told = {
            "method": call.method,
            "url": self._base_url + call.path,
            "status": str(status or "no answer"),
            "answer": start.replace("\x00", "�"),
        }
        return {name: self._mask(text) for name, text in told.items()}

    def _mask(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        return text


GOES_ON = "The hub tries again by itself."
IN_DOUBT = "It may have done what was asked; the hub makes sure before it sends again."


def _waiting(failure: TemporaryFailure, seconds: float | None) -> TemporaryFailure:
    failure.retry_after = seconds
    return failure


def retry_after(given: str, *, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date, as seconds of at most a day."""
    given = given.strip()
    if re.fullmatch(r"\d{1,12}(\.\d+)?", given):
        return min(float(given), LONGEST_WAIT_SECONDS)
    try:
        moment = parsedate_to_datetime(given)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max((moment - now).total_seconds(), 0.0), LONGEST_WAIT_SECONDS)
