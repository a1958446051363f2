"""Our parcels to Shopify's fulfilments. Pure.

A fulfilment names lines of fulfilment orders, which are not the order's lines: Shopify splits an
order into fulfilment orders by location and counts there what remains to be sent.

Source: https://shopify.dev/docs/api/admin-graphql/latest/mutations/fulfillmentCreate
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from integrations.shopify.values import Unreadable, amount
from orders.models import Order, Shipment

Doc = dict[str, Any]

NO_NUMBER = ("", "n/a")
UNDONE = ("cancelled", "error", "failure")
# By these names Shopify makes the link itself.
COMPANIES = {
    "ups": "UPS", "usps": "USPS", "fedex": "FedEx", "dhl": "DHL Express",
    "nzpost": "New Zealand Post", "royalmail": "Royal Mail", "canadapost": "Canada Post",
    "auspost": "Australia Post", "australiapost": "Australia Post",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Remaining:
    """So many pieces of one line that a fulfilment order still waits for."""

    part_id: str
    location_id: str
    line_id: str
    order_line_id: str
    quantity: int


def contents(order: Order, shipment: Shipment) -> Counter[str]:
    """Give what a parcel holds, by Shopify's line id; empty if nobody told.

    A row that names the shop's line is of that line: what was split off from the order is not
    among its items any more. Else a code that stands on several lines goes to the first until
    that is full. What the shop never sold, such as a sample a person added, is left out.
    """
    found: Counter[str] = Counter()
    for row in shipment.lines:
        left = _whole(row.get("quantity"))
        if line_id := str(row.get("source_line_id") or ""):
            found[line_id] += left
            continue
        for item in order.items.all():
            same = _same(item.code, row.get("code")) or (
                not row.get("code") and _same(item.name, row.get("name"))
            )
            if same and item.source_line_id and left > 0:
                taken = min(left, int(item.quantity) - found[item.source_line_id])
                found[item.source_line_id] += taken
                left -= taken
    return +found


def remaining(parts: Iterable[Doc]) -> list[Remaining]:
    """Give what may be fulfilled, out of Shopify's fulfilment orders."""
    return [
        Remaining(
            part_id=str(part.get("id")),
            location_id=str(part.get("assigned_location_id")),
            line_id=str(line.get("id")),
            order_line_id=str(line.get("line_item_id")),
            quantity=_whole(line.get("fulfillable_quantity")),
        )
        for part in parts
        if part.get("status") in ("open", "in_progress")
        and "create_fulfillment" in (part.get("supported_actions") or [])
        for line in part.get("line_items") or []
        if _whole(line.get("fulfillable_quantity")) > 0
    ]


def notices(fulfillments: Iterable[Doc], order: Order, shipment: Shipment) -> list[Doc]:
    """Give the fulfilments that tell of this parcel already.

    Known by a tracking number. Without one, by the same contents, unless another parcel of ours
    led to it.
    """
    done = [row for row in fulfillments if row.get("status") not in UNDONE]
    numbers = {_alike(number) for number in numbers_of(shipment)}
    if numbers:
        return [row for row in done if numbers & _numbers(row)]
    others = {each.cart_shipment_id for each in order.shipments.all() if each.pk != shipment.pk}
    held = contents(order, shipment)
    return [
        row
        for row in done
        if not _numbers(row)
        and str(row.get("id")) not in others
        and (not held or fulfilled([row]) == held)
    ][:1]


def fulfilled(fulfillments: Iterable[Doc]) -> Counter[str]:
    """Count what fulfilments hold, by Shopify's line id."""
    found: Counter[str] = Counter()
    for row in fulfillments:
        for line in row.get("line_items") or []:
            found[str(line.get("id"))] += _whole(line.get("quantity"))
    return found


def to_fulfill(
    left: Iterable[Remaining], held: Mapping[str, int], notices_: Iterable[Doc]
) -> list[list[Remaining]]:
    """Give what is still to be told of a parcel, one list for each location, as Shopify wants it.

    `held` is what the parcel holds, `notices_` the fulfilments that tell of it already. Of a parcel
    nobody told the contents of, everything that remains is taken, except at a location that told.
    """
    told = list(notices_)
    done = fulfilled(told)
    places = {str(row.get("location_id")) for row in told}
    wanted = Counter({line: quantity - done.get(line, 0) for line, quantity in held.items()})
    groups: dict[str, list[Remaining]] = {}
    for row in left:
        if held:
            taken = min(row.quantity, wanted[row.order_line_id])
            wanted[row.order_line_id] -= max(taken, 0)
        else:
            taken = 0 if row.location_id in places else row.quantity
        if taken > 0:
            part = Remaining(row.part_id, row.location_id, row.line_id, row.order_line_id, taken)
            groups.setdefault(row.location_id, []).append(part)
    return list(groups.values())


def fulfillment_input(group: Iterable[Remaining], shipment: Shipment, *, notify: bool) -> Doc:
    """Build the mutation's input for the lines of one location."""
    parts: dict[str, list[Doc]] = {}
    for row in group:
        line = {"id": f"gid://shopify/FulfillmentOrderLineItem/{row.line_id}"}
        parts.setdefault(row.part_id, []).append(line | {"quantity": row.quantity})
    return {
        "lineItemsByFulfillmentOrder": [
            {
                "fulfillmentOrderId": f"gid://shopify/FulfillmentOrder/{part_id}",
                "fulfillmentOrderLineItems": lines,
            }
            for part_id, lines in parts.items()
        ],
        "notifyCustomer": notify,
        "trackingInfo": _tracking_info(shipment),
    }


def _tracking_info(shipment: Shipment) -> Doc:
    numbers = numbers_of(shipment)
    carrier = shipment.carrier_code.strip()
    info: Doc = {}
    if carrier:
        info["company"] = COMPANIES.get(re.sub(r"[^a-z]", "", carrier.lower()), carrier)
    if len(numbers) == 1:
        info["number"] = numbers[0]
        if shipment.tracking_url.startswith(("https://", "http://")):
            info["url"] = shipment.tracking_url
    elif numbers:
        info["numbers"] = numbers
    return info


def numbers_of(shipment: Shipment) -> list[str]:
    """Give a parcel's tracking numbers; several stand behind commas, semicolons or line breaks."""
    parts = re.split(r"[,;\r\n]+", shipment.tracking_number)
    return [part.strip() for part in parts if part.strip().lower() not in NO_NUMBER]


def _numbers(fulfillment: Doc) -> set[str]:
    given = fulfillment.get("tracking_numbers") or [fulfillment.get("tracking_number")]
    return {_alike(str(number)) for number in given if number}


def _alike(number: str) -> str:
    """Write a number as it reads in whatever case and with whatever spaces it was typed."""
    return "".join(number.split()).casefold()


def _same(one: object, other: object) -> bool:
    first, second = str(one or "").strip().casefold(), str(other or "").strip().casefold()
    return bool(first) and first == second


def _whole(given: object) -> int:
    try:
        return int(amount(given))
    except Unreadable:
        return 0
