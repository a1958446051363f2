"""Duplicating, splitting, merging, deleting and restoring orders."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from orderdesk.lib.ids import id_in, ids_in
from orderdesk.lib.refused import Refused
from orders.forms.operations import Confirmed, PickForm, SplitByForm
from orders.models import RESTORABLE_FOR, Order
from orders.pages.operations import after_deleting, merge_page, split_page
from orders.services import (
    By,
    delete_order,
    duplicate_order,
    merge_orders,
    restore_order,
    split_order,
)
from orders.services.lines import lines_of
from orders.services.merges import plan_merge
from orders.services.splits import plan_split
from orders.views.shared import INVALID, order_address, way_back
from stores.access import PageRequest, store_page
from stores.models import Store

# What a button of a wizard sends along with its form.
EDIT, ACT = "edit", "act"


@store_page("orders.edit")
@require_POST
def order_duplicate(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Make the same order once more and lead to the new one."""
    order = _order(store, order_id)
    copy = duplicate_order(order=order, by=By.person(request.user), now=timezone.now())
    messages.success(request, f"Order {order.number} duplicated as order {copy.number}.")
    return HttpResponseRedirect(order_address(copy))


# --- split --------------------------------------------------------------------------------------


@store_page("orders.edit")
@require_http_methods(["GET", "POST"])
def order_split(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Ask for the lines to split off, show both orders as they would be, then split."""
    order = _order(store, order_id)
    data = request.POST if request.method == "POST" else None
    # As the order page's ticks send them.
    ticked = ids_in(request.GET.getlist("items"))
    form = PickForm(data, items=lines_of(order), ticked=ticked)
    return _split(request, order, form, {"pick_form": form, "by_form": SplitByForm()})


@store_page("orders.edit")
@require_http_methods(["GET", "POST"])
def order_split_by(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Split an order by what its lines have in common."""
    order = _order(store, order_id)
    form = SplitByForm(request.POST if request.method == "POST" else None)
    picks = PickForm(items=lines_of(order))
    return _split(request, order, form, {"pick_form": picks, "by_form": form})


def _split(
    request: PageRequest, order: Order, form: PickForm | SplitByForm, forms: dict[str, Any]
) -> HttpResponse:
    context = {"order": order, "section": "orders", "form": form, "refused": "", **forms}
    if request.method != "POST":
        return render(request, "orders/operation_split.html", context)
    if not form.is_valid():
        return render(request, "orders/operation_split.html", context, status=INVALID)
    if request.POST.get("step") == EDIT:
        return render(request, "orders/operation_split.html", context)
    try:
        if request.POST.get("step") == ACT:
            return _split_now(request, order, form)
        plan = plan_split(order=order, wish=form.wish())
    except Refused as refusal:
        context["refused"] = refusal.message
        return render(request, "orders/operation_split.html", context, status=INVALID)
    context |= {"page": split_page(plan), "kept": _kept(request.POST)}
    return render(request, "orders/operation_split_preview.html", context)


def _split_now(request: PageRequest, order: Order, form: PickForm | SplitByForm) -> HttpResponse:
    seen = _confirmed(request)
    new = split_order(
        order=order,
        wish=form.wish(),
        by=By.person(request.user),
        now=timezone.now(),
        version=seen["version"],
        confirmed=seen["confirmed"],
    )
    numbers = ", ".join(each.number for each in new)
    messages.success(request, f"Order {order.number} split. New: {numbers}.")
    return HttpResponseRedirect(order_address(new[0]))


# --- merge --------------------------------------------------------------------------------------


@store_page("orders.edit")
@require_http_methods(["GET", "POST"])
def orders_merge(request: PageRequest, store: Store) -> HttpResponse:
    """Show the chosen orders side by side and what they would become, then merge them."""
    asked = request.POST if request.method == "POST" else request.GET
    ids = ids_in(pk for each in asked.getlist("ids") for pk in each.split(","))
    orders = list(
        Order.objects.for_store(store).present().select_related("folder").filter(pk__in=ids)
    )
    try:
        if request.method == "POST" and asked.get("step") == ACT:
            return _merge_now(request, orders, asked)
        plan = plan_merge(orders=orders)
    except Refused as refusal:
        refused = {"section": "orders", "refused": refusal.message, "orders": orders}
        return render(request, "orders/operation_merge_refused.html", refused, status=INVALID)
    shown = {"section": "orders", "page": merge_page(plan)}
    return render(request, "orders/operation_merge.html", shown)


def _merge_now(request: PageRequest, orders: list[Order], asked: QueryDict) -> HttpResponse:
    versions = {
        order.pk: version
        for order in orders
        if (version := id_in(asked.get(f"version_{order.pk}", ""))) is not None
    }
    if len(orders) < len(ids_in(asked.getlist("ids"))):
        raise Refused("One of these orders is not here any more, so nothing was merged.")
    merged = merge_orders(
        orders=orders, by=By.person(request.user), now=timezone.now(), versions=versions
    )
    messages.success(request, f"{len(orders)} orders merged into order {merged.number}.")
    return HttpResponseRedirect(order_address(merged))


# --- delete and restore -------------------------------------------------------------------------


@store_page("orders.delete")
@require_http_methods(["GET", "POST"])
def order_delete(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Ask before an order is deleted, then delete it."""
    order = _order(store, order_id)
    if request.method == "GET":
        context = {"order": order, "section": "orders", "told": after_deleting(order)}
        return render(request, "orders/operation_delete.html", context)
    now = timezone.now()
    delete_order(order=order, by=By.person(request.user), now=now)
    until = _day(now + RESTORABLE_FOR)
    messages.success(request, f"Order {order.number} deleted. It can be restored until {until}.")
    return HttpResponseRedirect(f"{reverse('orders:list', args=[store.pk])}?deleted=1")


@store_page("orders.delete")
@require_POST
def order_restore(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Bring a deleted order back."""
    order = get_object_or_404(Order.objects.for_store(store).select_related("folder"), pk=order_id)
    if restore_order(order=order, by=By.person(request.user), now=timezone.now()):
        messages.success(request, f"Order {order.number} restored to {order.folder.name}.")
    return HttpResponseRedirect(way_back(request, order_address(order)))


def _order(store: Store, order_id: int) -> Order:
    orders = Order.objects.for_store(store).present().select_related("folder")
    return get_object_or_404(orders, pk=order_id)


def _confirmed(request: PageRequest) -> dict[str, Any]:
    form = Confirmed(request.POST)
    if not form.is_valid():
        raise Refused("This page is not as we sent it. Look at the preview again.")
    return form.cleaned_data


def _kept(posted: QueryDict) -> list[tuple[str, Any]]:
    """Give what the preview has to send once more, so that the same is split as was shown."""
    left_out = {"csrfmiddlewaretoken", "step", "version", "confirmed"}
    return [(name, posted[name]) for name in posted if name not in left_out]


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B}"
