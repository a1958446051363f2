"""The order page, and what people do on it with one click."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from orderdesk.lib.ids import id_in
from orderdesk.lib.refused import Refused
from orders.forms.order import NoteForm
from orders.models import OrderSettings
from orders.pages.order import OrderPage, Place, for_the_page, order_page
from orders.pages.source_changes import waiting_change
from orders.services import By, move_order
from orders.services.notes import add_note
from orders.services.tags import tag_orders
from orders.timeline import FILTERS
from orders.views.editing import present_order
from orders.views.shared import INVALID, UNCHANGED, folder_asked_for, order_address
from stores.access import PageRequest, store_page
from stores.models import Store


@store_page()
@require_safe
def order_view(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Show one order with everything that happened to it; a deleted one is there to be read."""
    return _order_page(request, store, order_id)


@store_page()
@require_safe
def order_live(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Give the parts of the order page that change by themselves; nothing if unchanged."""
    page = _page(request, store, order_id)
    if request.GET.get("seen") == page.seen:
        return HttpResponse(status=UNCHANGED)
    context = {"page": page, "order": page.order, "timeline_filters": FILTERS}
    return render(request, "orders/order_live.html", context)


@store_page("orders.edit")
@require_POST
def order_move(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Move one order to a folder."""
    order, folder = present_order(store, order_id), folder_asked_for(request, store)
    if move_order(order=order, folder=folder, by=By.person(request.user), now=timezone.now()):
        messages.success(request, f"Order {order.number} moved to {folder.name}.")
    return HttpResponseRedirect(order_address(order))


@store_page("orders.edit")
@require_POST
def order_tag(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Give the order one of the store's tags, or take its tag off where none is named."""
    order, name = present_order(store, order_id), request.POST.get("tag", "")
    tags = {tag["name"]: tag["color"] for tag in OrderSettings.of(store.pk).tags}
    if name and name not in tags:
        raise Refused("The store has no such tag any more.", field="tag")
    by, now = By.person(request.user), timezone.now()
    tag_orders(orders=[order], color=tags.get(name, ""), name=name, by=by, now=now)
    return HttpResponseRedirect(order_address(order))


@store_page("orders.edit")
@require_POST
def note_add(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Leave a note on an order."""
    order, form = present_order(store, order_id), NoteForm(request.POST)
    if not form.is_valid():
        return _order_page(request, store, order_id, note_form=form)
    content = form.cleaned_data["content"]
    add_note(order=order, content=content, by=By.person(request.user), now=timezone.now())
    return HttpResponseRedirect(f"{order_address(order)}#notes")


def _order_page(request: PageRequest, store: Store, order_id: int, **refused: Any) -> HttpResponse:
    """Show the order page; `refused` are forms that came back, by their name in the template."""
    page = _page(request, store, order_id)
    context = {
        "page": page,
        "order": page.order,
        "section": "orders",
        "waiting": waiting_change(page.order),
        "note_form": NoteForm(auto_id="note_%s"),
        "timeline_filters": FILTERS,
        **refused,
    }
    return render(request, "orders/order_view.html", context, status=INVALID if refused else 200)


def _page(request: PageRequest, store: Store, order_id: int) -> OrderPage:
    order = get_object_or_404(for_the_page(store), pk=order_id)
    place = Place(id_in(request.GET.get("before", "")), request.GET.get("show", ""))
    return order_page(order, zone=store.timezone, place=place, now=timezone.now())
