"""Who is asking, and for which store."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import structlog
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

from stores.models import PERMISSIONS, Store, StoreUser, User
from stores.scoping import entered

P = ParamSpec("P")
View = Callable[Concatenate["PageRequest", Store, P], HttpResponse]


class PageRequest(HttpRequest):
    """The request of a signed-in member of a store."""

    user: User
    member: StoreUser
    store: Store


def store_page(
    needs: str = "", *, inside: bool = True
) -> Callable[[View[P]], Callable[..., HttpResponse]]:
    """Hand the view its store and run it inside that store, in one transaction.

    The view gets `request` (with `member`) and the store; a store the person may not see is a 404.
    With `inside=False` only the look at the membership is a transaction: for views that call other
    systems, which enter the store themselves where they read.

    Raises:
        PermissionDenied: if the member lacks the permission named by `needs`; says who has it.
    """

    def decorate(view: View[P]) -> Callable[..., HttpResponse]:
        @login_required
        @wraps(view)
        def page(request: Any, store_id: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            with entered(store_id):
                _admit(request, store_id, needs)
                if inside:
                    answer = view(request, request.store, *args, **kwargs)
            if not inside:
                answer = view(request, request.store, *args, **kwargs)
            patch_vary_headers(answer, ["HX-Request"])
            return answer

        page.needs = needs  # type: ignore[attr-defined]
        return page

    return decorate


def _admit(request: Any, store_id: int, needs: str) -> None:
    """Let a member in who may do what is needed; anybody else gets the answer they may have."""
    members = StoreUser.objects.for_store(store_id).of(request.user)
    member = members.select_related("store").first()
    if member is None:
        raise Http404
    if needs and not member.can(needs):
        raise PermissionDenied(denial(member, needs))
    request.member, request.store = member, member.store
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
    return f"Your role here does not include: {PERMISSIONS[flag].lower()}. {who} can change that."
