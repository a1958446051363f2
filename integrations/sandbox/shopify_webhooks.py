"""Shopify's webhook sender: signed, retried with growing gaps, listed.

Source: shopify.dev, "Deliver webhooks through HTTPS" and the change of 2024-09-10 on retries.
"""

import base64
import hashlib
import heapq
import hmac
import json
import threading
import time
import uuid
from collections.abc import Callable
from http.client import (  # noqa: TID251  (here a vendor calls the hub)
    HTTPConnection,
    HTTPException,
    HTTPSConnection,
)
from urllib.parse import urlsplit

from integrations.sandbox.ledger import Clock, iso
from integrations.sandbox.storage import Doc, Storage

CONNECT_SECONDS = 1
ANSWER_SECONDS = 5
# Seconds before each of the eight retries, about four hours in all.
RETRY_GAPS = (60, 120, 300, 600, 1_200, 2_400, 3_600, 6_000)
SENDERS = 4


def sign(body: bytes, secret: str) -> str:
    """Return what `X-Shopify-Hmac-Sha256` carries for a body."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


class Courier:
    """Sends deliveries from threads of its own until told to stop.

    A delivery is a document of kind "delivery": webhook_id, event_id, topic, address, body,
    subscription_id, triggered_at, state (waiting, delivered, failed), due, tries[{at, status, ms,
    error}].
    """

    def __init__(
        self,
        storage: Storage,
        *,
        clock: Clock,
        secret: Callable[[], str],
        domain: str,
        retry_scale: float,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._secret = secret
        self._domain = domain
        self._gaps = [gap * retry_scale for gap in RETRY_GAPS]
        # One lock with the storage, as announcing happens in the middle of its turns.
        self._wake = threading.Condition(storage.lock)
        self._queue: list[tuple[float, str]] = []
        self._under_way = 0
        self._stopped = False
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to send, with what was still waiting at the last stop."""
        for delivery in self._storage.all("delivery"):
            if delivery["state"] == "waiting":
                self._enqueue(delivery)
        for _ in range(SENDERS):
            thread = threading.Thread(target=self._send_until_stopped, daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Send no more; a delivery under way is finished."""
        with self._wake:
            self._stopped = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(CONNECT_SECONDS + ANSWER_SECONDS + 1)

    def announce(self, resource: Doc, *topics: str) -> None:
        """Queue a delivery for each subscription to the topics, all with the same event id."""
        event_id = str(uuid.uuid4())
        for subscription in self._storage.all("webhook"):
            if subscription["topic"] not in topics:
                continue
            webhook_id = str(uuid.uuid4())
            delivery = {
                "webhook_id": webhook_id,
                "event_id": event_id,
                "topic": subscription["topic"],
                "address": subscription["address"],
                "api_version": subscription["api_version"],
                "subscription_id": subscription["id"],
                "resource": resource.get("name") or str(resource.get("id")),
                "body": json.dumps(resource, ensure_ascii=False),
                "triggered_at": iso(self._clock()),
                "state": "waiting",
                "due": self._clock(),
                "tries": [],
            }
            self._storage.put("delivery", webhook_id, delivery)
            self._enqueue(delivery)

    def resend(self, webhook_id: str) -> bool:
        """Send a delivery once more with the same ids; False when there is no such delivery."""
        delivery = self._storage.get("delivery", webhook_id)
        if delivery is None:
            return False
        delivery |= {"state": "waiting", "due": self._clock()}
        self._storage.put("delivery", webhook_id, delivery)
        self._enqueue(delivery)
        return True

    def settle(self, timeout: float = 10) -> bool:
        """Wait until nothing is waiting or under way; False when that takes too long."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            with self._wake:
                if not self._queue and not self._under_way:
                    return True
            time.sleep(0.01)
        return False

    def _enqueue(self, delivery: Doc) -> None:
        with self._wake:
            heapq.heappush(self._queue, (delivery["due"], delivery["webhook_id"]))
            self._wake.notify_all()

    def _send_until_stopped(self) -> None:
        while (webhook_id := self._next()) is not None:
            try:
                self._send(webhook_id)
            finally:
                with self._wake:
                    self._under_way -= 1

    def _next(self) -> str | None:
        """Wait for a delivery that is due and take it; None when we are to stop."""
        with self._wake:
            while not self._stopped:
                pause = self._queue[0][0] - self._clock() if self._queue else None
                if pause is not None and pause <= 0:
                    self._under_way += 1
                    return heapq.heappop(self._queue)[1]
                self._wake.wait(pause)
        return None

    def _send(self, webhook_id: str) -> None:
        delivery = self._storage.get("delivery", webhook_id)
        if delivery is None:
            return
        outcome = self._post(delivery)
        with self._storage.turn():
            current = self._storage.get("delivery", webhook_id)
            if current is None:  # forgotten by a reset meanwhile
                return
            current["tries"].append(outcome)
            failures = len(current["tries"])
            if outcome["error"] is None:
                current["state"] = "delivered"
            elif failures <= len(self._gaps):
                current["due"] = self._clock() + self._gaps[failures - 1]
                self._enqueue(current)
            else:
                current["state"] = "failed"
                self._storage.remove("webhook", str(current["subscription_id"]))
            self._storage.put("delivery", webhook_id, current)

    def _post(self, delivery: Doc) -> Doc:
        began = time.monotonic()
        outcome: Doc = {"at": iso(self._clock()), "status": None, "error": None}
        try:
            outcome["status"] = self._status_of(delivery)
            if not 200 <= outcome["status"] < 300:
                outcome["error"] = f"answered {outcome['status']}"
        except (OSError, HTTPException) as error:
            outcome["error"] = str(error) or type(error).__name__
        seconds = time.monotonic() - began
        if seconds > ANSWER_SECONDS and outcome["error"] is None:
            outcome["error"] = "took longer than 5 seconds"
        return outcome | {"ms": round(seconds * 1000)}

    def _status_of(self, delivery: Doc) -> int:
        """Post a delivery and return the status; a redirect is not followed."""
        address = urlsplit(delivery["address"])
        body = delivery["body"].encode()
        kind = HTTPSConnection if address.scheme == "https" else HTTPConnection
        connection = kind(address.hostname or "", address.port, timeout=CONNECT_SECONDS)
        try:
            connection.connect()
            connection.sock.settimeout(ANSWER_SECONDS)
            path = (address.path or "/") + (f"?{address.query}" if address.query else "")
            connection.request("POST", path, body, self._headers(delivery, body))
            return connection.getresponse().status
        finally:
            connection.close()

    def _headers(self, delivery: Doc, body: bytes) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": delivery["topic"],
            "X-Shopify-Hmac-Sha256": sign(body, self._secret()),
            "X-Shopify-Shop-Domain": self._domain,
            "X-Shopify-API-Version": delivery["api_version"],
            "X-Shopify-Webhook-Id": delivery["webhook_id"],
            "X-Shopify-Event-Id": delivery["event_id"],
            "X-Shopify-Triggered-At": delivery["triggered_at"],
        }
