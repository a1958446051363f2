"""The order as it was at any moment, and what changed between two."""

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from orders.models import Order
from orders.pages.history import NOW, Moment, changes_between, moment_named, moments_of, past_of
from stores.access import PageRequest, store_page
from stores.models import Store


@store_page()
@require_safe
def order_at(request: PageRequest, store: Store, order_id: int, at: str) -> HttpResponse:
    """Show an order as it was right after an event, or at a moment."""
    order = _order(store, order_id)
    moment = _moment(order, at)
    if moment.key != at and moment.event is not None:
        return HttpResponseRedirect(
            reverse("orders:order_at", args=[store.pk, order.pk, moment.key])
        )
    context = {"section": "orders", "order": order, "past": past_of(order, moment)}
    return render(request, "orders/order_at.html", context)


@store_page()
@require_safe
def order_between(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Show what changed between two moments; from its beginning until now where none is named."""
    order = _order(store, order_id)
    events = moments_of(order)
    first = str(events[-1].pk) if events else NOW
    one = past_of(order, _moment(order, request.GET.get("from") or first))
    other = past_of(order, _moment(order, request.GET.get("to") or NOW))
    context = {
        "section": "orders",
        "order": order,
        "events": events,
        "one": one,
        "other": other,
        "changes": changes_between(one, other),
    }
    return render(request, "orders/order_between.html", context)


def _order(store: Store, order_id: int) -> Order:
    return get_object_or_404(Order.objects.for_store(store).select_related("folder"), pk=order_id)


def _moment(order: Order, text: str) -> Moment:
    moment = moment_named(order, text)
    if moment is None:
        raise Http404
    return moment
