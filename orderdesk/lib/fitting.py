"""Whether values fit the columns they are meant for, before the database would refuse them."""

from decimal import Decimal
from typing import Any

from django.db import models

from orderdesk.lib.money import LARGEST
from orderdesk.lib.refused import Refused


def check_row(row: models.Model, prefix: str = "") -> None:
    """Check one row's texts and amounts against its columns.

    Raises:
        Refused: naming the field, after the prefix, and its limit.
    """
    for field in row._meta.concrete_fields:
        value = getattr(row, field.attname)
        if isinstance(value, str):
            check_text(value, f"{prefix}{field.name}", field.max_length)
        elif isinstance(value, dict | list):
            _check_nested(value, f"{prefix}{field.name}")
        elif isinstance(value, Decimal):
            check_amount(value, f"{prefix}{field.name}")


def check_amount(value: Decimal, name: str) -> None:
    """Check an amount against what every column of amounts can hold.

    Raises:
        Refused: naming the field and the limit.
    """
    if not (value.is_finite() and abs(value) <= LARGEST):
        raise Refused(f"{name} must be a number up to {LARGEST:,}.", field=name)


def check_text(value: str, name: str, longest: int | None = None) -> None:
    """Check a text against its column, or before rows are looked for by it.

    Raises:
        Refused: naming the field and what is wrong.
    """
    if longest is not None and len(value) > longest:
        raise Refused(f"{name} has {len(value):,} characters; at most {longest:,} fit.", field=name)
    if "\x00" in value:
        raise Refused(f"{name} holds a NUL character, which cannot be stored.", field=name)
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        raise Refused(f"{name} holds half of a character, which cannot be stored.", field=name)


def _check_nested(value: Any, name: str) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            check_text(str(key), name)
            _check_nested(each, f"{name}.{key}")
    elif isinstance(value, list | tuple):
        for place, each in enumerate(value):
            _check_nested(each, f"{name}[{place}]")
    elif isinstance(value, str):
        check_text(value, name)
