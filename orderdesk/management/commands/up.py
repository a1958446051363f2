"""`manage.py up`: the whole hub in one terminal.

supervisord runs the processes: it restarts one that dies, again and again with growing pauses.
"""

import configparser
import contextlib
import hashlib
import io
import json
import logging
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO, Any

import requests
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from orderdesk import embedded, environment
from orderdesk.lib import pidfile

READY_SECONDS = 240.0
KEEP_SECONDS = 2.0
GRACE_SECONDS = 20
WEB_WORKERS, WEB_THREADS = 2, 4
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ENVIRONMENT = {
    "PYTHONUNBUFFERED": "1",
    # Celery's fear is of pickled messages; ours are JSON.
    "PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges",
}
# Retried for ever: a hub that gives up on its worker in the night loses orders by day.
PROGRAM = {
    "autorestart": "true",
    "startretries": "1000000",
    "stopwaitsecs": str(GRACE_SECONDS),
    "killasgroup": "true",
    "redirect_stderr": "true",
    "stdout_logfile": "/dev/fd/1",
    "stdout_logfile_maxbytes": "0",
}


class Command(BaseCommand):
    """Everything in one terminal; Ctrl-C ends it."""

    help = "Migrates, then runs web, worker and scheduler (and the demo's sandbox vendors)."

    def handle(self, *args: Any, **options: Any) -> None:
        for ending in ENDINGS:  # SIGINT too: a shell's background job is born deaf to it
            signal.signal(ending, _interrupt)
        try:
            with pidfile.held(settings.UP_PID_FILE) as pid_file:
                self._run(pid_file)
        except pidfile.AlreadyRunning as other:
            raise CommandError(
                f"process {other} already runs this hub; `make stop` ends it"
            ) from None
        except KeyboardInterrupt:
            pass
        self.stdout.write("Stopped.")

    def _run(self, pid_file: IO[str]) -> None:
        _require_free_port(settings.PORT)
        sandbox = _choose_sandbox_addresses() if settings.DEMO else {}
        supervisor = None
        try:
            _note_address()
            self._prepare()
            supervisor = _start_supervisor(_programs(sandbox), pid_file)
            threading.Thread(target=self._relay, args=[supervisor.stdout], daemon=True).start()
            self._greet(supervisor, sandbox)
            _keep_servers(supervisor)
            if supervisor.returncode:
                raise CommandError(f"supervisord ended with {supervisor.returncode}")
        finally:
            # A second Ctrl-C must not leave half of it running.
            for ending in ENDINGS:
                signal.signal(ending, signal.SIG_IGN)
            if supervisor is not None:
                supervisor.terminate()
                supervisor.wait()
            settings.SANDBOX_FILE.unlink(missing_ok=True)
            settings.UP_FILE.unlink(missing_ok=True)
            connections.close_all()
            embedded.stop(settings.DATA_DIR)

    def _prepare(self) -> None:
        self.stdout.write("Preparing the database and the static files …")
        owner = "owner" if "owner" in settings.DATABASES else "default"
        call_command("migrate", interactive=False, verbosity=0, database=owner)
        _collect_static()

    def _greet(self, supervisor: subprocess.Popen[str], sandbox: dict[str, str]) -> None:
        """Wait until the hub serves, open the demo store, and say what to do next."""
        address = f"http://127.0.0.1:{settings.PORT}"
        _wait_until_ready(f"{address}/readyz", supervisor)
        lines = ["", f"The hub runs at {address}/   (Ctrl-C ends it, the data stays)"]
        servers = settings.DATA_DIR / "servers"
        if _embeds() and servers.is_symlink():
            lines.append(f"Its databases lie in {servers.resolve()}, linked from {servers}")
        if sandbox:
            for url in sandbox.values():
                _wait_until_ready(url, supervisor)
            demo = io.StringIO()
            with _quiet_logs():
                call_command("demo", stdout=demo)
            lines += [
                "",
                demo.getvalue().rstrip(),
                "",
                "What to try first:",
                f"  1. Sign in at {address}/ with the demo login above.",
                "  2. Press 'Place a test order' in the sandbox shop above,",
                "     and watch it appear in the folder New, and go to the warehouse.",
                "  3. Press 'Ship it' in the sandbox warehouse above,",
                "     and see the tracking come back and the order move to Closed.",
            ]
        self.stdout.write("\n".join([*lines, ""]))
        self.stdout.flush()

    def _relay(self, output: IO[str]) -> None:
        for line in output:
            try:
                self.stdout.write(line, ending="")
                self.stdout.flush()
            except OSError:  # the terminal is gone; unread, the pipe would stop supervisord
                os.kill(os.getpid(), signal.SIGTERM)
                return


def _keep_servers(supervisor: subprocess.Popen[str]) -> None:
    """Bring an embedded server back that died, until supervisord ends."""
    embeds = _embeds()
    while True:
        try:
            supervisor.wait(KEEP_SECONDS)
        except subprocess.TimeoutExpired:
            if embeds:
                with contextlib.suppress(embedded.StartFailed):
                    embedded.ensure(settings.DATA_DIR)
        else:
            return


def _embeds() -> bool:
    return not (environment.text("DATABASE_URL") and environment.text("REDIS_URL"))


@contextlib.contextmanager
def _quiet_logs() -> Iterator[None]:
    """Keep all but trouble out of the log for a moment, so that what is printed can be read."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        root.setLevel(level)


def _interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _is_free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _require_free_port(port: int) -> None:
    if not _is_free(port):
        raise CommandError(f"port {port} is in use or not allowed; choose another: PORT=8080")


def _choose_sandbox_addresses() -> dict[str, str]:
    """Take the next free ports after the web's, and note them where the settings look."""
    free = (port for port in range(settings.PORT + 1, 65536) if _is_free(port))
    addresses = {key: f"http://127.0.0.1:{next(free)}" for key in ("shopify", "unleashed")}
    settings.SANDBOX_FILE.write_text(json.dumps(addresses))
    return addresses


def _note_address() -> None:
    """Note where this hub serves, for the commands of a second terminal."""
    noted = {"PORT": str(settings.PORT), "ORDERDESK_BASE_URL": settings.BASE_URL}
    fresh = settings.UP_FILE.with_suffix(".new")
    fresh.write_text(json.dumps(noted))
    fresh.replace(settings.UP_FILE)


def _collect_static() -> None:
    """Collect the static files unless they are those of the last time; compressing takes long."""
    seen = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            seen.update(f"{path} {storage.size(path)} {storage.get_modified_time(path)}\n".encode())
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if stamp.exists() and stamp.read_text() == seen.hexdigest():
        return
    call_command(
        "collectstatic",
        interactive=False,
        verbosity=0,
        clear=True,
        # Pages of packages that are switched off.
        ignore_patterns=["rest_framework", "redoc", "hx-ws-*", "htm*-4*"],
    )
    stamp.write_text(seen.hexdigest())


def _programs(sandbox: dict[str, str]) -> dict[str, list[str]]:
    """Name the processes of the hub, each with its Python module and arguments."""
    programs = {
        "web": [
            *("gunicorn", "orderdesk.wsgi", "--bind", f"127.0.0.1:{settings.PORT}"),
            *("--worker-class", "gthread", "--workers", str(WEB_WORKERS)),
            *("--threads", str(WEB_THREADS), "--preload", "--no-control-socket"),
            *("--limit-request-line", "8190"),
            *("--graceful-timeout", str(GRACE_SECONDS - 5), "--log-level", "warning"),
        ],
        "worker": [
            *("celery", "--app", "orderdesk", "--quiet", "worker", "--pool", "threads"),
            *("--concurrency", str(settings.WORK_THREADS)),
            *("--without-gossip", "--without-mingle"),
        ],
        "beat": [
            *("celery", "--app", "orderdesk", "--quiet", "beat", "--pidfile="),
            *("--schedule", str(settings.DATA_DIR / "beat-schedule")),
        ],
    }
    if sandbox:
        programs["sandbox"] = [
            *("integrations.sandbox", "--data", str(settings.DATA_DIR / "sandbox")),
            *("--hub-url", settings.BASE_URL),
            *(f"--{key}-port={url.rsplit(':', 1)[1]}" for key, url in sandbox.items()),
        ]
    return programs


def _start_supervisor(programs: dict[str, list[str]], pid_file: IO[str]) -> subprocess.Popen[str]:
    parser = configparser.RawConfigParser()
    parser["supervisord"] = {
        "nodaemon": "true",
        "logfile": str(settings.DATA_DIR / "supervisord.log"),
        "logfile_maxbytes": "1MB",
        "logfile_backups": "0",
        "loglevel": "warn",
        # Never a device: supervisord removes its pid file at its end, and root may remove anything.
        "pidfile": str(settings.DATA_DIR / "supervisord.pid"),
        # Said aloud, since supervisord warns when it is left to be root by chance.
        **({"user": "root"} if os.geteuid() == 0 else {}),
    }
    for name, arguments in programs.items():
        command = shlex.join([sys.executable, "-m", *arguments])
        parser[f"program:{name}"] = PROGRAM | {"command": command.replace("%", "%%")}
    path = settings.DATA_DIR / "supervisord.conf"
    with path.open("w") as file:
        parser.write(file)
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "supervisor.supervisord", "--configuration", str(path)],
        cwd=settings.BASE_DIR,
        env=os.environ | ENVIRONMENT | {"ORDERDESK_DATA": str(settings.DATA_DIR)},
        stdin=subprocess.DEVNULL,
        # Its errors go past us: were we killed, a failing report of a broken pipe would end it
        # before it has ended its children.
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C reaches it through this process, once
        pass_fds=[pid_file.fileno()],
    )
    # Should this process be killed, `make stop` finds the one that holds the children.
    pidfile.name_process(pid_file, supervisor.pid)
    return supervisor


def _wait_until_ready(url: str, supervisor: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    said = "no answer"
    while time.monotonic() < deadline and supervisor.poll() is None:
        try:
            answer = requests.get(url, timeout=5)
        except requests.RequestException:
            pass
        else:
            if answer.ok:
                return
            said = f"{answer.status_code} {answer.text.strip()}"
        time.sleep(0.1)
    raise CommandError(f"{url} is not ready: {said}")
