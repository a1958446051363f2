"""A person's stores, and what belongs to a store alone: its keys and its people."""

from datetime import timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orderdesk.lib.refused import Refused
from stores.access import PageRequest, signed_in, store_page
from stores.forms import (
    InvitationForm,
    KeyForm,
    PermissionsForm,
    RotationForm,
    StoreDetailsForm,
    StoreForm,
    ThemeForm,
)
from stores.letters import send_invitation
from stores.models import PERMISSIONS, ApiKey, Store, StoreUser, User
from stores.scoping import entered
from stores.services import (
    change_permissions,
    change_store,
    invite_store_user,
    issue_api_key,
    open_store,
    places_of,
    remove_store_user,
    revoke_api_key,
    rotate_key,
)
from stores.work import stuck_counts

INVALID = 422
A_YEAR = 365 * 24 * 3600


# --- stores -------------------------------------------------------------------------------------


@signed_in
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Show the stores a person may reach, with how much needs a person in each."""
    places = places_of(cast("User", request.user))
    counts = stuck_counts(place.store_id for place in places)
    rows = [(place, counts[place.store_id]) for place in places]
    return render(request, "stores/index.html", {"rows": rows})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def store_open(request: HttpRequest) -> HttpResponse:
    """Open a store; whoever opens it owns it."""
    form = StoreForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        store = open_store(owner=cast("User", request.user), **form.cleaned_data)
        messages.success(request, f"{store.name} is open.")
        return HttpResponseRedirect(reverse("stores:home", args=[store.pk]))
    is_first = not places_of(cast("User", request.user))
    context = {"form": form, "is_first": is_first}
    return render(request, "stores/store_open.html", context, status=_status(form))


@store_page("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def store_details(request: PageRequest, store: Store) -> HttpResponse:
    """Show and change what the store is called, where it is and how it writes things."""
    stated = {name: getattr(store, name) for name in StoreDetailsForm.base_fields}
    form = StoreDetailsForm(request.POST if request.method == "POST" else None, initial=stated)
    if form.is_valid():
        change_store(store=store, values=form.cleaned_data)
        messages.success(request, "Saved.")
        return HttpResponseRedirect(reverse("stores:store_details", args=[store.pk]))
    context = {"section": "settings", "tab": "details", "form": form}
    return render(request, "orders/settings_form.html", context, status=_status(form))


@require_POST
def theme_set(request: HttpRequest) -> HttpResponse:
    """Keep the colours a person chose: with the person, and in a cookie for signed-out pages."""
    back = request.headers.get("Referer", "")
    is_ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    answer = HttpResponseRedirect(back if is_ours else "/")
    form = ThemeForm(request.POST)
    if form.is_valid():
        theme = form.cleaned_data["theme"]
        if isinstance(request.user, User):
            request.user.theme = theme
            request.user.save(update_fields=["theme"])
        answer.set_cookie(
            "theme",
            theme,
            max_age=A_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return answer


# --- keys to the API ----------------------------------------------------------------------------


@store_page("api.manage")
@require_safe
def api_keys(request: PageRequest, store: Store) -> HttpResponse:
    """Show the keys to the store's API and where carts call."""
    return _api_page(request, store, KeyForm())


@store_page("api.manage")
@require_POST
def api_key_issue(request: PageRequest, store: Store) -> HttpResponse:
    """Make a key and show it, this once."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _api_page(request, store, form)
    key, secret = issue_api_key(
        store=store,
        name=form.cleaned_data["name"],
        created_by=request.user,
        scope=form.cleaned_data["scope"] or "write",
        expires_at=form.expires_at(ZoneInfo(store.timezone)),
    )
    return _fresh_key(request, store, key, secret)


@store_page("api.manage")
@require_POST
def api_key_rotate(request: PageRequest, store: Store, key_id: int) -> HttpResponse:
    """Make a key in the place of another one and show it, this once; both work for a while."""
    key = get_object_or_404(ApiKey.objects.for_store(store), pk=key_id)
    form = RotationForm(request.POST)
    if not form.is_valid():
        raise Refused("Choose how long both keys work.", field="days")
    overlap = timedelta(days=form.cleaned_data["days"])
    new, secret = rotate_key(key=key, overlap=overlap, now=timezone.now(), by=request.user)
    return _fresh_key(request, store, new, secret)


@store_page("api.manage")
@require_POST
def api_key_revoke(request: PageRequest, store: Store, key_id: int) -> HttpResponse:
    """Withdraw a key at once."""
    key = get_object_or_404(ApiKey.objects.for_store(store), pk=key_id)
    revoke_api_key(key=key, now=timezone.now())
    messages.success(request, f"The key “{key.name}” is withdrawn; nothing opens with it now.")
    return HttpResponseRedirect(reverse("stores:api_keys", args=[store.pk]))


def _fresh_key(request: PageRequest, store: Store, key: ApiKey, secret: str) -> HttpResponse:
    answer = _api_page(request, store, KeyForm(), fresh=(key.name, secret))
    answer["Cache-Control"] = "no-store"
    return answer


def _api_page(
    request: PageRequest, store: Store, form: KeyForm, fresh: tuple[str, str] | None = None
) -> HttpResponse:
    keys = ApiKey.objects.for_store(store).live().select_related("created_by").order_by("-pk")
    context = {
        "section": "api",
        "keys": keys,
        "form": form,
        "fresh": fresh,
        "rotation": RotationForm(),
        "now": timezone.now(),
    }
    return render(request, "stores/api_keys.html", context, status=_status(form))


# --- people -------------------------------------------------------------------------------------


@store_page("users.manage")
@require_safe
def users(request: PageRequest, store: Store) -> HttpResponse:
    """Show who works in the store and what each may do."""
    return _users_page(request, store, InvitationForm(by=request.member))


@store_page("users.manage", inside=False)
@require_POST
def user_add(request: PageRequest, store: Store) -> HttpResponse:
    """Let somebody in by e-mail address; who is new here is written to."""
    form = InvitationForm(request.POST, by=request.member)
    member = _let_in(request, store, form)
    if member is None:
        with entered(store):
            return _users_page(request, store, form)
    messages.success(request, f"{member.user.email} is in this store now.")
    if not member.user.has_usable_password():
        _write_to(request, member)
    return HttpResponseRedirect(reverse("stores:users", args=[store.pk]))


def _let_in(request: PageRequest, store: Store, form: InvitationForm) -> StoreUser | None:
    if not form.is_valid():
        return None
    try:
        with entered(store):
            return invite_store_user(store=store, by=request.member, **form.cleaned_data)
    except Refused as no:
        form.add_error(no.field or None, no.message)
        return None


@store_page("users.manage", inside=False)
@require_POST
def user_invite_again(request: PageRequest, store: Store, member_id: int) -> HttpResponse:
    """Write once more to somebody who has set no password yet."""
    with entered(store):
        member = _member(store, member_id)
    if member.user.has_usable_password():
        raise Refused(f"{member.user.email} has a password already and can sign in.")
    _write_to(request, member)
    return HttpResponseRedirect(reverse("stores:users", args=[store.pk]))


@store_page("users.manage")
@require_POST
def user_change(request: PageRequest, store: Store, member_id: int) -> HttpResponse:
    """Set what a member may do."""
    member = _member(store, member_id)
    form = PermissionsForm(request.POST, by=request.member)
    if not form.is_valid():
        raise Refused("You cannot give others what you may not do yourself.")
    change_permissions(member=member, by=request.member, **form.cleaned_data)
    messages.success(request, f"What {member.user.email} may do here is changed.")
    return HttpResponseRedirect(reverse("stores:users", args=[store.pk]))


@store_page("users.manage")
@require_POST
def user_remove(request: PageRequest, store: Store, member_id: int) -> HttpResponse:
    """Take somebody's place in the store away."""
    member = _member(store, member_id)
    remove_store_user(member=member)
    messages.success(request, f"{member.user.email} can no longer reach {store.name}.")
    if member.user_id == request.user.pk:
        return HttpResponseRedirect(reverse("stores:index"))
    return HttpResponseRedirect(reverse("stores:users", args=[store.pk]))


def _member(store: Store, member_id: int) -> StoreUser:
    rows = StoreUser.objects.for_store(store).select_related("user", "store")
    return get_object_or_404(rows, pk=member_id)


def _write_to(request: PageRequest, member: StoreUser) -> None:
    """Send the invitation; a mail server that is away leaves the place and says so."""
    try:
        send_invitation(member=member, invited_by=request.user.email)
    except OSError:
        messages.error(
            request,
            f"The letter to {member.user.email} could not be sent. Send it again below.",
        )
    else:
        messages.info(
            request, f"A letter with a link to set a password went to {member.user.email}."
        )


def _users_page(request: PageRequest, store: Store, form: InvitationForm) -> HttpResponse:
    members = list(
        StoreUser.objects.for_store(store).select_related("user").order_by("-role", "user__email")
    )
    rows = [(member, _permissions_of(member, request.member)) for member in members]
    context = {"section": "users", "rows": rows, "form": form, "permissions": PERMISSIONS}
    return render(request, "stores/users.html", context, status=_status(form))


def _permissions_of(member: StoreUser, by: StoreUser) -> PermissionsForm:
    """Give the form with a member's permissions, under ids of its own."""
    return PermissionsForm(
        initial={"permissions": member.permissions}, by=by, auto_id=f"member_{member.pk}_%s"
    )


def _status(form: Any) -> int:
    return INVALID if form.errors else 200
