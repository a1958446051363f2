"""Choosing the columns of a list."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from orders.forms.columns import EVERYONE, MINE, ColumnsEditor
from orders.forms.lists import ListForm
from orders.models import Folder
from orders.pages.columns import list_key, shown_columns
from orders.services.columns import set_folder_columns, set_own_columns
from orders.views.addresses import ListAddress
from orders.views.shared import INVALID
from stores.access import PageRequest, denial, store_page
from stores.models import Store


@store_page()
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: PageRequest, store: Store) -> HttpResponse:
    """Choose and order the columns of a list, for everyone or for oneself; or reset them."""
    wanted = ListForm(request.GET).readable()
    address, folder = ListAddress.of(store, wanted), _folder(store, wanted["folder"])
    if request.method != "POST":
        return _page(request, ColumnsEditor(shown_columns(request.member, folder)), address, folder)
    editor, do = ColumnsEditor.typed(request.POST), request.POST.get("do", "save")
    if do in ("save", "reset"):
        _keep(request, editor if do == "save" else ColumnsEditor([], editor.scope), folder)
        return HttpResponseRedirect(address.to())
    editor.change(do, request.POST.dict())
    return _page(request, editor, address, folder)


def _folder(store: Store, folder_id: int | None) -> Folder | None:
    if folder_id is None:
        return None
    folder = Folder.objects.for_store(store).filter(pk=folder_id).first()
    if folder is None:
        raise Http404
    return folder


def _keep(request: PageRequest, editor: ColumnsEditor, folder: Folder | None) -> None:
    """Keep what was chosen; what everyone gets, the person who chose it sees, too."""
    keys, mine = editor.keys, list_key(folder)
    if editor.scope == EVERYONE and folder is not None:
        if not request.member.can("settings.manage"):
            raise PermissionDenied(denial(request.member, "settings.manage"))
        set_folder_columns(folder=folder, columns=keys)
        set_own_columns(member=request.member, key=mine, columns=[])
        words = f"Everyone sees these columns in {folder.name}."
    else:
        set_own_columns(member=request.member, key=mine, columns=keys)
        words = "You see these columns here; others see what they saw before."
    messages.success(request, words if keys else "The columns are as they were at first.")


def _page(
    request: PageRequest, editor: ColumnsEditor, address: ListAddress, folder: Folder | None
) -> HttpResponse:
    context = {
        "section": f"folder-{folder.pk}" if folder else "orders",
        "editor": editor,
        "address": address,
        "folder": folder,
        "scopes": (MINE, EVERYONE),
        "for_all": folder is not None and request.member.can("settings.manage"),
    }
    status = INVALID if editor.problem else 200
    return render(request, "orders/columns.html", context, status=status)
