"""The folders of a store: names, colors, order, and where orders go when one is deleted."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orderdesk.lib.ids import ids_in
from orderdesk.lib.refused import Refused
from orders.forms.settings import FolderDeletionForm, FolderForm
from orders.models import Folder
from orders.services import By
from orders.services.folders import change_folder, delete_folder, make_folder, order_folders
from orders.views.shared import INVALID, note_refusal
from stores.access import PageRequest, store_page
from stores.models import Store


@store_page("settings.manage")
@require_safe
def folder_list(request: PageRequest, store: Store) -> HttpResponse:
    """Show the store's folders in their order, hidden ones too."""
    return _page(request, store, FolderForm(auto_id="new_%s"))


@store_page("settings.manage")
@require_POST
def folder_new(request: PageRequest, store: Store) -> HttpResponse:
    """Make a folder."""
    form = FolderForm(request.POST, auto_id="new_%s")
    if form.is_valid():
        try:
            folder = make_folder(store=store, **form.cleaned_data)
        except Refused as refusal:
            note_refusal(form, refusal)
        else:
            messages.success(request, f"The folder {folder.name} is there.")
            return _to_list(store)
    return _page(request, store, form)


@store_page("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def folder_edit(request: PageRequest, store: Store, folder_id: int) -> HttpResponse:
    """Change a folder's name and looks."""
    folder = _folder(store, folder_id)
    stated = {name: getattr(folder, name) for name in FolderForm.base_fields}
    form = FolderForm(request.POST if request.method == "POST" else None, initial=stated)
    if form.is_valid():
        try:
            change_folder(folder=folder, **form.cleaned_data)
        except Refused as refusal:
            note_refusal(form, refusal)
        else:
            messages.success(request, f"The folder {folder.name} is changed.")
            return _to_list(store)
    context = {"section": "folders", "form": form, "folder": folder}
    status = INVALID if form.errors else 200
    return render(request, "orders/folder_edit.html", context, status=status)


@store_page("settings.manage")
@require_POST
def folders_order(request: PageRequest, store: Store) -> HttpResponse:
    """Put the folders into the order in which the form names them, or move one up or down."""
    ids = [int(value) for value in request.POST.getlist("ids") if ids_in([value])]
    if not ids:
        ids = _moved(store, request.POST.get("folder", ""), request.POST.get("to", ""))
    order_folders(store=store, ids=ids)
    return _to_list(store)


@store_page("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def folder_delete(request: PageRequest, store: Store, folder_id: int) -> HttpResponse:
    """Delete a folder, once it is chosen where its orders go."""
    folder = _folder(store, folder_id)
    others = [each for each in Folder.objects.for_store(store).in_order() if each != folder]
    form = FolderDeletionForm(request.POST if request.method == "POST" else None, others=others)
    if form.is_valid():
        chosen = form.cleaned_data["destination"]
        destination = next((each for each in others if each.pk == chosen), None)
        by, now = By.person(request.user), timezone.now()
        try:
            moved = delete_folder(folder=folder, destination=destination, by=by, now=now)
        except Refused as refusal:
            note_refusal(form, refusal)
        else:
            went = (
                f" Its {moved:,} orders went to {destination.name}."
                if destination and moved
                else ""
            )
            messages.success(request, f"The folder {folder.name} is deleted.{went}")
            return _to_list(store)
    context = {"section": "folders", "form": form, "folder": folder}
    status = INVALID if form.errors else 200
    return render(request, "orders/folder_delete.html", context, status=status)


def _moved(store: Store, which: str, to: str) -> list[int]:
    """Give the folders' ids with one of them a place further up or down."""
    ids = list(Folder.objects.for_store(store).in_order().values_list("pk", flat=True))
    found = ids_in([which]) & set(ids)
    for pk in found:
        place = ids.index(pk)
        other = place + {"up": -1, "down": 1}.get(to, 0)
        if 0 <= other < len(ids):
            ids[place], ids[other] = ids[other], ids[place]
    return ids


def _folder(store: Store, folder_id: int) -> Folder:
    folder: Folder = get_object_or_404(Folder.objects.for_store(store).with_counts(), pk=folder_id)
    return folder


def _to_list(store: Store) -> HttpResponse:
    return HttpResponseRedirect(reverse("orders:folder_list", args=[store.pk]))


def _page(request: PageRequest, store: Store, form: FolderForm) -> HttpResponse:
    rows = list(Folder.objects.for_store(store).with_counts().in_order())
    context = {"section": "folders", "rows": rows, "form": form}
    status = INVALID if form.errors else 200
    return render(request, "orders/folder_list.html", context, status=status)
