"""Choosing the columns of a list: rows that buttons move, add and take away, script or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.datastructures import MultiValueDict

from orders.pages.columns import (
    CHECKOUT,
    COLUMNS,
    LONGEST_NAME,
    MOST_COLUMNS,
    Column,
    read_columns,
)

MINE, EVERYONE = "mine", "everyone"


@dataclass
class ColumnsEditor:
    """The columns of a list being chosen. `problem` is what is wrong, `focus` where to go on."""

    columns: list[Column]
    scope: str = MINE
    problem: str = ""
    focus: str = ""

    @classmethod
    def typed(cls, data: MultiValueDict[str, str]) -> "ColumnsEditor":
        """Take over what stands in the form."""
        scope = EVERYONE if data.get("scope") == EVERYONE else MINE
        return cls(read_columns(data.getlist("column")), scope)

    @property
    def addable(self) -> list[Column]:
        """Give the columns that are not shown yet."""
        shown = {column.key for column in self.columns}
        return [column for column in COLUMNS.values() if column.key not in shown]

    @property
    def keys(self) -> Sequence[str]:
        """Give the columns as they are kept."""
        return [column.key for column in self.columns]

    def change(self, do: str, data: Mapping[str, str]) -> None:
        """Do what a button asks for, as in "up:total" or "add"."""
        what, _, key = do.partition(":")
        if what == "add":
            self._add(data.get("new", ""))
        elif what == "add_checkout":
            self._add_checkout(data.get("checkout", "").strip())
        else:
            self._turn(what, key)

    def _add(self, key: str) -> None:
        self.columns = read_columns([*self.keys, key])
        self.focus = "new"

    def _add_checkout(self, name: str) -> None:
        self.focus = "checkout"
        if not name:
            self.problem = "Write the name of the checkout data."
        elif len(name) > LONGEST_NAME:
            self.problem = f"A name has {LONGEST_NAME} characters at most."
        elif len(self.columns) >= MOST_COLUMNS:
            self.problem = f"A list has {MOST_COLUMNS} columns at most."
        else:
            self.columns = read_columns([*self.keys, CHECKOUT + name])

    def _turn(self, what: str, key: str) -> None:
        place = next((at for at, column in enumerate(self.columns) if column.key == key), None)
        if place is None:
            return
        column = self.columns.pop(place)
        if what == "remove":
            self.focus = "new"
            return
        self.columns.insert(max(0, place + (1 if what == "down" else -1)), column)
        self.focus = f"{what}:{key}"
