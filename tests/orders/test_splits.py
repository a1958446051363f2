from decimal import Decimal

import pytest
from django.utils import timezone

from inventory.models import InventoryItem
from orderdesk.lib.refused import Refused
from orders.drafts import ShipmentDraft
from orders.groupings import ByValue, Picked
from orders.models import Order, OrderEvent, OrderItem, OrderSettings
from orders.services import By, add_shipment, hub, import_order, split_order
from orders.services.copies import ChangedMeanwhile
from orders.services.links import family
from orders.services.splits import plan_split
from tests.factories import make_connection, make_draft, make_item, make_order
from tests.orders.pages import send

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def order(store, inside) -> Order:
    """Two mugs at 30 and a bowl at 40: 100 in all, with shipping, tax and a discount."""
    return make_order(
        store,
        source_id="1042",
        items=(
            make_item(source_line_id="11", metadata={"bin": "East"}),
            make_item(name="Bowl", code="BOWL", price=Decimal(40), quantity=Decimal(1),
                      source_line_id="12", metadata={"bin": "West"}),
        ),
        shipping_total=Decimal("5.00"),
        tax_total=Decimal("7.01"),
        discounts=({"name": "Spring", "code": "S", "amount": "10.00"},),
        checkout_data={"gift": "yes"},
        refund_total=Decimal("3.00"),
    )  # fmt: skip


def line(order: Order, code: str) -> OrderItem:
    return OrderItem.objects.for_store(order.store_id).get(order=order, code=code)


def split(order: Order, by: By | None = None, **picked: int) -> list[Order]:
    wish = Picked({line(order, code.replace("_", "-")).pk: Decimal(count)
                   for code, count in picked.items()})  # fmt: skip
    return split_order(order=order, wish=wish, by=by or hub(), now=NOW)


def test_a_ticked_line_goes_with_its_share_of_everything(order):
    [new] = split(order, BOWL=1)
    order.refresh_from_db()

    assert (new.source_id, new.source_name, new.folder_id) == ("1042-S", "Shopify", order.folder_id)
    assert (new.product_total, order.product_total) == (40, 60)
    assert (new.shipping_total, order.shipping_total) == (2, 3)
    assert (new.tax_total, order.tax_total) == (Decimal("2.80"), Decimal("4.21"))
    assert (new.discount_total, order.discount_total) == (4, 6)
    assert (new.order_total, order.order_total) == (Decimal("40.80"), Decimal("61.21"))
    assert new.refund_total + order.refund_total == 3
    assert new.discount_list == [{"name": "Spring", "code": "S", "amount": "4.00"}]
    assert new.checkout_data == {"gift": "yes"}


def test_part_of_a_line_leaves_the_rest_and_remembers_where_it_came_from(order):
    mug = line(order, "MUG-BLUE")
    [new] = split(order, MUG_BLUE=1)

    [part] = OrderItem.objects.for_store(order.store_id).filter(order=new)
    mug.refresh_from_db()
    assert (part.quantity, part.origin_id, mug.quantity) == (1, mug.pk, 1)
    assert (part.source_line_id, part.metadata) == ("11", {"bin": "East"})


def test_both_sides_tell_what_happened_so_that_it_can_be_read_back(order):
    bowl = line(order, "BOWL")
    [new] = split(order, BOWL=1)

    events = OrderEvent.objects.for_store(order.store_id)
    [beginning] = events.filter(order=new)
    assert (beginning.kind, beginning.sentence) == ("split", "Split from order 1042")
    told = events.filter(order=order).newest_first()[0]
    assert (told.kind, told.sentence) == ("history", "Split: order 1042-S taken out")
    assert told.before["order_items"][str(bowl.pk)]["code"] == "BOWL"
    assert told.after["order_items"] == {str(bowl.pk): None}
    assert (told.before["product_total"], told.after["product_total"]) == ("100", "60")
    assert set(told.before) == set(told.after)
    assert family(new).groups == [("Split from", [order])]
    assert family(order).groups == [("Split into", [new])]


def test_the_cart_neither_finds_the_new_order_nor_brings_the_lines_back(store, order):
    draft = make_draft(source_key=order.source_key, source_id="1042", items=(
        make_item(source_line_id="11"), make_item(code="BOWL", source_line_id="12"),
    ))  # fmt: skip
    [new] = split(order, BOWL=1)

    import_order(store=store, draft=draft, by=hub(), now=NOW)

    assert OrderItem.objects.for_store(store).filter(order=order).count() == 1
    assert OrderItem.objects.for_store(store).filter(order=new).count() == 1


def test_a_store_may_want_the_extras_to_stay(store, order):
    OrderSettings(store=store, split_method="remove").save()

    [new] = split(order, BOWL=1)

    order.refresh_from_db()
    assert (new.shipping_total, new.tax_total, new.checkout_data) == (0, 0, {})
    assert (order.shipping_total, order.tax_total) == (5, Decimal("7.01"))
    assert order.checkout_data == {"gift": "yes"}
    assert new.discount_total + order.discount_total == 10
    assert new.order_total + order.order_total == Decimal("102.01")


def test_further_parts_are_numbered(order):
    split(order, BOWL=1)
    [second] = split(order, MUG_BLUE=1)

    assert second.source_id == "1042-S2"


@pytest.mark.parametrize(
    ("wish", "stays", "goes"),
    [
        (ByValue("metadata", "bin"), ["MUG-BLUE"], [["BOWL"], ["PEN"]]),
        (ByValue("metadata", "Bin", ("east", "South")), ["BOWL"], [["MUG-BLUE", "PEN"]]),
        (ByValue("code", values=("BOWL",)), ["MUG-BLUE", "PEN"], [["BOWL"]]),
        (ByValue("variation", "Color"), ["MUG-BLUE", "BOWL"], [["PEN"]]),
        (ByValue("delivery_type"), ["MUG-BLUE", "BOWL"], [["PEN"]]),
        (ByValue("category_code"), ["BOWL", "PEN"], [["MUG-BLUE"]]),
        (ByValue("name"), ["MUG-BLUE"], [["BOWL"], ["PEN"]]),
        (ByValue("location"), ["BOWL", "PEN"], [["MUG-BLUE"]]),
        (ByValue("line"), ["MUG-BLUE"], [["BOWL"], ["PEN"]]),
        (ByValue("quantity", size=Decimal(3)), ["MUG-BLUE", "BOWL"], [["PEN"]]),
    ],
)
def test_lines_that_are_alike_go_together(store, inside, wish, stays, goes):
    InventoryItem(store=store, code="MUG-BLUE", name="Mug", location="Aisle 4").save()
    order = make_order(store, items=(
        make_item(metadata={"bin": "East"}, category_code="cups"),
        make_item(name="Bowl", code="BOWL", quantity=Decimal(1), metadata={"bin": "West"}),
        make_item(name="Pen", code="PEN", quantity=Decimal(1), metadata={"bin": "South"},
                  variations={"Color": "red"}, delivery_type="future"),
    ))  # fmt: skip

    new = split_order(order=order, wish=wish, by=hub(), now=NOW)

    def codes(order: Order) -> list[str]:
        return [item.code for item in order.items.order_by("position")]

    assert (codes(order), [codes(each) for each in new]) == (stays, goes)


@pytest.mark.parametrize(
    ("picked", "words"),
    [
        ({}, "Nothing is ticked"),
        ({"MUG_BLUE": 2, "BOWL": 1}, "without items"),
        ({"MUG_BLUE": 3}, "the order has 2"),
        ({"MUG_BLUE": 0}, "the order has 2"),
    ],
)
def test_what_makes_no_two_orders_is_refused(order, picked, words):
    with pytest.raises(Refused, match=words):
        split(order, **picked)

    assert not family(order).children


def test_a_plan_that_is_old_is_not_carried_out(order):
    wish = Picked({line(order, "BOWL").pk: Decimal(1)})
    seen = plan_split(order=order, wish=wish).version
    split(order, MUG_BLUE=1)

    with pytest.raises(ChangedMeanwhile):
        split_order(order=order, wish=wish, by=hub(), now=NOW, version=seen)


def test_what_is_in_a_shipment_stays(order):
    mugs = [{"code": "MUG-BLUE", "name": "Blue mug", "quantity": 1}]
    add_shipment(order=order, draft=ShipmentDraft(tracking_number="1Z", lines=mugs),
                 source="Manual", by=hub(), now=NOW)  # fmt: skip

    with pytest.raises(Refused, match="1 of 2 are in a shipment"):
        split(order, MUG_BLUE=2)
    assert split(order, MUG_BLUE=1)


@pytest.mark.parametrize("how", [{"state": "waiting"}, {"state": "parked", "in_doubt": True}])
def test_an_order_on_its_way_is_not_split(store, order, how):
    send(store, order, make_connection(store, "unleashed"), **how)

    with pytest.raises(Refused, match="being sent, or it is not known"):
        split(order, BOWL=1)


def test_an_order_a_warehouse_has_is_split_only_by_who_read_what_that_means(store, order):
    send(store, order, make_connection(store, "unleashed"), state="done", external_id="7")
    order.fulfillment_name, order.fulfillment_id = "Unleashed", "7"
    order.save()

    with pytest.raises(Refused, match="Unleashed has the whole order already"):
        split(order, BOWL=1)
    wish = Picked({line(order, "BOWL").pk: Decimal(1)})
    [new] = split_order(order=order, wish=wish, by=hub(), now=NOW, confirmed=True)

    assert (new.fulfillment_name, new.fulfillment_id) == ("Unleashed", "7")
