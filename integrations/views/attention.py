"""What needs a person, and the buttons that help stuck work on, dismiss it or send an order."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from integrations.attention import canceled, groups, name_of, paused, rows_named
from integrations.models import Connection, InboundMessage
from integrations.services import dismiss, replay, request_submission, try_again
from orderdesk.lib.ids import ids_in
from orderdesk.lib.refused import Refused
from orders.models import CANCELED_FOLDER, Folder, Order
from orders.pages.source_changes import waiting_changes
from orders.services import By
from stores.access import PageRequest, store_page
from stores.models import Store
from stores.work import Work


@store_page()
@require_safe
def attention_list(request: PageRequest, store: Store) -> HttpResponse:
    """Show what is stuck, by cause, each with the button that helps it on."""
    context = {
        "section": "attention",
        "paused": paused(store),
        "canceled": canceled(store),
        "changes": waiting_changes(store),
        "canceled_folder": Folder.objects.for_store(store).filter(name=CANCELED_FOLDER).first(),
        "groups": groups(store, with_bodies=request.member.can("integrations.manage")),
        "now": timezone.now(),
    }
    return render(request, "integrations/attention_list.html", context)


@store_page("orders.send")
@require_POST
def submissions_try_again(request: PageRequest, store: Store) -> HttpResponse:
    """Try to send again; what may have arrived is looked up first."""
    return _help_on(request, store, "submission")


@store_page("integrations.manage")
@require_POST
def messages_replay(request: PageRequest, store: Store) -> HttpResponse:
    """Read kept messages once more."""
    return _help_on(request, store, "inboundmessage")


@store_page("integrations.manage")
@require_POST
def schedules_try_again(request: PageRequest, store: Store) -> HttpResponse:
    """Pull again now."""
    return _help_on(request, store, "schedule")


@store_page("rules.manage")
@require_POST
def rule_runs_try_again(request: PageRequest, store: Store) -> HttpResponse:
    """Run rules again where they stopped."""
    return _help_on(request, store, "rulerun")


@store_page("orders.edit")
@require_POST
def jobs_try_again(request: PageRequest, store: Store) -> HttpResponse:
    """Let jobs go on where they stopped."""
    return _help_on(request, store, "bulkjob")


@store_page("orders.edit")
@require_POST
def jobs_dismiss(request: PageRequest, store: Store) -> HttpResponse:
    """Let jobs rest where they stopped."""
    return _dismiss(request, store, "bulkjob")


@store_page("orders.send")
@require_POST
def submissions_dismiss(request: PageRequest, store: Store) -> HttpResponse:
    """Let what could not be sent rest."""
    return _dismiss(request, store, "submission")


@store_page("integrations.manage")
@require_POST
def messages_dismiss(request: PageRequest, store: Store) -> HttpResponse:
    """Let messages rest that could not be read."""
    return _dismiss(request, store, "inboundmessage")


@store_page("rules.manage")
@require_POST
def rule_runs_dismiss(request: PageRequest, store: Store) -> HttpResponse:
    """Let rules rest where they stopped."""
    return _dismiss(request, store, "rulerun")


@store_page("orders.send")
@require_POST
def order_send(request: PageRequest, store: Store, order_id: int) -> HttpResponse:
    """Send an order to a connected integration; a second time sends nothing twice."""
    order = get_object_or_404(Order.objects.for_store(store).present(), pk=order_id)
    wanted = min(ids_in(request.POST.getlist("connection")), default=0)
    connection = get_object_or_404(Connection.objects.for_store(store).connected(), pk=wanted)
    by, now = By.person(request.user), timezone.now()
    request_submission(order=order, connection=connection, by=by, now=now)
    messages.success(request, f"Order {order.number} goes to {name_of(connection)} now.")
    return HttpResponseRedirect(reverse("orders:order_view", args=[store.pk, order.pk]))


def _help_on(request: PageRequest, store: Store, kind: str) -> HttpResponse:
    """Help each named row on; a refusal for one of them does not hold up the others."""
    helped, refusals = 0, dict[str, None]()
    for row in rows_named(store, kind, ids_in(request.POST.getlist("rows"))):
        try:
            _help_row(row, By.person(request.user))
            helped += 1
        except Refused as refusal:
            refusals[refusal.message] = None
    if helped:
        said = "It is tried again now." if helped == 1 else f"{helped} are tried again now."
        messages.success(request, said)
    for sentence in refusals:
        messages.error(request, sentence)
    for order_id in ids_in(request.POST.getlist("order")):
        return HttpResponseRedirect(reverse("orders:order_view", args=[store.pk, order_id]))
    return HttpResponseRedirect(reverse("integrations:attention", args=[store.pk]))


def _help_row(row: Work, by: By) -> None:
    if isinstance(row, InboundMessage):
        replay(message=row)
    else:
        try_again(row=row, by=by, now=timezone.now())


def _dismiss(request: PageRequest, store: Store, kind: str) -> HttpResponse:
    """Dismiss each named row that still needs a person."""
    by = By.person(request.user)
    rows = rows_named(store, kind, ids_in(request.POST.getlist("rows")))
    dismissed = sum(dismiss(row=row, by=by) for row in rows)
    if dismissed:
        said = "It is dismissed." if dismissed == 1 else f"{dismissed} are dismissed."
        messages.success(request, said)
    return HttpResponseRedirect(reverse("integrations:attention", args=[store.pk]))
