"""The contract's kinds of values: lenient about their form, strict about what they mean."""

import json
import re
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from rest_framework import serializers
from rest_framework.fields import SkipField, empty

from orderdesk.lib.money import LARGEST

NAMES_ALLOWED = 1000
SMALLEST = Decimal("0.0001")
_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}"
    r"(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)


class Loose(serializers.Serializer[Any]):
    """An object as PHP clients send it: null counts as absent, an empty list as an empty object."""

    def run_validation(self, data: Any = empty) -> Any:
        if data is None or data == []:
            data = {}
        if isinstance(data, dict):
            data = {name: value for name, value in data.items() if value is not None}
        return super().run_validation(data)


def rows_of(shape: type[Loose], allowed: int, **kwargs: Any) -> Any:
    """Make a list of objects of this shape; a longer one is refused before it is looked into."""
    options: dict[str, Any] = {"many": True, "required": False, "max_length": allowed, **kwargs}
    return shape(**options)


class Text(serializers.CharField):
    """Text; a number counts as its digits."""

    default_error_messages = {"invalid": "must be text."}

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("read_only"):
            kwargs = {"required": False, "allow_blank": True, **kwargs}
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(as_text(data, self))


def as_text(value: Any, field: serializers.Field[Any, Any, Any, Any]) -> str:
    """Give a text or a number as text, or let the field complain."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        field.fail("invalid")
    if not Decimal(value).is_finite():
        field.fail("invalid")
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


class Number(serializers.Field[Decimal, Any, Any, Any]):
    """A number, as number or as text; kept to four decimals, rounded half up.

    An empty text counts as absent where the number may be.
    """

    default_error_messages = {
        "invalid": "must be a number.",
        "too_large": f"must lie between -{LARGEST:,} and {LARGEST:,}.",
        "negative": "must not be negative.",
    }

    def __init__(self, *, at_least_zero: bool = False, **kwargs: Any) -> None:
        if not kwargs.get("read_only"):
            kwargs = {"required": False, **kwargs}
        super().__init__(**kwargs)
        self.at_least_zero = at_least_zero

    def run_validation(self, data: Any = empty) -> Any:
        if isinstance(data, str) and not data.strip() and not self.required:
            raise SkipField
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> Decimal:
        number = self._read(data)
        if not number.is_finite():
            self.fail("invalid")
        if abs(number) > LARGEST:
            self.fail("too_large")
        if self.at_least_zero and number < 0:
            self.fail("negative")
        return number.quantize(SMALLEST, rounding=ROUND_HALF_UP)

    def _read(self, data: Any) -> Decimal:
        if isinstance(data, str):
            text = data.strip()
            if not text:
                return Decimal(0)
            if not _NUMBER.fullmatch(text):
                self.fail("invalid")
            try:
                return Decimal(text)
            except InvalidOperation:
                self.fail("invalid")
        if isinstance(data, bool) or not isinstance(data, int | Decimal):
            self.fail("invalid")
        return Decimal(data)


class TextNumber(Number):
    """A number that is shown as text."""


class Whole(Number):
    """A whole number, as number or as text; at most `most` to either side."""

    default_error_messages = {
        "not_whole": "must be a whole number.",
        "beyond": "must lie between -{most:,} and {most:,}.",
    }

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most

    def to_internal_value(self, data: Any) -> Decimal:
        number = super().to_internal_value(data)
        if number != int(number):
            self.fail("not_whole")
        if abs(number) > self.most:
            self.fail("beyond", most=self.most)
        return number


def moment(text: str, zone: tzinfo = UTC) -> datetime:
    """Read a date or a date with time; without an offset of its own it counts in `zone`.

    Raises:
        ValueError: if it is none, or does not exist in the calendar.
    """
    if not _MOMENT.fullmatch(text):
        raise ValueError(text)
    try:
        value = datetime.fromisoformat(text)
        return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise ValueError(text) from None


class Moment(serializers.Field[datetime, Any, Any, Any]):
    """A moment in UTC; an empty text counts as absent."""

    default_error_messages = {"invalid": "must be a date that exists, as YYYY-MM-DD HH:MM:SS."}

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("read_only"):
            kwargs = {"required": False, **kwargs}
        super().__init__(**kwargs)

    def run_validation(self, data: Any = empty) -> Any:
        if data == "" and not self.required:
            return None
        return super().run_validation(data)

    def to_internal_value(self, data: Any) -> datetime:
        try:
            return moment(data if isinstance(data, str) else "")
        except ValueError:
            self.fail("invalid")


class FlatMap(serializers.Field[dict[str, str], Any, Any, Any]):
    """Names and texts, one level deep; `longest` counts characters of the whole as JSON."""

    default_error_messages = {
        "invalid": "must be an object.",
        "too_many": "has too many names; at most {allowed:,} fit.",
        "too_long": "has {length:,} characters as JSON; at most {longest:,} fit.",
    }

    def __init__(self, *, longest: int | None = None, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})
        self.longest = longest

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if data == []:
            return {}
        if not isinstance(data, dict):
            self.fail("invalid")
        complaints: dict[str, Any] = {}
        texts = {}
        if len(data) > NAMES_ALLOWED:
            self.fail("too_many", allowed=NAMES_ALLOWED)
        text = Text()
        for name, value in data.items():
            try:
                text.run_validation(name)
                texts[name] = "" if value is None else text.run_validation(_scalar(value))
            except serializers.ValidationError as error:
                complaints[name[:100].replace("\x00", "\\0")] = error.detail
        if complaints:
            raise serializers.ValidationError(complaints)
        length = len(json.dumps(texts, ensure_ascii=False, separators=(",", ":")))
        if self.longest is not None and length > self.longest:
            self.fail("too_long", length=length, longest=self.longest)
        return texts


def _scalar(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value
