"""Starts the children that render, talks to them, and keeps a few for the next batch.

A child is a new interpreter, never a fork of this process: other threads may hold locks here that
nobody would ever release in a copy, and its open files and connections are none of a template's
business. One child serves one thread at a time.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import IO, cast

from orderdesk.lib.twig import frames
from orderdesk.lib.twig.errors import RenderKilled
from orderdesk.lib.twig.frames import Frame, Inbox

# So many wait for the next batch; more are ended when they have nothing to do.
KEPT = 2
# Once so many are at work, a batch waits for one of them, but not for ever: who holds one may
# itself be waiting for this batch.
AT_WORK = 4
WAIT_SECONDS = 2.0
# A busy machine takes its time to start an interpreter.
START_SECONDS = 60
# The packages that this one lies in are entered without running them: what an application does
# when it is imported is not the child's, and takes three times as long as the child itself.
START = """
import json, sys, types
path, parents = json.loads(sys.argv[1])
sys.path[:] = path
for name, places in parents:
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = places
from {package}.child import main
main()
"""


class ChildLost(RuntimeError):
    """A new child does not start: the machine has no room, or the library cannot be imported."""


class Child:
    """One child, from here."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            # -I: neither the environment nor the folder we are in decide what is imported.
            [sys.executable, "-I", "-c", START.format(package=__package__), surroundings()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
        )
        self.pipes = [cast("IO[bytes]", self.process.stdin), cast("IO[bytes]", self.process.stdout)]
        self.writing, self.reading = (pipe.fileno() for pipe in self.pipes)
        os.set_blocking(self.writing, False)
        self.inbox = Inbox()
        self.unsent = bytearray()
        self.jobs = 0
        self.is_fit = True
        self.is_done = False

    def send(self, data: bytes) -> None:
        """Have something sent as soon as the child takes it."""
        self.unsent += data

    def hear(self, patience: float) -> Frame | None:
        """What the child says next; None where it has gone, or says nothing for so long."""
        while (frame := self.inbox.take()) is None:
            poller = select.poll()
            poller.register(self.reading, select.POLLIN)
            if self.unsent:
                poller.register(self.writing, select.POLLOUT)
            ready = dict(poller.poll(patience * 1000))
            if self.writing in ready:
                self.push()
            if not ready or (self.reading in ready and not self.pull()):
                self.is_fit = False
                return None
        return frame

    def push(self) -> None:
        """Write as much as the pipe takes."""
        try:
            with memoryview(self.unsent) as view:
                written = os.write(self.writing, view[: 1 << 16])
            del self.unsent[:written]
        except BlockingIOError:
            pass
        except BrokenPipeError:
            # It has gone; what it said before is still to be read.
            self.unsent.clear()

    def pull(self) -> bool:
        """Read what there is; False at the end."""
        data = os.read(self.reading, 1 << 18)
        self.inbox.feed(data)
        return bool(data)

    def opens(self, opening: bytes) -> Frame | None:
        """Begin a batch; the child's answer, None from one that has gone."""
        self.send(opening)
        return self.hear(START_SECONDS)

    def end(self) -> int:
        """End the child, and tell how it ended: as `Popen.returncode` does."""
        self.process.kill()
        self.shut()
        return self.process.wait()

    def shut(self) -> None:
        """Close our ends of the pipes."""
        for pipe in self.pipes:
            pipe.close()

    def epitaph(self, cpu_seconds: int, memory_bytes: int) -> RenderKilled:
        """Why the job at hand has no result."""
        # It closed its pipe an instant before it ended; who hangs is still there after that.
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0.5)
        status = self.end()
        if status == -signal.SIGXCPU:
            why = f"it used more than {cpu_seconds} seconds of processor time"
        elif status == frames.OUT_OF_MEMORY:
            why = f"it needed more than {memory_bytes // 1024 // 1024} MiB of memory"
        else:
            why = "its process ended"
        return RenderKilled(f"The template was stopped: {why}.")


def surroundings() -> str:
    """Where the child imports from, and the packages that it only passes through."""
    *outer, _ = (__package__ or "").split(".")
    names = [".".join(outer[: depth + 1]) for depth in range(len(outer))]
    return json.dumps([sys.path, [[name, list(sys.modules[name].__path__)] for name in names]])


class Nursery:
    """The children that wait for a batch."""

    def __init__(self) -> None:
        self.change = threading.Condition()
        self.idle: list[Child] = []
        self.at_work = 0

    @contextlib.contextmanager
    def child(self, opening: bytes, *, share: int) -> Iterator[tuple[Child, Frame]]:
        """Lend a child that has begun the batch, with what it said to that.

        It is kept for another batch if all went well and it did less than its share of jobs.

        Raises:
            ChildLost: if none can be started.
        """
        waiting = self.take()
        child: Child | None = None
        try:
            child, said = self.ready(waiting, opening)
            yield child, said
            child.is_done = child.is_fit and child.jobs < share
        finally:
            self.give_back(child)

    def take(self) -> Child | None:
        """One that waits, if there is one or will be soon; None if a new one is due."""
        with self.change:
            if self.at_work >= AT_WORK and not self.idle:
                self.change.wait_for(self.is_free, WAIT_SECONDS)
            self.at_work += 1
            return self.idle.pop() if self.idle else None

    def is_free(self) -> bool:
        """Can a batch begin without one more child than should be at work?"""
        return bool(self.idle) or self.at_work < AT_WORK

    def ready(self, waiting: Child | None, opening: bytes) -> tuple[Child, Frame]:
        """The child that waited, or a new one, with what it says to the batch."""
        if waiting:
            if said := waiting.opens(opening):
                return waiting, said
            # It has gone since, when it had waited long enough.
            waiting.end()
        try:
            child = Child()
        except OSError as error:
            raise ChildLost(f"The child that renders does not start: {error}") from error
        if said := child.opens(opening):
            return child, said
        raise ChildLost(f"The child that renders ended with status {child.end()}.")

    def give_back(self, child: Child | None) -> None:
        """Let a child wait for another batch, or end it; who waits for a child may go on."""
        with self.change:
            self.at_work -= 1
            is_kept = child is not None and child.is_done and len(self.idle) < KEPT
            if child and is_kept:
                child.is_done = False
                self.idle.append(child)
            self.change.notify()
        if child and not is_kept:
            child.end()

    def close(self) -> None:
        """End all that wait."""
        with self.change:
            idle, self.idle = self.idle, []
        for child in idle:
            child.end()

    def forget(self) -> None:
        """Let go of a parent's children, in a fork of it: they are not ours to wait for."""
        self.change = threading.Condition()
        for child in self.idle:
            child.process.returncode = 0
            child.shut()
        self.idle, self.at_work = [], 0


NURSERY = Nursery()
atexit.register(NURSERY.close)
os.register_at_fork(after_in_child=NURSERY.forget)
