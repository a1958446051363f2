"""The address of a list: what of it stays when one thing changes."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from orders.forms.lists import PAGE_SIZE
from stores.models import Store

# In the order in which they stand in the address.
KEPT = ("folder", "deleted", "q", "sort", "per")


@dataclass(frozen=True, slots=True)
class ListAddress:
    """Where a list stands: the store's, and the parameters of `ListForm.readable`."""

    path: str
    kept: dict[str, Any]

    @classmethod
    def of(cls, store: Store, wanted: dict[str, Any]) -> "ListAddress":
        """Take over what differs from the plain list."""
        told = {name: wanted[name] for name in KEPT if wanted[name]}
        if told.get("per") == PAGE_SIZE:
            told.pop("per")
        if told.pop("deleted", False):
            told["deleted"] = 1
        return cls(reverse("orders:list", args=[store.pk]), told)

    def to(self, **changes: Any) -> str:
        """Give the address with these parameters changed; one that is None or '' goes away."""
        return self._join(self.path, {**self.kept, **changes})

    def at(self, path: str, **changes: Any) -> str:
        """Give the address of another page that is told the same."""
        return self._join(path, {**self.kept, **changes})

    def fields(self, *without: str) -> dict[str, Any]:
        """Give what a form by GET has to carry along beside its own fields."""
        return {name: value for name, value in self.kept.items() if name not in without}

    @staticmethod
    def _join(path: str, told: dict[str, Any]) -> str:
        query = QueryDict(mutable=True)
        for name, value in told.items():
            if value not in (None, ""):
                query[name] = value
        return f"{path}?{query.urlencode()}" if query else path
