"""An order as another system states it: how every order enters. Frozen, no Django."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Address:
    """Where a parcel or an invoice goes. `state` and `country` as the source writes them."""

    first_name: str = ""
    last_name: str = ""
    company: str = ""
    address1: str = ""
    address2: str = ""
    address3: str = ""
    address4: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    phone: str = ""

    @property
    def name(self) -> str:
        """First and last name in one."""
        return f"{self.first_name} {self.last_name}".strip()

    def __bool__(self) -> bool:
        return any(getattr(self, part.name) for part in fields(self))


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """One line of an order. `price` is per unit, in the order's currency; `weight` as stated.

    `pk` is set where a caller means a line the order has already.
    """

    name: str
    code: str = ""
    price: Decimal = Decimal(0)
    quantity: Decimal = Decimal(1)
    weight: Decimal = Decimal(0)
    delivery_type: str = "ship"
    category_code: str = ""
    fulfillment_method: str = ""
    source_line_id: str = ""
    variations: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    pk: int | None = None


@dataclass(frozen=True, slots=True)
class ShipmentDraft:
    """A parcel as a warehouse or label service states it.

    `external_id` is the shipment's id there; the same id is never added to an order twice.
    `lines` is a list of {"code", "name", "quantity"} of what is inside; empty means not told.
    """

    tracking_number: str
    carrier_code: str = ""
    shipment_method: str = ""
    weight: str = ""
    cost: str = ""
    status: str = ""
    tracking_url: str = ""
    external_id: str = ""
    shipped_date: datetime | None = None
    lines: list[dict[str, Any]] = field(default_factory=list)
    label_format: str = ""
    label_image: str = ""
    print_status: str = ""
    cart_shipment_id: str = ""
    label_shipment_id: str = ""


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """An order as its source states it.

    `source_key` is the id that never changes there and by which the order is known again;
    `source_id` is the number people use. `source_updated_at` orders two statements about one
    order: the older one never wins. Amounts are in `currency`. `discounts` is a list of
    {"name", "code", "amount"}, amounts positive. A source that states its own grand total gives
    `order_total`; otherwise it is summed. `fulfilled_at_source` says that nothing is left to send.
    """

    source_name: str
    source_key: str
    source_id: str = ""
    source_updated_at: datetime | None = None
    placed_at: datetime | None = None
    email: str = ""
    currency: str = ""
    shipping_method: str = ""
    shipping: Address = field(default_factory=Address)
    customer: Address = field(default_factory=Address)
    items: tuple[ItemDraft, ...] = ()
    shipping_total: Decimal = Decimal(0)
    handling_total: Decimal = Decimal(0)
    tax_total: Decimal = Decimal(0)
    refund_total: Decimal = Decimal(0)
    order_total: Decimal | None = None
    discounts: tuple[dict[str, str], ...] = ()
    payment_type: str = ""
    payment_status: str = ""
    processor_response: str = ""
    processor_balance: Decimal | None = None
    cc_number: str = ""
    cc_exp: str = ""
    customer_id: str = ""
    ip_address: str = ""
    tag_color: str = ""
    tag_name: str = ""
    fulfillment_name: str = ""
    fulfillment_id: str = ""
    return_address: dict[str, str] = field(default_factory=dict)
    checkout_data: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    notes: tuple[dict[str, str], ...] = ()
    canceled_at: datetime | None = None
    cancel_reason: str = ""
    fulfilled_at_source: bool = False
