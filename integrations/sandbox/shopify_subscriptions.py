"""Who is told what: the sandbox shop's webhook subscriptions."""

from urllib.parse import urlsplit

from integrations.sandbox.ledger import Clock, iso
from integrations.sandbox.shopify_shop import ShopRefused
from integrations.sandbox.storage import Doc, Storage

TOPICS = (
    "orders/create",
    "orders/updated",
    "orders/cancelled",
    "orders/fulfilled",
    "orders/paid",
    "orders/edited",
    "app/uninstalled",
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")
SUBSCRIPTION_IDS_FROM = 1_730_460_000_000


class Subscriptions:
    """Subscriptions by number; one address may have each topic once."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def all(self) -> list[Doc]:
        """Return every subscription, oldest first; shape: id, topic, address, api_version."""
        return self._storage.all("webhook")

    def add(self, *, topic: str, address: str, api_version: str) -> Doc:
        """Subscribe an address to a topic.

        Raises:
            ShopRefused: for an unknown topic, an address that is neither https nor on loopback,
                or one that has the topic already.
        """
        field = ("webhookSubscription", "callbackUrl")
        if topic not in TOPICS:
            raise ShopRefused("Invalid topic specified", field=("topic",))
        parts = urlsplit(address)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
        if not parts.hostname or not secure:
            raise ShopRefused("Address protocol must be https", field=field)
        if any((entry["topic"], entry["address"]) == (topic, address) for entry in self.all()):
            raise ShopRefused("Address for this topic has already been taken", field=field)
        number = self._storage.next_number("webhook", start=1)
        entry = {
            "id": SUBSCRIPTION_IDS_FROM + number,
            "topic": topic,
            "address": address,
            "format": "json",
            "api_version": api_version,
            "created_at": iso(self._clock()),
        }
        self._storage.put("webhook", str(entry["id"]), entry)
        return entry

    def remove(self, subscription_id: int) -> None:
        """End a subscription.

        Raises:
            ShopRefused: when there is none with this number.
        """
        if self._storage.get("webhook", str(subscription_id)) is None:
            raise ShopRefused("Webhook subscription does not exist", field=("id",))
        self._storage.remove("webhook", str(subscription_id))
