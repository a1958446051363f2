"""The process that renders for another one: started clean, with little time and memory.

It holds nothing worth stealing: no key, no address of a database, no open file. What a template
needs to know of the host is asked for, and the host decides.
"""

from __future__ import annotations

import gc
import json
import math
import os
import resource
import select
import signal
from collections import deque
from typing import Any

from orderdesk.lib.twig import frames
from orderdesk.lib.twig.environment import Environment, ReadyTemplate
from orderdesk.lib.twig.errors import TwigError
from orderdesk.lib.twig.frames import Frame, Inbox
from orderdesk.lib.twig.limits import CURRENT
from orderdesk.lib.twig.recipe import Recipe

PAGE = os.sysconf("SC_PAGE_SIZE")
# So long it waits for another batch before it gives its memory back.
IDLE_SECONDS = 60
ENVIRONMENTS_KEPT = 8


def main() -> None:
    """Render what comes on standard input until that ends."""
    # An interrupt at the terminal is for the parent, which closes the pipe when it goes.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    writing = os.dup(1)
    # Whoever prints must not write between the frames.
    os.dup2(2, 1)
    gc.freeze()
    # Dying here is no accident to look into.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    renderer = Renderer(0, writing)
    try:
        renderer.serve()
    except MemoryError:
        os._exit(frames.OUT_OF_MEMORY)
    except BrokenPipeError:
        os._exit(0)


class Renderer:
    """Hears frames and answers them, one after another."""

    def __init__(self, reading: int, writing: int) -> None:
        self.reading = reading
        self.writing = writing
        self.poller = select.poll()
        self.poller.register(reading, select.POLLIN)
        self.inbox = Inbox()
        # Jobs that came while an answer was waited for.
        self.waiting: deque[Frame] = deque()
        self.environments: dict[bytes, Environment] = {}
        self.cpu_seconds = 0
        self.ready: ReadyTemplate | TwigError | None = None
        self.templates: dict[str, str] = {}
        # What it had before the first job; 0 until then.
        self.base = 0
        self.is_open = False

    def serve(self) -> None:
        """Do what each frame asks for."""
        deeds = {
            frames.OPEN: self.open,
            frames.TEMPLATE: self.take_template,
            frames.RENDER: self.render,
            frames.REFUSE: self.refuse,
            frames.CLOSE: self.close,
        }
        while frame := self.waiting.popleft() if self.waiting else self.receive():
            kind, body = frame
            deeds[kind](body)

    def receive(self) -> Frame | None:
        """The next frame; None when nobody wants anything any more."""
        while (frame := self.inbox.take()) is None:
            if not self.poller.poll(None if self.is_open else IDLE_SECONDS * 1000):
                return None
            data = os.read(self.reading, 1 << 16)
            if not data:
                return None
            self.inbox.feed(data)
        return frame

    def say(self, data: bytes) -> None:
        """Write everything, however often it takes."""
        view = memoryview(data)
        while view:
            view = view[os.write(self.writing, view) :]

    def open(self, body: bytes) -> None:
        """Get ready for a batch."""
        recipe, self.cpu_seconds, memory = json.loads(body)
        try:
            self.environment = self.environment_of(recipe.encode())
        except TwigError as error:
            self.say(frames.data_frame(frames.REFUSED, frames.told(error)))
            return
        self.is_open = True
        self.base = self.base or memory_used()
        limit_memory(self.base + memory)
        self.say(frames.frame(frames.READY))

    def environment_of(self, recipe: bytes) -> Environment:
        """The environment of a recipe, kept with the templates it compiled."""
        environment = self.environments.pop(recipe, None)
        if environment is None:
            environment = Recipe.retold(recipe).environment(self.ask)
        self.environments[recipe] = environment
        if len(self.environments) > ENVIRONMENTS_KEPT:
            del self.environments[next(iter(self.environments))]
        return environment

    def close(self, body: bytes) -> None:
        """Wait for another batch, with nothing of this one in memory."""
        self.is_open = False
        self.ready = None
        self.templates = {}

    def take_template(self, body: bytes) -> None:
        """Read the template of the jobs that follow."""
        source, self.templates = json.loads(body)
        allow_seconds(self.cpu_seconds)
        try:
            self.ready = self.environment.parse(source)
        except TwigError as error:
            self.ready = error

    def render(self, body: bytes) -> None:
        """Render one job."""
        allow_seconds(self.cpu_seconds)
        try:
            text = self.text(json.loads(body))
        except TwigError as error:
            self.say(frames.data_frame(frames.REFUSED, frames.told(error)))
            return
        self.say(frames.frame(frames.RENDERED, text.encode("utf-8", "surrogatepass")))

    def text(self, context: dict[str, Any]) -> str:
        """What the template prints for these variables."""
        if isinstance(self.ready, ReadyTemplate):
            return self.ready.render(context, self.templates)
        raise self.ready or TwigError("There is no template.")

    def refuse(self, body: bytes) -> None:
        """Pass on in its turn what the parent had to refuse."""
        self.say(frames.frame(frames.REFUSED, body))

    def ask(self, name: str, *values: Any) -> Any:
        """Ask the host, on whose time this is."""
        meter = CURRENT.get(None)
        start = meter.clock() if meter else 0.0
        self.say(frames.data_frame(frames.ASK, [name, *values]))
        kind, body = self.answer()
        if meter:
            meter.deadline += meter.clock() - start
        data = json.loads(body)
        if kind == frames.DENY:
            raise frames.retold(data)
        return data

    def answer(self) -> Frame:
        """What the host says; jobs that come before it wait."""
        while frame := self.receive():
            if frame[0] in (frames.ANSWER, frames.DENY):
                return frame
            self.waiting.append(frame)
        os._exit(0)


def memory_used() -> int:
    """How much address space this process has."""
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
        return int(file.read().split()[0]) * PAGE


def limit_memory(most: int) -> None:
    """Let this process have so many bytes and no more."""
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.RLIM_INFINITY))


def allow_seconds(seconds: int) -> None:
    """Let this process use so many more seconds of its processor."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = math.ceil(usage.ru_utime + usage.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, resource.RLIM_INFINITY))
