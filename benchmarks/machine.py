"""Processes under measurement: started, watched through /proc, and ended by id."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

CHECKOUT = Path(__file__).resolve().parent.parent
TICKS = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")
END_SECONDS = 20.0


class BenchFailed(Exception):
    """The scenario cannot be measured, or its outcome was wrong."""


class Program:
    """One program with its children."""

    def __init__(
        self, command: Sequence[str], *, environment: Mapping[str, str], log: Path
    ) -> None:
        self.name = log.stem
        self.log = log
        self._output: IO[bytes] = log.open("ab")
        self._process = subprocess.Popen(
            list(command),
            cwd=CHECKOUT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def check(self) -> None:
        """See that it runs.

        Raises:
            BenchFailed: with the end of its log.
        """
        if self._process.poll() is not None:
            raise BenchFailed(f"{self.name} ended: {self.log.read_text()[-2000:]}")

    def stop(self) -> None:
        """End it and whatever it started; a second call does nothing."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._output.close()


def python(*arguments: str) -> list[str]:
    """Give the command that runs a module with this interpreter."""
    return [sys.executable, "-m", *arguments]


def clean_environment(**more: str) -> dict[str, str]:
    """Give the environment without settings of a hub that happens to be configured here."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ORDERDESK_") and name not in ("DATABASE_URL", "REDIS_URL", "PORT")
    }
    return {**kept, "PYTHONUNBUFFERED": "1", **more}


def free_port() -> int:
    """Find a port of the loopback interface that nobody uses."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def eventually(look: Callable[[], bool], what: str, *, seconds: float, pause: float = 0.05) -> None:
    """Look again and again until it is so.

    Raises:
        BenchFailed: when the time is over.
    """
    end = time.monotonic() + seconds
    while not look():
        if time.monotonic() > end:
            raise BenchFailed(f"not within {seconds:g} seconds: {what}")
        time.sleep(pause)


def wait_for_port(port: int, program: Program, *, seconds: float = 60) -> None:
    """Wait until the program takes connections."""

    def answers() -> bool:
        program.check()
        with socket.socket() as attempt:
            attempt.settimeout(1)
            return attempt.connect_ex(("127.0.0.1", port)) == 0

    eventually(answers, f"{program.name} on its port", seconds=seconds)


# --- /proc --------------------------------------------------------------------------------------


def tree(*roots: int) -> list[int]:
    """Give the processes and all their descendants."""
    children: dict[int, list[int]] = {}
    for pid, parent in _parents():
        children.setdefault(parent, []).append(pid)
    found, open_ = [], list(roots)
    while open_:
        pid = open_.pop()
        found.append(pid)
        open_ += children.get(pid, [])
    return found


def _parents() -> Iterator[tuple[int, int]]:
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                yield int(entry.name), int(_stat(int(entry.name))[1])


def _stat(pid: int) -> list[str]:
    """Give the fields of stat behind the name, which may hold anything."""
    return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def cpu_seconds(*roots: int) -> float:
    """Sum the CPU time of the trees, of children that ended too."""
    ticks = 0
    for pid in tree(*roots):
        with contextlib.suppress(OSError):
            ticks += sum(int(field) for field in _stat(pid)[11:15])
    return ticks / TICKS


@dataclass(frozen=True, slots=True)
class Memory:
    """Of some processes, in MB: shared pages in proportion, and what is each one's alone."""

    pss: float
    private: float


def memory(pids: Sequence[int]) -> Memory:
    """Read the memory of exactly these processes."""
    sums = {"Pss": 0, "Private_Clean": 0, "Private_Dirty": 0}
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines()[1:]:
                name, _, rest = line.partition(":")
                if name in sums:
                    sums[name] += int(rest.split()[0])
    private = sums["Private_Clean"] + sums["Private_Dirty"]
    return Memory(sums["Pss"] / 1024, private / 1024)
