"""Parcels on the order page: adding, putting right, taking off."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from orders.forms.shipments import ShipmentEditForm, ShipmentForm, left_to_ship, parcel_seen
from orders.models import Order, OrderItem, Shipment
from orders.services import By, add_shipment
from orders.services.shipments import change_shipment, remove_shipment
from orders.views.edit import FORM
from orders.views.editing import Editing, Seen, based_on, present_order, save_form, show_form
from orders.views.shared import order_address
from stores.access import PageRequest, store_page
from stores.models import Store


@store_page("orders.edit")
@require_http_methods(FORM)
def shipment_add(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Show the form of a new parcel with what is left to ship, and add it."""
    order = present_order(store, order_id)
    if request.method == "POST":
        # Two parcels at the same time must not both take what is left.
        Order.objects.for_store(store).select_for_update().only("pk").get(pk=order.pk)
    items = list(OrderItem.objects.for_store(store).filter(order=order).in_order())
    left = left_to_ship(order, items)
    editing = Editing(
        order=order,
        title="Add a shipment",
        template="orders/edit_shipment.html",
        action=reverse("orders:shipment_add", args=[store.pk, order.pk]),
        anchor="shipments",
    )
    data = request.POST if request.method == "POST" else None
    form = ShipmentForm(data, items=items, left=left)
    if data is None or not form.is_valid():
        return show_form(request, editing, form, None, shipment=None)

    def save(seen: Seen) -> None:
        by, now = By.person(request.user), timezone.now()
        add_shipment(order=order, draft=form.draft(), source="Manual", by=by, now=now)
        messages.success(request, f"Shipment added to order {order.number}.")

    return save_form(request, editing, form, save)


@store_page("orders.edit")
@require_http_methods(FORM)
def shipment_edit(
    request: PageRequest, store: Store, order_id: int, shipment_id: int
) -> HttpResponse:
    """Show a parcel as a form, and save what was put right."""
    order = present_order(store, order_id)
    shipment = _shipment(order, shipment_id)
    editing = Editing(
        order=order,
        title="Change the shipment",
        template="orders/edit_shipment.html",
        action=reverse("orders:shipment_edit", args=[store.pk, order.pk, shipment.pk]),
        anchor="shipments",
    )
    if request.method != "POST":
        form = ShipmentEditForm(shipment=shipment)
        return show_form(request, editing, form, parcel_seen(shipment), shipment=shipment)
    form = ShipmentEditForm(request.POST, shipment=shipment)
    if not form.is_valid():
        return show_form(request, editing, form, based_on(request), shipment=shipment)

    def save(seen: Seen) -> None:
        change_shipment(
            shipment=shipment,
            values=form.wanted(),
            by=By.person(request.user),
            now=timezone.now(),
            based_on=seen,
        )

    return save_form(request, editing, form, save)


@store_page("orders.edit")
@require_POST
def shipment_remove(
    request: PageRequest, store: Store, order_id: int, shipment_id: int
) -> HttpResponse:
    """Take a parcel off an order."""
    order = present_order(store, order_id)
    shipment = _shipment(order, shipment_id)
    remove_shipment(shipment=shipment, by=By.person(request.user), now=timezone.now())
    messages.success(request, f"Shipment {shipment.tracking_number} is off the order.")
    return HttpResponseRedirect(f"{order_address(order)}#shipments")


def _shipment(order: Order, shipment_id: int) -> Shipment:
    rows = Shipment.objects.for_store(order.store_id).present().filter(order=order)
    return get_object_or_404(rows.defer("label_image"), pk=shipment_id)
