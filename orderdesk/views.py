"""Home, health, readiness, and the pages for when something is wrong."""

import sys

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from redis import Redis
from redis.exceptions import RedisError

from orderdesk.gallery import SampleForm
from orderdesk.home import Known, home_page
from orderdesk.pages import shell
from stores.access import PageRequest, signed_in, store_page
from stores.models import Store
from stores.scoping import entered
from stores.services import places_of, stores_of

UNAVAILABLE = "The hub cannot reach its database. Nothing was taken in; try again shortly."


def home(request: HttpRequest) -> HttpResponse:
    """Lead a person to the store used last, to their first one, or to the sign-in page."""
    if not request.user.is_authenticated:
        return HttpResponseRedirect(reverse("account_login"))
    reachable = stores_of(request.user)
    if not reachable:
        return HttpResponseRedirect(reverse("stores:store_open"))
    last = request.session.get("last_store")
    store = next((store for store in reachable if store.pk == last), reachable[0])
    return HttpResponseRedirect(reverse("stores:home", args=[store.pk]))


@store_page()
@require_safe
def store_home(request: PageRequest, store: Store) -> HttpResponse:
    """Show how the store is doing: what needs a person, today's figures, connections."""
    around = shell(request)
    known = Known(list(around["folders"]), list(around["enabled"]), int(around["attention_count"]))
    page = home_page(store, known=known, now=timezone.now())
    return render(request, "stores/home.html", {"section": "home", "page": page})


@signed_in
@require_safe
def ui_gallery(request: HttpRequest) -> HttpResponse:
    """Show every part of the dashboard in its states, to the staff who change them."""
    place = next(iter(places_of(request.user)), None) if request.user.is_staff else None
    if place is None:
        raise Http404
    with entered(place.store_id):
        # The shell reads them, as on the pages of a store.
        vars(request).update(store=place.store, member=place)
        sample = SampleForm({"email": "kim", "active": "on"})
        context = {"section": "home", "sample": sample, "now": timezone.now()}
        return render(request, "ui/gallery.html", context)


def healthz(request: HttpRequest) -> HttpResponse:
    """Tell that the process is up."""
    return JsonResponse({"status": "ok"})


def readyz(request: HttpRequest) -> HttpResponse:
    """Tell whether the database, the broker and the migrations are in order; 503 if one is not.

    Without the broker orders are still taken in and done by the clock of whoever returns first:
    `/healthz` is the address by which to keep sending to this process.
    """
    database, migrated = _database_state()
    parts = {"database": database, "migrations": migrated, "broker": _broker_answers()}
    in_order = all(parts.values())
    body = {"status": "ok" if in_order else "error", **parts}
    return JsonResponse(body, status=200 if in_order else 503)


_migrated: set[str] = set()


def _database_state() -> tuple[bool, bool]:
    """Ask the database; that all migrations are applied is asked until it once was so."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if "yes" not in _migrated:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                return True, False
            _migrated.add("yes")
    except (OperationalError, InterfaceError):
        connection.close()
        return False, "yes" in _migrated
    return True, True


def _broker_answers() -> bool:
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
        ) as broker:
            return bool(broker.ping())
    except (RedisError, OSError):
        return False


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Lead browsers that ask for an icon by its old name to ours."""
    return HttpResponseRedirect(static("img/mark.svg"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 in the form the caller understands."""
    if request.path.startswith("/api/"):
        return JsonResponse({"status": "error", "message": "There is nothing here"}, status=404)
    return render(request, "errors/404.html", status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400, and say which limit a form was over, where it was over one."""
    reason = "The hub could not read this. Go back and send it again."
    if isinstance(exception, RequestDataTooBig):
        reason = f"At most {settings.DATA_UPLOAD_MAX_MEMORY_SIZE:,} bytes fit into a form."
    elif isinstance(exception, TooManyFieldsSent):
        reason = f"At most {settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:,} fields fit into a form."
    if request.path.startswith("/api/"):
        return JsonResponse({"status": "error", "message": reason}, status=400)
    return render(request, "errors/400.html", {"reason": reason}, status=400)


def denied(request: HttpRequest, exception: PermissionDenied | None = None) -> HttpResponse:
    """Answer 403 with what is missing and who can grant it, to a member in the store's frame."""
    reason = str(exception or "") or "You may not do this."
    store = getattr(request, "store", None)
    if store is None:
        return render(request, "errors/403.html", {"reason": reason}, status=403)
    with entered(store):
        context = {"reason": reason, "section": ""}
        return render(request, "errors/denied.html", context, status=403)


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form that did not come from our own page."""
    reason = "This form was open for too long or did not come from here. Go back and send it again."
    return render(request, "errors/403.html", {"reason": reason}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 503 while the database is away, so that senders repeat, and 500 for our own bugs."""
    if not isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        if request.path.startswith("/api/"):
            return JsonResponse({"status": "error", "message": "The hub stumbled"}, status=500)
        return render(request, "errors/500.html", status=500)
    connection.close()
    if request.path.startswith(("/api/", "/hooks/")):
        answer: HttpResponse = JsonResponse({"status": "error", "message": UNAVAILABLE}, status=503)
    else:
        answer = HttpResponse(UNAVAILABLE, status=503, content_type="text/plain; charset=utf-8")
    answer["Retry-After"] = "5"
    return answer
