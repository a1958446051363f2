"""An item of the inventory as a script or a person states it. Frozen, no Django."""

from dataclasses import dataclass, field
from decimal import Decimal

# What a draft and a row share by name; who changed the stock is told apart.
COLUMNS = (
    "name",
    "code",
    "price",
    "cost",
    "weight",
    "stock",
    "manufacturer_sku",
    "location",
    "variation_list",
    "metadata",
)


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """A thing the store sells. `pk` is set where a caller means an item that is there already."""

    name: str
    code: str
    price: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)
    weight: Decimal = Decimal(0)
    stock: int = 0
    manufacturer_sku: str = ""
    location: str = ""
    variation_list: dict[str, str] = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    update_source: str = ""
    pk: int | None = None
