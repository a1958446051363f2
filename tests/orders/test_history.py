"""An order at any past moment is exactly what it was then, whoever changed it and how."""

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orders.drafts import ShipmentDraft
from orders.history import differences, taken_back
from orders.models import Folder, Order, OrderEvent, Shipment
from orders.services import (
    By,
    add_history,
    add_shipment,
    delete_order,
    hub,
    import_order,
    move_order,
    replace_order,
)
from orders.services.addresses import change_address, change_return_address
from orders.services.data import change_data
from orders.services.deletion import restore_order
from orders.services.details import change_details, change_discounts
from orders.services.items import add_items, change_item, remove_item
from orders.services.lines import lines_of
from orders.services.notes import add_note
from orders.services.reverts import PARTS, give_back
from orders.services.shipments import change_shipment, remove_shipment
from orders.services.snapshots import present_state, state_after
from orders.services.tags import tag_orders
from stores.scoping import entered
from tests.factories import make_address, make_draft, make_item, make_order
from tests.orders.editing import order_page

SHOP = By.integration("Shopify")
TEXT = st.text(st.characters(codec="ascii", categories=["L", "N"]), max_size=6)
AMOUNT = st.decimals(0, 500, places=2)
Step = Callable[..., object]


def _import(order: Order, number: int, text: str, amount: Decimal) -> None:
    items = tuple(make_item(code=f"C{n}", quantity=Decimal(n + 1)) for n in range(number % 4))
    draft = make_draft(
        source_key=order.source_key,
        source_id=order.source_id,
        email=text,
        shipping=make_address(city=text),
        items=items or (make_item(price=amount),),
        tax_total=amount,
    )
    import_order(store=order.store, draft=draft, by=SHOP, now=timezone.now())


def _replace(order: Order, number: int, text: str, amount: Decimal) -> None:
    draft = make_draft(
        checkout_data={text: "1"} if text else {},
        items=(make_item(code=text or "C1", price=amount),) * (number % 3 + 1),
        notes=({"date_added": "", "username": "", "content": text},),
    )
    replace_order(order=order, draft=draft, by=hub(), now=timezone.now())


def _line(order: Order, number: int, text: str, amount: Decimal) -> None:
    lines, now = lines_of(order), timezone.now()
    if number % 3 == 0 or not lines:
        add_items(order=order, items=[make_item(name=text or "x", price=amount)], by=hub(), now=now)
    elif number % 3 == 1:
        values = {"price": amount, "metadata": {"note": text}}
        change_item(order=order, item_id=lines[0].pk, values=values, by=hub(), now=now)
    else:
        remove_item(order=order, item_id=lines[number % len(lines)].pk, by=hub(), now=now)


def _parcel(order: Order, number: int, text: str, amount: Decimal) -> None:
    now, rows = timezone.now(), Shipment.objects.for_store(order.store_id).present()
    found = rows.filter(order=order).first()
    if number % 3 == 0 or found is None:
        draft = ShipmentDraft(tracking_number=f"T{number}", lines=[{"code": text, "quantity": 1}])
        add_shipment(order=order, draft=draft, source="Manual", by=hub(), now=now)
    elif number % 3 == 1:
        values = {"tracking_number": f"N{number}", "cost": str(amount)}
        change_shipment(shipment=found, values=values, by=hub(), now=now)
    else:
        remove_shipment(shipment=found, by=hub(), now=now)


def _data(order: Order, number: int, text: str, amount: Decimal) -> None:
    column = ["checkout_data", "order_metadata"][number % 2]
    values = {"a": text, f"b{number % 3}": None if number % 5 else str(amount)}
    change_data(order=order, column=column, values=values, by=hub(), now=timezone.now())


def _where(order: Order, number: int, text: str, amount: Decimal) -> None:
    now, folders = timezone.now(), list(Folder.objects.for_store(order.store_id).in_order())
    if number % 2:
        move_order(order=order, folder=folders[number % len(folders)], by=hub(), now=now)
    else:
        color = "red" if text else ""
        tag_orders(orders=[order], color=color, name=text, by=hub(), now=now)


def _address(order: Order, number: int, text: str, amount: Decimal) -> None:
    now, values = timezone.now(), {"city": text, "company": f"{text} Ltd"}
    if number % 3:
        whose = ["shipping", "customer"][number % 2]
        change_address(order=order, whose=whose, values=values, by=hub(), now=now)
    else:
        change_return_address(order=order, values=values, by=hub(), now=now)


def _details(order: Order, number: int, text: str, amount: Decimal) -> None:
    now = timezone.now()
    if number % 2:
        values = {"shipping_total": amount, "payment_type": text, "added_at": now}
        change_details(order=order, values=values, by=hub(), now=now)
    else:
        rows = [{"name": text, "code": "", "amount": str(amount)}]
        change_discounts(order=order, discounts=rows, by=hub(), now=now)


def _words(order: Order, number: int, text: str, amount: Decimal) -> None:
    if number % 2:
        add_note(order=order, content=f"{text}.", by=hub(), now=timezone.now())
    else:
        add_history(order=order, note=f"{text}.", by=hub())


def _gone(order: Order, number: int, text: str, amount: Decimal) -> None:
    delete_order(order=order, by=hub(), now=timezone.now())
    restore_order(order=order, by=hub(), now=timezone.now())


def _back(order: Order, number: int, text: str, amount: Decimal) -> None:
    part = sorted(PARTS)[number % len(PARTS)]
    give_back(order=order, part=part, by=hub(), now=timezone.now())


def _cancel(order: Order, number: int, text: str, amount: Decimal) -> None:
    draft = make_draft(
        source_key=order.source_key, source_id=order.source_id, canceled_at=timezone.now()
    )
    import_order(store=order.store, draft=draft, by=SHOP, now=timezone.now())


STEPS: list[Step] = [
    _import, _replace, _line, _parcel, _data, _where, _address, _details, _words, _gone, _back,
    _cancel,
]  # fmt: skip
CHANGES = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 30), TEXT, AMOUNT), min_size=2, max_size=7
)


def without_places(state):
    """A changed place among the lines alone is no change, and so is not told."""
    lines = {pk: {**line, "position": 0} for pk, line in state["order_items"].items()}
    return {**state, "order_items": lines}


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=CHANGES)
def test_the_past_is_computed_as_it_was(inside, changes):
    made = make_order(inside)
    seen = {}
    for step, number, text, amount in changes:
        order = Order.objects.for_store(inside).select_related("folder").get(pk=made.pk)
        step(order, number, text, amount)
        after = Order.objects.for_store(inside).select_related("folder").get(pk=made.pk)
        event = OrderEvent.objects.for_store(inside).filter(order=made).newest_first()[0]
        seen[event.pk] = present_state(after)

    now = Order.objects.for_store(inside).select_related("folder").get(pk=made.pk)

    for event_id, then in seen.items():
        assert without_places(state_after(now, event_id)) == without_places(then)


def test_what_was_not_followed_changed_nothing():
    ignored = SimpleNamespace(kind="source_change_ignored", before={"email": "old"})

    assert taken_back({"email": "now"}, [ignored]) == {"email": "now"}


def test_two_moments_differ_by_what_changed_between_them():
    one = {"email": "a", "order_items": {"1": {"quantity": "1"}, "2": {"quantity": "1"}}}
    other = {"email": "b", "order_items": {"1": {"quantity": "1"}, "3": {"quantity": "4"}}}

    assert differences(one, other) == (
        {"email": "a", "order_items": {"2": {"quantity": "1"}, "3": None}},
        {"email": "b", "order_items": {"2": None, "3": {"quantity": "4"}}},
    )


# --- the pages ----------------------------------------------------------------------------------


def test_an_order_is_shown_as_it_was_and_compared(store, alice_client):
    order = make_order(store, email="first@example.com")
    with entered(store):
        came = OrderEvent.objects.for_store(store).get(order=order)
        values = {"email": "second@example.com"}
        change_details(order=order, values=values, by=hub(), now=timezone.now())

    then = alice_client.get(order_page(store, order.pk, f"/at/{came.pk}")).content.decode()
    compared = alice_client.get(order_page(store, order.pk, f"/at?from={came.pk}&to=now"))

    assert "first@example.com" in then
    assert "second@example.com" not in then
    for words in ("first@example.com", "second@example.com"):
        assert words in compared.content.decode()
    timeline = alice_client.get(order_page(store, order.pk)).content.decode()
    assert order_page(store, order.pk, f"/at/{came.pk}") in timeline


def test_a_moment_can_be_named_by_its_time(store, alice_client):
    order = make_order(store)
    with entered(store):
        came = OrderEvent.objects.for_store(store).get(order=order)

    at = (came.happened_at).isoformat().replace("+00:00", "Z")
    answer = alice_client.get(order_page(store, order.pk, f"/at/{at}"))

    assert answer["Location"] == order_page(store, order.pk, f"/at/{came.pk}")


@pytest.mark.parametrize("at", ["x", "0", "9" * 30, "2026-02-31", "0001-01-01T00:00:00+23:59"])
def test_a_moment_that_never_was_is_not_found(store, alice_client, at):
    order = make_order(store)

    assert alice_client.get(order_page(store, order.pk, f"/at/{at}")).status_code == 404
    assert alice_client.get(order_page(store, order.pk, f"/at?from={at}")).status_code == 404


def test_an_event_of_another_order_is_no_moment_of_this_one(store, alice_client):
    order, other = make_order(store), make_order(store)
    with entered(store):
        theirs = OrderEvent.objects.for_store(store).get(order=other)

    assert alice_client.get(order_page(store, order.pk, f"/at/{theirs.pk}")).status_code == 404


def test_the_timeline_is_narrowed_to_one_kind(store, alice_client):
    order = make_order(store)
    with entered(store):
        add_note(order=order, content="Call first", by=hub(), now=timezone.now())

    notes = alice_client.get(order_page(store, order.pk, "?show=notes")).content.decode()
    changes = alice_client.get(order_page(store, order.pk, "?show=changes")).content.decode()

    assert "/at/" in notes
    assert "Imported from" not in notes
    assert "Imported from" in changes
