"""What several of the pages do: read the folder that was chosen, lead back."""

from django import forms
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from orderdesk.lib.refused import Refused
from orders.forms.order import MoveForm
from orders.models import Folder, Order
from stores.models import Store

UNCHANGED = 204
INVALID = 422


def folder_asked_for(request: HttpRequest, store: Store) -> Folder:
    """Give the folder a form names.

    Raises:
        Refused: if none was chosen.
        Http404: if the store has none of this id.
    """
    form = MoveForm(request.POST)
    if not form.is_valid():
        raise Refused("Choose the folder to move to.", field="folder")
    return get_object_or_404(Folder.objects.for_store(store), pk=form.cleaned_data["folder"])


def note_refusal(form: forms.Form, refusal: Refused) -> None:
    """Put a refusal at the field it names, or above the form where that has no such field."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


def order_address(order: Order) -> str:
    """Give the address of an order's page."""
    return reverse("orders:order_view", args=[order.store_id, order.pk])


def way_back(request: HttpRequest, otherwise: str) -> str:
    """Give the page of ours the form names as the one it came from."""
    back = request.POST.get("back", "")
    return back if url_has_allowed_host_and_scheme(back, {request.get_host()}) else otherwise
