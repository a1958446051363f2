"""A whole hub as an operator runs it, driven from outside: real processes, HTTP and kills."""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import requests

CHECKOUT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 300
# Quick where a hub in service is patient.
HASTE = {
    "ORDERDESK_RETRY_SECONDS": ",".join(["1"] * 20),
    "ORDERDESK_LEASE_SECONDS": "6",
    "ORDERDESK_VENDOR_TIMEOUT": "3",
    "ORDERDESK_PULL_SECONDS": "4",
    "ORDERDESK_API_BURST": "100000",
    "ORDERDESK_API_REFILL": "100000",
    "ORDERDESK_RELAXED_COMMITS": "0",
    "ORDERDESK_DEMO": "1",
    "ORDERDESK_WORK_BELL": "1",
    "ORDERDESK_DEBUG": "0",
    "ORDERDESK_HASHED_STATIC": "0",
}


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def eventually(look: Callable[[], Any], what: str, *, seconds: float = 30) -> Any:
    """Look again and again until there is something true, and give it."""
    end = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:g} seconds: {what}")
        time.sleep(0.1)


class Vendor:
    """A sandbox vendor of the running hub."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ledger(self) -> Any:
        return requests.get(f"{self.url}/_sandbox/ledger", timeout=10).json()

    def fail(self, kind: str, **options: Any) -> None:
        answer = requests.post(
            f"{self.url}/_sandbox/faults", json={"kind": kind, **options}, timeout=10
        )
        assert answer.status_code == 201, answer.text

    def recover(self) -> None:
        requests.delete(f"{self.url}/_sandbox/faults", timeout=10)

    def do(self, path: str, **fields: Any) -> Any:
        answer = requests.post(f"{self.url}{path}", json=fields, timeout=30)
        assert answer.ok, f"{answer.status_code} {answer.text}"
        return answer.json()


class Hub:
    """`manage.py up` in a data folder of its own."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("ORDERDESK_") and name not in ("DATABASE_URL", "REDIS_URL")
        }
        self.environment = {
            **inherited,
            **HASTE,
            "ORDERDESK_DATA": str(data),
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.log = data / "up.log"

    # --- its life ---------------------------------------------------------------------------------

    def start(self) -> "Hub":
        self.data.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        eventually(self._greeted, f"the hub's greeting; see {self.log}", seconds=START_SECONDS)
        self.demo = self.manage("demo", "--json")
        self.shop = Vendor(self.demo["sandboxes"]["shopify"])
        self.warehouse = Vendor(self.demo["sandboxes"]["unleashed"])
        return self

    def _greeted(self) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        return "What to try first" in self.log.read_text()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()

    # --- its processes ----------------------------------------------------------------------------

    def pids(self, *words: str) -> list[int]:
        """Give the ids of this hub's processes whose command line has all the words."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with contextlib.suppress(OSError):
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                ours = f"ORDERDESK_DATA={self.data}\0".encode() in (entry / "environ").read_bytes()
                if ours and all(word in line for word in words):
                    found.append(int(entry.name))
        return found

    def kill_worker(self) -> None:
        """SIGKILL the worker; its supervisor starts another."""
        old = eventually(lambda: self.pids("celery", "worker"), "a worker to kill")
        for pid in old:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def server_pids(self, program: str) -> list[int]:
        """Give the embedded servers' processes of this hub, by the folders they were given."""
        home = (self.data / "servers").resolve()
        folders = (str(home), str((home / "sockets").readlink()))
        found = []
        for entry in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                if program in line and any(folder in line for folder in folders):
                    found.append(int(entry.name))
        assert found, f"no {program} of this hub runs"
        return found

    def manage(self, *arguments: str) -> Any:
        """Run a management command beside the hub and give what it printed as JSON."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=CHECKOUT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.stdout.strip(), done.stderr[-3000:]
        return json.loads(done.stdout.strip().splitlines()[-1])

    # --- from outside -----------------------------------------------------------------------------

    def api(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {
            "ORDERDESK-STORE-ID": str(self.demo["store_id"]),
            "ORDERDESK-API-KEY": self.demo["api_key"],
        }
        return requests.request(
            method, f"{self.url}/api/v2{path}", headers=headers, timeout=30, **options
        )

    def orders(self, **query: Any) -> Any:
        answer = self.api("GET", f"/orders?{urlencode(query)}")
        assert answer.status_code == 200, answer.text
        return answer.json()["orders"]

    def order(self, source_id: str) -> dict[str, Any] | None:
        found = self.orders(source_id=source_id, get_order_history=1)
        assert len(found) <= 1, f"order {source_id} is here {len(found)} times"
        return found[0] if found else None

    def folder_of(self, source_id: str) -> str:
        order = self.order(source_id)
        folders = self.api("GET", "/store").json()["store"]["folders"]
        return folders[str(order["folder_id"])] if order else ""

    def send_hook(
        self, order: dict[str, Any] | bytes, *, topic: str = "orders/create", **headers: str
    ) -> requests.Response:
        """Send a webhook as the shop does, rightly signed unless a header says otherwise."""
        hook = self.demo["hooks"]["shopify"]
        body = order if isinstance(order, bytes) else json.dumps(order).encode()
        signature = hmac.new(hook["secret"].encode(), body, hashlib.sha256).digest()
        sent = {
            "Content-Type": "application/json",
            "X-Shopify-Topic": topic,
            "X-Shopify-Hmac-Sha256": base64.b64encode(signature).decode(),
            "X-Shopify-Webhook-Id": headers.pop("webhook_id", os.urandom(8).hex()),
            "X-Shopify-Shop-Domain": hook["shop_domain"],
            **headers,
        }
        return requests.post(hook["address"], data=body, headers=sent, timeout=30)

    def at_warehouse(self, source_id: str) -> list[dict[str, Any]]:
        """Give the live orders the warehouse took for an order of ours, by the ledger."""
        return [
            order
            for order in self.warehouse.ledger()["orders"]
            if order["CustomerRef"] == source_id and order["OrderStatus"] != "Deleted"
        ]

    def history(self, source_id: str) -> list[str]:
        order = self.order(source_id)
        return [line["content"] for line in order["order_history"]] if order else []
