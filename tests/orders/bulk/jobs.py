"""What the tests of jobs have in common: making one, doing it, reading what became of it."""

from django.utils import timezone

from orders.bulk import Chosen, action_named, make_job
from orders.models import BulkJob, BulkOrder, Folder, Order
from orders.services import By
from stores import work
from stores.scoping import entered
from tests.factories import make_order


def orders_of(store, count, **fields):
    return [make_order(store, **fields) for _ in range(count)]


def folder_of(store, name):
    with entered(store):
        return Folder.objects.for_store(store).get(name=name)


def job_of(store, user, key, orders=(), *, given=None, **chosen):
    """Ask for a job as the page does: the action's own form reads what was filled in."""
    ids = tuple(order if isinstance(order, int) else order.pk for order in orders)
    with entered(store):
        action = action_named(key)
        form = action.settings_form(given or {}, store=store)
        assert form.is_valid(), form.errors
        return make_job(
            store=store,
            action=action,
            settings=form.settings(),
            chosen=Chosen(ids=ids, **chosen),
            by=By.person(user),
            now=timezone.now(),
        )


def move_job(store, user, orders, name="Prepared", **chosen):
    return job_of(
        store, user, "move", orders, given={"folder": folder_of(store, name).pk}, **chosen
    )


def work_off():
    """Do due jobs as a worker does."""
    while claims := work.claim(BulkJob):
        for claim in claims:
            work.perform(claim)


def fresh(row):
    with entered(row.store_id):
        return type(row).objects.for_store(row.store_id).get(pk=row.pk)


def outcomes(job):
    """Order id → (state, sentence), in the order of the job."""
    with entered(job.store_id):
        rows = BulkOrder.objects.for_store(job.store_id).filter(job=job).order_by("position")
        return {row.order_id: (row.state, row.sentence) for row in rows}


def folders(store, orders):
    with entered(store):
        found = Order.objects.for_store(store).filter(pk__in=[order.pk for order in orders])
        return set(found.values_list("folder__name", flat=True))
