"""The hub under measurement: its data folder, a seeded store, its processes as `up` runs them."""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.machine import (
    CHECKOUT,
    BenchFailed,
    Program,
    clean_environment,
    free_port,
    python,
    wait_for_port,
)
from orderdesk import embedded
from orderdesk.embedded.place import find_place

PLAIN_DATABASE = "plain"


class Servers:
    """PostgreSQL and Valkey as the hub starts them; every contestant of a run shares them."""

    def __init__(self, data: Path) -> None:
        self.data = data
        data.mkdir(parents=True, exist_ok=True)
        self.start()
        with self.connect() as connection:
            connection.autocommit = True
            known = connection.execute(
                "SELECT FROM pg_database WHERE datname = %s", [PLAIN_DATABASE]
            )
            if not known.rowcount:
                connection.execute(f"CREATE DATABASE {PLAIN_DATABASE}")

    def start(self) -> None:
        """Start whichever of the two does not run."""
        servers = embedded.ensure(self.data)
        self.database_url, self.redis_url = servers.database_url, servers.redis_url
        self.plain_url = self.database_url.replace("/app?", f"/{PLAIN_DATABASE}?")

    def connect(self, *, plain: bool = False) -> psycopg.Connection[tuple[Any, ...]]:
        """Connect to the hub's database, or to the peers'."""
        return psycopg.connect(self.plain_url if plain else self.database_url)

    @property
    def postgres(self) -> int:
        """The process id of PostgreSQL."""
        return self._pid("postgres/postmaster.pid")

    @property
    def valkey(self) -> int:
        """The process id of Valkey."""
        return self._pid("valkey/valkey.pid")

    def _pid(self, name: str) -> int:
        place = find_place(self.data)
        if place is None:
            raise BenchFailed("the servers have no place")
        return int((place.home / name).read_text().split()[0])

    def stop_valkey(self) -> None:
        """End Valkey alone."""
        os.kill(self.valkey, signal.SIGTERM)

    def stop(self) -> None:
        """End both."""
        embedded.stop(self.data)


@contextlib.contextmanager
def servers(data: Path) -> Iterator[Servers]:
    """Run both servers for a while."""
    running = Servers(data)
    try:
        yield running
    finally:
        running.stop()


class Hub:
    """A hub on the given servers with one seeded store."""

    def __init__(self, running: Servers, folder: Path, **environment: str) -> None:
        self.servers = running
        self.folder = folder
        self.port = free_port()
        self.environment = clean_environment(
            **{
                "ORDERDESK_DATA": str(running.data),
                "ORDERDESK_DEMO": "0",
                "PORT": str(self.port),
                **environment,
            }
        )
        self.programs: dict[str, Program] = {}
        self.seeded: dict[str, Any] = {}

    def prepare(self) -> None:
        """Make the tables and the store."""
        self._run("manage", "migrate", "--verbosity", "0")
        told = self._run("benchmarks.seed")
        self.seeded = json.loads(told.splitlines()[-1])

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            python(*arguments),
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        if done.returncode:
            raise BenchFailed(f"{' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout

    def start(self, *names: str) -> None:
        """Start processes of the hub by the commands `up` runs, which this asks for."""
        commands = json.loads(self._run("benchmarks.commands").splitlines()[-1])
        for name in names:
            command = python(*commands[name])
            self.programs[name] = Program(
                command, environment=self.environment, log=self.folder / f"{name}.log"
            )
        if "web" in names:
            wait_for_port(self.port, self.programs["web"])

    @property
    def pids(self) -> list[int]:
        """The ids of the started processes, without their children and the servers."""
        return [program.pid for program in self.programs.values()]

    def stop(self) -> None:
        """End the started processes; the servers go on."""
        for program in self.programs.values():
            program.stop()
        self.programs = {}
