"""Money as Decimal beside an ISO 4217 currency code."""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from babel.numbers import get_currency_precision

ZERO = Decimal(0)
LARGEST = Decimal("9999999999.9999")


@lru_cache(maxsize=256)
def smallest_unit(currency: str) -> Decimal:
    """Give the currency's smallest unit: 0.01 for USD, 1 for JPY, 0.001 for KWD."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round half up to the currency's smallest unit."""
    return amount.quantize(smallest_unit(currency), rounding=ROUND_HALF_UP)


def is_ordinary(number: Decimal) -> bool:
    """Tell whether a number can be computed with and written out, unlike NaN or 1e999999999."""
    return number.is_finite() and (not number or -20 < number.adjusted() < 15)
