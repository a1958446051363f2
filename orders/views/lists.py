"""The order list, and what people do on it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from orderdesk.lib.ids import ids_in
from orderdesk.lib.refused import Refused
from orders.forms.lists import ListForm
from orders.models import Order
from orders.pages.lists import list_page
from orders.services import By, move_orders
from orders.views.shared import UNCHANGED, folder_asked_for, order_address, way_back
from stores.access import PageRequest, store_page
from stores.models import Store

MOVED_AT_ONCE = 500


@store_page()
@require_safe
def order_list(request: PageRequest, store: Store) -> HttpResponse:
    """Show a folder's orders, those a search finds, or all, newest first."""
    wanted = ListForm(request.GET).readable()
    page = list_page(store, wanted)
    if wanted["folder"] and page.folder is None:
        raise Http404
    if page.only_find is not None:
        return HttpResponseRedirect(order_address(page.only_find))
    return render(request, "orders/order_list.html", _list_context(request, page, wanted))


@store_page()
@require_safe
def order_rows(request: PageRequest, store: Store) -> HttpResponse:
    """Give the list's rows alone, for the page that keeps itself current; nothing if unchanged."""
    wanted = ListForm(request.GET).readable()
    page = list_page(store, wanted)
    if request.GET.get("seen") == page.seen:
        return HttpResponse(status=UNCHANGED)
    return render(request, "orders/live_rows.html", _list_context(request, page, wanted))


@store_page()
@require_safe
def folder_counts(request: PageRequest, store: Store) -> HttpResponse:
    """Give the folders with their counts alone, for the sidebar that keeps itself current."""
    section = request.GET.get("section", "")
    return render(request, "parts/folder_nav.html", {"section": section})


@store_page("orders.edit")
@require_POST
def orders_move(request: PageRequest, store: Store) -> HttpResponse:
    """Move the picked orders to a folder."""
    folder = folder_asked_for(request, store)
    orders = list(Order.objects.for_store(store).present().filter(pk__in=_picked(request.POST)))
    moved = move_orders(
        orders=orders, folder=folder, by=By.person(request.user), now=timezone.now()
    )
    messages.success(request, _told(len(moved), len(orders) - len(moved), folder.name))
    return HttpResponseRedirect(way_back(request, reverse("orders:list", args=[store.pk])))


def _told(moved: int, there: int, name: str) -> str:
    """Put the outcome of a move into words."""
    words = [f"{moved:,} {'order' if moved == 1 else 'orders'} moved to {name}."] if moved else []
    if there:
        words.append(f"{there:,} {'was' if there == 1 else 'were'} in {name} already.")
    return " ".join(words) or "These orders are not here any more; nothing moved."


def _list_context(request: PageRequest, page: Any, wanted: dict[str, Any]) -> dict[str, Any]:
    """Add to a page of the list how its links go on: the parameters that stay the same."""
    kept = QueryDict(mutable=True)
    for name in ("folder", "q"):
        if wanted[name]:
            kept[name] = wanted[name]
    if request.GET.get("per"):
        kept["per"] = wanted["per"]
    section = f"folder-{page.folder.pk}" if page.folder else "orders"
    title = page.folder.name if page.folder else "Search" if wanted["q"] else "Orders"
    return {
        "page": page,
        "wanted": wanted,
        "kept": kept.urlencode(),
        "section": section,
        "title": title,
        "counted": f"{title} ({page.folder.order_count})" if page.folder else title,
    }


def _picked(posted: QueryDict) -> set[int]:
    """Read the ids of the picked orders; what is no id cannot be an order's and is left out."""
    ids = ids_in(posted.getlist("ids"))
    if not ids:
        raise Refused("No order was picked. Tick the orders first, then choose the folder.")
    if len(ids) > MOVED_AT_ONCE:
        raise Refused(f"{len(ids):,} orders are picked; {MOVED_AT_ONCE} can move at once.")
    return ids
