"""What evaluation is given: the order as plain data, and the names of what rules refer to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# An order as plain data: every column by its name, its `items` and `shipments` as tuples of such
# mappings, and `sent_to`, the ids of the connections that have it or are still to get it.
Snapshot = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """The store's folders and the connections that take orders, as (id, name) in their order."""

    folders: tuple[tuple[int, str], ...] = ()
    connections: tuple[tuple[int, str], ...] = ()

    def folder(self, pk: int) -> str:
        """Give the name of a folder, or '' when there is none."""
        return dict(self.folders).get(pk, "")

    def connection(self, pk: int) -> str:
        """Give the name of a connection that takes orders, or '' when there is none."""
        return dict(self.connections).get(pk, "")


class Broken(Exception):
    """A part of a rule that cannot be used; the message says which, why, and what to do."""
