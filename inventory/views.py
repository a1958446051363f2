"""What the store has in stock."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from inventory.models import InventoryItem
from inventory.suggestions import suggested, suggestion
from stores.access import PageRequest, store_page
from stores.models import Store

ITEMS_A_PAGE = 100


@store_page()
@require_safe
def item_list(request: PageRequest, store: Store) -> HttpResponse:
    """Show the items by code, a page from the code given in the address."""
    after = request.GET.get("after", "").replace("\x00", "")
    code = request.GET.get("q", "").strip().replace("\x00", "")
    items = InventoryItem.objects.for_store(store)
    items = items.coded([code]) if code else items.after(after)
    page = list(items.order_by("code")[: ITEMS_A_PAGE + 1])
    context = {
        "section": "inventory",
        "items": page[:ITEMS_A_PAGE],
        "wanted": code,
        "is_first": not after,
        "next_after": page[ITEMS_A_PAGE - 1].code if len(page) > ITEMS_A_PAGE else "",
    }
    return render(request, "inventory/item_list.html", context)


@store_page()
@require_safe
def suggest(request: PageRequest, store: Store) -> HttpResponse:
    """Give the items that begin with what is typed, at most ten, for forms that fill themselves."""
    items = suggested(store, request.GET.get("q", "")[:100])
    answer = JsonResponse({"items": [suggestion(item) for item in items]})
    answer["Cache-Control"] = "private, max-age=10"
    return answer
