"""What the sandbox shop sells and the sandbox warehouse stocks."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Good:
    """One product; `stock` is None for what the warehouse has never moved."""

    sku: str
    title: str
    variant: str
    price: Decimal
    weight_grams: int
    stock: int | None

    @property
    def name(self) -> str:
        """Return the title with the variant, as a cart prints it."""
        return f"{self.title} - {self.variant}" if self.variant else self.title


GOODS = (
    Good("MUG-STN-BLU", "Stoneware mug", "Blue", Decimal("18.00"), 420, 40_000),
    Good("MUG-STN-SND", "Stoneware mug", "Sand", Decimal("18.00"), 420, 36_500),
    Good("TEE-ORG-M", "Organic cotton tee", "M", Decimal("32.50"), 190, 28_000),
    Good("TEE-ORG-L", "Organic cotton tee", "L", Decimal("32.50"), 205, 27_400),
    Good("BAG-CNV-01", "Canvas day bag", "", Decimal("64.00"), 650, 15_200),
    Good("NOTE-A5-DOT", "Dotted notebook A5", "", Decimal("12.90"), 310, 60_000),
    Good("PEN-BRS-05", "Brass pen 0.5 mm", "", Decimal("24.00"), 45, 33_000),
    Good("LAMP-DSK-OAK", "Oak desk lamp", "", Decimal("119.00"), 1_850, 9_000),
    Good("THROW-WOL-GR", "Wool throw", "Grey", Decimal("89.00"), 1_200, 12_000),
    Good("SOAP-OLV-3", "Olive soap, box of three", "", Decimal("14.50"), 330, 48_000),
    Good("CANDLE-LTD-7", "Candle no. 7, limited", "", Decimal("39.00"), 400, 2),
    Good("SET-DESK-NEW", "Desk set, announced", "", Decimal("149.00"), 2_300, None),
)

# In everyday orders; the last two above run out or cannot be counted, which is a test's business.
EVERYDAY = GOODS[:10]
SCARCE = GOODS[10]

# Sold by the shop, unknown to the warehouse.
UNKNOWN_TO_WAREHOUSE = Good("WRAP-GIFT", "Gift wrapping", "", Decimal("6.00"), 30, None)
