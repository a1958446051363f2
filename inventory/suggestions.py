"""Finding items while somebody types."""

from typing import Any

from django.db.models import Q

from inventory.models import InventoryItem
from stores.models import Store

AT_MOST = 10


def suggested(store: Store, typed: str) -> list[InventoryItem]:
    """Give items whose code begins with what was typed, then those with such words in their name.

    Of several words each must begin one of the name's, or stand in the code.
    """
    words = typed.replace("\x00", "").split()[:5]
    if not words:
        return []
    items = InventoryItem.objects.for_store(store)
    by_code = list(items.filter(code__istartswith=" ".join(words)).order_by("code")[:AT_MOST])
    if len(by_code) == AT_MOST:
        return by_code
    named = Q()
    for word in words:
        inside = Q(name__istartswith=word) | Q(name__icontains=f" {word}")
        named &= inside | Q(name__icontains=f"-{word}") | Q(code__icontains=word)
    known = {item.pk for item in by_code}
    by_name = items.filter(named).exclude(pk__in=known).order_by("name", "code")
    return [*by_code, *by_name[: AT_MOST - len(by_code)]]


def suggestion(item: InventoryItem) -> dict[str, Any]:
    """Give what a form fills in for an item, as text."""
    return {
        "code": item.code,
        "name": item.name,
        "price": f"{item.price.normalize():f}",
        "weight": f"{item.weight.normalize():f}",
        "stock": item.stock,
        "variation_list": item.variation_list,
    }
