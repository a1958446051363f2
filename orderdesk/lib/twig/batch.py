"""Renders many templates in a child that has little time and memory.

When the child dies, the template at hand failed and the next one gets a new child.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from orderdesk.lib.twig import frames
from orderdesk.lib.twig.arrays import plain
from orderdesk.lib.twig.children import NURSERY, Child
from orderdesk.lib.twig.errors import Source, TwigError
from orderdesk.lib.twig.recipe import Ask, Recipe, nobody

# So many bytes of jobs lie ready for the child, that it never waits for this process.
AHEAD = 1 << 18


@dataclass(frozen=True, slots=True)
class Job:
    """One template to render."""

    source: str
    context: Mapping[str, Any]
    templates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Walls:
    """What a child may use: processor seconds for each job, memory beyond what it starts with.

    `jobs` is how many one child renders before the next one takes over.
    """

    cpu_seconds: int = 3
    memory_bytes: int = 256 * 1024 * 1024
    jobs: int = 20_000


def render_batch(
    recipe: Recipe, jobs: Iterable[Job], walls: Walls | None = None, *, ask: Ask = nobody
) -> Iterator[str | TwigError]:
    """Render jobs one after another; each gives its text, or the error that stopped it.

    `ask` is called in this process, where the recipe's library asks about the host.

    Raises:
        ChildLost: if no child can be started; that is nobody's template's fault.
    """
    return Batch(recipe, jobs, walls or Walls(), ask).results()


class Batch:
    """Jobs on their way through one child or more."""

    def __init__(self, recipe: Recipe, jobs: Iterable[Job], walls: Walls, ask: Ask) -> None:
        self.walls = walls
        self.ask = ask
        self.coming = iter(jobs)
        # Given to a child, and without a result yet: the first one is at hand.
        self.given: deque[Job] = deque()
        # Left by a child that ended; the next one gets them first.
        self.left: deque[Job] = deque()
        self.template: Job | None = None
        self.patience = recipe.limits.seconds * 2 + walls.cpu_seconds + 5
        terms = [recipe.told(), walls.cpu_seconds, walls.memory_bytes]
        self.opening = frames.data_frame(frames.OPEN, terms)

    def results(self) -> Iterator[str | TwigError]:
        """Each job's result, in order."""
        while job := self.next_job():
            self.left.appendleft(job)
            with NURSERY.child(self.opening, share=self.walls.jobs) as (child, (kind, body)):
                if kind == frames.REFUSED:
                    raise frames.retold(json.loads(body))
                self.template = None
                yield from self.through(child)
            self.left = self.given + self.left
            self.given = deque()

    def next_job(self) -> Job | None:
        """The next job that no child has."""
        return self.left.popleft() if self.left else next(self.coming, None)

    def through(self, child: Child) -> Iterator[str | TwigError]:
        """Render with one child, until all is done, it did its share, or it died."""
        while self.given_enough(child):
            said = child.hear(self.patience)
            if said is None:
                job = self.given.popleft()
                error = child.epitaph(self.walls.cpu_seconds, self.walls.memory_bytes)
                yield error.at(Source(job.source, "main"), 0)
                return
            kind, body = said
            if kind == frames.ASK:
                child.send(self.answer(body))
                continue
            self.given.popleft()
            yield result(kind, body)
        child.send(frames.frame(frames.CLOSE))
        child.push()

    def given_enough(self, child: Child) -> bool:
        """Give the child jobs ahead of its work; False when there is nothing left for it."""
        while len(child.unsent) < AHEAD and child.jobs < self.walls.jobs:
            job = self.next_job()
            if job is None:
                break
            self.give(child, job)
        return bool(self.given)

    def give(self, child: Child, job: Job) -> None:
        """Give the child one job, with its template where that is another one."""
        last = self.template
        if last is None or last.source != job.source or last.templates != job.templates:
            data = [job.source, dict(job.templates)]
            child.send(frames.data_frame(frames.TEMPLATE, data))
            self.template = job
        try:
            data_of_job = frames.data_frame(frames.RENDER, plain(dict(job.context)))
        except TwigError as error:
            data_of_job = frames.data_frame(frames.REFUSE, frames.told(error))
        child.send(data_of_job)
        child.jobs += 1
        self.given.append(job)

    def answer(self, question: bytes) -> bytes:
        """What the host answers, as a frame."""
        try:
            return frames.data_frame(frames.ANSWER, self.ask(*json.loads(question)))
        except TwigError as error:
            return frames.data_frame(frames.DENY, frames.told(error))


def result(kind: int, body: bytes) -> str | TwigError:
    """A job's result."""
    if kind == frames.RENDERED:
        return body.decode("utf-8", "surrogatepass")
    return frames.retold(json.loads(body))
