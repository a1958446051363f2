"""The door to vendors: guarded, bounded in time and size, and clear about what went wrong."""

import contextlib
import datetime
import http
import ipaddress
import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from structlog.testing import capture_logs

from integrations.errors import (
    CredentialsRefused,
    IntegrationError,
    OutcomeUnknown,
    RequestRejected,
    TemporaryFailure,
    UnexpectedReply,
)
from integrations.http import ANSWER_LIMIT, ApiClient, CallInsideTransaction, retry_after

SECRET = "a-word-nobody-may-see"
NOON = datetime.datetime(2026, 3, 1, 12, tzinfo=datetime.UTC)
Behaviour = Callable[[socket.socket, bytes], None]


class Listener:
    """A vendor that does with each request what `behave` says; keeps what it was sent."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.behave: Behaviour = says(200, {})
        self.requests: list[bytes] = []
        self._context = context
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), connection:
            if self._context:
                connection = self._context.wrap_socket(connection, server_side=True)
            while request := self._read(connection):
                self.requests.append(request)
                self.behave(connection, request)

    def _read(self, connection: socket.socket) -> bytes:
        data = b""
        while b"\r\n\r\n" not in data:
            if not (piece := connection.recv(65536)):
                return b""
            data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        length = next(
            (
                int(line[15:])
                for line in head.split(b"\r\n")
                if line.lower().startswith(b"content-length:")
            ),
            0,
        )
        while len(body) < length:
            body += connection.recv(65536)
        return head + b"\r\n\r\n" + body

    def close(self) -> None:
        # A close alone would leave the socket to whoever waits for a connection.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


def answer(status: int, body: bytes, **headers: str) -> bytes:
    named = {"Content-Length": str(len(body)), "Content-Type": "application/json"}
    named |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"HTTP/1.1 {status} {http.HTTPStatus(status).phrase}"]
    lines += [f"{name}: {value}" for name, value in named.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def says(status: int, body: object, **headers: str) -> Behaviour:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return lambda connection, _: connection.sendall(answer(status, content, **headers))


def drips(start: bytes) -> Behaviour:
    def behave(connection: socket.socket, _: bytes) -> None:
        connection.sendall(start)
        for _each in range(100):
            connection.sendall(b"x")
            time.sleep(0.05)

    return behave


def resets(connection: socket.socket, _: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def is_silent(connection: socket.socket, _: bytes) -> None:
    time.sleep(3)


def cuts(connection: socket.socket, _: bytes) -> None:
    connection.sendall(answer(200, b'{"a": "whole answer"}')[:-6])
    connection.close()


def floods(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    for _each in range(ANSWER_LIMIT // 65536 + 20):
        connection.sendall(b"x" * 65536)
    connection.close()


@pytest.fixture
def vendor() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture(autouse=True)
def _short_patience(settings: Any) -> None:
    settings.VENDOR_TIMEOUT_SECONDS = 0.5


def client(vendor: Listener, **options: Any) -> ApiClient:
    options = {"is_ours": True, "headers": {"X-Token": SECRET}, "secrets": [SECRET], **options}
    return ApiClient("Acme", vendor.url, **options)


def failure(call: Callable[[], object]) -> Any:
    with pytest.raises((IntegrationError, CallInsideTransaction, ValueError)) as caught:
        call()
    return caught.value


# --- what goes well -----------------------------------------------------------------------------


def test_an_answer_comes_with_its_fractions_as_decimals(vendor):
    vendor.behave = says(200, b'{"price": 10.10, "id": 820982911946154508}')

    found = client(vendor).get("/orders/1").json()

    assert found == {"price": Decimal("10.10"), "id": 820982911946154508}


def test_decimals_go_out_as_the_numbers_they_are(vendor):
    client(vendor).post("/orders", {"price": Decimal("9999999999.9999"), "count": Decimal("2.00")})

    body = vendor.requests[0].partition(b"\r\n\r\n")[2]
    assert json.loads(body, parse_float=str) == {"price": "9999999999.9999", "count": 2}


def test_the_bytes_signed_are_the_bytes_sent(vendor):
    path = "/list/2?modifiedSince=2026-11-21T10:00:00.000&mail=a%2Bb@example.com&of=1,2"

    client(vendor).get(path)

    assert vendor.requests[0].split(b"\r\n")[0] == f"GET {path} HTTP/1.1".encode()


@pytest.mark.parametrize("path", ["/list?name=a b", "/list?name=ü", "list", "@example.com/"])
def test_a_path_that_would_not_go_out_as_given_is_a_mistake_of_ours(vendor, path):
    assert isinstance(failure(lambda: client(vendor).get(path)), ValueError)
    assert vendor.requests == []


def test_no_cookie_of_one_store_reaches_the_next_call(vendor):
    vendor.behave = says(200, {}, Set_Cookie="session=of-alice; Path=/")

    client(vendor).get("/first")
    client(vendor).get("/second")

    assert b"cookie" not in vendor.requests[1].lower()


def test_a_proxy_in_the_environment_sees_nothing(vendor, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    assert client(vendor).get("/").ok


# --- what the vendor says -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "of_a_read", "of_a_write"),
    [
        (301, UnexpectedReply, UnexpectedReply),
        (400, RequestRejected, RequestRejected),
        (401, CredentialsRefused, CredentialsRefused),
        (403, CredentialsRefused, CredentialsRefused),
        (404, RequestRejected, RequestRejected),
        (408, TemporaryFailure, OutcomeUnknown),
        (422, RequestRejected, RequestRejected),
        (429, TemporaryFailure, TemporaryFailure),
        (500, TemporaryFailure, OutcomeUnknown),
        (502, TemporaryFailure, OutcomeUnknown),
        (503, TemporaryFailure, OutcomeUnknown),
    ],
)
def test_each_status_has_one_consequence(vendor, status, of_a_read, of_a_write):
    vendor.behave = says(status, {"message": "Not today."})

    assert type(failure(lambda: client(vendor).get("/"))) is of_a_read
    assert type(failure(lambda: client(vendor).post("/", {}))) is of_a_write
    assert type(failure(lambda: client(vendor).post("/", {}, repeatable=True))) is of_a_read


def test_a_refusal_is_told_in_the_vendors_words(vendor):
    vendor.behave = says(422, {"errors": [{"message": "The street is missing."}]})

    assert failure(lambda: client(vendor).get("/")).message == (
        "Acme refuses this: The street is missing."
    )


def test_an_allowed_refusal_is_an_answer(vendor):
    vendor.behave = says(404, {})

    assert client(vendor).get("/", allow=(404,)).status == 404


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ("7", 7),
        ("1.5", 1.5),
        ("999999999", 86_400),
        ("Sun, 01 Mar 2026 12:01:30 GMT", 90),
        ("Sun, 01 Mar 2026 11:00:00 GMT", 0),
        ("Sun, 01 Mar 2036 11:00:00 GMT", 86_400),
        ("soon", None),
        ("-5", None),
        ("nan", None),
        ("", None),
    ],
)
def test_retry_after_is_read_as_seconds_of_at_most_a_day(given, seconds):
    assert retry_after(given, now=NOON) == seconds


@pytest.mark.parametrize("status", [429, 503])
def test_the_wait_the_vendor_asks_for_is_passed_on(vendor, status):
    vendor.behave = says(status, {}, Retry_After="42")

    assert failure(lambda: client(vendor).post("/", {})).retry_after == 42


@pytest.mark.parametrize(
    "body", [b"<html>Bad gateway</html>", b'{"Items": [', b"", b"NaN", b"[" * 9999]
)
def test_garbage_is_unexpected_to_a_reader_and_a_doubt_to_a_writer(vendor, body):
    vendor.behave = says(200, body)

    assert type(failure(lambda: client(vendor).get("/").json())) is UnexpectedReply
    assert type(failure(lambda: client(vendor).post("/", {}).json())) is OutcomeUnknown


def test_a_redirect_is_not_followed(vendor):
    vendor.behave = says(302, {}, Location=f"{vendor.url}/elsewhere")

    failure(lambda: client(vendor).get("/here"))

    assert len(vendor.requests) == 1


# --- what goes wrong on the way -----------------------------------------------------------------


@pytest.mark.parametrize(
    "behaviour",
    [
        pytest.param(is_silent, id="silence"),
        pytest.param(resets, id="reset"),
        pytest.param(cuts, id="cut"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"), id="body drips"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\nX-Slow: "), id="header drips"),
        pytest.param(drips(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"), id="endless body"),
    ],
)
def test_an_answer_that_does_not_come_ends_at_the_deadline(vendor, behaviour):
    vendor.behave = behaviour
    began = time.monotonic()

    assert type(failure(lambda: client(vendor).get("/"))) is TemporaryFailure
    assert type(failure(lambda: client(vendor).post("/", {}))) is OutcomeUnknown

    assert time.monotonic() - began < 2


def test_silence_is_told_as_such(vendor):
    vendor.behave = is_silent

    assert failure(lambda: client(vendor).get("/")).message == (
        "Acme did not answer within 0.5 seconds. The hub tries again by itself."
    )


def test_the_call_after_a_bad_one_is_a_good_one(vendor):
    vendor.behave = is_silent
    failure(lambda: client(vendor).get("/"))
    vendor.behave = says(200, {})

    for _ in range(3):
        assert client(vendor).get("/").ok


def test_a_deadline_that_was_kept_cuts_no_later_call(vendor):
    calls = client(vendor)
    calls.get("/")
    time.sleep(0.6)

    assert calls.get("/").ok


def test_where_nobody_listens_nothing_was_sent(vendor):
    vendor.close()

    error = failure(lambda: client(vendor).post("/", {}))

    assert type(error) is TemporaryFailure
    assert error.message == "Acme could not be reached. The hub tries again by itself."


def test_a_name_nobody_knows_is_worth_another_try():
    unknown = ApiClient("Acme", "https://nowhere.invalid")

    assert type(failure(lambda: unknown.post("/", {}))) is TemporaryFailure


def test_an_answer_without_end_is_dropped_at_the_limit(vendor, settings):
    settings.VENDOR_TIMEOUT_SECONDS = 20
    vendor.behave = floods

    error = failure(lambda: client(vendor).get("/"))

    assert type(error) is UnexpectedReply
    assert error.message == "Acme sent an answer that is larger than 10 MB."


# --- where calls may go -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "localhost", "0x7f.1", "2130706433", "017700000001", "127.1", "0.0.0.0",  # noqa: S104
        "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[fe80::1]", "[fd00::1]",
        "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
    ],
)  # fmt: skip
def test_no_merchant_reaches_what_is_behind_the_hub(vendor, host):
    typed = ApiClient("Acme", f"https://{host}:{vendor.port}")

    error = failure(lambda: typed.get("/"))

    assert type(error) is RequestRejected
    assert vendor.requests == []


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "[::ffff:10.0.0.1]"])
def test_the_operators_own_address_opens_this_machine_and_no_network_behind_it(host):
    assert isinstance(
        failure(lambda: ApiClient("Acme", f"http://{host}", is_ours=True).get("/")), RequestRejected
    )


def test_plain_http_is_for_addresses_of_ours_only():
    assert isinstance(
        failure(lambda: ApiClient("Acme", "http://example.com").get("/")), RequestRejected
    )


def test_a_name_is_resolved_once_and_the_call_goes_there(vendor, monkeypatch):
    real, asked = socket.getaddrinfo, []

    def flips(host, port, *args, **options):
        if host == "rebinding.example":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return real(host, port, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", flips)
    named = ApiClient("Acme", f"http://rebinding.example:{vendor.port}", is_ours=True)

    assert named.get("/").ok
    assert asked == ["rebinding.example"]
    assert f"Host: rebinding.example:{vendor.port}".encode() in vendor.requests[0]


def test_a_certificate_nobody_vouches_for_is_not_trusted(tmp_path):
    listener = Listener(context=own_certificate(tmp_path))

    error = failure(lambda: client(listener).post("/", {}))
    listener.close()

    assert type(error) is TemporaryFailure
    assert "certificate" in error.message
    assert listener.requests == []


def own_certificate(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "both.pem").write_bytes(
        certificate.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "both.pem")
    return context


@pytest.mark.django_db
def test_nobody_calls_out_while_rows_are_locked(vendor):
    with transaction.atomic():
        assert isinstance(failure(lambda: client(vendor).get("/")), CallInsideTransaction)
    assert vendor.requests == []


# --- what is left behind ------------------------------------------------------------------------


def test_evidence_shows_the_exchange_and_no_secret(vendor):
    vendor.behave = says(400, {"message": f"Unknown token {SECRET}"} | {"more": "x" * 2000})

    error = failure(lambda: client(vendor).get(f"/orders?key={SECRET}"))

    assert error.evidence["method"] == "GET"
    assert error.evidence["status"] == "400"
    assert error.evidence["url"] == f"{vendor.url}/orders?key=•••"
    assert len(error.evidence["answer"]) <= 500
    assert SECRET not in str(error.evidence) + error.message


def test_a_call_leaves_one_line_without_query_body_or_secret(vendor):
    vendor.behave = says(500, {"who": "ada@example.com"})

    with capture_logs() as lines:
        failure(lambda: client(vendor).post("/orders?contactEmail=ada@example.com", {"a": SECRET}))

    (line,) = lines
    assert (line["vendor"], line["path"], line["status"]) == ("Acme", "/orders", 500)
    assert line["outcome"] == "OutcomeUnknown"
    assert line["milliseconds"] >= 0
    assert "ada@" not in str(line)
    assert SECRET not in str(line)
