"""Saved searches: keeping one, and changing it afterwards."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from orderdesk.lib.refused import Refused
from orders.forms.searches import EVERYONE, SaveSearchForm, SearchForm
from orders.models import SavedSearch
from orders.services.searches import (
    delete_search,
    rename_search,
    save_search,
    share_search,
    star_search,
)
from orders.views.addresses import ListAddress
from orders.views.shared import INVALID
from stores.access import PageRequest, store_page
from stores.models import Store, StoreUser


@store_page()
@require_POST
def search_save(request: PageRequest, store: Store) -> HttpResponse:
    """Keep the list's search under a name, for oneself or for everyone."""
    form = SaveSearchForm(request.POST)
    if form.is_valid():
        told = form.cleaned_data
        try:
            search = save_search(
                store=store,
                member=request.member,
                name=told["name"],
                query=told["query"],
                is_shared=told["scope"] == EVERYONE,
                now=timezone.now(),
            )
        except Refused as refusal:
            form.add_error("name", refusal.message)
        else:
            messages.success(request, f"The search “{search.name}” is saved.")
            return HttpResponseRedirect(_list(store, search.query))
    context = {"form": form, "section": "orders", "back": _list(store, form["query"].value() or "")}
    return render(request, "orders/search_save.html", context, status=INVALID)


@store_page()
@require_http_methods(["GET", "HEAD", "POST"])
def search_edit(request: PageRequest, store: Store, search_id: int) -> HttpResponse:
    """Rename, share, star or delete a saved search."""
    searches = SavedSearch.objects.for_store(store).visible_to(request.user)
    search = get_object_or_404(searches.select_related("user"), pk=search_id)
    form = SearchForm(initial={"name": search.name})
    if request.method == "POST":
        do = request.POST.get("do", "rename")
        form = SearchForm(request.POST if do == "rename" else {"name": search.name})
        if form.is_valid() and _done(request, search, form, do):
            return HttpResponseRedirect(_list(store, "" if do == "delete" else search.query))
    context = {
        "form": form,
        "search": search,
        "section": "orders",
        "is_mine": search.user_id == request.user.pk,
        "may": search.user_id == request.user.pk or request.member.can("settings.manage"),
        "back": _list(store, search.query),
    }
    return render(
        request, "orders/search_edit.html", context, status=INVALID if form.errors else 200
    )


def _done(request: PageRequest, search: SavedSearch, form: SearchForm, do: str) -> bool:
    """Do what was asked for; a refusal stands on the form."""
    member, name = request.member, form.cleaned_data["name"]
    try:
        words = _change(search, member, name, do)
    except Refused as refusal:
        form.add_error("name", refusal.message)
        return False
    messages.success(request, words)
    return True


def _change(search: SavedSearch, member: StoreUser, name: str, do: str) -> str:
    """Change the search and say what is so now.

    Raises:
        Refused: if it may not be changed so.
    """
    changes: dict[str, tuple[Callable[[], object], str]] = {
        "rename": (
            lambda: rename_search(search=search, member=member, name=name),
            f"The search is called “{name}”.",
        ),
        "share": (
            lambda: share_search(search=search, member=member, on=True),
            f"Everyone in the store sees “{search.name}”.",
        ),
        "unshare": (
            lambda: share_search(search=search, member=member, on=False),
            f"Only its owner sees “{search.name}”.",
        ),
        "star": (
            lambda: star_search(search=search, member=member, on=True),
            f"“{search.name}” comes first.",
        ),
        "unstar": (
            lambda: star_search(search=search, member=member, on=False),
            f"“{search.name}” stands in its place again.",
        ),
        "delete": (
            lambda: delete_search(search=search, member=member),
            f"The search “{search.name}” is deleted. The orders it found stay as they are.",
        ),
    }
    if do not in changes:
        raise Refused("Choose what to change.")
    change, words = changes[do]
    change()
    return words


def _list(store: Store, query: str) -> str:
    return ListAddress(reverse("orders:list", args=[store.pk]), {"q": query}).to()
