"""A pid file that cannot lie: its lock is held for as long as the process lives."""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO


class AlreadyRunning(Exception):
    """Another living process holds the pid file; the argument is its pid as written there."""


@contextlib.contextmanager
def held(path: Path) -> Iterator[IO[str]]:
    """Hold the pid file for the time of a `with`, naming this process in it.

    The open file may be handed to a child, which then holds it too, and `name_process` may say
    which of them is to be ended.

    Raises:
        AlreadyRunning: if a living process holds it.
    """
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(path.read_text().strip()) from None
        name_process(file, os.getpid())
        yield file
        file.truncate(0)


def is_held(path: Path) -> bool:
    """Tell whether a living process holds the pid file."""
    try:
        with path.open() as file:
            return not _free(file, fcntl.LOCK_SH)
    except FileNotFoundError:
        return False


def name_process(file: IO[str], pid: int) -> None:
    """Write which process is to be ended."""
    file.truncate(0)
    file.write(str(pid))
    file.flush()


def end(path: Path, *, patience_seconds: float) -> bool:
    """Ask the holder to end and wait until it has; False if nobody holds the pid file.

    Raises:
        TimeoutError: if it still runs after the patience is over.
    """
    if not path.exists():
        return False
    deadline = time.monotonic() + patience_seconds
    asked = False
    with path.open() as file:
        while not _free(file):
            if not asked:
                with contextlib.suppress(ProcessLookupError, ValueError):
                    os.kill(int(path.read_text()), signal.SIGTERM)
                    asked = True
            if time.monotonic() > deadline:
                raise TimeoutError(f"process {path.read_text()} of {path} does not end")
            time.sleep(0.05)
    return asked


def _free(file: IO[str], how: int = fcntl.LOCK_EX) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    fcntl.flock(file, fcntl.LOCK_UN)
    return True
