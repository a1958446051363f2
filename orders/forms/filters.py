"""The filter builder of a list: one condition being filled in, in the fields that rules have."""

from typing import Any

from django.utils.datastructures import MultiValueDict

from orders.filters.facts import Facts
from orders.filters.forms import FILTERS
from orders.filters.query import Condition, Query
from orders.pages.chips import JOINED, NEW, OTHER, added, chips_of, condition_at, replaced

USUAL = "source_name"
APPLY = "apply"


class FilterEditor:
    """The filter that is being added or changed, as the address of the list tells it.

    `place` is where the condition stands, "new" for one to be added; `beside` is the place of the
    one it is joined to.
    """

    def __init__(self, data: MultiValueDict[str, str], query: Query, facts: Facts) -> None:
        self.query, self.facts = query, facts
        self.place: str = data.get("edit", "")
        self.beside: str = data.get("beside", "")
        before = condition_at(query, self.place)
        self.is_open = before is not None or self.place == NEW
        key = data.get("field") or (before.field if before else USUAL)
        self.filter = FILTERS.get(key) or FILTERS[USUAL]
        self.is_applied = data.get("do") == APPLY
        told: dict[str, Any] = {"facts": facts, "auto_id": "filter_%s"}
        if self.is_applied:
            told["data"] = data
        elif before and before.field == self.filter.key:
            told["initial"] = before.settings()
        self.form = self.filter.settings_form(**told)

    @property
    def is_new(self) -> bool:
        """Tell whether the filter is to be added."""
        return self.place == NEW

    @property
    def places(self) -> list[tuple[str, str]]:
        """Give what a new filter can be joined to, and how."""
        word = JOINED[OTHER[self.query.match]]
        return [
            (chip.place, f"{chip.words}, {word} this") for chip in chips_of(self.query, self.facts)
        ]

    def applied(self) -> Query | None:
        """Give the question with the filter in its place; None while it cannot be asked so."""
        if not (self.is_open and self.is_applied and self.form.is_valid()):
            return None
        condition = Condition.of({"filter": self.filter.key, **self.form.settings()})
        if self.is_new:
            return added(self.query, condition, self.beside)
        return replaced(self.query, self.place, condition)
