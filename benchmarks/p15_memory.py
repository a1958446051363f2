"""P15: what an idle hub takes of the memory, and how its processes compare with bare ones."""

import time
from pathlib import Path

from benchmarks import peers, shop
from benchmarks.figures import Gate, Report, Series, ratio
from benchmarks.hub import Hub, servers
from benchmarks.load import Load, send
from benchmarks.machine import BenchFailed, Memory, Program, memory, tree

ROUNDS, PAUSE_SECONDS = 5, 2.0
QUICK_ROUNDS, QUICK_PAUSE_SECONDS = 1, 0.5
WARM_UP_SECONDS = 3


def scenario(folder: Path, quick: bool) -> Report:  # noqa: FBT001 - called through the table
    """Start a hub and bare Django processes, use each a little, and read their memory at rest."""
    report = Report("P15", "Memory of an idle hub: web of two, worker, beat, PostgreSQL, Valkey")
    with servers(folder / "data") as running:
        hub = Hub(running, folder)
        others = peers.Peers(running, folder)
        try:
            hub.prepare()
            others.make_tables()
            hub.start("web", "worker", "beat")
            bare, port = others.serve(
                "bare", lambda port: peers.plain(port, worker_class="gthread")
            )
            body = shop.body_of(shop.order(1))
            headers = shop.headers(body, delivery_id="")
            ports = ((hub.port, hub.seeded["hook_path"]), (port, "/keep"))
            for place, (where, path) in enumerate(ports):
                send(Load(where, path, body, headers, WARM_UP_SECONDS, f"m{place}"), folder)
            _measure(report, hub, bare, quick=quick)
        finally:
            others.stop()
            hub.stop()
    return report


def _measure(report: Report, hub: Hub, bare: Program, *, quick: bool) -> None:
    programs = hub.programs
    whole = Series("idle hub, all processes", "MB PSS")
    roots = {
        "web": programs["web"].pid,
        "worker": programs["worker"].pid,
        "beat": programs["beat"].pid,
        "PostgreSQL": hub.servers.postgres,
        "Valkey": hub.servers.valkey,
    }
    parts = {name: Series(f"{name}, with children", "MB PSS") for name in roots}
    web = Series("one web worker", "MB private")
    worker = Series("the worker", "MB private")
    plain = Series("one bare Django worker", "MB private")
    for _ in range(QUICK_ROUNDS if quick else ROUNDS):
        time.sleep(QUICK_PAUSE_SECONDS if quick else PAUSE_SECONDS)
        whole.rounds.append(memory(tree(*roots.values())).pss)
        for name, pid in roots.items():
            parts[name].rounds.append(memory(tree(pid)).pss)
        web.rounds.append(_one_child(programs["web"]).private)
        worker.rounds.append(memory([programs["worker"].pid]).private)
        plain.rounds.append(_one_child(bare).private)
    report.series += [whole, *parts.values(), web, worker, plain]
    report.gates += [
        Gate("idle hub", whole.median, 700, "MB PSS", at_least=False),
        Gate("web worker ÷ bare Django worker", ratio(web, plain), 2.0, at_least=False),
        Gate("worker ÷ bare Django worker", ratio(worker, plain), 2.5, at_least=False),
    ]
    report.checked.append("each process had work to do before it was left to rest")
    report.notes.append(
        "without the sandbox vendors, `up` and its supervisor; bare: Django with the usual "
        "middleware under gunicorn, two workers, not preloaded"
    )


def _one_child(program: Program) -> Memory:
    """Read the memory of one of the master's workers: the larger one."""
    children = [pid for pid in tree(program.pid) if pid != program.pid]
    if not children:
        raise BenchFailed(f"{program.name} has no workers")
    return max((memory([pid]) for pid in children), key=lambda each: each.private)
