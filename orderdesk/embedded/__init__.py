"""PostgreSQL and Valkey from wheels, for a machine that has neither.

Every process calls `ensure` and gets two addresses; the first one starts the servers, and they
outlive it. Both listen on Unix sockets only: no port to clash, nobody else on the machine gets in.
This package drives the servers' own programs; the Python layers of their wheels are not used,
because one opens parent folders to everybody and the other kills its server at exit.
"""

import contextlib
import fcntl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from orderdesk.embedded.place import StartFailed, find_place, is_private, lay_out
from orderdesk.embedded.servers import Postgres, Server, Valkey

__all__ = ["Servers", "StartFailed", "ensure", "status", "stop"]


@dataclass(frozen=True)
class Servers:
    """The addresses of the two running servers."""

    database_url: str
    redis_url: str


def ensure(data: Path) -> Servers:
    """Start the servers of this data folder where they do not run, and give their addresses.

    Safe to call from any number of processes at once; takes a few milliseconds when both answer.

    Raises:
        StartFailed: if a server does not come up.
    """
    try:
        servers = _both(data)
        if not servers or not all(server.answers() for server in servers):
            with _one_at_a_time(data):
                lay_out(data)
                servers = _both(data)
                for server in servers:
                    server.bring_up()
    except OSError as error:
        raise StartFailed(f"the embedded servers cannot use {data}: {error}") from error
    sockets = servers[0].place.sockets
    return Servers(
        database_url=f"postgresql://app@/app?host={quote(str(sockets))}",
        redis_url=f"unix://{quote(str(sockets))}/valkey.sock",
    )


def stop(data: Path) -> bool:
    """End the servers of this data folder, keeping what they hold; False if none was running.

    Raises:
        StartFailed: if a server does not end.
    """
    place = find_place(data)
    if place is None:
        return False
    with _one_at_a_time(data):
        stopped = [server.bring_down() for server in (Postgres(place), Valkey(place))]
    return any(stopped)


def status(data: Path) -> dict[str, bool]:
    """Tell for each server by name whether it answers."""
    answering = {server.name for server in _both(data) if server.answers()}
    return {name: name in answering for name in (Postgres.name, Valkey.name)}


def _both(data: Path) -> tuple[Server, ...]:
    """Give both servers, or none before their folders are laid out and private."""
    place = find_place(data)
    if place is None or not is_private(place.sockets, place.uid):
        return ()
    return Postgres(place), Valkey(place)


@contextlib.contextmanager
def _one_at_a_time(data: Path) -> Iterator[None]:
    """Let one process at a time start or stop servers; the kernel frees the lock of a dead one."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "embedded.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
