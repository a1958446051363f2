"""Parcels added, put right and taken off by hand, and what a cart hears of it."""

import pytest

from integrations.models import Submission
from orders.models import OrderEvent, Shipment
from stores.scoping import entered
from stores.work import Work
from tests.factories import make_connection, make_item, make_order
from tests.orders.editing import fill, form_on, order_page
from tests.orders.pages import parcel


def kinds(store, order) -> list[str]:
    with entered(store):
        events = OrderEvent.objects.for_store(store).filter(order=order).order_by("pk")
        return list(events.values_list("kind", flat=True))


def parcels(store, order) -> list[Shipment]:
    with entered(store):
        return list(Shipment.objects.for_store(store).present().filter(order=order).order_by("pk"))


def pushed(store, order, shipment, state) -> Submission:
    connection = make_connection(store, "shopify")
    with entered(store):
        row = Submission(
            store=store, order=order, shipment=shipment, connection=connection,
            verb=Submission.Verb.PUSH_SHIPMENT, actor="system", state=state,
        )  # fmt: skip
        row.save()
    return row


def test_a_shipment_holds_what_was_chosen_and_the_next_one_what_is_left(store, alice_client):
    order = make_order(store, items=(make_item(), make_item(code="POT", name="Tea pot")))
    address = order_page(store, order.pk, "/shipments")
    with entered(store):
        mug, pot = order.items.order_by("position")

    fill(
        alice_client, address, tracking_number="1Z1", contents="these",
        **{f"quantity_{mug.pk}": "1", f"quantity_{pot.pk}": "0"},
    )  # fmt: skip
    left = form_on(alice_client.get(address), address)
    fill(alice_client, address, tracking_number="1Z2", contents="left")

    assert (left[f"quantity_{mug.pk}"], left[f"quantity_{pot.pk}"]) == (["1"], ["2"])
    first, second = parcels(store, order)
    assert [(line["code"], line["quantity"]) for line in first.lines] == [("MUG-BLUE", "1")]
    assert [(line["code"], line["quantity"]) for line in second.lines] == [
        ("MUG-BLUE", "1"), ("POT", "2"),
    ]  # fmt: skip
    assert kinds(store, order)[-2:] == ["shipment_added", "shipment_added"]
    page = alice_client.get(order_page(store, order.pk)).content.decode()
    assert "Shipped" in page


def test_a_form_sent_twice_ships_what_is_left_once(store, alice_client):
    order = make_order(store)
    address = order_page(store, order.pk, "/shipments")
    sent = {**form_on(alice_client.get(address), address), "tracking_number": "1Z1"}

    first, second = (alice_client.post(address, sent) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 422)
    assert "Nothing is left to ship" in second.content.decode()
    assert len(parcels(store, order)) == 1
    # Another parcel may still go, as in place of a lost one.
    assert fill(alice_client, address, tracking_number="1Z2").status_code == 302


def test_more_than_is_left_does_not_fit_into_a_shipment(store, alice_client):
    order = make_order(store)
    with entered(store):
        (mug,) = order.items.all()

    answer = fill(
        alice_client, order_page(store, order.pk, "/shipments"), tracking_number="1Z1",
        contents="these", **{f"quantity_{mug.pk}": "3"},
    )  # fmt: skip

    assert answer.status_code == 422
    assert "2 are left to ship, not 3" in answer.content.decode()
    assert parcels(store, order) == []


def test_a_corrected_number_is_told_with_the_carriers_page_behind_it(store, alice_client):
    order = make_order(store)
    shipment = parcel(store, order, tracking_number="1Z999AA10123456784")
    assert shipment
    pushed(store, order, shipment, Work.State.DONE)

    fill(
        alice_client, order_page(store, order.pk, f"/shipments/{shipment.pk}"),
        tracking_number="1Z999AA10123456785",
    )  # fmt: skip

    (found,) = parcels(store, order)
    assert found.tracking_url.endswith("1Z999AA10123456785")
    assert found.version == 2
    assert kinds(store, order)[-2:] == ["shipment_updated", "history"]
    page = alice_client.get(order_page(store, order.pk)).content.decode()
    assert "Shopify has it as it was before. Change it there, too." in page


def test_two_people_who_correct_a_number_choose(store, alice_client):
    order = make_order(store)
    shipment = parcel(store, order, tracking_number="A-1")
    assert shipment
    address = order_page(store, order.pk, f"/shipments/{shipment.pk}")
    typed = {**form_on(alice_client.get(address), address), "tracking_number": "mine"}
    fill(alice_client, address, tracking_number="theirs")

    clash = alice_client.post(address, typed)
    alice_client.post(address, form_on(clash, address))

    assert clash.status_code == 409
    assert parcels(store, order)[0].tracking_number == "mine"


@pytest.mark.parametrize(
    ("state", "after", "words"),
    [
        (Work.State.WAITING, Work.State.DROPPED, ""),
        (Work.State.HELD, Work.State.DROPPED, ""),
        (Work.State.DONE, Work.State.DONE, "Shopify was told of it, and that cannot be taken back"),
    ],
)
def test_a_removed_shipment_is_told_to_no_cart_any_more(store, alice_client, state, after, words):
    order = make_order(store)
    shipment = parcel(store, order, tracking_number="1Z1")
    assert shipment
    row = pushed(store, order, shipment, state)

    alice_client.post(order_page(store, order.pk, f"/shipments/{shipment.pk}/remove"))

    assert parcels(store, order) == []
    with entered(store):
        assert Submission.objects.for_store(store).get(pk=row.pk).state == after
    assert "shipment_deleted" in kinds(store, order)
    assert words in alice_client.get(order_page(store, order.pk)).content.decode()


def test_a_shipment_is_removed_once(store, alice_client):
    order = make_order(store)
    shipment = parcel(store, order, tracking_number="1Z1")
    assert shipment
    address = order_page(store, order.pk, f"/shipments/{shipment.pk}")

    alice_client.post(f"{address}/remove")

    assert alice_client.post(f"{address}/remove").status_code == 404
    assert alice_client.get(address).status_code == 404
    assert kinds(store, order).count("shipment_deleted") == 1
