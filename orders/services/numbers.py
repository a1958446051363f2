"""Numbers of orders that come without one, or with one that is taken."""

from itertools import count

from django.db.models import Q

from orders.models import Order, OrderSettings


def own_number(order: Order) -> str:
    """Give the number of a saved order that came without one: the store's prefix and our id."""
    prefix = OrderSettings.of(order.store_id).number_prefix
    return free_number(order.store_id, order.source_name, f"{prefix}{order.pk}")


def free_number(store_id: int, source_name: str, wanted: str) -> str:
    """Give the number that is wanted, or the next that no order of the source has: 7, 7-2, 7-3."""
    rows = Order.objects.for_store(store_id).filter(source_name=source_name)
    same = rows.filter(Q(source_id=wanted) | Q(source_key=wanted))
    if not same.exists():
        return wanted
    like = Q(source_id__startswith=f"{wanted}-") | Q(source_key__startswith=f"{wanted}-")
    pairs = rows.filter(like).values_list("source_id", "source_key")
    taken = {number for pair in pairs for number in pair}
    return next(each for step in count(2) if (each := f"{wanted}-{step}") not in taken)
