"""Amounts shared out so that the parts add up exactly. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from orderdesk.lib.money import ZERO, smallest_unit


def weights_of(*measures: Sequence[Decimal]) -> list[Decimal]:
    """Give the first measure that weighs anything, as weights for `share`; else equal ones.

    All measures have one number for each part. Numbers below zero weigh nothing.
    """
    for measure in measures:
        weights = [max(number, ZERO) for number in measure]
        if any(weights):
            return weights
    return [Decimal(1)] * len(measures[0])


def share(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Share an amount in proportion to weights, of which one is above zero and none below.

    Each part is a whole number of the currency's smallest unit, found by the largest remainder;
    the first of equals gets more. What of the amount is finer than the unit goes to the part with
    the largest weight, so that the parts always add up to the amount.
    """
    unit = smallest_unit(currency)
    whole, finer = divmod(abs(amount), unit)
    total = sum(map(Fraction, weights), Fraction(0))
    exact = [int(whole) * Fraction(weight) / total for weight in weights]
    units = [int(each) for each in exact]
    by_remainder = sorted(range(len(exact)), key=lambda place: units[place] - exact[place])
    for place in by_remainder[: int(whole) - sum(units)]:
        units[place] += 1
    parts = [each * unit for each in units]
    parts[_largest(weights)] += finer
    return [-part if amount < 0 else part for part in parts]


def share_rows(
    rows: Iterable[Mapping[str, Any]], weights: Sequence[Decimal], currency: str
) -> list[list[dict[str, Any]]]:
    """Share each of {"name", "code", "amount"} rows; a part has no row where it has no amount.

    A row without an amount stays with the first part.
    """
    parts: list[list[dict[str, Any]]] = [[] for _ in weights]
    for row in rows:
        amount = Decimal(str(row.get("amount") or 0))
        if not amount:
            parts[0].append(dict(row))
            continue
        for part, shared in zip(parts, share(amount, weights, currency), strict=True):
            if shared:
                part.append({**row, "amount": f"{shared:f}"})
    return parts


def settled(parts: Sequence[Decimal], total: Decimal) -> list[Decimal]:
    """Make parts add up to a total by changing the largest; where the total allows none is below 0.

    For parts that were rounded one by one, so that little is missing.
    """
    kept = [max(part, ZERO) for part in parts] if total >= 0 else list(parts)
    missing = total - sum(kept, ZERO)
    while missing:
        place = _largest(kept)
        added = max(missing, -kept[place]) if total >= 0 else missing
        kept[place] += added
        missing -= added
    return kept


def _largest(numbers: Sequence[Decimal]) -> int:
    return max(range(len(numbers)), key=lambda place: numbers[place])
