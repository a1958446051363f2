"""What an integration is: the contract every plugin keeps.

A capability is a method: overriding a verb declares it, `Integration.can("submit_order")` asks.
A plugin translates and calls. It changes no row, knows no request, ships no page, table or task.
Every call happens outside any transaction; what a verb needs is handed to it, loaded. Right before
a call that changes something there, a verb calls `before_effect`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, Literal, TypeVar

from django import forms

from inventory.counts import problem_of_count
from orders.drafts import OrderDraft, ShipmentDraft
from orders.models import Order, Shipment

T = TypeVar("T")
Tab = Literal[
    "Shopping Carts",
    "Shipping",
    "Fulfillment",
    "Print on Demand",
    "Productivity",
    "Payments",
    "Other",
]


class SecretField(forms.CharField):
    """A setting that is stored encrypted and never rendered back.

    Left empty on a form that changes a connection it keeps the stored value.
    """

    widget = forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"})


class FolderField(forms.CharField):
    """A setting that names one of the store's folders by its id; '' means none.

    The connect page offers the store's folders; the service checks that the folder is the store's.
    """


class SettingsForm(forms.Form):
    """Base of the forms in which a merchant fills in a connection."""

    @classmethod
    def secret_names(cls) -> list[str]:
        """Give the names of the settings that are secrets."""
        return [name for name, each in cls.base_fields.items() if isinstance(each, SecretField)]


@dataclass(frozen=True, slots=True)
class Account:
    """A connection as a plugin sees it: settings and opened secrets, by field name.

    `base_url` replaces the vendor's own address where it is not ''. `hook_url` is the public
    address of this connection's hook.
    """

    settings: Mapping[str, Any]
    secrets: Mapping[str, str]
    base_url: str = ""
    hook_url: str = ""


@dataclass(frozen=True, slots=True)
class Hook:
    """A signed message as it came in; header names are lower case."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a verified message says of itself: its id, the same on every resend, and topic."""

    delivery_id: str
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side calls what it took: its id, its number for people, its link for them."""

    external_id: str
    external_number: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class PulledShipment:
    """A parcel found while pulling, and how its order is known there and here."""

    draft: ShipmentDraft
    order_external_id: str = ""
    order_external_number: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a pull. `cursor` is the mark to go on from once this page is stored."""

    rows: list[T]
    cursor: str = ""
    # Records that could not be read, each as a sentence; one of them never stops the others.
    problems: list[str] = field(default_factory=list)
    # Where given: each row as it came, and each of those that could not be read, so that what is
    # refused can be kept, looked at and read once more.
    raw: list[bytes] = field(default_factory=list)
    raw_problems: list[bytes] = field(default_factory=list)


def latest_mark(moments: Iterable[datetime | None], *, now: datetime) -> datetime | None:
    """Give the mark for a pull to go on from: the latest moment met, but never one to come.

    Their clock may be ahead; from a mark ahead of time, what changes until then would be missed.
    """
    latest = max(filter(None, moments), default=None)
    return min(latest, now) if latest else None


@dataclass(frozen=True, slots=True)
class StockCount:
    """How many of an item the other side has to sell."""

    code: str
    quantity: int
    name: str = ""

    @property
    def problem(self) -> str:
        """Why it cannot be kept, as a sentence; '' if it can."""
        return problem_of_count(self.code, self.quantity, self.name)


class Integration:
    """One outside system. Subclasses fill in the manifest and override the verbs they can do."""

    key: ClassVar[str]
    name: ClassVar[str]
    tab: ClassVar[Tab]
    summary: ClassVar[str]
    docs_url: ClassVar[str]
    tier: ClassVar[Literal["beta", "stable"]] = "beta"
    settings_form: ClassVar[type[SettingsForm]]
    # How a resend is made harmless: "same_id" the id we choose names the same thing there again;
    # "look_up" we find it there by our reference; "none" nobody can tell, so a person decides.
    resend: ClassVar[Literal["same_id", "look_up", "none"]] = "none"
    # The name orders from here carry as their source; '' for what is no cart.
    source_name: ClassVar[str] = ""
    # The setting that signs what comes in, for those who have to tell it to the other side.
    hook_secret_field: ClassVar[str] = ""
    # Topics that tell of an order placed this moment; others may be about an old one.
    new_order_topics: ClassVar[frozenset[str]] = frozenset()
    # The topic under which `parse_order` reads a pulled order; '' where pulled orders are not kept.
    pulled_topic: ClassVar[str] = ""

    # Called right before each call that changes something there; raises when the work is not ours
    # any more. Delivery sets it, so that a slow job never makes the same change twice; one verb may
    # make several such calls.
    before_effect: Callable[[], None] = staticmethod(lambda: None)

    def __init__(self, account: Account) -> None:
        self.account = account

    @classmethod
    def can(cls, verb: str) -> bool:
        """Tell whether the plugin overrides the verb."""
        return getattr(cls, verb) is not getattr(Integration, verb)

    def wants(self, verb: str) -> bool:
        """Tell whether the settings ask for a verb; asked before a pull or a push."""
        return True

    def check(self) -> None:
        """Make one cheap call that proves the credentials; runs before a connection is saved.

        Raises:
            IntegrationError: with `field` naming the setting at fault, where one is.
        """
        raise NotImplementedError

    def on_connected(self) -> None:
        """Prepare the other side, say by subscribing our hook. May run again; outside transactions.

        Raises:
            IntegrationError: the connection is saved all the same and the merchant told.
        """

    # --- in -------------------------------------------------------------------------------------

    def verify_webhook(self, hook: Hook) -> Delivery | None:
        """Check a message's signature over its raw bytes, in constant time; None refuses it."""
        raise NotImplementedError

    def parse_order(self, topic: str, body: bytes) -> OrderDraft | None:
        """Read an order out of a verified message; None for a topic that is none of ours.

        Raises:
            UnexpectedReply: if the message cannot be read, saying why.
        """
        raise NotImplementedError

    def list_orders(self, cursor: str, since: datetime | None) -> Iterator[Page[OrderDraft]]:
        """Give orders changed since the cursor (or `since`), page by page."""
        raise NotImplementedError

    def list_shipments(self, cursor: str, since: datetime | None) -> Iterator[Page[PulledShipment]]:
        """Give parcels changed since the cursor (or `since`), page by page."""
        raise NotImplementedError

    def list_stock(self, cursor: str, since: datetime | None) -> Iterator[Page[StockCount]]:
        """Give counts changed since the cursor (or `since`), page by page."""
        raise NotImplementedError

    # --- out ------------------------------------------------------------------------------------

    def submit_order(self, order: Order, *, reference: str) -> Receipt:
        """Send one order; `order.items` and `order.shipments` are loaded.

        `reference` is the same on every try. Raises the errors of `integrations.errors`;
        `OutcomeUnknown` when the request left and no answer came.
        """
        raise NotImplementedError

    def find_order(self, order: Order, *, reference: str) -> Receipt | None:
        """Look for an order whose outcome is unknown; None if it is surely not there."""
        raise NotImplementedError

    def push_shipment(self, order: Order, shipment: Shipment, *, reference: str) -> Receipt:
        """Tell the cart of a parcel; telling it twice must leave one notice there.

        `order.items` and `order.shipments` are loaded. What the cart calls the notice, the
        receipt's `external_id`, belongs into the shipment's `cart_shipment_id`.
        """
        raise NotImplementedError

    def find_shipment(self, order: Order, shipment: Shipment, *, reference: str) -> Receipt | None:
        """Look for a notice whose outcome is unknown; None if it is surely not there."""
        raise NotImplementedError
