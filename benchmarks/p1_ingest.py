"""P1: signed messages in. Durable before the answer, each kept once."""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks import peers, shop
from benchmarks.figures import Gate, Report, Series, ratio
from benchmarks.hub import Hub, servers
from benchmarks.load import CONNECTIONS, Load, Outcome, send
from benchmarks.machine import BenchFailed, Program, cpu_seconds, memory, tree

ROUNDS, SECONDS = 5, 4
QUICK_ROUNDS, QUICK_SECONDS = 1, 2
# Where latency is measured: at a share of what it can do, sent by more independent senders.
SHARE = 0.7
SENDERS = 32
WARM_UP_SECONDS = 3
OURS, RAW = "ours", "raw ASGI"
PLAIN = ("plain Django, sync", "plain Django, threads")


@dataclass(slots=True)
class Contestant:
    """One endpoint under load, the table its rows are in, and what was measured of it."""

    name: str
    port: int
    path: str
    pid: int
    table: str
    rate: Series
    web: Series
    database: Series
    p50: Series
    p99: Series
    pss: Series


def contestant(name: str, port: int, path: str, program: Program, table: str) -> Contestant:
    """Make one with nothing measured yet."""
    return Contestant(
        name, port, path, program.pid, table,
        rate=Series(f"{name}: answers", "/s"),
        web=Series(f"{name}: web CPU", "µs/request"),
        database=Series(f"{name}: PostgreSQL CPU", "µs/request"),
        p50=Series(f"{name}: p50 at full load", "ms"),
        p99=Series(f"{name}: p99 at full load", "ms"),
        pss=Series(f"{name}: memory after a round", "MB PSS"),
    )  # fmt: skip


class Ingest:
    """The contestants of one run, and the message they are all sent."""

    def __init__(self, hub: Hub, others: peers.Peers, folder: Path, *, quick: bool) -> None:
        self.hub, self.servers, self.folder = hub, hub.servers, folder
        self.rounds = QUICK_ROUNDS if quick else ROUNDS
        self.seconds = QUICK_SECONDS if quick else SECONDS
        self.body = shop.body_of(shop.order(1001))
        self.headers = shop.headers(self.body, delivery_id="")
        self.loads = self.answers = 0
        hub.start("web")
        table, path = "integrations_inboundmessage", hub.seeded["hook_path"]
        self.ours = contestant(OURS, hub.port, path, hub.programs["web"], table)
        program, port = others.serve("raw", peers.raw)
        self.raw = contestant(RAW, port, "/", program, "raw_delivery")
        self.plain = []
        for name, worker_class in zip(PLAIN, ("sync", "gthread"), strict=True):
            command = partial(peers.plain, worker_class=worker_class)
            program, port = others.serve(f"plain-{worker_class}", command)
            self.plain.append(contestant(name, port, "/keep", program, "reference_delivery"))

    @property
    def all(self) -> list[Contestant]:
        """Everybody."""
        return [self.ours, self.raw, *self.plain]

    def load(
        self, one: Contestant, *, seconds: int = 0, pause: float = 0, repeat: int = 0
    ) -> Outcome:
        """Put load on a contestant and see that each acknowledged message is there, once.

        Raises:
            BenchFailed: if a message was refused, lost or doubled.
        """
        self.loads += 1
        before = self._rows(one)
        connections = SENDERS if pause else CONNECTIONS
        asked = Load(
            one.port, one.path, self.body, self.headers, seconds or self.seconds,
            f"{self.loads:04d}", connections=connections, pause=pause, repeat=repeat,
        )  # fmt: skip
        outcome = send(asked, self.folder)
        time.sleep(0.3)  # what was under way when the load ended
        kept = self._rows(one) - before
        expected = outcome.requests - (outcome.requests // repeat if repeat else 0)
        self.answers += outcome.requests
        if outcome.bad:
            raise BenchFailed(f"{one.name}: {outcome.bad} of {outcome.requests} were no 2xx")
        # What was sent at the last moment is kept, but its answer was not waited for.
        if not -2 <= kept - expected <= connections:
            raise BenchFailed(f"{one.name}: {outcome.requests} answers, but {kept} rows")
        return outcome

    def _rows(self, one: Contestant) -> int:
        with self.servers.connect(plain=one is not self.ours) as connection:
            # The hub's rows are behind a wall that only this setting opens.
            connection.execute("SELECT set_config('app.across_stores', 'on', false)")
            found = connection.execute(f"SELECT count(*) FROM {one.table}".encode())  # noqa: S608
            row = found.fetchone()
        return int(row[0]) if row else 0

    def round(self, one: Contestant) -> None:
        """Take one round of a contestant at full load."""
        web, database = cpu_seconds(one.pid), cpu_seconds(self.servers.postgres)
        outcome = self.load(one)
        web, database = cpu_seconds(one.pid) - web, cpu_seconds(self.servers.postgres) - database
        for series, value in (
            (one.rate, outcome.rate),
            (one.web, web / outcome.requests * 1e6),
            (one.database, database / outcome.requests * 1e6),
            (one.p50, outcome.p50),
            (one.p99, outcome.p99),
            (one.pss, memory(tree(one.pid)).pss),
        ):
            series.rounds.append(value)


def run(hub: Hub, others: peers.Peers, folder: Path, *, quick: bool) -> Report:
    """Measure all contestants round by round, then ours under duplicates, pauses and an outage."""
    report = Report("P1", "Webhook ingest: signature, one durable row, once each, 2xx")
    here = Ingest(hub, others, folder, quick=quick)
    for one in here.all:
        here.load(one, seconds=WARM_UP_SECONDS)  # imports, connections, prepared statements
    for _ in range(here.rounds):
        for one in here.all:
            here.round(one)
    _full_load(here, report)
    _latency(here, report)
    _duplicates(here, report)
    _without_valkey(here, report)
    report.checked.append(
        f"after each of {here.loads} loads every acknowledged delivery was in the table, once; "
        f"{here.answers:,} answers, all 2xx"
    )
    return report


def _full_load(here: Ingest, report: Report) -> None:
    for one in here.all:
        report.series += [one.rate, one.web, one.database, one.p50, one.p99, one.pss]
    plain = max(here.plain, key=lambda one: one.rate.median)
    report.gates += [
        Gate("ours ÷ raw ASGI", ratio(here.ours.rate, here.raw.rate), 0.60),
        Gate(f"ours ÷ {plain.name} (the faster)", ratio(here.ours.rate, plain.rate), 2.0),
    ]


def _latency(here: Ingest, report: Report) -> None:
    """Measure how long answers take at a share of the full load, sent at random moments."""
    p50, p99 = Series("ours: p50 at 70 % load", "ms"), Series("ours: p99 at 70 % load", "ms")
    reached = Series("ours: share of full load", "")
    full = here.ours.rate.median
    pause = SENDERS / (SHARE * full) * 1000
    for _ in range(here.rounds):
        outcome = here.load(here.ours, pause=pause)
        reached.rounds.append(outcome.rate / full)
        p50.rounds.append(outcome.p50)
        p99.rounds.append(outcome.p99)
        # An answer takes its time out of the pause, which is known only now.
        pause = max(pause * outcome.rate / (SHARE * full), 0.1)
    report.series += [reached, p50, p99]
    report.gates.append(Gate("p99 ÷ p50 at 70 % load", ratio(p99, p50), 8.0, at_least=False))


def _duplicates(here: Ingest, report: Report) -> None:
    fresh, repeated = Series("ours: all new", "/s"), Series("ours: one in ten repeated", "/s")
    for _ in range(here.rounds):
        fresh.rounds.append(here.load(here.ours).rate)
        repeated.rounds.append(here.load(here.ours, repeat=10).rate)
    report.series += [fresh, repeated]
    report.gates.append(Gate("10 % duplicates ÷ none", ratio(repeated, fresh), 0.95))


def _without_valkey(here: Ingest, report: Report) -> None:
    up, down = Series("ours: Valkey up", "/s"), Series("ours: Valkey down", "/s")
    for _ in range(here.rounds):
        up.rounds.append(here.load(here.ours).rate)
        here.servers.stop_valkey()
        try:
            time.sleep(0.5)
            down.rounds.append(here.load(here.ours).rate)
        finally:
            here.servers.start()
            time.sleep(1.5)  # the bell's pause after a failure
    report.series += [up, down]
    report.gates.append(Gate("Valkey down ÷ up", ratio(down, up), 0.95))


def scenario(folder: Path, quick: bool) -> Report:  # noqa: FBT001 - called through the table
    """Start everything, measure, end everything."""
    with servers(folder / "data") as running:
        hub = Hub(running, folder)
        others = peers.Peers(running, folder)
        try:
            hub.prepare()
            others.make_tables()
            return run(hub, others, folder, quick=quick)
        finally:
            others.stop()
            hub.stop()
