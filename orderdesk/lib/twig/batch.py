"""Renders many templates in a forked child that has little time and memory.

The child is a copy of this process, so it needs nothing sent to it, and what it does to itself
stays with it. When it dies, the template at hand failed and the next one gets a new child.
"""

from __future__ import annotations

import gc
import json
import math
import os
import resource
import select
import signal
import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from orderdesk.lib.twig import errors
from orderdesk.lib.twig.environment import Environment
from orderdesk.lib.twig.errors import RenderKilled, TwigError

HEADER = struct.Struct("!BI")
RENDERED, REFUSED = 0, 1
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Job:
    """One template to render."""

    source: str
    context: Mapping[str, Any]
    templates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Walls:
    """What the child may use: processor seconds for each job, memory beyond what it inherits.

    `jobs` is how many one child renders before the next one takes over.
    """

    cpu_seconds: int = 3
    memory_bytes: int = 256 * 1024 * 1024
    jobs: int = 500


def render_batch(
    environment: Environment, jobs: Iterable[Job], walls: Walls | None = None
) -> Iterator[str | TwigError]:
    """Render jobs one after another; each gives its text, or the error that stopped it."""
    walls = walls or Walls()
    pending: list[Job] = []
    for job in jobs:
        pending.append(job)
        if len(pending) == walls.jobs:
            yield from render_all(environment, pending, walls)
            pending = []
    yield from render_all(environment, pending, walls)


def render_all(
    environment: Environment, jobs: Sequence[Job], walls: Walls
) -> Iterator[str | TwigError]:
    """Render a list of jobs in as many children as it takes."""
    done = 0
    while done < len(jobs):
        with Child(environment, jobs[done:], walls) as child:
            for result in child.results():
                done += 1
                yield result
        if done < len(jobs):
            done += 1
            yield child.epitaph()


class Child:
    """A forked copy of this process that renders jobs and writes the results to a pipe."""

    def __init__(self, environment: Environment, jobs: Sequence[Job], walls: Walls) -> None:
        self.environment = environment
        self.jobs = jobs
        self.walls = walls
        self.patience = environment.limits.seconds * 2 + walls.cpu_seconds + 5
        self.status = 0

    def __enter__(self) -> Child:
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reading)
            self.live(writing)
        os.close(writing)
        self.pipe = reading
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self.pipe)
        # Harmless where it has gone already; needed where its results are no longer wanted.
        os.kill(self.pid, signal.SIGKILL)
        self.status = os.waitpid(self.pid, 0)[1]

    def live(self, pipe: int) -> None:
        """Render everything, and never return."""
        status = 1
        try:
            gc.disable()
            for name in (signal.SIGTERM, signal.SIGINT, signal.SIGXCPU):
                signal.signal(name, signal.SIG_DFL)
            limit_memory(self.walls.memory_bytes)
            for job in self.jobs:
                allow_seconds(self.walls.cpu_seconds)
                write_all(pipe, self.frame(job))
            status = 0
        finally:
            # Nothing of the parent may run here: no handlers, no buffers, no tests.
            os._exit(status)

    def frame(self, job: Job) -> bytes:
        """One job's result as bytes."""
        try:
            text = self.environment.render(job.source, job.context, job.templates)
        except TwigError as error:
            body = json.dumps(told(error)).encode()
            return HEADER.pack(REFUSED, len(body)) + body
        body = text.encode("utf-8", "surrogatepass")
        return HEADER.pack(RENDERED, len(body)) + body

    def results(self) -> Iterator[str | TwigError]:
        """What the child says, until it falls silent."""
        while header := self.read(HEADER.size):
            kind, size = HEADER.unpack(header)
            body = self.read(size)
            if len(body) < size:
                return
            if kind == RENDERED:
                yield body.decode("utf-8", "surrogatepass")
            else:
                yield retold(json.loads(body))

    def read(self, size: int) -> bytes:
        """So many bytes; fewer where the child has gone or hangs."""
        parts: list[bytes] = []
        while size:
            if not select.select([self.pipe], [], [], self.patience)[0]:
                return b""
            part = os.read(self.pipe, min(size, 1 << 20))
            if not part:
                return b""
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def epitaph(self) -> RenderKilled:
        """Why the job that the child died of has no result."""
        if os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGXCPU:
            why = f"it used more than {self.walls.cpu_seconds} seconds of processor time"
        elif os.WIFEXITED(self.status):
            why = f"it needed more than {self.walls.memory_bytes // 1024 // 1024} MiB of memory"
        else:
            why = "its process ended"
        return RenderKilled(f"The template was stopped: {why}.")


def limit_memory(allowance: int) -> None:
    """Let this process grow by so many bytes and no more."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        used = int(file.read().split()[0]) * PAGE
    resource.setrlimit(resource.RLIMIT_AS, (used + allowance, resource.RLIM_INFINITY))


def allow_seconds(seconds: int) -> None:
    """Let this process use so many more seconds of its processor."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = math.ceil(usage.ru_utime + usage.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, resource.RLIM_INFINITY))


def write_all(pipe: int, data: bytes) -> None:
    """Write everything, however often it takes."""
    view = memoryview(data)
    while view:
        view = view[os.write(pipe, view) :]


def told(error: TwigError) -> list[Any]:
    """An error as plain data."""
    return [
        type(error).__name__, error.message, list(error.suggestions), error.template, error.line,
        error.column, error.excerpt,
    ]  # fmt: skip


def retold(data: list[Any]) -> TwigError:
    """The error that `told` described."""
    name, message, suggestions, template, line, column, excerpt = data
    kind = getattr(errors, name, errors.TwigRuntimeError)
    error: TwigError = kind(message, tuple(suggestions))
    error.template, error.line, error.column, error.excerpt = template, line, column, excerpt
    return error
