"""P3: from a message to the parcel's notice at the shop, through everything between."""

import contextlib
import time
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import requests

from benchmarks import peers, shop
from benchmarks.figures import Gate, Report, Series, ratio
from benchmarks.hub import Hub, Servers, servers
from benchmarks.machine import (
    BenchFailed,
    Program,
    clean_environment,
    cpu_seconds,
    free_port,
    memory,
    python,
    tree,
    wait_for_port,
)

ROUNDS, ORDERS = 5, 200
QUICK_ROUNDS, QUICK_ORDERS = 1, 20
PATIENCE_SECONDS = 180
# Both fetch parcels as often as this.
PULL_SECONDS = 2
OURS, PLAIN = "ours", "plain Django + Celery"


class Side:
    """One pipeline: where it takes messages, what its processes are, and what was measured."""

    def __init__(self, name: str, url: str, programs: dict[str, Program], vendor: "Vendor") -> None:
        self.name, self.url, self.programs, self.vendor = name, url, programs, vendor
        self.rate = Series(f"{name}: orders", "/s")
        self.cost = Series(f"{name}: CPU", "ms/order")
        self.parts = {
            part: Series(f"{name}: CPU of {part}", "ms/order")
            for part in (*programs, "PostgreSQL", "Valkey")
        }
        self.pss = Series(f"{name}: memory after a round", "MB PSS")


class Vendor:
    """The stub vendors of one side."""

    def __init__(self, folder: Path, name: str) -> None:
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.program = Program(
            python("benchmarks.vendors", str(port)),
            environment=clean_environment(),
            log=folder / f"vendors-{name}.log",
        )
        wait_for_port(port, self.program)

    def told(self) -> dict[str, int]:
        """Give the ledger's counts."""
        counts: dict[str, int] = requests.get(f"{self.url}/told", timeout=10).json()
        return counts

    def forget(self) -> None:
        """Empty the ledger."""
        requests.post(f"{self.url}/forget", timeout=10)


class Pipeline:
    """The rounds of one run and the numbers of their orders."""

    def __init__(self, running: Servers, *, quick: bool) -> None:
        self.servers = running
        self.rounds = QUICK_ROUNDS if quick else ROUNDS
        self.orders = QUICK_ORDERS if quick else ORDERS
        self.next_number = 1000

    def round(self, side: Side, count: int, *, keep: bool = True) -> None:
        """Send a burst of orders and wait until the shop has heard of every parcel.

        Raises:
            BenchFailed: if something is missing or was done twice.
        """
        side.vendor.forget()
        bodies = [shop.body_of(shop.order(self.next_number + place)) for place in range(count)]
        self.next_number += count
        before = self._cpu(side)
        began = time.monotonic()
        _post(side.url, bodies)
        self._wait(side, count)
        seconds = time.monotonic() - began
        spent = {part: used - before[part] for part, used in self._cpu(side).items()}
        told = side.vendor.told()
        if told != {"orders": count, "repeated_orders": 0, "notices": count, "repeated_notices": 0}:
            raise BenchFailed(f"{side.name}: {count} orders came to {told}")
        if keep:
            side.rate.rounds.append(count / seconds)
            side.cost.rounds.append(sum(spent.values()) / count * 1000)
            for part, used in spent.items():
                side.parts[part].rounds.append(used / count * 1000)
            pids = [program.pid for program in side.programs.values()]
            side.pss.rounds.append(memory(tree(*pids)).pss)

    def _wait(self, side: Side, count: int) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while (told := side.vendor.told())["notices"] < count:
            for program in side.programs.values():
                program.check()
            if time.monotonic() > end:
                raise BenchFailed(f"{side.name}: after {PATIENCE_SECONDS} s of {count}: {told}")
            time.sleep(0.05)

    def _cpu(self, side: Side) -> dict[str, float]:
        pids = {name: program.pid for name, program in side.programs.items()}
        pids |= {"PostgreSQL": self.servers.postgres, "Valkey": self.servers.valkey}
        return {name: cpu_seconds(pid) for name, pid in pids.items()}


def _post(url: str, bodies: Iterable[bytes]) -> None:
    with requests.Session() as session:
        for place, body in enumerate(bodies):
            headers = shop.headers(body, delivery_id=f"{time.monotonic_ns()}-{place}")
            answer = session.post(url, data=body, headers=headers, timeout=30)
            if answer.status_code != 200:
                raise BenchFailed(f"{url}: {answer.status_code} {answer.text[:200]}")


def run(sides: tuple[Side, Side], line: Pipeline) -> Report:
    """Take rounds of both sides in turn."""
    report = Report("P3", "Whole pipeline: message, order, rules, warehouse, tracking, shop")
    ours, plain = sides
    for side in sides:
        line.round(side, QUICK_ORDERS, keep=False)  # imports, connections, compiled rules
    for _ in range(line.rounds):
        for side in sides:
            line.round(side, line.orders)
    for side in sides:
        report.series += [side.rate, side.cost, *side.parts.values(), side.pss]
    report.gates += [
        Gate("orders/s, ours ÷ plain Django + Celery", ratio(ours.rate, plain.rate), 3.0),
        Gate("CPU, plain Django + Celery ÷ ours", ratio(plain.cost, ours.cost), 3.0),
        Gate("CPU of ours", ours.cost.median, 6.0, "ms/order", at_least=False),
    ]
    report.checked.append(
        f"after each of {2 * line.rounds + 2} rounds of up to {line.orders} orders the vendors' "
        "ledger had every order and every parcel's notice exactly once"
    )
    return report


def check_rows(hub: Hub, count: int) -> str:
    """See that our own rows tell the same as the vendors' ledger.

    Raises:
        BenchFailed: if they do not.
    """
    with hub.servers.connect() as connection:
        store = str(hub.seeded["store_id"])
        connection.execute("SELECT set_config('app.store_id', %s, false)", [store])
        found = connection.execute(CLOSED).fetchone()
    if found != (count, count, count, 2 * count, count):
        raise BenchFailed(f"of {count} orders, ours tells {found}")
    return f"{count} orders here, each closed, with one parcel, two things sent, one run of rules"


CLOSED = """
SELECT (SELECT count(*) FROM orders_order),
    (SELECT count(*) FROM orders_order o JOIN orders_folder f ON f.id = o.folder_id
        WHERE f.name = 'Closed'),
    (SELECT count(*) FROM orders_shipment),
    (SELECT count(*) FROM integrations_submission WHERE state = 'done'),
    (SELECT count(*) FROM rules_rulerun WHERE state = 'done')
"""


def scenario(folder: Path, quick: bool) -> Report:  # noqa: FBT001 - called through the table
    """Start everything, measure, end everything."""
    with servers(folder / "data") as running, contextlib.ExitStack() as ends:
        vendors = [Vendor(folder, name) for name in ("ours", "plain")]
        for vendor in vendors:
            ends.callback(vendor.program.stop)
        hub = Hub(
            running,
            folder,
            ORDERDESK_PULL_SECONDS=str(PULL_SECONDS),
            ORDERDESK_VENDOR_URL_SHOPIFY=vendors[0].url,
            ORDERDESK_VENDOR_URL_UNLEASHED=vendors[0].url,
        )
        ends.callback(hub.stop)
        others = peers.Peers(running, folder, vendor_url=vendors[1].url)
        ends.callback(others.stop)
        hub.prepare()
        others.make_tables()
        hub.start("web", "worker", "beat")
        web, port = others.serve("web of the day", partial(peers.plain, worker_class="gthread"))
        programs = {
            "web": web,
            "worker": others.start("worker of the day", peers.plain_worker()),
            "beat": others.start("clock of the day", peers.plain_beat(folder)),
        }
        ours = f"http://127.0.0.1:{hub.port}{hub.seeded['hook_path']}"
        sides = (
            Side(OURS, ours, dict(hub.programs), vendors[0]),
            Side(PLAIN, f"http://127.0.0.1:{port}/hook", programs, vendors[1]),
        )
        line = Pipeline(running, quick=quick)
        report = run(sides, line)
        time.sleep(1)  # the last outcome is written after the vendor has answered
        report.checked.append(check_rows(hub, QUICK_ORDERS + line.rounds * line.orders))
        return report
