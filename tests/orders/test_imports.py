"""An order enters once; what its source says later is followed, never backwards."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from orderdesk.lib.refused import Refused
from orders.models import Folder, Order, OrderEvent, OrderItem
from orders.services import By, delete_order, import_order, replace_order
from tests.factories import NEW_YEAR, make_address, make_draft, make_item

pytestmark = pytest.mark.django_db
SHOPIFY = By.integration("Shopify")
LATER = NEW_YEAR + timedelta(hours=1)


def bring_in(store, draft):
    return import_order(store=store, draft=draft, by=SHOPIFY, now=timezone.now())


def kinds_of(order):
    rows = OrderEvent.objects.for_store(order.store_id).filter(order=order).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def test_an_order_comes_into_the_first_folder_with_its_sums(inside):
    order = bring_in(inside, make_draft()).order

    assert order.folder.name == "New"
    assert order.order_total == Decimal("65.00")
    assert order.quantity_total == 2
    assert kinds_of(order) == ["imported"]


def test_the_same_order_again_changes_nothing(inside):
    draft = make_draft()
    first = bring_in(inside, draft)
    second = bring_in(inside, draft)

    assert (first.result, second.result) == ("created", "unchanged")
    assert first.order.pk == second.order.pk
    assert Order.objects.for_store(inside).count() == 1
    assert OrderItem.objects.for_store(inside).count() == 1
    assert kinds_of(first.order) == ["imported"]


def test_a_later_statement_is_followed_with_before_and_after(inside):
    draft = make_draft(shipping=make_address(city="Springfield"))
    order = bring_in(inside, draft).order
    later = replace(draft, source_updated_at=LATER, shipping=make_address(city="Shelbyville"))

    assert bring_in(inside, later).result == "updated"

    event = OrderEvent.objects.for_store(inside).get(kind="updated")
    assert event.before["shipping_city"] == "Springfield"
    assert event.after["shipping_city"] == "Shelbyville"
    order.refresh_from_db()
    assert order.shipping.city == "Shelbyville"
    assert order.version == 2


def test_an_older_statement_after_a_newer_one_changes_nothing(inside):
    draft = make_draft(source_updated_at=LATER)
    order = bring_in(inside, draft).order
    older = replace(draft, source_updated_at=NEW_YEAR, email="old@example.com")

    assert bring_in(inside, older).result == "stale"

    order.refresh_from_db()
    assert order.email == "ada@example.com"
    assert kinds_of(order) == ["imported"]


def test_a_line_the_cart_keeps_stays_the_same_row(inside):
    draft = make_draft(items=(make_item(source_line_id="1"), make_item(source_line_id="2")))
    order = bring_in(inside, draft).order
    kept = OrderItem.objects.for_store(inside).get(order=order, source_line_id="2")
    later = replace(
        draft,
        source_updated_at=LATER,
        items=(make_item(source_line_id="2", quantity=Decimal(9)),),
    )

    bring_in(inside, later)

    (left,) = OrderItem.objects.for_store(inside).filter(order=order)
    assert (left.pk, left.quantity) == (kept.pk, Decimal(9))


@pytest.mark.parametrize(
    "changed",
    [
        {"delivery_type": "noship"},
        {"name": "Blue mug, large"},
        {"weight": Decimal("0.5")},
        {"price": Decimal("30.0001")},
        {"metadata": {"variant_id": "7"}},
        {"category_code": "Mugs"},
        {"fulfillment_method": "downloads-app"},
        {"source_line_id": "2"},
    ],
)
def test_whatever_changes_of_a_line_is_followed(inside, changed):
    draft = make_draft(items=(make_item(source_line_id="1"),))
    order = bring_in(inside, draft).order
    line = make_item(**{"source_line_id": "1", **changed})

    result = bring_in(inside, replace(draft, source_updated_at=LATER, items=(line,))).result

    assert result == "updated"
    (row,) = OrderItem.objects.for_store(inside).filter(order=order)
    assert {name: getattr(row, name) for name in changed} == changed
    event = OrderEvent.objects.for_store(inside).get(kind="updated")
    assert event.before["order_items"] != event.after["order_items"]


def test_a_number_with_more_digits_than_are_kept_is_no_change_forever(inside):
    line = make_item(weight=Decimal("0.123456"), quantity=Decimal("1.00005"))
    draft = make_draft(items=(line,), order_total=Decimal(30))
    bring_in(inside, draft)
    lines_of_the_second = OrderEvent.objects.for_store(inside).filter(after__has_key="order_items")

    bring_in(inside, replace(draft, source_updated_at=LATER))

    assert not lines_of_the_second.exists()


def test_what_was_edited_here_is_not_overwritten(inside, by_alice):
    draft = make_draft()
    order = bring_in(inside, draft).order
    edited = replace(draft, email="right@example.com")
    replace_order(order=order, draft=edited, by=by_alice, now=timezone.now())
    later = replace(draft, source_updated_at=LATER, email="wrong@example.com", payment_type="Visa")

    bring_in(inside, later)

    order.refresh_from_db()
    assert order.email == "right@example.com"
    assert order.payment_type == "Visa"


def test_a_cancellation_moves_an_unsent_order_to_canceled(inside):
    draft = make_draft()
    order = bring_in(inside, draft).order
    canceled = replace(draft, source_updated_at=LATER, canceled_at=LATER, cancel_reason="customer")

    assert bring_in(inside, canceled).result == "canceled"

    order.refresh_from_db()
    assert order.folder.name == "Canceled"
    assert kinds_of(order) == ["imported", "canceled", "folder_changed"]


def test_an_order_at_the_warehouse_stays_where_it_is_and_says_so(inside):
    draft = make_draft()
    order = bring_in(inside, draft).order
    Order.objects.for_store(inside).filter(pk=order.pk).update(fulfillment_name="Unleashed")

    bring_in(inside, replace(draft, source_updated_at=LATER, canceled_at=LATER))

    order.refresh_from_db()
    assert order.folder.name == "New"
    told = OrderEvent.objects.for_store(inside).get(kind="canceled")
    assert "Unleashed already has it" in told.sentence


def test_an_order_that_comes_canceled_is_not_imported_for_the_rules(inside):
    order = bring_in(inside, make_draft(canceled_at=NEW_YEAR)).order

    assert order.folder.name == "Canceled"
    assert kinds_of(order) == ["canceled"]


def bring_in_late(store, draft):
    return import_order(
        store=store, draft=draft, by=SHOPIFY, now=timezone.now(), history_before=NEW_YEAR
    ).order


@pytest.mark.parametrize(
    ("placed_at", "kind"),
    [
        (NEW_YEAR - timedelta(seconds=1), "history_imported"),
        (NEW_YEAR, "imported"),
        (None, "imported"),
    ],
)
def test_an_order_from_before_is_history_in_the_first_folder(inside, placed_at, kind):
    order = bring_in_late(inside, make_draft(placed_at=placed_at))

    assert order.folder.name == "New"
    assert kinds_of(order) == [kind]


def test_an_order_that_comes_fulfilled_is_history_and_closed(inside):
    order = bring_in(inside, make_draft(source_id="1001", fulfilled_at_source=True)).order

    (event,) = OrderEvent.objects.for_store(inside).filter(order=order)
    assert order.folder.name == "Closed"
    assert event.kind == "history_imported"
    assert event.sentence == "Brought in as history from Shopify: order 1001"


def test_a_fulfilled_order_lies_first_where_no_folder_is_called_closed(inside):
    Folder.objects.for_store(inside).filter(name="Closed").update(name="Done")

    assert bring_in(inside, make_draft(fulfilled_at_source=True)).order.folder.name == "New"


def test_an_order_that_is_fulfilled_later_stays_where_it_is(inside):
    draft = make_draft(placed_at=NEW_YEAR)
    order = bring_in(inside, draft).order

    bring_in_late(inside, replace(draft, source_updated_at=LATER, fulfilled_at_source=True))

    order.refresh_from_db()
    assert order.folder.name == "New"
    assert kinds_of(order) == ["imported"]


def test_an_old_order_that_was_canceled_is_told_as_canceled(inside):
    draft = make_draft(placed_at=NEW_YEAR - timedelta(days=1), canceled_at=NEW_YEAR)

    order = bring_in_late(inside, replace(draft, fulfilled_at_source=True))

    assert order.folder.name == "Canceled"
    assert kinds_of(order) == ["canceled"]


def test_a_deleted_order_does_not_come_back(inside, by_alice):
    draft = make_draft()
    order = bring_in(inside, draft).order
    delete_order(order=order, by=by_alice, now=timezone.now())

    assert bring_in(inside, replace(draft, source_updated_at=LATER)).result == "unchanged"

    assert Order.objects.for_store(inside).present().count() == 0


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"email": "x" * 300}, "email"),
        ({"email": "a\x00b"}, "email"),
        ({"source_key": "a\x00b"}, "source_key"),
        ({"source_key": "\ud800"}, "source_key"),
        ({"source_name": "Shop\x00"}, "source_name"),
        ({"shipping": make_address(city="\ud800")}, "shipping_city"),
        ({"items": (make_item(name="n" * 501),)}, "order_items[0].name"),
        ({"items": (make_item(price=Decimal("1e30")),)}, "order_items[0].price"),
        ({"checkout_data": {"gift": "a\x00"}}, "checkout_data.gift"),
        ({"items": tuple(make_item() for _ in range(5001))}, "order_items"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_name_and_nothing_is_kept(inside, fields, named):
    with pytest.raises(Refused) as no:
        bring_in(inside, make_draft(**fields))

    assert no.value.field == named
    assert Order.objects.for_store(inside).count() == 0


def test_a_store_without_folders_says_so(inside):
    Folder.objects.for_store(inside).delete()

    with pytest.raises(Refused, match="no folder"):
        bring_in(inside, make_draft())
