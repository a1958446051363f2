"""Two people change the same thing: what both did is put together, or told apart. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from orderdesk.lib.refused import Refused


@dataclass(frozen=True, slots=True)
class Clash:
    """One field that two people changed to different values since the first of them saw it."""

    name: str
    base: Any
    theirs: Any
    mine: Any


class Conflict(Refused):
    """Somebody else changed the same fields first; nothing was saved. `clashes` tells which."""

    def __init__(self, clashes: list[Clash]) -> None:
        names = ", ".join(clash.name.replace("_", " ") for clash in clashes[:5])
        super().__init__(f"Somebody changed this meanwhile: {names}.", field=clashes[0].name)
        self.clashes = clashes


def merged(
    present: Mapping[str, Any], wanted: Mapping[str, Any], based_on: Mapping[str, Any] | None
) -> dict[str, Any]:
    """Give the values that are to be changed: what is wanted and differs from what is there.

    None stands for what is not there. `based_on` is what the person saw, as `comparable` gives
    it: what they left as it was keeps the value somebody else gave it meanwhile. Without it
    everything wanted counts.

    Raises:
        Conflict: if a field they changed was changed to something else meanwhile.
    """
    changes: dict[str, Any] = {}
    clashes = []
    for name, value in wanted.items():
        theirs, mine = comparable(present.get(name)), comparable(value)
        base = comparable(based_on.get(name)) if based_on is not None else theirs
        if theirs == mine or (based_on is not None and mine == base):
            continue
        if theirs == base:
            changes[name] = value
        else:
            clashes.append(Clash(name, base, theirs, mine))
    if clashes:
        raise Conflict(clashes)
    return changes


def comparable(value: Any) -> Any:
    """Give a value as JSON can carry it to a page and back, equal where it means the same."""
    if isinstance(value, Mapping):
        return {str(name): comparable(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [comparable(each) for each in value]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, datetime):
        in_one_zone = value.astimezone(UTC) if value.tzinfo else value
        return in_one_zone.replace(microsecond=0).isoformat()
    return value.isoformat() if isinstance(value, date) else value
