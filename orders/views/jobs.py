"""Asking for an action on many orders, and following the job that does it."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from orderdesk.lib.ids import id_in
from orders.bulk import (
    AT_ONCE,
    AskedAlready,
    BulkAction,
    BulkSettings,
    Chosen,
    NumberChanged,
    action_named,
    asks,
    cancel_job,
    count_chosen,
    do_at_once,
    make_job,
    may,
    retry_failed,
    undo_job,
)
from orders.bulk.exporting import HEAD
from orders.bulk.printing import SLIPS_A_PAGE
from orders.bulk.rows import done_ids
from orders.forms.jobs import JobForm, JobListForm, StartForm
from orders.models import BulkJob
from orders.pages.jobs import causes_of, job_card, job_list, job_page, outcome_lines, output_lines
from orders.services import By
from orders.views.shared import INVALID, way_back
from stores.access import PageRequest, denial, store_page
from stores.models import Store

BOM = "\ufeff"
# Actions that are asked for on a page of their own where the orders are ticked: it shows them.
PAGES = {"merge": "orders:orders_merge"}
# More than can be merged, so that the page says so, and not too long for an address.
IDS_SHOWN = 100


@store_page()
@require_http_methods(["GET", "HEAD", "POST"])
def jobs(request: PageRequest, store: Store) -> HttpResponse:
    """Show the store's jobs; a form sent here asks for an action on many orders."""
    if request.method == "POST":
        return _start(request, store)
    wanted = JobListForm(request.GET).readable()
    page = job_list(store, request.member, wanted)
    context = {"page": page, "wanted": wanted, "section": "jobs"}
    return render(request, "orders/job_list.html", context)


@store_page()
@require_safe
def job_view(request: PageRequest, store: Store, job_id: int) -> HttpResponse:
    """Show a job: how far it is, what failed and why, and what became of each order."""
    return render(request, "orders/job_view.html", _job_context(request, store, job_id))


@store_page()
@require_safe
def job_live(request: PageRequest, store: Store, job_id: int) -> HttpResponse:
    """Give the parts of a job's page that change by themselves; it says when to ask again."""
    return render(request, "orders/job_live.html", _job_context(request, store, job_id))


@store_page()
@require_POST
def job_cancel(request: PageRequest, store: Store, job_id: int) -> HttpResponse:
    """Have a job stop before its next orders."""
    job = _steerable(request, store, job_id)
    if cancel_job(job=job, now=timezone.now()):
        messages.success(request, "The job stops before its next orders. What is done stays done.")
    else:
        messages.info(request, "The job was over already.")
    return HttpResponseRedirect(_address(job))


@store_page()
@require_POST
def job_retry(request: PageRequest, store: Store, job_id: int) -> HttpResponse:
    """Try those orders again that failed."""
    job = _steerable(request, store, job_id)
    count = retry_failed(job=job, now=timezone.now())
    if not count:
        messages.info(request, "Nothing of this job failed.")
    return HttpResponseRedirect(_address(job))


@store_page()
@require_POST
def job_undo(request: PageRequest, store: Store, job_id: int) -> HttpResponse:
    """Take a job back; a small one at once, a large one as a job of its own."""
    job, now = _steerable(request, store, job_id), timezone.now()
    undo = undo_job(job=job, by=By.person(request.user), now=now)
    if undo.total > AT_ONCE:
        return HttpResponseRedirect(_address(undo))
    _tell(request, do_at_once(undo, now=now), f"undone: {job.title}.")
    return HttpResponseRedirect(way_back(request, _address(job)))


@store_page()
@require_safe
def job_outcomes(request: PageRequest, store: Store, job_id: int) -> HttpResponse:
    """Give what became of each order as a file."""
    job = _job(store, job_id)
    return _file(outcome_lines(store.pk, job.pk), f"job-{job.pk}-outcome.csv")


@store_page()
@require_safe
def job_file(request: PageRequest, store: Store, job_id: int) -> HttpResponse:
    """Give the file a job made."""
    job = _job(store, job_id)
    if job.action != "export":
        raise Http404
    return _file(_exported(job), f"orders-{job.created_at:%Y-%m-%d}-{job.pk}.csv")


@store_page()
@require_safe
def job_print(request: PageRequest, store: Store, job_id: int) -> HttpResponse:
    """Lead to the packing slips of so many of a job's orders, from the place that is named."""
    job, first = _job(store, job_id), id_in(request.GET.get("from", "1")) or 1
    address = action_named("print").leads_to(job, done_ids(job)[first - 1 :][:SLIPS_A_PAGE])
    if job.action != "print" or not address:
        raise Http404
    return HttpResponseRedirect(address)


def _exported(job: BulkJob) -> Iterator[str]:
    yield f"{BOM}{HEAD}" if job.settings.get("bom") else HEAD
    yield from output_lines(job.store_id, job.pk)


def _file(lines: Iterator[str], name: str) -> HttpResponse:
    # To those who stand between, an answer that streams is an answer like any other.
    stream = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer = cast("HttpResponse", stream)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    patch_cache_control(answer, private=True, no_store=True)
    return answer


def _start(request: PageRequest, store: Store) -> HttpResponse:
    """Do what was asked for, or ask for what is missing first."""
    action = action_named(request.POST.get("action", ""))
    _check_may(request, action)
    asked = StartForm(request.POST)
    read, chosen = asked.readable(), asked.chosen()
    if action.key in PAGES and chosen.ids and not read["confirmed"]:
        page = reverse(PAGES[action.key], args=[store.pk])
        return HttpResponseRedirect(f"{page}?ids={','.join(map(str, chosen.ids[:IDS_SHOWN]))}")
    form = action.settings_form(request.POST, store=store)
    is_given = form.is_valid()
    if not is_given or (asks(action) and not read["confirmed"]):
        is_wrong = not is_given and _is_filled_in(form)
        shown = form if is_wrong else action.settings_form(store=store)
        return _ask(request, store, action, chosen, shown, is_wrong=is_wrong)
    now = timezone.now()
    try:
        job = make_job(
            store=store,
            action=action,
            settings=form.settings(),
            chosen=chosen,
            by=By.person(request.user),
            now=now,
            once=read["once"],
            expected=read["expected"],
        )
    except NumberChanged as changed:
        messages.warning(request, changed.message)
        return _ask(request, store, action, chosen, form)
    except AskedAlready as again:
        return HttpResponseRedirect(_address(again.job))
    return _started(request, store, action, job, now)


def _is_filled_in(form: BulkSettings) -> bool:
    """Tell whether anything was given that is now wrong, apart from nothing given yet."""
    return any(form.data.get(name) for name in form.fields)


def _started(
    request: PageRequest, store: Store, action: BulkAction, job: BulkJob, now: datetime
) -> HttpResponse:
    """Lead to the job, or do a small one at once and lead back."""
    if job.total > AT_ONCE:
        return HttpResponseRedirect(_address(job))
    job = do_at_once(job, now=now)
    if address := action.leads_to(job, done_ids(job)):
        return HttpResponseRedirect(address)
    _tell(request, job, f"{action.done_words(job.settings)}.")
    return HttpResponseRedirect(way_back(request, reverse("orders:list", args=[store.pk])))


def _tell(request: PageRequest, job: BulkJob, done: str) -> None:
    """Leave the outcome of a small job for the next page, with the way to take it back."""
    words = [f"{_orders(job.done)} {done}"] if job.done else []
    words += [
        f"{_orders(count)} {state}: {sentence}" for state, sentence, count in causes_of(job)[:3]
    ]
    level = messages.WARNING if job.failed or not job.done else messages.SUCCESS
    tag = "undo" if job.undo_until and job.done else "see"
    messages.add_message(request, level, " ".join(words), extra_tags=f"{tag} {job.pk}")


def _orders(count: int) -> str:
    return f"{count:,} {'order' if count == 1 else 'orders'}"


def _ask(
    request: PageRequest,
    store: Store,
    action: BulkAction,
    chosen: Chosen,
    form: BulkSettings,
    *,
    is_wrong: bool = False,
) -> HttpResponse:
    """Ask for what an action still needs: its settings, or a yes to what cannot be undone."""
    context = {
        "action": action,
        "chosen": chosen,
        "ids": ",".join(map(str, chosen.ids)),
        "count": count_chosen(store, chosen, action),
        "form": form,
        "unavailable": action.unavailable(store),
        "once": str(uuid.uuid4()),
        "back": way_back(request, reverse("orders:list", args=[store.pk])),
        "at_once": AT_ONCE,
        "section": "orders",
    }
    return render(request, "orders/job_ask.html", context, status=INVALID if is_wrong else 200)


def _job_context(request: PageRequest, store: Store, job_id: int) -> dict[str, Any]:
    wanted = JobForm(request.GET).readable()
    job = _job(store, job_id)
    page = job_page(job, request.member, wanted, now=timezone.now())
    undone = job.undoes
    return {
        "job": job,
        "page": page,
        "wanted": wanted,
        "section": "jobs",
        "undone": undone and job_card(undone),
        "is_swap": bool(request.headers.get("HX-Request")),
    }


def _steerable(request: PageRequest, store: Store, job_id: int) -> BulkJob:
    job = _job(store, job_id)
    _check_may(request, action_named(job.action))
    return job


def _check_may(request: PageRequest, action: BulkAction) -> None:
    if not may(request.member, action):
        raise PermissionDenied(denial(request.member, action.needs))


def _job(store: Store, job_id: int) -> BulkJob:
    jobs = BulkJob.objects.for_store(store).select_related("user", "undoes")
    return get_object_or_404(jobs, pk=job_id)


def _address(job: BulkJob) -> str:
    return reverse("orders:job_view", args=[job.store_id, job.pk])
