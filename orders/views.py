"""The order list, the order page, and what people do on them."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from orderdesk.lib.ids import ids_in
from orderdesk.lib.refused import Refused
from orders.forms import CheckoutForm, ListForm, MoveForm, NoteForm, ShipmentForm
from orders.models import Folder, Order
from orders.pages import list_page, order_page
from orders.services import By, add_shipment, move_order, move_orders, set_checkout_data
from orders.services.notes import add_note
from stores.access import PageRequest, store_page
from stores.models import Store

UNCHANGED = 204
INVALID = 422
MOVED_AT_ONCE = 500


# --- the list -----------------------------------------------------------------------------------


@store_page()
@require_safe
def order_list(request: PageRequest, store: Store) -> HttpResponse:
    """Show a folder's orders, those a search finds, or all, newest first."""
    wanted = ListForm(request.GET).readable()
    page = list_page(store, wanted)
    if wanted["folder"] and page.folder is None:
        raise Http404
    if page.only_find is not None:
        return HttpResponseRedirect(_address(page.only_find))
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
    folder = _folder(request, store)
    orders = list(Order.objects.for_store(store).present().filter(pk__in=_picked(request.POST)))
    moved = move_orders(
        orders=orders, folder=folder, by=By.person(request.user), now=timezone.now()
    )
    messages.success(request, _told(len(moved), len(orders) - len(moved), folder.name))
    return HttpResponseRedirect(_back(request, reverse("orders:list", args=[store.pk])))


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


# --- one order ----------------------------------------------------------------------------------


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
    order, folder = _order(store, order_id), _folder(request, store)
    if move_order(order=order, folder=folder, by=By.person(request.user), now=timezone.now()):
        messages.success(request, f"Order {order.number} moved to {folder.name}.")
    return HttpResponseRedirect(_address(order))


@store_page("orders.edit")
@require_POST
def note_add(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Leave a note on an order."""
    order, form = _order(store, order_id), NoteForm(request.POST)
    if not form.is_valid():
        return _order_page(request, store, order_id, note_form=form)
    content = form.cleaned_data["content"]
    add_note(order=order, content=content, by=By.person(request.user), now=timezone.now())
    return HttpResponseRedirect(f"{_address(order)}#notes")


@store_page("orders.edit")
@require_POST
def checkout_data_set(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Set one field of an order's checkout data."""
    order, form = _order(store, order_id), CheckoutForm(request.POST)
    if not form.is_valid():
        return _order_page(request, store, order_id, checkout_form=form)
    values = {form.cleaned_data["name"]: form.cleaned_data["value"]}
    set_checkout_data(order=order, values=values, by=By.person(request.user), now=timezone.now())
    return HttpResponseRedirect(f"{_address(order)}#checkout-data")


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
    return HttpResponseRedirect(f"{_address(order)}#shipments")


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
    context = {"page": page, "order": order, "section": "orders", **forms, **refused}
    return render(request, "orders/order_view.html", context, status=INVALID if refused else 200)


def _order(store: Store, order_id: int) -> Order:
    orders = Order.objects.for_store(store).present().select_related("folder")
    return get_object_or_404(orders, pk=order_id)


def _folder(request: HttpRequest, store: Store) -> Folder:
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise Refused("Choose the folder to move to.", field="folder")
    return get_object_or_404(Folder.objects.for_store(store), pk=form.cleaned_data["folder"])


def _address(order: Order) -> str:
    return reverse("orders:order_view", args=[order.store_id, order.pk])


def _back(request: HttpRequest, otherwise: str) -> str:
    """Give the page of ours the form names as the one it came from."""
    back = request.POST.get("back", "")
    return back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else otherwise
