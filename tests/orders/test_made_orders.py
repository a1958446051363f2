"""Orders made from orders made from orders: nothing of them goes out twice, or after a cancel."""

from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.models import Submission
from integrations.services import request_submission
from orderdesk.lib.refused import Refused
from orders.bulk import Chosen, action_named, do_at_once, make_job
from orders.drafts import ShipmentDraft
from orders.groupings import Picked
from orders.models import Order
from orders.services import (
    By,
    add_shipment,
    delete_order,
    hub,
    import_order,
    merge_orders,
    restore_order,
    split_order,
)
from orders.services.links import merged_into
from tests.factories import make_connection, make_draft, make_item, make_order
from tests.orders.pages import send

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def warehouse(store, inside):
    return make_connection(store, "unleashed")


@pytest.fixture
def first(store, inside) -> Order:
    return make_order(store, source_id="1", items=(make_item(), make_item(code="BOWL")))


@pytest.fixture
def second(store, first) -> Order:
    return make_order(store, source_id="2", items=(make_item(code="JUG"),))


def merge(*orders: Order) -> Order:
    return merge_orders(orders=orders, by=hub(), now=NOW)


def part_of(order: Order, code: str, pieces: int = 1) -> Order:
    line = order.items.get(code=code)
    wish = Picked({line.pk: Decimal(pieces)})
    [part] = split_order(order=order, wish=wish, by=hub(), now=NOW)
    return part


def delete(order: Order) -> None:
    delete_order(order=order, by=hub(), now=NOW)


def restore(order: Order) -> None:
    restore_order(order=order, by=hub(), now=NOW)


def cancel(order: Order) -> None:
    draft = make_draft(source_key=order.source_key, canceled_at=NOW, source_updated_at=NOW)
    import_order(store=order.store, draft=draft, by=hub(), now=NOW)


def ask(order: Order, warehouse, by: By | None = None) -> Submission:
    return request_submission(order=order, connection=warehouse, by=by or hub(), now=NOW)


def test_an_original_is_not_split_while_its_items_go_out_with_the_merged_order(first, second):
    merge(first, second)

    with pytest.raises(Refused, match="merged into order 2-M"):
        part_of(first, "BOWL")


def test_an_original_stays_behind_when_a_merged_order_is_merged_on_and_deleted(
    store, first, second, warehouse
):
    between = merge(first, second)
    last = merge(between, make_order(store, source_id="3"))
    delete(between)

    with pytest.raises(Refused, match=f"merged into order {last.number}"):
        ask(first, warehouse)


def test_an_original_stays_behind_while_a_part_of_the_merged_order_is_here(
    first, second, warehouse
):
    merged = merge(first, second)
    part = part_of(merged, "BOWL")
    delete(merged)

    with pytest.raises(Refused, match=f"merged into order {part.number}"):
        ask(first, warehouse)


def test_an_original_stays_behind_a_deleted_order_that_was_shipped_by_hand(
    first, second, warehouse
):
    merged = merge(first, second)
    parcel = ShipmentDraft(tracking_number="1Z")
    add_shipment(order=merged, draft=parcel, source="Manual", by=hub(), now=NOW)
    delete(merged)

    with pytest.raises(Refused, match="merged into order 2-M"):
        ask(first, warehouse)


def test_an_order_is_not_restored_over_what_was_sent_before_the_last_merge(
    store, first, second, warehouse
):
    between = merge(first, second)
    last = merge(between, make_order(store, source_id="3"))
    delete(between)
    delete(last)
    send(store, first, warehouse, state="done", external_id="7")

    for order in (between, last):
        with pytest.raises(Refused, match="Order 1, which was merged into this one, was sent"):
            restore(order)


@pytest.mark.parametrize("how", ["merged", "split", "shipped"])
def test_a_merged_order_is_not_restored_once_its_items_go_out_otherwise(store, first, second, how):
    merged = merge(first, second)
    delete(merged)
    if how == "merged":
        merge(first, make_order(store, source_id="3"))
    elif how == "split":
        part_of(first, "BOWL")
    else:
        parcel = ShipmentDraft(tracking_number="1Z")
        add_shipment(order=first, draft=parcel, source="Manual", by=hub(), now=NOW)

    with pytest.raises(Refused, match="could be sent twice"):
        restore(merged)


def test_what_was_split_off_before_a_merge_does_not_keep_the_merged_order_deleted(first, second):
    part_of(first, "BOWL")
    first.refresh_from_db()
    merged = merge(first, second)
    delete(merged)

    restore(merged)

    merged.refresh_from_db()
    assert merged.deleted_at is None


def test_a_cancel_reaches_through_a_deleted_part_to_what_was_made_of_it(first):
    part = part_of(first, "BOWL", pieces=2)
    smaller = part_of(part, "BOWL")
    delete(part)

    cancel(first)

    smaller.refresh_from_db()
    part.refresh_from_db()
    assert smaller.canceled_at
    # Restored, it must not be sent either.
    assert part.canceled_at


def test_rules_leave_an_order_alone_whose_original_was_canceled_two_merges_ago(
    store, first, second, warehouse
):
    last = merge(merge(first, second), make_order(store, source_id="3"))
    cancel(first)

    with pytest.raises(Refused, match="Order 1, which was merged into order 3-M, is canceled"):
        ask(last, warehouse, By.rule("All"))


def test_a_cancel_takes_back_the_merged_order_that_waits_to_be_sent(
    first, second, warehouse, by_alice
):
    merged = merge(first, second)
    row = ask(merged, warehouse)

    cancel(first)

    row.refresh_from_db()
    assert (row.state, "was canceled before" in row.problem) == ("dropped", True)
    assert merged.events.filter(kind="submission_failed").exists()
    assert ask(merged, warehouse, by_alice).pk == row.pk
    row.refresh_from_db()
    assert row.state == "waiting"


def test_a_bulk_merge_makes_one_order_of_all_that_were_picked_or_of_none(
    store, first, second, by_alice
):
    third = make_order(store, source_id="3")
    job = make_job(
        store=store,
        action=action_named("merge"),
        settings={},
        chosen=Chosen(ids=(first.pk, second.pk, third.pk)),
        by=by_alice,
        now=NOW,
    )
    delete(second)

    job = do_at_once(job, now=NOW)

    assert (job.done, job.skipped, job.failed) == (0, 1, 2)
    assert merged_into(first) is None
