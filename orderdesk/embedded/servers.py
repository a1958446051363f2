"""The two servers: how each is started, asked whether it answers, and ended."""

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from psycopg import pq

from orderdesk.embedded.place import Place, StartFailed
from orderdesk.embedded.programs import postgres_programs, valkey_program

# The same words stand in docker-compose.yml and its init script; a test compares them.
INITDB_FLAGS = (
    "--auth=trust --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8"
)
CREATE_ROLE = "create role app login createdb nosuperuser nobypassrls"
CREATE_DATABASE = "create database app owner app"
POSTGRES_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "512MB",
}
VALKEY_SETTINGS = {
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
}

PATIENCE_SECONDS = 60.0
LONGEST_LOG_BYTES = 10_000_000
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}

# Kept so that each is waited for when it ends; a forgotten child would stay a zombie.
_children: list[subprocess.Popen[bytes]] = []


class Server(ABC):
    """One server process tree in its place.

    While any process of it lives, an inherited lock on its `.alive` file is held. That tells the
    living from the dead where a pid cannot: a zombie still has its pid, a reused pid is somebody
    else's, and the backends of a killed postmaster go on for a moment.
    """

    name: ClassVar[str]
    stop_signal: ClassVar[signal.Signals]

    def __init__(self, place: Place) -> None:
        self.place = place
        self.data = place.home / self.name
        self.log = place.home / f"{self.name}.log"
        self.alive = place.home / f"{self.name}.alive"

    @property
    @abstractmethod
    def listens_at(self) -> Path:
        """Where it listens."""

    @property
    @abstractmethod
    def pid_file(self) -> Path:
        """Where it writes its process id."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether it would serve a client now."""

    @abstractmethod
    def prepare(self, alive: int) -> None:
        """Make the data folder fit for a start; no process of this server is alive."""

    @abstractmethod
    def command(self) -> list[str]:
        """The program and its arguments."""

    def bring_up(self) -> None:
        """Wait until the server answers, starting it when no process of it is left.

        Raises:
            StartFailed: with the last line of its log.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        asked_to_end = False
        with self.alive.open("a") as alive:
            while not self.answers():
                if _take(alive.fileno()):
                    self.prepare(alive.fileno())
                    self._start(alive.fileno(), deadline)
                    return
                if not asked_to_end and not self.listens_at.exists():
                    # It lives, but a cleaner of temporary folders took its socket.
                    asked_to_end = self._signal()
                if time.monotonic() > deadline:
                    raise self._failed("runs but does not answer")
                time.sleep(0.02)

    def bring_down(self) -> bool:
        """End the server and wait until its last process is gone; False if there was none.

        Raises:
            StartFailed: if it does not end in time.
        """
        if not self.alive.exists():
            return False
        deadline = time.monotonic() + PATIENCE_SECONDS
        with self.alive.open("a") as alive:
            if _take(alive.fileno()):
                return False
            self._signal()
            while not _take(alive.fileno()):
                if time.monotonic() > deadline:
                    raise self._failed("does not stop")
                time.sleep(0.01)
        _reap()
        return True

    def _start(self, alive: int, deadline: float) -> None:
        _reap()
        if self.log.exists() and self.log.stat().st_size > LONGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with open(self.log, "ab", opener=_for_the_owner) as log:
            child = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=ENVIRONMENT,
                start_new_session=True,  # Ctrl-C in a terminal is not for the servers
                pass_fds=(alive,),
                **self.place.identity,
            )
        _children.append(child)
        while not self.answers():
            if child.poll() is not None:
                raise self._failed("did not start")
            if time.monotonic() > deadline:
                child.kill()
                raise self._failed(f"did not answer within {PATIENCE_SECONDS:.0f} seconds")
            time.sleep(0.01)

    def _signal(self) -> bool:
        """Ask the server, known to be alive, to end; False if its main process is gone."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError, ValueError, IndexError):
            os.kill(int(self.pid_file.read_text().split()[0]), self.stop_signal)
            return True
        return False

    def _failed(self, what: str) -> StartFailed:
        lines = self.log.read_text(errors="replace").split("\n") if self.log.exists() else []
        last = next((line.strip() for line in reversed(lines) if line.strip()), "(nothing)")
        return StartFailed(f"{self.name} {what}; the last line of {self.log}: {last}")


class Postgres(Server):
    """PostgreSQL, with the application's own role and database."""

    name = "postgres"
    stop_signal = signal.SIGINT  # breaks off sessions and shuts down cleanly

    @property
    def listens_at(self) -> Path:
        return self.place.sockets / ".s.PGSQL.5432"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def answers(self) -> bool:
        # Asks beyond the open socket: during recovery PostgreSQL listens, but refuses everybody.
        where = f"postgresql://app@/app?host={quote(str(self.place.sockets))}&connect_timeout=5"
        return self.listens_at.exists() and pq.PGconn.ping(where.encode()) == pq.Ping.OK

    def prepare(self, alive: int) -> None:
        if not self.data.exists():
            self._initialise(alive)
        for file in (self.pid_file, self.place.sockets / ".s.PGSQL.5432.lock"):
            self._drop_stale(file)

    def command(self) -> list[str]:
        settings = POSTGRES_SETTINGS | {"listen_addresses": "", "unix_socket_permissions": "0700"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        program = postgres_programs(self.place) / "postgres"
        return [str(program), "-D", str(self.data), "-k", str(self.place.sockets), *options]

    def _initialise(self, alive: int) -> None:
        """Make the cluster, the role and the database, whole or not at all."""
        fresh = self.place.home / "postgres.new"
        if fresh.exists():  # left by a run that was killed here
            shutil.rmtree(fresh)
        self.place.make_private(fresh)
        programs = postgres_programs(self.place)
        initdb = [str(programs / "initdb"), f"--pgdata={fresh}", "--username=postgres"]
        single = [str(programs / "postgres"), "--single", "-D", str(fresh), "postgres"]
        self._run([*initdb, *INITDB_FLAGS.split()], alive, spoken="")
        self._run(single, alive, spoken=f"{CREATE_ROLE}\n{CREATE_DATABASE}\n")
        fresh.rename(self.data)

    def _run(self, command: list[str], alive: int, *, spoken: str) -> None:
        with open(self.log, "ab", opener=_for_the_owner) as log:
            done = subprocess.run(
                command,
                input=spoken.encode(),
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd="/",
                env=ENVIRONMENT,
                check=False,
                pass_fds=(alive,),  # it may outlive us, and nobody may sweep up under it
                **self.place.identity,
            )
        if done.returncode:
            raise self._failed("could not make its data folder")

    def _drop_stale(self, file: Path) -> None:
        """Remove a pid file that would stop the start, knowing that none of ours is alive.

        A zombie counts as alive to PostgreSQL, and so does a stranger who got the dead server's
        pid. Only a process working in the data folder is a PostgreSQL, started by hand: its file
        stays. Without /proc, PostgreSQL's own look at the pid has to do.
        """
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = abs(int(file.read_text().split()[0]))
            if Path("/proc/self").exists() and _working_folder(pid) != self.data:
                file.unlink()


class Valkey(Server):
    """Valkey, keeping its queue on disk so that a restart loses next to nothing."""

    name = "valkey"
    stop_signal = signal.SIGTERM

    @property
    def listens_at(self) -> Path:
        return self.place.sockets / "valkey.sock"

    @property
    def pid_file(self) -> Path:
        return self.data / "valkey.pid"

    def answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as talk:
            talk.settimeout(5)
            talk.connect(str(self.listens_at))
            talk.sendall(b"PING\r\n")
            return talk.recv(16).startswith(b"+PONG")
        return False

    def prepare(self, alive: int) -> None:
        """Do nothing: Valkey mends its own log of writes and replaces its own socket."""

    def command(self) -> list[str]:
        settings = VALKEY_SETTINGS | {
            "port": "0",
            "unixsocket": str(self.listens_at),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "pidfile": str(self.pid_file),
        }
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        return [str(valkey_program(self.place)), *options]


def _take(alive: int) -> bool:
    """Try to take the lock a living server holds."""
    try:
        fcntl.flock(alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _reap() -> None:
    _children[:] = [child for child in _children if child.poll() is None]


def _working_folder(pid: int) -> Path | None:
    try:
        return Path(f"/proc/{pid}/cwd").readlink()
    except OSError:  # gone, a zombie, or another user's
        return None


def _for_the_owner(path: str, flags: int) -> int:
    """Open a log so that nobody else reads it: a failing statement is logged with its values."""
    return os.open(path, flags, 0o600)
