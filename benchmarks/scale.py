"""A hub with many orders in many stores, made once for each size and looked at by scenarios."""

import atexit
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.figures import Report, Series
from benchmarks.hub import Servers, servers
from benchmarks.machine import CHECKOUT, BenchFailed, clean_environment, python

SIZES, QUICK_SIZES = (100_000, 1_000_000), (1_000, 3_000)
STORES, QUICK_STORES = 1000, 10
SEEDING_SECONDS, MEASURING_SECONDS = 6 * 3600, 3600
Told = dict[int, dict[str, list[float]]]


def sizes(*, quick: bool) -> tuple[int, ...]:
    """Give how many orders there are, small to large; BENCH_SIZES=1000,2000 says otherwise."""
    if said := os.environ.get("BENCH_SIZES"):
        return tuple(sorted(int(size) for size in said.split(",")))
    return QUICK_SIZES if quick else SIZES


def measure(name: str, *, quick: bool) -> Told:
    """Measure `benchmarks.inside` of this name at each size."""
    return {size: _measured(name, size, quick=quick) for size in sizes(quick=quick)}


def _measured(name: str, size: int, *, quick: bool) -> dict[str, list[float]]:
    stores = QUICK_STORES if quick else STORES
    with servers(_folder(size)) as running:
        environment = _environment(running)
        seeding = ["demo", "--orders", str(size), "--stores", str(stores)]
        _run(["manage", "migrate", "--verbosity", "0"], environment, SEEDING_SECONDS)
        _run(["manage", *seeding], environment, SEEDING_SECONDS)
        _settle(running)
        flags = ["--quick"] if quick else []
        told = _run(["benchmarks.inside", name, *flags], environment, MEASURING_SECONDS)
    return dict(json.loads(told.splitlines()[-1]))


@cache
def _home() -> Path:
    """Give the folder of all sizes: BENCH_DATA, which is kept, or one of this run."""
    if said := os.environ.get("BENCH_DATA"):
        Path(said).mkdir(parents=True, exist_ok=True)
        return Path(said)
    home = Path(tempfile.mkdtemp(prefix="oh-bench-scale-"))
    home.chmod(0o711)
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    return home


def _folder(size: int) -> Path:
    return _home() / str(size)


def _environment(running: Servers) -> dict[str, str]:
    superuser = running.database_url.replace("//app@", "//postgres@")
    return clean_environment(
        ORDERDESK_DATA=str(running.data),
        ORDERDESK_DEMO="0",
        ORDERDESK_ALLOWED_HOSTS="testserver",
        ORDERDESK_HASHED_STATIC="0",
        BENCH_SUPERUSER_URL=superuser,
    )


def _settle(running: Servers) -> None:
    """Do what autovacuum would do a little later."""
    with running.connect() as connection:
        connection.autocommit = True
        for table in ("order", "orderitem", "shipment", "orderevent", "searchtext", "foldertally"):
            connection.execute(f"VACUUM (ANALYZE) orders_{table}")


def _run(arguments: list[str], environment: dict[str, str], seconds: float) -> str:
    done = subprocess.run(
        python(*arguments),
        cwd=CHECKOUT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    if done.returncode:
        raise BenchFailed(f"{' '.join(arguments)}: {(done.stderr or done.stdout)[-2000:]}")
    return done.stdout


def report(
    scenario: str, title: str, told: Told, unit: Callable[[str], str]
) -> tuple[Report, Callable[[int, str], Series]]:
    """Give a report with a series for all that was measured, and what finds one of them."""
    found = {
        (size, name): Series(f"{name} at {size:,}", unit(name), rounds)
        for size, measured in told.items()
        for name, rounds in measured.items()
    }
    made = Report(scenario, title, series=list(found.values()))
    made.notes.append("sizes are orders in all stores; look at the load beside the figures")
    return made, lambda size, name: found[size, name]


def grown(told: dict[Any, Any], name: str) -> float:
    """Give how much more the largest size costs than the smallest."""
    small, large = min(told), max(told)
    return Series("", "", told[large][name]).median / Series("", "", told[small][name]).median
