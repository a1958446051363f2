"""Reading JSON bodies: numbers exactly, and nothing that two readers could read differently."""

import json
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from rest_framework import exceptions
from rest_framework.parsers import BaseParser

# No object of the contract is nested deeper than five levels.
DEPTH_ALLOWED = 20
# So many bodies of the largest size are read over, that the connection can be used again.
READ_OVER = 10
# Numbers beyond ten to this power are no amounts; as text they could fill the memory.
LARGEST_POWER = 30


class BodyTooLarge(exceptions.APIException):
    """The body is larger than the hub takes."""

    status_code = 413
    default_code = "too_large"

    def __init__(self) -> None:
        super().__init__(f"The body is larger than {settings.API_BODY_LIMIT:,} bytes.")


class AnyTypeJSONParser(BaseParser):
    """Reads the body as JSON whatever type the client names; numbers become int or Decimal.

    A number that is none, or is too large for any field, becomes an infinite Decimal or NaN: the
    field that gets it refuses it by name.
    """

    media_type = "application/json"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        body = stream.read(settings.API_BODY_LIMIT + 1)
        if len(body) > settings.API_BODY_LIMIT:
            _read_over(stream)
            raise BodyTooLarge
        if not body.strip():
            return {}
        try:
            value = json.loads(
                body.decode("utf-8-sig"),
                parse_float=_number,
                parse_int=_whole_number,
                parse_constant=Decimal,
                object_pairs_hook=_object,
            )
        except UnicodeDecodeError:
            raise exceptions.ParseError("The body is not UTF-8.") from None
        except ValueError as error:
            raise exceptions.ParseError(f"The body is not JSON: {error}.") from None
        except RecursionError:
            raise exceptions.ParseError("The body is nested too deeply.") from None
        if _deeper_than(DEPTH_ALLOWED, value):
            raise exceptions.ParseError("The body is nested too deeply.")
        return value


def _read_over(stream: Any) -> None:
    """Read the rest of a refused body: a server closes a connection that still has one.

    The caller's next call would find it closed, though this one got its answer.
    """
    left = READ_OVER * settings.API_BODY_LIMIT
    while left > 0 and (read := stream.read(min(left, 65_536))):
        left -= len(read)


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")
    if value and value.adjusted() < -LARGEST_POWER:
        return Decimal(0)
    return value if not value or value.adjusted() <= LARGEST_POWER else Decimal("Infinity")


def _whole_number(text: str) -> int | Decimal:
    return int(text) if len(text) <= LARGEST_POWER else Decimal("Infinity")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        twice, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise exceptions.ValidationError({twice[:100]: ["stands twice in one object."]})
    return value


def _deeper_than(levels: int, value: Any) -> bool:
    layer = [value]
    for _ in range(levels):
        layer = [
            child
            for each in layer
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not layer:
            return False
    return True
