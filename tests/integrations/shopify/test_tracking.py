"""Parcels told to a real shop over HTTP: the right lines, once, in words when refused."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from integrations.base import Receipt
from integrations.errors import OutcomeUnknown, RequestRejected, TemporaryFailure
from orders.models import Order, OrderItem, Shipment
from tests.integrations.loaded import loaded_item, loaded_shipment
from tests.integrations.shopify.bench import REFERENCE, Bench

NUMBER = "1Z999AA10123456784"


@pytest.fixture
def shop(settings: Any) -> Iterator[Bench]:
    settings.VENDOR_TIMEOUT_SECONDS = 1
    bench = Bench()
    yield bench
    bench.vendor.stop()


def push(shop: Bench, order: Order, shipment: Shipment, **options: Any) -> Receipt:
    return shop.plugin(**options).push_shipment(order, shipment, reference=REFERENCE)


def told(shop: Bench) -> list[dict[str, Any]]:
    return [
        {
            "number": row["tracking_number"],
            "company": row["tracking_company"],
            "lines": {line["sku"]: line["quantity"] for line in row["line_items"]},
        }
        for row in shop.vendor.fulfillments()
    ]


def line(item: OrderItem, quantity: object) -> dict[str, str]:
    return {"code": item.code, "name": item.name, "quantity": str(quantity)}


def an_order_of_several_lines(shop: Bench, **options: Any) -> Order:
    """Place orders until one has several lines; what they hold goes by their number."""
    while len((order := shop.placed(**options)[0]).items.all()) < 2:
        pass
    return order


def an_order_with_a_line_of_two(shop: Bench) -> tuple[Any, OrderItem]:
    """Place orders until one has a line of two pieces or more; give both."""
    while True:
        order = an_order_of_several_lines(shop)
        item = max(order.items.all(), key=lambda each: each.quantity)
        if item.quantity >= 2:
            return order, item


def test_a_parcel_becomes_a_fulfilment_with_its_tracking(shop):
    receipt = push(shop, shop.order, shop.shipment)

    (fulfillment,) = shop.vendor.fulfillments()
    assert receipt.external_id == str(fulfillment["id"])
    assert fulfillment["tracking_number"] == NUMBER
    assert fulfillment["tracking_company"] == "UPS"
    assert fulfillment["notify_customer"] is False
    placed = shop.vendor.shop.order(shop.order.source_key)
    assert placed["fulfillment_status"] == "fulfilled"


def test_customers_are_notified_where_the_merchant_says_so(shop):
    push(shop, shop.order, shop.shipment, notify_customer=True)

    assert shop.vendor.fulfillments()[0]["notify_customer"] is True


def test_a_parcel_of_one_line_leaves_the_others_open(shop):
    order = an_order_of_several_lines(shop)
    first, *_ = order.items.all()

    push(shop, order, loaded_shipment(lines=[line(first, 1)]))

    assert told(shop)[-1]["lines"] == {first.code: 1}
    assert shop.vendor.shop.order(order.source_key)["fulfillment_status"] == "partial"


def test_a_parcel_of_what_was_split_off_is_of_the_line_it_names(shop):
    order = an_order_of_several_lines(shop)
    _, second, *_ = order.items.all()
    split_off = {"code": "RENAMED", "name": "Renamed", "quantity": "1"}

    parcel = loaded_shipment(lines=[{**split_off, "source_line_id": second.source_line_id}])
    push(shop, order, parcel)

    assert told(shop)[-1]["lines"] == {second.code: 1}


def test_two_parcels_of_one_order_are_two_notices(shop):
    order = an_order_of_several_lines(shop)
    first, second, *_ = order.items.all()

    push(shop, order, loaded_shipment(lines=[line(first, first.quantity)]))
    push(shop, order, loaded_shipment(tracking_number="1Z2", lines=[line(second, second.quantity)]))

    assert [row["number"] for row in told(shop)] == [NUMBER, "1Z2"]


def test_a_parcel_nobody_told_the_contents_of_takes_all_that_remains(shop):
    order = an_order_of_several_lines(shop)

    push(shop, order, loaded_shipment(lines=[]))

    wanted = {item.code: int(item.quantity) for item in order.items.all()}
    assert told(shop)[-1]["lines"] == wanted


def test_a_parcel_from_two_locations_is_told_once_for_each(shop):
    order = an_order_of_several_lines(shop, locations=2)

    push(shop, order, loaded_shipment(lines=[]))
    push(shop, order, loaded_shipment(lines=[]))

    assert [row["number"] for row in told(shop)] == [NUMBER, NUMBER]


def test_a_doubt_between_two_locations_is_settled_by_telling_the_second_only(shop):
    order = an_order_of_several_lines(shop, locations=2)
    parcel = loaded_shipment(lines=[])
    shop.vendor.fail("accept_then_cut", match="POST", contains="fulfillmentCreate")
    with pytest.raises(OutcomeUnknown):
        push(shop, order, parcel)

    found = shop.plugin().find_shipment(order, parcel, reference=REFERENCE)
    push(shop, order, parcel)

    assert found is None
    assert len(told(shop)) == 2
    assert shop.vendor.shop.order(order.source_key)["fulfillment_status"] == "fulfilled"


def test_part_of_a_line_is_told_once(shop):
    order, item = an_order_with_a_line_of_two(shop)
    parcel = loaded_shipment(lines=[line(item, 1)])

    push(shop, order, parcel)
    push(shop, order, parcel)

    assert told(shop) == [{"number": NUMBER, "company": "UPS", "lines": {item.code: 1}}]


@pytest.mark.parametrize("whole_line", [False, True])
def test_a_doubt_about_part_of_an_order_leaves_one_notice(shop, whole_line):
    order, item = an_order_with_a_line_of_two(shop)
    parcel = loaded_shipment(lines=[line(item, item.quantity if whole_line else 1)])
    shop.vendor.fail("accept_then_cut", match="POST", contains="fulfillmentCreate")
    with pytest.raises(OutcomeUnknown):
        push(shop, order, parcel)

    found = shop.plugin().find_shipment(order, parcel, reference=REFERENCE)
    again = push(shop, order, parcel)

    assert found == again
    assert len(told(shop)) == 1


def test_a_number_written_in_another_way_is_still_the_same_parcels(shop):
    order, item = an_order_with_a_line_of_two(shop)
    push(shop, order, loaded_shipment(tracking_number="1z 999 aa1", lines=[line(item, 1)]))

    push(shop, order, loaded_shipment(tracking_number="1Z999AA1", lines=[line(item, 1)]))

    assert len(told(shop)) == 1


def test_it_is_asked_before_every_notice_whether_to_go_on(shop):
    order = an_order_of_several_lines(shop, locations=2)
    plugin, asked = shop.plugin(), []

    def stop_at_the_second() -> None:
        asked.append(len(told(shop)))
        if len(asked) == 2:
            raise TimeoutError

    plugin.before_effect = stop_at_the_second
    with pytest.raises(TimeoutError):
        plugin.push_shipment(order, loaded_shipment(lines=[]), reference=REFERENCE)

    assert asked == [0, 1]
    assert len(told(shop)) == 1


def test_what_was_ordered_later_is_not_in_a_parcel_told_before(shop):
    parcel = loaded_shipment(lines=[])
    order, _ = an_order_with_a_line_of_two(shop)
    push(shop, order, parcel)
    part = shop.vendor.shop.fulfillment_orders(order.source_key)[0]
    part["line_items"][0]["fulfillable_quantity"] = 1
    shop.vendor.storage.put("fulfillment_order", str(part["id"]), part | {"status": "open"})

    push(shop, order, parcel)

    assert len(told(shop)) == 1


def test_a_code_changed_here_still_finds_its_line_there(shop):
    item, *_ = shop.order.items.all()
    item.code = "OUR-OWN-CODE"

    push(shop, shop.order, loaded_shipment(lines=[line(item, item.quantity)]))

    (row,) = told(shop)
    assert sum(row["lines"].values()) == item.quantity


def test_a_sample_the_shop_never_sold_is_left_out(shop):
    sample = loaded_item(code="SAMPLE", name="Sample", source_line_id="")
    shop.order._prefetched_objects_cache["items"].append(sample)
    lines = [*shop.shipment.lines, line(sample, 1)]

    push(shop, shop.order, loaded_shipment(lines=lines))

    assert "SAMPLE" not in told(shop)[0]["lines"]


def test_several_numbers_of_one_parcel_are_told_as_several(shop):
    parcel = loaded_shipment(tracking_number="1Z1, 1Z2;1Z3", lines=shop.shipment.lines)

    push(shop, shop.order, parcel)
    push(shop, shop.order, parcel)

    (fulfillment,) = shop.vendor.fulfillments()
    assert fulfillment["tracking_numbers"] == ["1Z1", "1Z2", "1Z3"]


def test_a_parcel_without_a_number_is_told_once(shop):
    parcel = loaded_shipment(tracking_number="n/a", carrier_code="", lines=shop.shipment.lines)

    push(shop, shop.order, parcel)
    push(shop, shop.order, parcel)

    (fulfillment,) = shop.vendor.fulfillments()
    assert fulfillment["tracking_numbers"] == []


def test_two_parcels_alike_without_numbers_are_told_apart_by_what_they_led_to(shop):
    order, item = an_order_with_a_line_of_two(shop)
    parcels = [loaded_shipment(tracking_number="n/a", lines=[line(item, 1)]) for _ in range(2)]
    order._prefetched_objects_cache["shipments"] = parcels

    for parcel in parcels:
        parcel.cart_shipment_id = push(shop, order, parcel).external_id

    assert [row["lines"] for row in told(shop)] == [{item.code: 1}, {item.code: 1}]


def test_a_hostile_number_arrives_as_text(shop):
    parcel = loaded_shipment(tracking_number='#☠"}\n---\n4321', lines=shop.shipment.lines)

    push(shop, shop.order, parcel)

    assert shop.vendor.fulfillments()[0]["tracking_numbers"] == ['#☠"}', "---", "4321"]


def test_a_link_of_ours_goes_along(shop):
    parcel = loaded_shipment(
        carrier_code="Hill Post", tracking_url="https://hill.example/7", lines=shop.shipment.lines
    )

    push(shop, shop.order, parcel)

    (fulfillment,) = shop.vendor.fulfillments()
    assert fulfillment["tracking_company"] == "Hill Post"
    assert fulfillment["tracking_urls"] == ["https://hill.example/7"]


def test_a_link_that_is_none_stays_here(shop):
    parcel = loaded_shipment(tracking_url="javascript:alert(1)", lines=shop.shipment.lines)

    push(shop, shop.order, parcel)

    assert shop.vendor.fulfillments()[0]["tracking_urls"] == []


def test_more_than_was_sold_is_cut_to_what_remains(shop):
    lines = [{**row, "quantity": "99.0000"} for row in shop.shipment.lines]

    push(shop, shop.order, loaded_shipment(lines=lines))

    wanted = {item.code: int(item.quantity) for item in shop.order.items.all()}
    assert told(shop)[0]["lines"] == wanted


def test_what_is_fulfilled_already_under_another_number_is_refused_in_a_sentence(shop):
    push(shop, shop.order, shop.shipment)
    other = loaded_shipment(tracking_number="1Z-OTHER", lines=shop.shipment.lines)

    with pytest.raises(RequestRejected) as caught:
        push(shop, shop.order, other)

    assert caught.value.message.startswith("Shopify waits for nothing that is in parcel 1Z-OTHER")


def test_an_order_the_shop_does_not_know_is_refused_in_a_sentence(shop):
    shop.order.source_key = "1"

    with pytest.raises(RequestRejected, match=r"Shopify has no order 1001 any more\."):
        push(shop, shop.order, shop.shipment)


def test_a_throttled_call_says_when_to_come_again(shop):
    shop.vendor.fail("throttled", match="POST")

    with pytest.raises(TemporaryFailure, match="slow down") as caught:
        push(shop, shop.order, shop.shipment)

    assert caught.value.retry_after == 1
    assert told(shop) == []


def test_quantities_with_decimals_are_whole_pieces(shop):
    lines = [{**row, "quantity": f"{Decimal(row['quantity']):.4f}"} for row in shop.shipment.lines]

    push(shop, shop.order, loaded_shipment(lines=lines))

    assert shop.vendor.shop.order(shop.order.source_key)["fulfillment_status"] == "fulfilled"
