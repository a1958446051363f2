"""Rows of names and values: checkout data, metadata, variations."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.datastructures import MultiValueDict

BLANK_ROWS = 2
ROWS_ALLOWED = 500


@dataclass(frozen=True, slots=True)
class Pair:
    """One row as it was typed; `place` makes the ids of its inputs."""

    place: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows of a form; `kind` stands before the names of their inputs."""

    kind: str
    rows: tuple[Pair, ...]

    @classmethod
    def of(cls, kind: str, values: Mapping[str, str]) -> "Pairs":
        """Show these values, and some rows that are still blank."""
        shown = [(str(name), str(value)) for name, value in values.items()]
        return cls._made(kind, [*shown, *[("", "")] * BLANK_ROWS])

    @classmethod
    def posted(cls, kind: str, data: MultiValueDict[str, str]) -> "Pairs":
        """Read the rows of a form that was sent; a row left blank stays one."""
        names, values = data.getlist(f"{kind}_name"), data.getlist(f"{kind}_value")
        values += [""] * (len(names) - len(values))
        return cls._made(kind, list(zip(names[:ROWS_ALLOWED], values, strict=False)))

    @classmethod
    def _made(cls, kind: str, rows: list[tuple[str, str]]) -> "Pairs":
        return cls(kind, tuple(Pair(place, *row) for place, row in enumerate(rows)))

    def with_more(self) -> "Pairs":
        """Add blank rows, for who needs them and has no script."""
        kept = [(row.name, row.value) for row in self.rows]
        return self._made(self.kind, [*kept, *[("", "")] * BLANK_ROWS])

    def values(self) -> dict[str, str]:
        """Give what the rows say; a value may be empty, a name may not."""
        return {row.name.strip(): row.value for row in self.rows if row.name.strip()}

    def problems(self) -> list[str]:
        """Say what is wrong with the rows."""
        names = [row.name.strip() for row in self.rows if row.name.strip()]
        twice = {name for name in names if names.count(name) > 1}
        nameless = [row.value for row in self.rows if row.value.strip() and not row.name.strip()]
        return [
            *(f"The value “{value[:60]}” has no name." for value in nameless),
            *(f"The name “{name[:60]}” stands twice." for name in sorted(twice)),
        ]
