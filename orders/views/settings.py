"""How a store wants its orders treated: rules of numbering and merging, defaults, tags, returns."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from orderdesk.lib.refused import Refused
from orders.forms.settings import DefaultsForm, OrderRulesForm, ReturnAddressForms, TagForms
from orders.models import Folder, OrderSettings
from orders.services.settings import change_order_settings
from orders.views.shared import INVALID, note_refusal
from stores.access import PageRequest, store_page
from stores.models import Store

SAVED = "Saved."


@store_page("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def settings_orders(request: PageRequest, store: Store) -> HttpResponse:
    """Show and change how orders are numbered, split, merged and followed."""
    folders = list(Folder.objects.for_store(store).in_order())
    if request.method != "POST":
        form = OrderRulesForm.of(OrderSettings.of(store.pk), folders)
        return _form_page(request, "orders", form)
    form = OrderRulesForm(request.POST, folders=folders)
    return _save_form(request, store, "orders", form, form.values() if form.is_valid() else None)


@store_page("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def settings_defaults(request: PageRequest, store: Store) -> HttpResponse:
    """Show and change what an order added by hand begins with."""
    if request.method != "POST":
        return _form_page(request, "defaults", DefaultsForm.of(OrderSettings.of(store.pk)))
    form = DefaultsForm(request.POST)
    values = form.cleaned_data if form.is_valid() else None
    return _save_form(request, store, "defaults", form, values)


@store_page("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def settings_tags(request: PageRequest, store: Store) -> HttpResponse:
    """Show and change the tags people can give orders."""
    if request.method != "POST":
        return _rows_page(request, "tags", TagForms(initial=OrderSettings.of(store.pk).tags))
    forms = TagForms(request.POST)
    if not forms.is_valid():
        return _rows_page(request, "tags", forms)
    tags = [
        {"name": form.cleaned_data["name"].strip(), "color": form.cleaned_data["color"]}
        for form in forms
        if form.cleaned_data.get("name", "").strip()
    ]
    return _save_rows(request, store, "tags", forms, {"tags": tags})


@store_page("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def settings_returns(request: PageRequest, store: Store) -> HttpResponse:
    """Show and change where parcels come back to; the first address is the store's own."""
    if request.method != "POST":
        kept = OrderSettings.of(store.pk).return_addresses
        return _rows_page(request, "returns", ReturnAddressForms(initial=kept))
    forms = ReturnAddressForms(request.POST)
    if not forms.is_valid():
        return _rows_page(request, "returns", forms)
    addresses = [address for form in forms if (address := form.address())]
    return _save_rows(request, store, "returns", forms, {"return_addresses": addresses})


def _save_form(
    request: PageRequest, store: Store, tab: str, form: Any, values: dict[str, Any] | None
) -> HttpResponse:
    if values is not None:
        try:
            change_order_settings(store=store, values=values)
        except Refused as refusal:
            note_refusal(form, refusal)
        else:
            return _saved(request, store, tab)
    return _form_page(request, tab, form)


def _save_rows(
    request: PageRequest, store: Store, tab: str, forms: Any, values: dict[str, Any]
) -> HttpResponse:
    try:
        change_order_settings(store=store, values=values)
    except Refused as refusal:
        return _rows_page(request, tab, forms, refusal.message)
    return _saved(request, store, tab)


def _saved(request: PageRequest, store: Store, tab: str) -> HttpResponse:
    messages.success(request, SAVED)
    return HttpResponseRedirect(reverse(f"orders:settings_{tab}", args=[store.pk]))


def _form_page(request: PageRequest, tab: str, form: Any) -> HttpResponse:
    context = {"section": "settings", "tab": tab, "form": form}
    status = INVALID if form.errors else 200
    return render(request, "orders/settings_form.html", context, status=status)


def _rows_page(request: PageRequest, tab: str, forms: Any, problem: str = "") -> HttpResponse:
    context = {"section": "settings", "tab": tab, "forms": forms, "problem": problem}
    refused = problem or (forms.is_bound and forms.total_error_count())
    return render(request, "orders/settings_rows.html", context, status=INVALID if refused else 200)
