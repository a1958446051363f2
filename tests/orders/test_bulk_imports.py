"""Many orders at once: the same as one by one, and one bad draft stops no other."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from orderdesk.lib.refused import Refused
from orderdesk.verify import violations
from orders.models import Folder, Order, OrderEvent, OrderItem
from orders.services import By, bulk_imports, import_order, import_orders
from orders.services.sets import insert_all
from stores.scoping import entered
from tests.factories import NEW_YEAR, make_draft, make_item, make_store

BY = By.integration("Shopify")
LATER = NEW_YEAR + timedelta(days=1)


def bring_in(store, drafts, **options):
    with entered(store):
        return import_orders(store=store, drafts=drafts, by=BY, now=LATER, **options)


def many_kinds():
    """Give drafts of every kind, each with an address of its own to know it by."""
    drafts = [
        make_draft(
            items=(make_item(), make_item(name="Té — “fancy” \\ 🫖", price=Decimal("0.005")))
        ),
        make_draft(items=()),
        make_draft(source_id="", source_key="unnamed"),
        make_draft(source_id="", source_key=""),
        make_draft(canceled_at=NEW_YEAR, placed_at=NEW_YEAR),
        make_draft(fulfilled_at_source=True),
        make_draft(placed_at=NEW_YEAR - timedelta(days=400)),
        make_draft(checkout_data={"gift": "yes"}, notes=({"content": "hello"},), tag_color="red"),
        *(make_draft() for _ in range(25)),
    ]
    return [replace(each, email=f"{place:02}@example.com") for place, each in enumerate(drafts)]


def told(store):
    """Everything about a store's orders but ids and what is made of ids."""
    rows = []
    with entered(store):
        for order in Order.objects.for_store(store).order_by("email"):
            values = {
                field.name: getattr(order, field.attname)
                for field in Order._meta.concrete_fields
                if field.name not in ("id", "store", "folder")
            }
            ours = order.source_id == str(order.pk)
            values["source_id"] = "ours" if ours else order.source_id
            values["source_key"] = "ours" if ours else order.source_key
            items = OrderItem.objects.for_store(store).filter(order=order).in_order()
            events = OrderEvent.objects.for_store(store).filter(order=order).order_by("pk")
            rows.append(
                (
                    values,
                    order.folder.name,
                    list(items.values_list("name", "code", "price", "quantity", "position")),
                    [
                        (event.kind, event.sentence.replace(order.number, "number"), event.actor)
                        for event in events
                    ],
                )
            )
    return rows


def test_together_orders_come_in_as_they_do_one_by_one(store):
    drafts = many_kinds()
    before = NEW_YEAR - timedelta(days=30)
    alone = make_store(name="One by one")
    with entered(alone):
        for draft in drafts:
            import_order(store=alone, draft=draft, by=BY, now=LATER, history_before=before)

    results = bring_in(store, drafts, history_before=before)

    assert [result.result for result in results] == ["created"] * len(drafts)
    for together, one in zip(told(store), told(alone), strict=True):
        assert together == one
    assert violations() == []


def test_a_second_import_of_the_same_changes_nothing(store):
    drafts = [each for each in many_kinds() if each.source_id]
    bring_in(store, drafts)
    before = told(store)

    results = bring_in(store, drafts)

    assert {result.result for result in results} == {"unchanged"}
    assert told(store) == before


def test_a_bad_draft_is_refused_and_the_others_come_in(store):
    drafts = [make_draft() for _ in range(30)]
    drafts[3] = replace(drafts[3], email="x" * 255)
    drafts[7] = replace(drafts[7], source_key="bad\x00key")
    drafts[11] = replace(drafts[11], items=(make_item(price=Decimal("NaN")),))

    results = bring_in(store, drafts)

    refused = {place: no for place, no in enumerate(results) if isinstance(no, Refused)}
    assert {place: no.field for place, no in refused.items()} == {
        3: "email",
        7: "source_key",
        11: "order_items[0].price",
    }
    with entered(store):
        assert Order.objects.for_store(store).count() == 27


def test_a_later_statement_in_the_same_import_follows_the_earlier_one(store):
    first = make_draft()
    second = replace(first, source_updated_at=LATER, email="later@example.com")
    third = replace(second, source_updated_at=LATER + timedelta(hours=1), canceled_at=LATER)

    results = bring_in(store, [first, *(make_draft() for _ in range(25)), second, third])

    assert [results[0].result, results[-2].result, results[-1].result] == [
        "created",
        "updated",
        "canceled",
    ]
    with entered(store):
        order = Order.objects.for_store(store).get(pk=results[0].order.pk)
        assert (order.email, order.folder.name) == ("later@example.com", "Canceled")


def test_a_sound_statement_after_a_refused_one_brings_its_order_in(store):
    draft = make_draft()
    results = bring_in(store, [replace(draft, email="x" * 300), draft])

    assert isinstance(results[0], Refused)
    assert results[1].result == "created"


def test_an_order_another_worker_brings_in_meanwhile_is_followed(store, monkeypatch):
    drafts = [make_draft() for _ in range(25)]
    bring_in(store, drafts[10:11])
    looked = []

    def too_early(store, drafts):
        looked.append(list(drafts))
        return set()

    monkeypatch.setattr(bulk_imports, "_known", too_early)
    results = bring_in(store, drafts)

    assert looked
    assert [place for place, each in enumerate(results) if each.result == "unchanged"] == [10]
    with entered(store):
        assert Order.objects.for_store(store).count() == 25
    assert violations() == []


def test_a_store_without_folders_takes_no_order(store):
    with entered(store):
        Folder.objects.for_store(store).all().delete()

    (result,) = bring_in(store, [make_draft()])

    assert isinstance(result, Refused)


def test_an_import_takes_few_statements(store, django_assert_max_num_queries):
    drafts = [make_draft() for _ in range(200)]
    with entered(store), django_assert_max_num_queries(25):
        import_orders(store=store, drafts=drafts, by=BY, now=LATER)


def test_a_row_that_is_here_is_not_written_twice(store):
    drafts = [make_draft() for _ in range(30)]
    bring_in(store, drafts)
    with entered(store):
        rows = list(Order.objects.for_store(store))
        for row in rows:
            row.pk = None
        with pytest.raises(IntegrityError), transaction.atomic():
            insert_all(rows)
