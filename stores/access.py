"""Who is asking, and for which store."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

import structlog
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages.storage import default_storage
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme

from orderdesk.lib.ids import LARGEST_ID
from stores.models import PERMISSIONS, Store, StoreUser, User
from stores.scoping import entered, once_more

P = ParamSpec("P")
View = Callable[Concatenate["PageRequest", Store, P], HttpResponse]


class PageRequest(HttpRequest):
    """The request of a signed-in member of a store."""

    user: User
    member: StoreUser
    store: Store


def signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead whoever is not signed in to the sign-in page, and from there back to a page."""

    @wraps(view)
    def page(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(_way_back(request, kwargs.get("store_id")))
        return view(request, *args, **kwargs)

    return page


def _way_back(request: HttpRequest, store_id: int | None) -> str:
    """Give the page that was asked for, or the one whose form was sent.

    What was sent is lost, and many a form's own address shows no page: never lead there.
    """
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    form_page = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(
        form_page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        page = urlsplit(form_page)
        return page._replace(scheme="", netloc="", fragment="").geturl() or "/"
    return "/" if store_id is None else reverse("stores:home", args=[store_id])


def store_page(
    needs: str = "", *, inside: bool = True
) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """Hand the view its store and run it inside that store, in one transaction.

    The view gets `request` (with `member`) and the store; a store the person may not see is a 404.
    A transaction that has to give way to another one is done again, so the view may run twice.
    With `inside=False` only the look at the membership is a transaction: for views that call other
    systems, which enter the store themselves where they read.

    Raises:
        PermissionDenied: if the member lacks the permission named by `needs`; says who has it.
    """

    def decorate(view: View[P]) -> Callable[..., HttpResponse]:
        @signed_in
        @wraps(view)
        def page(request: Any, store_id: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if store_id > LARGEST_ID:
                raise Http404

            def admitted() -> HttpResponse | None:
                _forget(request)
                with entered(store_id):
                    _admit(request, store_id, needs)
                    return view(request, request.store, *args, **kwargs) if inside else None

            answer = once_more(admitted) or view(request, request.store, *args, **kwargs)
            patch_vary_headers(answer, ["HX-Request"])
            return answer

        page.needs = needs  # type: ignore[attr-defined]
        return page

    return decorate


def _forget(request: Any) -> None:
    """Take off the request what a try left there that was rolled back: figures and messages."""
    vars(request).pop("shell", None)
    # As the messages' own middleware begins each request.
    vars(request)["_messages"] = default_storage(request)


def _admit(request: Any, store_id: int, needs: str) -> None:
    """Let a member in who may do what is needed; anybody else gets the answer they may have."""
    members = StoreUser.objects.for_store(store_id).of(request.user)
    member = members.select_related("store").first()
    if member is None:
        raise Http404
    # The page that says no stands in the store's frame, too.
    request.member, request.store = member, member.store
    if needs and not member.can(needs):
        raise PermissionDenied(denial(member, needs))
    if request.session.get("last_store") != store_id:
        request.session["last_store"] = store_id
    structlog.contextvars.bind_contextvars(store_id=store_id)


def denial(member: StoreUser, flag: str) -> str:
    """Say what a member may not do, and who can change that. Call inside the store."""
    owner = (
        StoreUser.objects.for_store(member.store_id)
        .filter(role=StoreUser.OWNER)
        .select_related("user")
        .order_by("pk")
        .first()
    )
    who = owner.user.email if owner else "An owner of the store"
    return f"Your role here does not include “{PERMISSIONS[flag]}”. {who} can change that."
