"""Sockets under `integrations.http`: guarded, without memory, and cut off at a deadline.

Timeouts of sockets begin anew with every byte, so a vendor that sends one byte a second would hold
a worker for hours. Here a watch cuts the socket itself when the time of the call is over.
"""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests_hardened.ip_filter_adapter import IPFilterAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.response import HTTPResponse

_here = threading.local()


class Watch:
    """One call's progress: `sent` once a byte has left, `expired` once its time is over."""

    def __init__(self, seconds: float) -> None:
        self.sent = False
        self.expired = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(seconds, self._expire)
        self._timer.daemon = True

    def begin(self) -> None:
        """Let the time run."""
        self._timer.start()

    def end(self) -> None:
        """Stop the time; the socket may now serve another call."""
        self._timer.cancel()
        with self._lock:
            self._socket = None

    def listen(self, to: socket.socket) -> None:
        """Name the socket the answer comes from.

        Raises:
            TimeoutError: if the time is over already.
        """
        with self._lock:
            self._socket = to
            if self.expired:
                raise TimeoutError

    def _expire(self) -> None:
        with self._lock:
            self.expired = True
            if self._socket is not None:
                with contextlib.suppress(OSError):
                    # Not SSLSocket's own: it takes the cipher away from under the reader.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


@contextlib.contextmanager
def watched(seconds: float) -> Iterator[Watch]:
    """Watch what this thread calls inside the `with`."""
    watch = _here.watch = Watch(seconds)
    watch.begin()
    try:
        yield watch
    finally:
        watch.end()


class _Watched(HTTPConnection):
    def send(self, data: Any) -> None:
        if self.sock is None:
            self.connect()
        _here.watch.sent = True
        super().send(data)

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3 itself
        _here.watch.listen(self.sock)
        return super().getresponse()


class _WatchedSecure(_Watched, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _WatchedSecure


class _Adapter(IPFilterAdapter):
    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}


def session(*, loopback: bool) -> requests.Session:
    """Give this thread's session, which keeps connections open and nothing else.

    No cookies, as stores share it; nothing from the environment or a .netrc. Private networks are
    refused, this machine too unless `loopback`. A forked process gets a session of its own.
    """
    key = (os.getpid(), loopback)
    sessions = _here.__dict__.setdefault("sessions", {})
    if key not in sessions:
        made = requests.Session()
        made.trust_env = False
        made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("http", "https"):
            made.mount(
                f"{scheme}://",
                _Adapter(is_https_proto=scheme == "https", allow_loopback=loopback),
            )
        sessions[key] = made
    found: requests.Session = sessions[key]
    return found
