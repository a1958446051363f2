from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from orders.models import Order, OrderSettings
from orders.services import delete_order, duplicate_order, hub
from stores.scoping import entered
from tests.factories import make_address, make_connection, make_item, make_order
from tests.orders.pages import folder, parcel, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(store) -> Order:
    return make_order(store, source_id="1042", items=(
        make_item(metadata={"bin": "East"}),
        make_item(name="Bowl", code="BOWL", price=Decimal(40), quantity=Decimal(1)),
    ))  # fmt: skip


def at(name: str, store, *args: int) -> str:
    return reverse(f"orders:{name}", args=[store.pk, *args])


def ticked(store, order: Order, code: str, quantity: str = "1") -> dict[str, str]:
    with entered(store):
        pk = order.items.get(code=code).pk
    return {f"pick_{pk}": "on", f"quantity_{pk}": quantity}


def orders_of(store) -> list[Order]:
    with entered(store):
        return list(Order.objects.for_store(store).present().order_by("pk"))


def sent_to_unleashed(store, order: Order) -> None:
    send(store, order, make_connection(store, "unleashed"), state="done", external_id="7")
    with entered(store):
        Order.objects.for_store(store).filter(pk=order.pk).update(
            fulfillment_name="Unleashed", fulfillment_id="7"
        )


# --- split --------------------------------------------------------------------------------------


def test_a_split_is_shown_before_it_is_made(store, order, alice_client):
    address = at("order_split", store, order.pk)
    assert "Split off Bowl" in alice_client.get(address).content.decode()
    chosen = ticked(store, order, "BOWL")

    preview = alice_client.post(address, {**chosen, "step": "preview"})
    page = preview.content.decode()

    assert preview.status_code == 200
    assert "Stays in order 1042" in page
    assert "$2.00" in page
    assert "$3.00" in page
    assert len(orders_of(store)) == 1
    shown = {**chosen, "step": "act", "version": str(order.version)}
    made = alice_client.post(address, shown)
    new = orders_of(store)[-1]
    assert (new.source_id, made.headers["Location"]) == (
        "1042-S", at("order_view", store, new.pk),
    )  # fmt: skip


def test_the_preview_sends_along_all_that_was_chosen(store, order, alice_client):
    chosen = ticked(store, order, "MUG-BLUE")
    answer = alice_client.post(at("order_split", store, order.pk), {**chosen, "step": "preview"})

    page = answer.content.decode()
    assert "csrfmiddlewaretoken" in page
    for name, value in {**chosen, "version": "1"}.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page


def test_lines_ticked_elsewhere_are_ticked_here(store, order, alice_client):
    with entered(store):
        pk = order.items.get(code="BOWL").pk
    page = alice_client.get(at("order_split", store, order.pk), {"items": [pk, "x"]})

    assert f'name="pick_{pk}" checked' in page.content.decode()


@pytest.mark.parametrize(
    ("posted", "words"),
    [
        ({}, "Nothing is ticked"),
        ({"all": True}, "without items"),
        ({"version": "99"}, "was changed while you looked"),
    ],
)
def test_what_cannot_be_split_says_why_and_keeps_what_was_ticked(
    store, order, alice_client, posted, words
):
    chosen = {}
    if posted:
        chosen = ticked(store, order, "BOWL")
    if "all" in posted:
        chosen |= ticked(store, order, "MUG-BLUE", "2")
    version = posted.get("version", "1")

    answer = alice_client.post(
        at("order_split", store, order.pk), {**chosen, "step": "act", "version": version}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert page.count(" checked") == len(chosen) // 2
    assert len(orders_of(store)) == 1


def test_lines_are_split_by_what_they_have_in_common(store, order, alice_client):
    address = at("order_split_by", store, order.pk)
    wish = {"method": "metadata", "field": "bin", "values": "East\nSouth"}
    preview = alice_client.post(address, {**wish, "step": "preview"}).content.decode()
    assert "New order" in preview

    alice_client.post(address, {**wish, "step": "act", "version": "1"})

    with entered(store):
        new = Order.objects.for_store(store).get(source_id="1042-S")
        assert [item.code for item in new.items.all()] == ["MUG-BLUE"]


def test_a_way_to_split_needs_its_field(store, order, alice_client):
    answer = alice_client.post(at("order_split_by", store, order.pk), {"method": "variation"})

    assert answer.status_code == 422
    assert "Write the name of the field" in answer.content.decode()


def test_an_order_a_warehouse_has_is_split_only_after_a_tick(store, order, alice_client):
    sent_to_unleashed(store, order)
    address, chosen = at("order_split", store, order.pk), ticked(store, order, "BOWL")
    preview = alice_client.post(address, {**chosen, "step": "preview"}).content.decode()
    assert "Unleashed has the whole order already" in preview

    refused = alice_client.post(address, {**chosen, "step": "act", "version": "1"})
    assert (refused.status_code, len(orders_of(store))) == (422, 1)
    alice_client.post(address, {**chosen, "step": "act", "version": "1", "confirmed": "on"})

    assert len(orders_of(store)) == 2


# --- merge --------------------------------------------------------------------------------------


def test_orders_stand_side_by_side_before_they_are_merged(store, order, alice_client):
    other = make_order(store, source_id="1043", shipping=make_address(city="Elsewhere"))
    with entered(store):
        OrderSettings(store=store, merged_folder=folder(store, "Closed")).save()
    ids = {"ids": f"{order.pk},{other.pk}"}

    page = alice_client.get(at("orders_merge", store), ids).content.decode()

    assert "The addresses differ" in page
    assert "order #1043, the most recent one" in page
    assert "move to Closed" in page
    shown = {"ids": [order.pk, other.pk], f"version_{other.pk}": "1", "step": "act"}
    answer = alice_client.post(at("orders_merge", store), shown)
    merged = orders_of(store)[-1]
    assert (merged.source_id, merged.shipping_city) == ("1043-M", "Elsewhere")
    assert answer.headers["Location"] == at("order_view", store, merged.pk)


def test_orders_ticked_in_the_list_are_shown_before_they_are_merged(store, order, alice_client):
    other = make_order(store, source_id="1043")
    asked = {"action": "merge", "ids": [order.pk, other.pk]}

    page = alice_client.post(at("bulk_start", store), asked, follow=True).content.decode()

    assert "Nothing is merged yet" in page
    assert len(orders_of(store)) == 2


def test_a_merge_that_is_refused_names_the_order_in_the_way(store, order, alice_client):
    other = make_order(store, source_id="1043", currency="EUR")

    one = alice_client.post(at("orders_merge", store), {"ids": [order.pk]})
    two = alice_client.post(at("orders_merge", store), {"ids": [order.pk, other.pk]})

    assert (one.status_code, two.status_code) == (422, 422)
    assert "two orders or more" in one.content.decode()
    assert "EUR and USD" in two.content.decode()


def test_a_merge_of_what_changed_since_is_refused(store, order, alice_client):
    other = make_order(store)
    shown = {"ids": [order.pk, other.pk], f"version_{other.pk}": "7", "step": "act"}

    answer = alice_client.post(at("orders_merge", store), shown)

    assert "was changed while you looked" in answer.content.decode()
    assert len(orders_of(store)) == 2


# --- duplicate, delete, restore -----------------------------------------------------------------


def test_a_duplicate_leads_to_the_copy(store, order, alice_client):
    answer = alice_client.post(at("order_duplicate", store, order.pk))

    copy = orders_of(store)[-1]
    assert copy.source_id == "1042-D"
    assert answer.headers["Location"] == at("order_view", store, copy.pk)


def test_deleting_asks_first_and_says_what_it_does_not_do(store, order, alice_client):
    sent_to_unleashed(store, order)
    parcel(store, order, tracking_number="1Z")
    page = alice_client.get(at("order_delete", store, order.pk)).content.decode()

    assert "Unleashed already has this order; it is not canceled there." in page
    assert "Its shipments went out." in page
    assert len(orders_of(store)) == 1
    answer = alice_client.post(at("order_delete", store, order.pk), follow=True)
    assert "Order 1042 deleted. It can be restored until" in answer.content.decode()
    assert orders_of(store) == []


def test_a_deleted_order_is_restored_from_the_list_of_the_deleted(store, order, alice_client):
    with entered(store):
        delete_order(order=order, by=hub(), now=timezone.now())
    page = alice_client.get(f"{at('list', store)}?deleted=1").content.decode()
    assert at("order_restore", store, order.pk) in page

    answer = alice_client.post(at("order_restore", store, order.pk), follow=True)

    assert "Order 1042 restored to New." in answer.content.decode()
    assert len(orders_of(store)) == 1


def test_who_may_not_change_orders_is_told_so(store, order, bob_client):
    pages: list[Any] = [
        ("order_split", order.pk),
        ("order_split_by", order.pk),
        ("order_delete", order.pk),
    ]
    for name, *args in [*pages, ("orders_merge",)]:
        answer = bob_client.get(at(name, store, *args))
        assert answer.status_code == 403, name
    assert bob_client.post(at("order_duplicate", store, order.pk)).status_code == 403
    assert bob_client.post(at("order_restore", store, order.pk)).status_code == 403


def test_a_deleted_order_is_not_split_or_duplicated_any_more(store, order, alice_client):
    with entered(store):
        duplicate_order(order=order, by=hub(), now=timezone.now())
        delete_order(order=order, by=hub(), now=timezone.now())

    assert alice_client.get(at("order_split", store, order.pk)).status_code == 404
    assert alice_client.post(at("order_duplicate", store, order.pk)).status_code == 404
