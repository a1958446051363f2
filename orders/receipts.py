"""Receipts that customers may see: their templates, and addresses that nobody can guess."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from orderdesk.lib.twig import TwigRuntimeError

PRINTED = Path(__file__).parent / "printed"
STANDARD = "0"
# The same order and template always have the same address: what is printed twice is equal.
SIGNER = Signer(salt="orders.receipts")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an address leads to: a template's print of one order."""

    store_id: int
    order_id: int
    template: str = STANDARD

    @property
    def address(self) -> str:
        """The whole address, for whoever is not at the hub."""
        token = SIGNER.sign_object([self.store_id, self.order_id, self.template])
        return f"{settings.BASE_URL}{reverse('orders:receipt_view', args=[token])}"


def receipt_at(token: str) -> Receipt | None:
    """Give what an address leads to; None if we did not make it."""
    try:
        return Receipt(*SIGNER.unsign_object(token))
    except BadSignature:
        return None


def receipt_source(template: str) -> str:
    """Give a receipt's template.

    Raises:
        TwigRuntimeError: if there is none of this id.
    """
    if template != STANDARD:
        raise TwigRuntimeError(
            f'There is no receipt template "{template[:40]}"; "{STANDARD}" is the standard receipt.'
        )
    return printed("receipt")


@cache
def printed(name: str) -> str:
    """Give one of the hub's own documents, as the Twig it is written in."""
    return (PRINTED / f"{name}.twig").read_text()
