"""`json_encode`, byte for byte as PHP writes it."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from orderdesk.lib.twig.arrays import Array, is_list, items
from orderdesk.lib.twig.errors import TwigRuntimeError
from orderdesk.lib.twig.values import Value, numeric, php_type, to_int

if TYPE_CHECKING:
    from orderdesk.lib.twig.runtime import Runtime

TAG, AMP, APOS, QUOT, OBJECT, NUMERIC, SLASHES, PRETTY, UNICODE = (1 << n for n in range(9))
PARTIAL, ZERO, TERMINATORS, THROW = 512, 1024, 2048, 1 << 22
DEEPEST, OUR_DEEPEST = 512, 100
SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
MARKS = {"<": TAG, ">": TAG, "&": AMP, "'": APOS, '"': QUOT}


class Unwritable(Exception):
    """JSON has no way to write this value."""


def json_encode(runtime: Runtime, value: Value, flags: Value = 0, depth: Value = DEEPEST) -> Value:
    """A value as JSON; the flags are PHP's. What JSON cannot write gives false, as in PHP."""
    writer = Writer(runtime, to_int(flags), to_int(depth))
    try:
        writer.write(value, 0)
    except Unwritable as error:
        if writer.flags & THROW:
            raise TwigRuntimeError(str(error)) from error
        return False
    return "".join(writer.out)


class Writer:
    """Writes one value, and pays for every piece."""

    def __init__(self, runtime: Runtime, flags: int, depth: int) -> None:
        self.meter = runtime.meter
        self.flags = flags
        self.depth = depth
        self.out: list[str] = []
        self.size = 0

    def add(self, text: str) -> None:
        self.size += len(text)
        self.meter.charge(1 + len(text) // 512)
        if self.size > self.meter.limits.output:
            raise self.meter.too_long()
        self.out.append(text)

    def write(self, value: Value, level: int) -> None:
        if isinstance(value, list | dict):
            self.array(value, level)
        elif value is None:
            self.add("null")
        elif isinstance(value, bool):
            self.add("true" if value else "false")
        elif isinstance(value, int):
            self.add(str(value))
        elif isinstance(value, float):
            self.add(self.number(value))
        elif isinstance(value, str):
            self.text(str(value))
        else:
            raise TwigRuntimeError(f"A {php_type(value)} cannot be written as JSON.")

    def number(self, value: float) -> str:
        """The shortest digits that mean this float."""
        if not math.isfinite(value):
            if self.flags & PARTIAL:
                return "0"
            raise Unwritable("Inf and NaN cannot be JSON encoded")
        shown = repr(value)
        mantissa, _, exponent = shown.partition("e")
        if not exponent and value == int(value) and "." in mantissa:
            mantissa = mantissa.removesuffix(".0")
            return mantissa + (".0" if self.flags & ZERO else "")
        if not exponent:
            return shown
        return self.scientific(value, mantissa, int(exponent))

    def scientific(self, value: float, mantissa: str, exponent: int) -> str:
        if -5 < exponent < 17:
            if exponent > 0:
                # The shortest digits, and noughts for those that the float does not have.
                sign = "-" if value < 0 else ""
                plain = sign + re.sub(r"\D", "", mantissa).ljust(exponent + 1, "0")
            else:
                plain = f"{value:.20f}".rstrip("0").rstrip(".")
            return plain + (".0" if exponent > 0 and self.flags & ZERO else "")
        if "." not in mantissa:
            mantissa += ".0"
        return f"{mantissa}e{exponent:+d}"

    def text(self, text: str) -> None:
        if self.flags & NUMERIC and (number := numeric(text)) is not None:
            self.write(number, 0)
            return
        self.add('"' + "".join(map(self.letter, text)) + '"')

    def letter(self, char: str) -> str:
        if char in MARKS and self.flags & MARKS[char]:
            return f"\\u{ord(char):04X}"
        if char == "/":
            return "/" if self.flags & SLASHES else "\\/"
        if char in SHORT:
            return SHORT[char]
        code = ord(char)
        if 0x20 <= code < 0x80:
            return char
        plain = char not in "\u2028\u2029" or self.flags & TERMINATORS
        if code >= 0x80 and self.flags & UNICODE and plain:
            return char
        units = char.encode("utf-16-be", "surrogatepass").hex()
        return "".join(f"\\u{units[i : i + 4]}" for i in range(0, len(units), 4))

    def array(self, array: Array, level: int) -> None:
        if level >= self.depth:
            raise Unwritable("Maximum stack depth exceeded")
        if level >= OUR_DEEPEST:
            raise TwigRuntimeError("The data is nested too deep to be written as JSON.")
        as_list = is_list(array) and not self.flags & OBJECT
        opening, closing = "[]" if as_list else "{}"
        self.add(opening)
        pretty = bool(self.flags & PRETTY)
        for place, (key, value) in enumerate(items(array)):
            self.add("," if place else "")
            if pretty:
                self.add("\n" + "    " * (level + 1))
            if not as_list:
                self.key(key, pretty=pretty)
            self.write(value, level + 1)
        if pretty and array:
            self.add("\n" + "    " * level)
        self.add(closing)

    def key(self, key: int | str, *, pretty: bool) -> None:
        flags, self.flags = self.flags, self.flags & ~NUMERIC
        self.text(str(key))
        self.flags = flags
        self.add(": " if pretty else ":")
