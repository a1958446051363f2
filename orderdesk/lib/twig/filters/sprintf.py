"""`format`: PHP's sprintf."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.values import Value, to_float, to_int, to_text

if TYPE_CHECKING:
    from orderdesk.lib.twig.runtime import Runtime

DIRECTIVE = re.compile(
    r"%(?:(?P<percent>%)|(?:(?P<place>\d+)\$)?(?P<flags>(?:[-+ 0]|'.)*)(?P<width>\d+)?"
    r"(?:\.(?P<precision>\d+))?l?(?P<kind>.)?)",
    re.DOTALL,
)
LARGEST_WIDTH = 10**6
MOST_PRECISION = 53


def php_format(runtime: Runtime, value: Value, *values: Value) -> str:
    """Put values in the places that a text marks with `%s`, `%05.2f`, `%2$d` and the like."""
    text = to_text(value)
    used = 0
    written: list[str] = []
    at = 0
    size = 0
    for found in DIRECTIVE.finditer(text):
        written.append(text[at : found.start()])
        at = found.end()
        if found["percent"]:
            written.append("%")
            continue
        index = place_of(found, used)
        if not found["place"]:
            used += 1
        if index >= len(values):
            raise TwigRuntimeError(f"{index + 2} arguments are required, {len(values) + 1} given")
        width = int((found["width"] or "0")[:10])
        size += width
        runtime.meter.text(size)
        written.append(one(found, values[index], width))
    written.append(text[at:])
    return "".join(written)


def place_of(found: re.Match[str], used: int) -> int:
    """Which value a directive takes."""
    if not found["place"]:
        return used
    place = int(found["place"][:9])
    if place < 1:
        raise TwigRuntimeError("Argument number specifier must be greater than zero")
    return place - 1


def one(found: re.Match[str], value: Value, width: int) -> str:
    """One directive's text."""
    flags = found["flags"]
    pad = pad_of(flags)
    left = "-" in re.sub("'.", "", flags, flags=re.DOTALL)
    plus = "+" in re.sub("'.", "", flags, flags=re.DOTALL)
    precision = None if found["precision"] is None else int(found["precision"][:9])
    kind = found["kind"]
    if kind is None:
        raise TwigRuntimeError("Missing format specifier at end of string")
    if kind == "s":
        return padded(cut_bytes(to_text(value), precision), width, pad, left=left)
    if kind == "c":
        return chr(to_int(value) % 256)
    if kind not in "duxXobeEfFgG":
        raise TwigRuntimeError(f'Unknown format specifier "{kind}"')
    shown = number(kind, value, precision, plus=plus)
    if left and pad == "0" and kind in "du":
        pad = " "  # zeros after the digits would make another number of it
    return padded_number(shown, width, pad, left=left)


def cut_bytes(text: str, length: int | None) -> str:
    """The first bytes of a text; a letter cut in two is dropped."""
    if length is None:
        return text
    return text.encode("utf-8", "surrogatepass")[:length].decode("utf-8", "ignore")


def pad_of(flags: str) -> str:
    """What fills a short value."""
    custom = re.findall(r"'(.)", flags, flags=re.DOTALL)
    if custom:
        return str(custom[-1])
    return "0" if "0" in flags else " "


def padded(text: str, width: int, pad: str, *, left: bool) -> str:
    """PHP counts bytes."""
    missing = width - len(text.encode("utf-8", "surrogatepass"))
    if missing <= 0:
        return text
    return text + pad * missing if left else pad * missing + text


def padded_number(text: str, width: int, pad: str, *, left: bool) -> str:
    """Zeros go between the sign and the digits."""
    if pad == "0" and not left and text[:1] in ("-", "+"):
        return text[0] + padded(text[1:], width - 1, pad, left=False)
    return padded(text, width, pad, left=left)


def number(kind: str, value: Value, precision: int | None, *, plus: bool) -> str:
    """A number in the way that a letter asks for."""
    if kind in "duxXob":
        return integer(kind, to_int(value), plus=plus)
    # PHP prints no negative zero here; the sum takes its sign off.
    amount = to_float(value) + 0.0
    if not math.isfinite(amount):
        return "NaN" if math.isnan(amount) else ("-" if amount < 0 else "+" if plus else "") + "Inf"
    places = min(6 if precision is None else precision, MOST_PRECISION)
    sign = "+" if plus and amount >= 0 else ""
    if kind in "fF":
        return f"{sign}{amount:.{places}f}"
    if kind in "eE":
        return sign + scientific(amount, places, kind)
    return sign + general(amount, places, kind)


def integer(kind: str, amount: int, *, plus: bool) -> str:
    """Decimal digits, or those of 64 bits in another base."""
    if kind == "d":
        return f"+{amount}" if plus and amount >= 0 else str(amount)
    bits = amount % 2**64
    return str(bits) if kind == "u" else format(bits, kind)


def scientific(amount: float, places: int, kind: str) -> str:
    """`1.23e+4`."""
    mantissa, exponent = f"{amount:.{places}e}".split("e")
    return f"{mantissa}{kind}{exponent[0]}{exponent[1:].lstrip('0') or '0'}"


def general(amount: float, places: int, kind: str) -> str:
    """The shorter of the two."""
    places = places or 1
    text = f"{amount:.{places}g}"
    if "e" not in text:
        return text
    mantissa, exponent = text.split("e")
    if "." not in mantissa:
        mantissa += ".0"
    return f"{mantissa}{'e' if kind == 'g' else 'E'}{exponent[0]}{exponent[1:].lstrip('0')}"
