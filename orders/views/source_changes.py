"""Deciding about what a cart stated anew."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_POST

from orderdesk.lib.refused import Refused
from orders.models import SourceChange
from orders.services import By
from orders.services.source_changes import apply_source_change, ignore_source_change
from orders.views.shared import order_address
from stores.access import PageRequest, store_page
from stores.models import Store

DECISIONS = {
    "apply": (apply_source_change, "The change was taken over."),
    "ignore": (ignore_source_change, "The order stays as it is."),
}


@store_page("orders.edit")
@require_POST
def source_change_decide(request: PageRequest, store: Store, change_id: int) -> HttpResponse:
    """Take a waiting change over, or ignore it."""
    change = get_object_or_404(SourceChange.objects.for_store(store), pk=change_id)
    decision = DECISIONS.get(request.POST.get("decision", ""))
    if decision is None:
        raise Refused("Decide: take the change over, or ignore it.", field="decision")
    decide, said = decision
    order = decide(change=change, by=By.person(request.user), now=timezone.now())
    messages.success(request, said)
    return HttpResponseRedirect(order_address(order))
