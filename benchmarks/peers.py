"""The peers' processes, on the same servers as the hub."""

import subprocess
from collections.abc import Callable
from pathlib import Path

from benchmarks import shop
from benchmarks.hub import Servers
from benchmarks.machine import (
    CHECKOUT,
    BenchFailed,
    Program,
    clean_environment,
    free_port,
    python,
    wait_for_port,
)

WORKERS = 2


class Peers:
    """What runs beside the hub to be compared with it."""

    def __init__(self, running: Servers, folder: Path, *, vendor_url: str = "") -> None:
        self.folder = folder
        self.programs: dict[str, Program] = {}
        broker = running.redis_url.replace("unix://", "redis+socket://", 1)
        self.environment = clean_environment(
            DJANGO_SETTINGS_MODULE="benchmarks.reference.settings",
            BENCH_DATABASE=running.plain_url,
            BENCH_BROKER_URL=f"{broker}?virtual_host=5",
            BENCH_SIGNED_WITH=shop.SIGNED_WITH,
            BENCH_VENDOR_URL=vendor_url,
        )

    def make_tables(self) -> None:
        """Make the tables of all peers."""
        done = subprocess.run(
            python("benchmarks.reference.tables"),
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise BenchFailed(done.stderr[-2000:])

    def start(self, name: str, command: list[str]) -> Program:
        """Start one process."""
        log = self.folder / f"{name}.log"
        self.programs[name] = Program(command, environment=self.environment, log=log)
        return self.programs[name]

    def serve(self, name: str, command: Callable[[int], list[str]]) -> tuple[Program, int]:
        """Start one that serves, and give the port it is on."""
        port = free_port()
        program = self.start(name, command(port))
        wait_for_port(port, program)
        return program, port

    def stop(self) -> None:
        """End them all."""
        for program in self.programs.values():
            program.stop()
        self.programs = {}


def raw(port: int) -> list[str]:
    """Serve the limit."""
    return python(
        *("granian", "--interface", "asgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(WORKERS), "--no-ws", "--log-level", "warning"),
        "benchmarks.reference.raw:application",
    )


def plain(port: int, *, worker_class: str = "sync") -> list[str]:
    """Serve the day's hub by gunicorn, threads as many as ours has."""
    threads = ["--threads", "4"] if worker_class == "gthread" else []
    return python(
        *("gunicorn", "benchmarks.reference.wsgi", "--bind", f"127.0.0.1:{port}"),
        *("--worker-class", worker_class, "--workers", str(WORKERS), *threads),
        *("--log-level", "warning", "--no-control-socket"),
    )


def plain_worker() -> list[str]:
    """Run the day's worker, by Celery's own defaults: one process for each processor."""
    return python("celery", "--app", "benchmarks.reference.celery", "--quiet", "worker")


def plain_beat(folder: Path) -> list[str]:
    """Run the day's clock."""
    return python(
        *("celery", "--app", "benchmarks.reference.celery", "--quiet", "beat"),
        *("--pidfile=", "--schedule", str(folder / "beat-of-the-day")),
    )
