"""Barcodes as data URIs, through segno and python-barcode."""

from __future__ import annotations

import base64
import re

import barcode
import segno
from barcode.errors import BarcodeError

from orderdesk.lib.twig.errors import TwigRuntimeError

# The names Order Desk's templates use, and those of the library.
LINEAR = {
    "C128": "code128", "CODE128": "code128", "C39": "code39", "CODE39": "code39", "EAN13": "ean13",
    "EAN8": "ean8", "UPCA": "upca",
}  # fmt: skip
LONGEST = 500
# Scanners need so many bars' width of white on both sides.
QUIET = 10
BAR = re.compile("1+")


def data_uri(text: str, kind: str, width: int, height: int) -> str:
    """Draw a barcode: `width` is that of the narrowest bar or module, both in pixels."""
    kind = kind.upper()
    if len(text) > LONGEST:
        raise TwigRuntimeError(f"A barcode holds at most {LONGEST} characters.")
    if kind in ("QR", "QRCODE"):
        return qr(text, width)
    if kind not in LINEAR:
        known = ", ".join([*LINEAR, "QR"])
        raise TwigRuntimeError(f'Unknown barcode type "{kind}" (known ones: {known}).')
    return linear(text, LINEAR[kind], width, height)


def qr(text: str, width: int) -> str:
    """A QR code."""
    return segno.make(text, error="m", micro=False).svg_data_uri(scale=width)


def linear(text: str, kind: str, width: int, height: int) -> str:
    """A code of bars: the library says where they are, and all are drawn by one short path."""
    try:
        modules = "".join(barcode.get(kind, text).build())
    except (BarcodeError, ValueError, KeyError, TypeError) as error:
        raise TwigRuntimeError(f'"{text[:40]}" cannot be written as {kind}: {error}') from error
    whole = (len(modules) + 2 * QUIET) * width
    bars = "".join(
        f"M{(QUIET + bar.start()) * width} 0h{len(bar[0]) * width}v{height}H"
        f"{(QUIET + bar.start()) * width}z"
        for bar in BAR.finditer(modules)
    )
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{height}" '
        f'viewBox="0 0 {whole} {height}" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{whole}v{height}H0z"/><path d="{bars}"/></svg>'
    )
    return "data:image/svg+xml;base64," + base64.b64encode(picture.encode()).decode()
