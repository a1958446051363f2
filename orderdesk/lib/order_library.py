"""All that a store's templates can call: Twig's own and the hub's filters, for one store."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import partial

from babel.numbers import format_currency

from orderdesk.lib.barcodes import data_uri
from orderdesk.lib.money import ZERO, rounded
from orderdesk.lib.order_filters import order_filters
from orderdesk.lib.twig.environment import CORE
from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.library import Library
from orderdesk.lib.twig.recipe import Ask

_CURRENCY = re.compile(r"[A-Z]{3}")


def order_library(ask: Ask, *, currency: str) -> Library:
    """Give the library for a store that trades in this currency.

    The host is asked `receipt_link` with the order's id and the template's, both as text.
    """

    def money(amount: Decimal, other: str) -> str:
        return money_text(amount, other or currency)

    filters = order_filters(money=money, barcode=data_uri, receipt_url=partial(ask, "receipt_link"))
    return CORE.extended(filters=filters)


def money_text(amount: Decimal, currency: str) -> str:
    """Write an amount as the hub's own pages do.

    Raises:
        TwigRuntimeError: if that is no code of a currency.
    """
    if not _CURRENCY.fullmatch(currency):
        raise TwigRuntimeError(f'"{currency[:10]}" is no currency; write it as in "USD".')
    # The sum takes the sign off a zero.
    return format_currency(rounded(amount, currency) + ZERO, currency, locale="en_US")
