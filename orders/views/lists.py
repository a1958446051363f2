"""The order list, and what people do on it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from orderdesk.lib.ids import ids_in
from orderdesk.lib.refused import Refused
from orders.bulk import offered
from orders.forms.lists import PAGE_SIZES, ListForm
from orders.models import Order
from orders.pages.columns import Column, shown_columns, wide_only
from orders.pages.frame import list_frame
from orders.pages.lists import COUNTED_AT_MOST, Wanted, count_up_to, list_page
from orders.pages.peek import peek_at
from orders.pages.seen import digest
from orders.pages.sorts import DELETED, sorting_of, sortings_of
from orders.search import Found, found
from orders.services import By, move_orders
from orders.views.addresses import ListAddress
from orders.views.filters import list_filters
from orders.views.shared import UNCHANGED, folder_asked_for, order_address, way_back
from stores.access import PageRequest, denial, store_page
from stores.models import Store

MOVED_AT_ONCE = 500


@store_page()
@require_safe
def order_list(request: PageRequest, store: Store) -> HttpResponse:
    """Show a folder's orders, those a search finds, the deleted ones, or all."""
    wanted = ListForm(request.GET).readable()
    if wanted["deleted"] and not request.member.can("orders.delete"):
        raise PermissionDenied(denial(request.member, "orders.delete"))
    asked = found(store, wanted["q"], user=request.user)
    if asked.only is not None and not wanted["peek"]:
        return HttpResponseRedirect(order_address(asked.only))
    filters = list_filters(request, store, wanted, asked)
    if filters.answer is not None:
        return filters.answer
    context = {**_listed(request, store, wanted, asked), **filters.context}
    if wanted["folder"] and context["frame"].folder is None:
        raise Http404
    context["peek"] = peek_at(store, wanted["peek"]) if wanted["peek"] else None
    return render(request, "orders/order_list.html", context)


@store_page()
@require_safe
def order_rows(request: PageRequest, store: Store) -> HttpResponse:
    """Give the list's rows alone, for the page that keeps itself current; nothing if unchanged."""
    wanted = ListForm(request.GET).readable()
    context = _listed(request, store, wanted, found(store, wanted["q"], user=request.user))
    if request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=UNCHANGED)
    return render(request, "orders/live_rows.html", context)


@store_page()
@require_safe
def order_count(request: PageRequest, store: Store) -> HttpResponse:
    """Give how many orders match, for the offer to select them all."""
    wanted = ListForm(request.GET).readable()
    orders = _asked_for(store, wanted, found(store, wanted["q"], user=request.user))
    count = count_up_to(orders)
    told = {"count": count, "most": COUNTED_AT_MOST}
    return render(request, "orders/live_count.html", told)


@store_page()
@require_safe
def order_peek(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Give the panel beside the list, with the main facts of one order."""
    peek = peek_at(store, order_id)
    if peek is None:
        raise Http404
    wanted = ListForm(request.GET).readable()
    context = {"peek": peek, "wanted": wanted, "address": ListAddress.of(store, wanted)}
    return render(request, "orders/peek.html", context)


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


def _asked_for(store: Store, wanted: dict[str, Any], asked: Found) -> Any:
    """Give the orders the list is about, in no order."""
    if wanted["deleted"]:
        return Order.objects.for_store(store).restorable(timezone.now())
    folder = wanted["folder"]
    return asked.orders.filter(folder_id=folder) if folder else asked.orders


def _listed(
    request: PageRequest, store: Store, wanted: dict[str, Any], asked: Found
) -> dict[str, Any]:
    """Read one page of the list with all that stands around it."""
    frame = list_frame(store, request.user, wanted["folder"])
    columns = shown_columns(request.member, frame.folder)
    sorting = DELETED if wanted["deleted"] else sorting_of(wanted["sort"])
    page = list_page(
        _asked_for(store, wanted, asked),
        Wanted(sorting, wanted["per"], wanted["after"], wanted["before"]),
        columns,
    )
    offers = offered(request.member, store, deleted=wanted["deleted"])
    plain = not (wanted["q"] or wanted["deleted"])
    section = f"folder-{frame.folder.pk}" if frame.folder else "orders"
    title = _title(wanted, frame.folder.name if frame.folder else "")
    return {
        "page": page,
        "frame": frame,
        "columns": columns,
        "sortings": sortings_of(_sorts(columns)),
        "offers": offers,
        "picks": bool(offers),
        "wide": wide_only(columns),
        "asked": asked,
        "reasons": asked.reasons(row.order for row in page.rows),
        "wanted": wanted,
        "address": ListAddress.of(store, wanted),
        "page_sizes": PAGE_SIZES,
        "section": section,
        "title": title,
        "counted": f"{title} ({frame.count:,})" if plain else title,
        "count": frame.count if plain else None,
        "seen": digest([frame.count, page.seen]),
    }


def _sorts(columns: list[Column]) -> dict[str, None]:
    """Give the sortings a list with these columns offers, each once."""
    return dict.fromkeys(
        ["date", *(column.sort for column in columns if column.sort), "updated", "number"]
    )


def _title(wanted: dict[str, Any], folder: str) -> str:
    if wanted["deleted"]:
        return "Deleted orders"
    return folder or ("Search" if wanted["q"] else "Orders")


def _picked(posted: QueryDict) -> set[int]:
    """Read the ids of the picked orders; what is no id cannot be an order's and is left out."""
    ids = ids_in(posted.getlist("ids"))
    if not ids:
        raise Refused("No order was picked. Tick the orders first, then choose the folder.")
    if len(ids) > MOVED_AT_ONCE:
        raise Refused(f"{len(ids):,} orders are picked; {MOVED_AT_ONCE} can move at once.")
    return ids
