"""Sending the same signed message again and again, each time as another delivery.

By wrk where it is installed; it costs a fraction of what it loads. Otherwise by threads of this
program in a process of its own, which takes more of the machine away from all contestants alike.
"""

import json
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException  # noqa: TID251 - no part of the hub
from pathlib import Path
from string import Template
from typing import Any

from benchmarks.machine import CHECKOUT, BenchFailed, python

CONNECTIONS = 16

SCRIPT = """
-- Every request is a delivery of its own, but for one in so many, which repeats the one before.
local count, prefix, pause, again = 0, "$prefix", $pause, $repeat
local path = "$path"
function init(args)
  math.randomseed(20261)
  wrk.method = "POST"
  local file = io.open("$body", "rb")
  wrk.body = file:read("*a")
  file:close()
  $headers
end
function request()
  count = count + 1
  local id = count
  if again > 0 and count % again == 0 then id = count - 1 end
  wrk.headers["X-Shopify-Webhook-Id"] = prefix .. "-" .. id
  return wrk.format(nil, path)
end
$delay
function done(summary, latency, requests)
  io.write(string.format(
    '\\nRESULT {"requests": %d, "seconds": %.6f, "bad": %d, "p50": %.3f, "p99": %.3f}\\n',
    summary.requests, summary.duration / 1e6,
    summary.errors.status + summary.errors.connect + summary.errors.read
      + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
"""
# Pauses as between independent senders; without any, wrk must not be told of a delay at all.
PAUSES = "function delay() return math.floor(-math.log(1 - math.random()) * pause) end"


@dataclass(frozen=True, slots=True)
class Load:
    """What to send where. `pause` is the mean wait of each connection, in milliseconds."""

    port: int
    path: str
    body: bytes
    headers: dict[str, str]
    seconds: int
    prefix: str
    connections: int = CONNECTIONS
    pause: float = 0.0
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; times in milliseconds. `bad` counts everything that is no 2xx."""

    requests: int
    seconds: float
    bad: int
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def send(load: Load, folder: Path) -> Outcome:
    """Put the load on and give its outcome."""
    wrk = shutil.which("wrk")
    command = _wrk(wrk, load, folder) if wrk else _own(load, folder)
    done = subprocess.run(
        command,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=load.seconds + 60,
        check=False,
    )
    for line in done.stdout.splitlines():
        if line.startswith("RESULT "):
            return Outcome(**json.loads(line.removeprefix("RESULT ")))
    raise BenchFailed(f"no result of the load: {done.stdout[-500:]} {done.stderr[-500:]}")


def _wrk(wrk: str, load: Load, folder: Path) -> list[str]:
    body, script = folder / "body", folder / "load.lua"
    body.write_bytes(load.body)
    headers = [f'wrk.headers["{name}"] = "{value}"' for name, value in load.headers.items()]
    text = Template(SCRIPT).substitute(
        prefix=load.prefix,
        pause=f"{load.pause:.3f}",
        repeat=load.repeat,
        path=load.path,
        body=body,
        headers="\n  ".join(headers),
        delay=PAUSES if load.pause else "",
    )
    script.write_text(text)
    return [
        *(wrk, "-t1", f"-c{load.connections}", f"-d{load.seconds}s"),
        *("-s", str(script), f"http://127.0.0.1:{load.port}"),
    ]


# --- without wrk ------------------------------------------------------------------------------


def _own(load: Load, folder: Path) -> list[str]:
    (folder / "body").write_bytes(load.body)
    told = {
        **{name: getattr(load, name) for name in ("port", "path", "headers", "seconds", "prefix")},
        **{name: getattr(load, name) for name in ("connections", "pause", "repeat")},
    }
    (folder / "load.json").write_text(json.dumps(told))
    return python("benchmarks.load", str(folder))


class _Sender(threading.Thread):
    def __init__(self, load: Load, place: int, end: float) -> None:
        super().__init__()
        self.load, self.place, self.end = load, place, end
        self.times: list[float] = []
        self.bad = 0

    def run(self) -> None:
        talk = HTTPConnection("127.0.0.1", self.load.port, timeout=30)
        count = 0
        while time.monotonic() < self.end:
            if self.load.pause:
                time.sleep(random.expovariate(1000 / self.load.pause))
            count += 1
            told = count - 1 if self.load.repeat and count % self.load.repeat == 0 else count
            began = time.monotonic()
            try:
                self._send(talk, f"{self.load.prefix}-{self.place}-{told}")
            except (OSError, HTTPException):
                self.bad += 1
                talk.close()
            self.times.append((time.monotonic() - began) * 1000)
        talk.close()

    def _send(self, talk: HTTPConnection, delivery_id: str) -> None:
        headers = {**self.load.headers, "X-Shopify-Webhook-Id": delivery_id}
        talk.request("POST", self.load.path, self.load.body, headers)
        answer = talk.getresponse()
        answer.read()
        self.bad += answer.status >= 300


def _send_here(folder: Path) -> dict[str, Any]:
    told = json.loads((folder / "load.json").read_text())
    load = Load(body=(folder / "body").read_bytes(), **told)
    began = time.monotonic()
    senders = [_Sender(load, place, began + load.seconds) for place in range(load.connections)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    times = sorted(each for sender in senders for each in sender.times)
    cuts = statistics.quantiles(times, n=100)
    return {
        "requests": len(times),
        "seconds": time.monotonic() - began,
        "bad": sum(sender.bad for sender in senders),
        "p50": cuts[49],
        "p99": cuts[98],
    }


if __name__ == "__main__":
    sys.stdout.write(f"RESULT {json.dumps(_send_here(Path(sys.argv[1])))}\n")
