"""Adding an order by hand."""

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods

from orderdesk.lib.refused import Refused
from orders.addresses import read_address
from orders.forms.adding import AddOrderForm, with_address
from orders.models import Folder, Order, OrderSettings
from orders.services import By
from orders.services.adding import AddedBefore, add_order, from_inventory
from orders.services.data import check_size
from orders.views.shared import INVALID, note_refusal, order_address
from stores.access import PageRequest, store_page
from stores.models import Store


@store_page("orders.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def order_add(request: PageRequest, store: Store) -> HttpResponse:
    """Show the form of a new order, read a pasted address into it, and add the order."""
    if request.method != "POST":
        return _show(request, _form(store))
    if "read" in request.POST:
        found = read_address(request.POST.get("paste", ""))
        form = _form(store, with_address(request.POST, found))
        told = "Look at the address below: this is what was read." if found.address else ""
        return _show(request, form, told or "No address was found in this text.", unchecked=True)
    form = _form(store, request.POST)
    if "more" in request.POST:
        form.with_more_items()
        return _show(request, form, unchecked=True)
    if not form.is_valid():
        return _show(request, form, status=INVALID)
    try:
        order = _add(request, store, form, timezone.now())
    except Refused as refusal:
        note_refusal(form, refusal)
        return _show(request, form, status=INVALID)
    messages.success(request, f"Order {order.number} added.")
    return HttpResponseRedirect(order_address(order))


def _add(request: PageRequest, store: Store, form: AddOrderForm, now: datetime) -> Order:
    by = By.person(request.user)
    typed = [row for row in form.item_rows if not row.is_blank]
    items = []
    for line, row in zip(form.lines, typed, strict=True):
        item = from_inventory(store, line, stated=row.stated)
        if not item.name:
            why = f": {row.code} is not in the inventory." if row.code else " or a code."
            raise Refused(f"Item {row.place + 1} needs a name{why}")
        items.append(item)
    check_size("checkout_data", form.pairs.values())
    note = form.cleaned_data["note"].strip()
    notes = ({"date_added": now.isoformat(), "username": by.name, "content": note},) if note else ()
    try:
        return add_order(
            store=store,
            draft=form.draft(items, notes),
            folder=form.cleaned_data["folder"],
            by=by,
            now=now,
            once=form.cleaned_data["once"],
        )
    except AddedBefore as before:
        return Order.objects.for_store(store).get(pk=before.order_id)


def _form(store: Store, data: MultiValueDict[str, str] | None = None) -> AddOrderForm:
    return AddOrderForm(
        data,
        folders=Folder.objects.for_store(store).in_order(),
        zone=store.timezone,
        checkout_fields=OrderSettings.of(store.pk).checkout_fields,
    )


def _show(
    request: PageRequest,
    form: AddOrderForm,
    told: str = "",
    *,
    unchecked: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Show the form; `unchecked` shows what was typed without complaining about it yet."""
    if unchecked:
        form.complain_of_nothing()
    context = {"section": "add", "form": form, "told": told}
    return render(request, "orders/order_add.html", context, status=status)
