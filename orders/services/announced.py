"""Events that one statement wrote, read only by whoever wants more of them than their kind."""

from collections.abc import Sequence
from functools import cached_property
from typing import overload

from orderdesk.lib.among import among
from orders.models import OrderEvent


class Announced(Sequence[OrderEvent]):
    """The events with these ids, as a receiver of the signal takes them.

    `first` is one of them, as far as it is known without looking: enough to tell by its kind and
    store whether the others matter. They are read at the first look beyond it.
    """

    def __init__(self, ids: list[int], first: OrderEvent) -> None:
        self.ids = ids
        self.first = first

    @cached_property
    def read(self) -> list[OrderEvent]:
        """All of the events, each with its order."""
        events = OrderEvent.objects.for_store(self.first.store_id).filter(pk__in=among(self.ids))
        return list(events.select_related("order").order_by("pk"))

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, place: int) -> OrderEvent: ...
    @overload
    def __getitem__(self, place: slice) -> list[OrderEvent]: ...
    def __getitem__(self, place: int | slice) -> OrderEvent | list[OrderEvent]:
        if place == 0 and "read" not in self.__dict__:
            return self.first
        return self.read[place]
