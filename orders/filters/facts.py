"""What a question is asked with: the order as plain data, and the names of what it refers to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# An order as plain data: every column by its name; its `items` and `shipments`, those present, as
# tuples of such mappings; `now`, the moment of asking; and `sent_to`, the ids of the connections
# that have it or are still to get it. What few questions need is there when one of them is asked,
# see `orders.filters.sources`.
Snapshot = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """What questions refer to: folders, connections that take orders, and the store's time zone.

    Folders and connections stand as (id, name) in their order.
    """

    folders: tuple[tuple[int, str], ...] = ()
    connections: tuple[tuple[int, str], ...] = ()
    timezone: str = "UTC"

    def folder(self, pk: int) -> str:
        """Give the name of a folder, or '' when there is none."""
        return dict(self.folders).get(pk, "")

    def connection(self, pk: int) -> str:
        """Give the name of a connection that takes orders, or '' when there is none."""
        return dict(self.connections).get(pk, "")


class Broken(Exception):
    """A part of a question or a rule that cannot be used.

    The message says which, why, and what to do.
    """
