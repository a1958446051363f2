"""Counts of folders against one look-up by key."""

from typing import Any

from benchmarks.inside.timing import QUICK_ROUNDS, ROUNDS, clock, sizes
from orders.models import Folder, Order
from stores.models import Store
from stores.scoping import entered


def measure(*, quick: bool) -> dict[str, Any]:
    """Give milliseconds of the counts in the largest and in a small store, and of a look-up.

    Raises:
        LookupError: if a count is not what lies there.
    """
    large, small = sizes()
    told: dict[str, Any] = {"look-up": [], "large": [], "small": []}
    for turn in range((QUICK_ROUNDS if quick else ROUNDS) * 3 + 1):
        spent = {"look-up": _look_up(large), "large": _counts(large), "small": _counts(small)}
        if turn:
            for name, value in spent.items():
                told[name].append(value)
    for store in (large, small):
        with entered(store):
            for folder in Folder.objects.for_store(store).with_counts():
                lying = Order.objects.for_store(store).present().filter(folder=folder).count()
                if lying != folder.order_count:
                    raise LookupError(f"{folder} shows {folder.order_count}, not {lying}")
    return told


def _counts(store: Store) -> float:
    with entered(store), clock() as watch:
        list(Folder.objects.for_store(store).in_order().with_counts())
    return watch.spent


def _look_up(store: Store) -> float:
    with entered(store), clock() as watch:
        list(Folder.objects.for_store(store).in_order())
    return watch.spent
