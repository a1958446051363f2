"""The sections of the order page as forms, and giving them back to the source."""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from orders.forms.edit import SECTIONS, SectionForm
from orders.forms.items import ItemForm, item_seen
from orders.models import Order, OrderItem
from orders.services.editing import refuse_while_sending
from orders.services.events import By
from orders.services.items import ItemGone, add_items, change_item, remove_item
from orders.services.reverts import PARTS, give_back
from orders.views.editing import (
    CLASHED,
    Editing,
    Seen,
    based_on,
    present_order,
    save_form,
    show_form,
)
from orders.views.shared import order_address
from stores.access import PageRequest, store_page
from stores.models import Store

FORM = ["GET", "HEAD", "POST"]


@store_page("orders.edit")
@require_http_methods(FORM)
def order_edit(request: PageRequest, store: Store, order_id: int, part: str) -> HttpResponse:
    """Show one section of an order as a form, and save it."""
    order, kind = present_order(store, order_id), SECTIONS.get(part)
    if kind is None:
        raise Http404
    editing = _editing(order, kind, part)
    if request.method != "POST":
        form = kind(order=order, zone=store.timezone)
        return show_form(request, editing, form, form.seen())
    form = kind(request.POST, order=order, zone=store.timezone)
    if "more" in request.POST and form.pairs:
        form.pairs = form.pairs.with_more()
        return show_form(request, editing, form, based_on(request), status=200)
    if not form.is_valid():
        return show_form(request, editing, form, based_on(request))

    def save(seen: Seen) -> None:
        if form.waits_for_sending:
            refuse_while_sending(order)
        form.save(by=By.person(request.user), now=timezone.now(), based_on=seen)

    return save_form(request, editing, form, save)


def _editing(order: Order, kind: type[SectionForm], part: str) -> Editing:
    return Editing(
        order=order,
        title=kind.title,
        template="orders/edit_form.html",
        action=reverse("orders:order_edit", args=[order.store_id, order.pk, part]),
        anchor=kind.anchor,
    )


@store_page("orders.edit")
@require_POST
def order_revert(request: PageRequest, store: Store, order_id: int, part: str) -> HttpResponse:
    """Give a section back to the cart it came from."""
    order = present_order(store, order_id)
    if part not in PARTS:
        raise Http404
    if give_back(order=order, part=part, by=By.person(request.user), now=timezone.now()):
        messages.success(request, f"{order.source_name} decides about this again.")
    anchor = "payment" if part == "discounts" else part
    return HttpResponseRedirect(f"{order_address(order)}#{anchor}")


@store_page("orders.edit")
@require_http_methods(FORM)
def item_add(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Show the form of a new line, and add it."""
    order = present_order(store, order_id)
    editing = _editing_item(order, None)
    form = ItemForm(request.POST) if request.method == "POST" else ItemForm()
    if request.method != "POST" or not form.is_valid():
        return show_form(request, editing, form, None)

    def save(seen: Seen) -> None:
        refuse_while_sending(order)
        by, now = By.person(request.user), timezone.now()
        add_items(order=order, items=[form.draft()], by=by, now=now)

    return save_form(request, editing, form, save)


@store_page("orders.edit")
@require_http_methods(FORM)
def item_edit(request: PageRequest, store: Store, order_id: int, item_id: int) -> HttpResponse:
    """Show one line as a form, and save it."""
    order = present_order(store, order_id)
    item = OrderItem.objects.for_store(store).filter(order=order, pk=item_id).first()
    if item is None:
        return _item_gone(request, order)
    editing = _editing_item(order, item)
    if request.method != "POST":
        return show_form(request, editing, ItemForm(item=item), item_seen(item), item=item)
    form = ItemForm(request.POST, item=item)
    if not form.is_valid():
        return show_form(request, editing, form, based_on(request), item=item)

    def save(seen: Seen) -> None:
        refuse_while_sending(order)
        change_item(
            order=order,
            item_id=item_id,
            values=form.wanted(),
            by=By.person(request.user),
            now=timezone.now(),
            based_on=seen,
        )

    return save_form(request, editing, form, save)


def _item_gone(request: PageRequest, order: Order) -> HttpResponse:
    """Keep what was typed for a line that somebody removed meanwhile; it can be added anew.

    Raises:
        Http404: if it does not say what it was based on, and so perhaps never was there.
    """
    if based_on(request) is None:
        raise Http404
    form = ItemForm(request.POST)
    form.is_valid()
    form.add_error(None, "Somebody removed this item meanwhile. Save it to add it anew.")
    return show_form(request, _editing_item(order, None), form, None, status=CLASHED)


@store_page("orders.edit")
@require_POST
def item_remove(request: PageRequest, store: Store, order_id: int, item_id: int) -> HttpResponse:
    """Take one line off an order."""
    order = present_order(store, order_id)
    get_object_or_404(OrderItem.objects.for_store(store).filter(order=order), pk=item_id)
    refuse_while_sending(order)
    try:
        remove_item(
            order=order,
            item_id=item_id,
            by=By.person(request.user),
            now=timezone.now(),
            seen=request.POST.get("seen"),
        )
    except ItemGone as gone:
        messages.info(request, gone.message)
    return HttpResponseRedirect(f"{order_address(order)}#items")


def _editing_item(order: Order, item: OrderItem | None) -> Editing:
    if item is None:
        action = reverse("orders:item_add", args=[order.store_id, order.pk])
    else:
        action = reverse("orders:item_edit", args=[order.store_id, order.pk, item.pk])
    return Editing(
        order=order,
        title="Change the item" if item else "Add an item",
        template="orders/edit_item.html",
        action=action,
        anchor="items",
    )
