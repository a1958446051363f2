"""A question about orders as data: conditions, joined by "all" or "any". Pure."""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

MATCHES = ("all", "any")


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison. `field` is a key of the table of fields, `value` as rules keep it.

    `start` and `end` say where in a typed text it stands; they make no difference to what it asks.
    """

    field: str
    operator: str
    value: Any = ""
    name: str = ""
    case: bool = False
    start: int = dataclasses.field(default=0, compare=False)
    end: int = dataclasses.field(default=0, compare=False)

    def settings(self) -> dict[str, Any]:
        """Give it as rules keep their conditions."""
        named = {"name": self.name} if self.name else {}
        cased = {"case": True} if self.case else {}
        return {
            "filter": self.field, "operator": self.operator, "value": self.value, **named, **cased
        }  # fmt: skip

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Condition":
        """Read it back."""
        return cls(
            field=str(settings.get("filter", "")),
            operator=str(settings.get("operator", "")),
            value=settings.get("value", ""),
            name=str(settings.get("name", "")),
            case=bool(settings.get("case")),
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Several conditions in brackets."""

    match: str
    parts: tuple[Condition, ...]

    def settings(self) -> dict[str, Any]:
        return {"match": self.match, "parts": [part.settings() for part in self.parts]}


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for. Without any part it holds for every order."""

    match: str = "all"
    parts: tuple[Condition | Group, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.parts)

    def __iter__(self) -> Iterator[Condition]:
        """Give every condition, those within groups too."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.parts
            else:
                yield part

    def settings(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {"match": self.match, "parts": [part.settings() for part in self.parts]}

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> "Query":
        """Read it back."""
        parts = tuple(map(_part, settings.get("parts", ())))
        return cls(_match(settings), parts)

    def without(self, place: int) -> "Query":
        """Leave one part out, as its chip's cross does."""
        return replace(self, parts=self.parts[:place] + self.parts[place + 1 :])


def _part(settings: Mapping[str, Any]) -> Condition | Group:
    if "parts" in settings:
        return Group(_match(settings), tuple(map(Condition.of, settings["parts"])))
    return Condition.of(settings)


def _match(settings: Mapping[str, Any]) -> str:
    match = settings.get("match")
    return match if match in MATCHES else "all"


@dataclass(frozen=True, slots=True)
class Problem:
    """What of a typed text cannot be understood: from where to where, and a sentence."""

    start: int
    end: int
    sentence: str
