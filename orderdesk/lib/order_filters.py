"""The hub's own Twig filters: money, barcodes, VAT and links to receipts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.library import Entry, entry
from orderdesk.lib.twig.values import float_text

# (amount, currency or "" for the store's own) -> text
Money = Callable[[Decimal, str], str]
# (text, kind, width of a bar or module in pixels, height in pixels) -> data URI
Barcode = Callable[[str, str, int, int], str]
# (order's id, template's id) -> address
ReceiptUrl = Callable[[str, str], str]

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 15


def order_filters(*, money: Money, barcode: Barcode, receipt_url: ReceiptUrl) -> list[Entry]:
    """The filters, bound to one store's way of writing money and to its addresses."""

    def money_format(value: Any, currency: Any = "") -> str:
        """An amount in the store's currency, or in another one."""
        return money(amount_of(value, "money_format"), text_of(currency, "money_format"))

    def draw(value: Any, type: Any = "C128", width: Any = 2, height: Any = 80) -> str:  # noqa: A002
        """A barcode as the address of a picture, for `<img src="…">`."""
        text = text_of(value, "barcode")
        if not text:
            return ""
        return barcode(
            text, text_of(type, "barcode"), pixels(width, "width"), pixels(height, "height")
        )

    def receipt_link(order: Any, template: Any) -> str:
        """The address at which a receipt of this order is shown."""
        order_id = order.get("id") if isinstance(order, dict) else order
        return receipt_url(text_of(order_id, "receipt_link"), text_of(template, "receipt_link"))

    return [
        entry("money_format", money_format),
        entry("barcode", draw),
        entry("vat_amount", vat_amount),
        entry("pre_vat", pre_vat),
        entry("receipt_link", receipt_link),
    ]


def vat_amount(value: Any, rate: Any) -> float:
    """The VAT inside an amount that includes it; the rate is in percent.

    Together with `pre_vat` it gives the amount back to the cent.
    """
    amount = amount_of(value, "vat_amount").quantize(CENT, ROUND_HALF_UP)
    percent = amount_of(rate, "vat_amount")
    if percent <= -100:
        raise TwigRuntimeError("The VAT rate must be more than -100 percent.")
    share = amount * percent / (100 + percent)
    return float(share.quantize(CENT, ROUND_HALF_UP))


def pre_vat(value: Any, rate: Any) -> float:
    """What is left of an amount without the VAT inside it; the rate is in percent."""
    amount = amount_of(value, "pre_vat").quantize(CENT, ROUND_HALF_UP)
    return float(amount - Decimal(str(vat_amount(value, rate))))


def amount_of(value: Any, name: str) -> Decimal:
    """A number; null and '' are nothing."""
    if value is None or value == "" or isinstance(value, bool):
        return Decimal(int(bool(value)))
    try:
        amount = Decimal(str(value).strip())
    except InvalidOperation:
        amount = LARGEST
    if isinstance(value, list | dict) or not amount.is_finite() or abs(amount) >= LARGEST:
        raise TwigRuntimeError(f'The "{name}" filter needs a number.')
    return amount


def text_of(value: Any, name: str) -> str:
    """A text or number as text."""
    if isinstance(value, float):
        return float_text(value)
    if value is None or isinstance(value, str | int):
        return "" if value is None or value is False else str(value)
    raise TwigRuntimeError(f'The "{name}" filter needs a text or a number.')


def pixels(value: Any, name: str) -> int:
    """A size of a picture."""
    size = int(amount_of(value, "barcode"))
    if not 1 <= size <= 1000:
        raise TwigRuntimeError(f"A barcode's {name} must be between 1 and 1000.")
    return size
