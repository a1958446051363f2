"""What all forms on an order have in common: what they were based on, clashes, refusals."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.template.loader import render_to_string

from orderdesk.lib.refused import Refused
from orders.merging import Clash, Conflict
from orders.models import Order
from orders.timeline import label, text
from orders.views.shared import INVALID, note_refusal, order_address
from stores.models import Store

CLASHED = 409
# What a form was based on, as `merging.comparable` gives it; None where it does not say.
Seen = Mapping[str, Any] | None
NOT_SENT_AGAIN = ("csrfmiddlewaretoken", "based_on")


@dataclass(frozen=True, slots=True)
class Choice:
    """One field two people changed, in words, for somebody to pick from."""

    name: str
    label: str
    base: str
    theirs: str
    mine: str


@dataclass(frozen=True, slots=True)
class Editing:
    """A form of an order on its way: where it is sent, what it is called, where it leads back."""

    order: Order
    title: str
    template: str
    action: str
    anchor: str

    @property
    def back(self) -> str:
        """The place on the order's page where this is shown."""
        return f"{order_address(self.order)}#{self.anchor}"


def present_order(store: Store, order_id: int) -> Order:
    """Give an order that is not deleted.

    Raises:
        Http404: if the store has none.
    """
    orders = Order.objects.for_store(store).present().select_related("folder")
    return get_object_or_404(orders, pk=order_id)


def based_on(request: HttpRequest) -> dict[str, Any] | None:
    """Read what the form was based on; None where it does not say."""
    try:
        found = json.loads(request.POST.get("based_on", ""))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def show_form(
    request: HttpRequest,
    editing: Editing,
    form: forms.Form,
    seen: Seen,
    **more: Any,
) -> HttpResponse:
    """Show a form: alone for the page that swaps it in, otherwise as a page of its own."""
    status = more.pop("status", INVALID if form.errors else 200)
    context = {
        "section": "orders",
        "order": editing.order,
        "editing": editing,
        "form": form,
        "seen": json.dumps(seen) if seen is not None else "",
        **more,
    }
    if request.headers.get("HX-Request"):
        return HttpResponse(render_to_string(editing.template, context, request), status=status)
    return render(request, "orders/edit_page.html", context, status=status)


def save_form(
    request: HttpRequest,
    editing: Editing,
    form: forms.Form,
    save: Callable[[Seen], Any],
) -> HttpResponse:
    """Save a valid form and lead back, or show what stands against it. Nothing typed is lost."""
    seen = based_on(request)
    try:
        save(seen)
    except Conflict as conflict:
        return _show_clash(request, editing, conflict, seen or {})
    except Refused as refusal:
        note_refusal(form, refusal)
        return show_form(request, editing, form, seen)
    return HttpResponseRedirect(editing.back)


def _show_clash(
    request: HttpRequest, editing: Editing, conflict: Conflict, seen: Mapping[str, Any]
) -> HttpResponse:
    """Show what somebody else saved first, beside what was there and what is typed here.

    The form on the page is based on what is there now, so a third person is noticed as well.
    """
    picked = {f"pick-{clash.name}" for clash in conflict.clashes}
    kept = [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if name not in NOT_SENT_AGAIN and name not in picked
    ]
    context = {
        "section": "orders",
        "order": editing.order,
        "editing": editing,
        "choices": [_choice(clash) for clash in conflict.clashes],
        "kept": kept,
        "seen": json.dumps({**seen, **{clash.name: clash.theirs for clash in conflict.clashes}}),
    }
    return render(request, "orders/edit_clash.html", context, status=CLASHED)


def _choice(clash: Clash) -> Choice:
    return Choice(
        clash.name, label(clash.name), _words(clash.base), _words(clash.theirs), _words(clash.mine)
    )


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{name}: {each}" for name, each in value.items())
    if isinstance(value, list):
        return "\n".join(", ".join(filter(None, map(str, row.values()))) for row in value)
    return text(value)
