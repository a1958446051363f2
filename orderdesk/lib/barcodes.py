"""Barcodes as data URIs, through segno and python-barcode."""

from __future__ import annotations

import base64
import io

import barcode
import segno
from barcode.errors import BarcodeError
from barcode.writer import SVGWriter

from orderdesk.lib.twig.errors import TwigRuntimeError

# The names Order Desk's templates use, and those of the library.
LINEAR = {
    "C128": "code128", "CODE128": "code128", "C39": "code39", "CODE39": "code39", "EAN13": "ean13",
    "EAN8": "ean8", "UPCA": "upca",
}  # fmt: skip
LONGEST = 500
# The library counts in millimetres; at 96 dots per inch a pixel is this wide.
MILLIMETRES = 25.4 / 96


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
    """A code of bars."""
    picture = io.BytesIO()
    options = {
        "module_width": width * MILLIMETRES, "module_height": height * MILLIMETRES,
        "quiet_zone": 10 * width * MILLIMETRES, "write_text": False,
    }  # fmt: skip
    try:
        barcode.get(kind, text, writer=SVGWriter()).write(picture, options)
    except (BarcodeError, ValueError, KeyError, TypeError) as error:
        raise TwigRuntimeError(f'"{text[:40]}" cannot be written as {kind}: {error}') from error
    return "data:image/svg+xml;base64," + base64.b64encode(picture.getvalue()).decode()
