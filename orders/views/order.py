"""The order page, and what people do on it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from orders.forms.order import CheckoutForm, NoteForm, ShipmentForm
from orders.models import Order
from orders.pages.order import order_page
from orders.pages.source_changes import CHANGE_WAITS, waiting_change
from orders.services import By, add_shipment, move_order, set_checkout_data
from orders.services.notes import add_note
from orders.views.shared import INVALID, UNCHANGED, folder_asked_for, order_address
from stores.access import PageRequest, store_page
from stores.models import Store


@store_page()
@require_safe
def order_view(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Show one order with everything that happened to it."""
    return _order_page(request, store, order_id)


@store_page()
@require_safe
def order_live(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Give the parts of the order page that change by themselves; nothing if unchanged."""
    page = order_page(_order(store, order_id), zone=store.timezone, before=None, now=timezone.now())
    if request.GET.get("seen") == page.seen:
        return HttpResponse(status=UNCHANGED)
    return render(request, "orders/order_live.html", {"page": page, "order": page.order})


@store_page("orders.edit")
@require_POST
def order_move(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Move one order to a folder."""
    order, folder = _order(store, order_id), folder_asked_for(request, store)
    if move_order(order=order, folder=folder, by=By.person(request.user), now=timezone.now()):
        messages.success(request, f"Order {order.number} moved to {folder.name}.")
    return HttpResponseRedirect(order_address(order))


@store_page("orders.edit")
@require_POST
def note_add(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Leave a note on an order."""
    order, form = _order(store, order_id), NoteForm(request.POST)
    if not form.is_valid():
        return _order_page(request, store, order_id, note_form=form)
    content = form.cleaned_data["content"]
    add_note(order=order, content=content, by=By.person(request.user), now=timezone.now())
    return HttpResponseRedirect(f"{order_address(order)}#notes")


@store_page("orders.edit")
@require_POST
def checkout_data_set(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Set one field of an order's checkout data."""
    order, form = _order(store, order_id), CheckoutForm(request.POST)
    if not form.is_valid():
        return _order_page(request, store, order_id, checkout_form=form)
    values = {form.cleaned_data["name"]: form.cleaned_data["value"]}
    set_checkout_data(order=order, values=values, by=By.person(request.user), now=timezone.now())
    return HttpResponseRedirect(f"{order_address(order)}#checkout-data")


@store_page("orders.edit")
@require_POST
def shipment_add(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Add a parcel that somebody sent by hand."""
    order, form = _order(store, order_id), ShipmentForm(request.POST)
    if not form.is_valid():
        return _order_page(request, store, order_id, shipment_form=form)
    by, now = By.person(request.user), timezone.now()
    add_shipment(order=order, draft=form.draft(), source="Manual", by=by, now=now)
    messages.success(request, f"Shipment added to order {order.number}.")
    return HttpResponseRedirect(f"{order_address(order)}#shipments")


def _order_page(request: PageRequest, store: Store, order_id: int, **refused: Any) -> HttpResponse:
    """Show the order page; `refused` are forms that came back, by their name in the template."""
    before = request.GET.get("before", "")
    place = int(before) if before.isascii() and before.isdigit() else None
    order = _order(store, order_id)
    page = order_page(order, zone=store.timezone, before=place, now=timezone.now())
    forms = {
        "note_form": NoteForm(auto_id="note_%s"),
        "checkout_form": CheckoutForm(auto_id="checkout_%s"),
        "shipment_form": ShipmentForm(auto_id="shipment_%s"),
    }
    context = {
        "page": page,
        "order": order,
        "section": "orders",
        "waiting": waiting_change(order),
        **forms,
        **refused,
    }
    return render(request, "orders/order_view.html", context, status=INVALID if refused else 200)


def _order(store: Store, order_id: int) -> Order:
    orders = Order.objects.for_store(store).present().select_related("folder")
    orders = orders.annotate(change_waits=CHANGE_WAITS)
    return get_object_or_404(orders, pk=order_id)
