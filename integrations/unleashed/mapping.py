"""Our orders to theirs. Pure."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integrations.errors import RequestRejected, UnexpectedReply
from integrations.unleashed.values import guid, iso, number, problems_of, read_date, sentence
from orders.models import Order, OrderItem, Shipment

Doc = dict[str, Any]

CENT = Decimal("0.01")
PRICE_UNIT = Decimal("0.0001")
COMMENTS_LENGTH = 2048
STATUSES = ("Parked", "Placed", "Backordered", "Completed")
# Kinds of items no warehouse has on a shelf.
NOT_SHIPPED = ("noship", "download")
LENGTHS = {
    "DeliveryName": 500, "DeliveryStreetAddress": 500, "DeliveryStreetAddress2": 500,
    "DeliverySuburb": 500, "DeliveryCity": 500, "DeliveryRegion": 500, "DeliveryCountry": 500,
    "DeliveryPostCode": 50, "DeliveryInstruction": 500, "CustomerRef": 500,
}  # fmt: skip


class Details:
    """What a merchant set for one order or item under the names Unleashed's guide gives.

    Looked up in the order given, whatever the case; blanks count as absent.
    """

    def __init__(self, *places: Mapping[str, Any]) -> None:
        self._values: dict[str, str] = {}
        for place in reversed(places):
            filled = {name.casefold(): str(value).strip() for name, value in place.items()}
            self._values |= {name: value for name, value in filled.items() if value}

    def get(self, name: str, default: str = "") -> str:
        """Give the value set under a name."""
        return self._values.get(name.casefold(), default)


def details_of(order: Order) -> Details:
    """Give an order's own settings: checkout data first, then metadata."""
    return Details(order.checkout_data, order.order_metadata)


def order_guid(order: Order, *, reference: str) -> str:
    """Give the guid of the sales order: the merchant's own, else our reference.

    The same on every try.

    Raises:
        RequestRejected: if the merchant's own is no GUID.
    """
    chosen = details_of(order).get("guid")
    return guid(chosen, "The guid in the order's checkout data,") if chosen else reference.lower()


def sales_order(order: Order, *, guid_: str, with_tracking: bool) -> Doc:
    """Map one order to an Unleashed sales order, without customer, warehouse and tax.

    Amounts are Decimals in the order's currency. The same order gives the same body.

    Raises:
        RequestRejected: if Unleashed could not take it, saying which item or field and why.

    Source: https://apidocs.unleashedsoftware.com/SalesOrders
    """
    details = details_of(order)
    lines = sales_order_lines(order)
    body = {
        "Guid": guid_,
        "OrderDate": iso(order.added_at),
        "RequiredDate": _required_date(details),
        "OrderStatus": _status(details),
        "CustomerRef": order.number,
        "SourceId": str(order.pk),
        "Comments": comments(order, with_tracking=with_tracking),
        "Currency": {"CurrencyCode": details.get("currency", order.currency).upper()},
        "ExchangeRate": number(details.get("ExchangeRate", "1"), "The ExchangeRate"),
        "DeliveryInstruction": details.get("DeliveryInstruction"),
        "DeliveryMethod": order.shipping_method[:50],
        **delivery(order),
        "SalesOrderLines": lines,
        **totals_of(lines),
    }
    _check_lengths(body)
    return {name: value for name, value in body.items() if value not in ("", None)}


def sales_order_lines(order: Order) -> list[Doc]:
    """Map the items that are shipped; line numbers from 1.

    Raises:
        RequestRejected: if one cannot be sent, naming it, or if none is left.
    """
    kept = _shipped(order)
    if not kept:
        raise RequestRejected("The order has no item that is shipped, so there is nothing to send.")
    return [_line(item, place) for place, item in enumerate(kept, start=1)]


def _shipped(order: Order) -> list[OrderItem]:
    """Give the items a warehouse has to pick; of a line with 0 pieces nothing is left."""
    return [
        item
        for item in order.items.all()
        if item.delivery_type not in NOT_SHIPPED and item.quantity
    ]


def _line(item: OrderItem, place: int) -> Doc:
    named = f"Item {place}, {item.name or item.code!r},"
    if not item.code.strip():
        raise RequestRejected(
            f"{named} has no code (SKU), and Unleashed knows products by their code."
        )
    if item.quantity <= 0:
        raise RequestRejected(f"{named} has the quantity {item.quantity.normalize():f}.")
    details = Details(item.metadata, item.variation_list)
    rate = number(details.get("DiscountRate", "0"), f"{named} DiscountRate")
    if not 0 <= rate <= 1:
        raise RequestRejected(
            f"{named} has the DiscountRate {rate.normalize():f}; it is a fraction, 0.1 for 10 %."
        )
    tax = number(details.get("LineTax", "0"), f"{named} LineTax")
    return {
        "LineNumber": place,
        "LineType": details.get("LineType") or None,
        "Product": {"ProductCode": item.code.strip()},
        "OrderQuantity": item.quantity,
        "UnitPrice": item.price,
        "DiscountRate": rate,
        "LineTotal": line_total(item.quantity, item.price, rate),
        "LineTax": tax.quantize(CENT, ROUND_HALF_UP),
    }


def line_total(quantity: Decimal, price: Decimal, discount_rate: Decimal) -> Decimal:
    """Give a line's total by Unleashed's arithmetic: the net price has four decimals."""
    net = (price * (1 - discount_rate)).quantize(PRICE_UNIT, ROUND_HALF_UP)
    return (quantity * net).quantize(CENT, ROUND_HALF_UP)


def totals_of(lines: Iterable[Doc]) -> dict[str, Decimal]:
    """Sum the lines; the totals are exactly their sums."""
    kept = list(lines)
    net = sum((line["LineTotal"] for line in kept), Decimal(0))
    tax = sum((line["LineTax"] for line in kept), Decimal(0))
    return {"SubTotal": net, "TaxTotal": tax, "Total": net + tax}


def _status(details: Details) -> str:
    wanted = details.get("OrderStatus", "Completed")
    found = next((status for status in STATUSES if status.casefold() == wanted.casefold()), None)
    if found is None:
        raise RequestRejected(
            f"OrderStatus {wanted!r} cannot be set in Unleashed; it is one of "
            f"{', '.join(STATUSES)}."
        )
    return found


def _required_date(details: Details) -> str | None:
    given = details.get("RequiredDate")
    try:
        moment = read_date(given)
        return iso(moment) if moment else None
    except UnexpectedReply:
        raise RequestRejected(
            f"RequiredDate {given!r} is not a date; write it as 2026-11-30."
        ) from None


def delivery(order: Order) -> dict[str, str]:
    """Map where the parcel goes."""
    address = order.shipping
    return {
        "DeliveryName": ", ".join(filter(None, [address.name, address.company])),
        "DeliveryStreetAddress": address.address1,
        "DeliveryStreetAddress2": address.address2,
        "DeliverySuburb": ", ".join(filter(None, [address.address3, address.address4])),
        "DeliveryCity": address.city,
        "DeliveryRegion": address.state,
        "DeliveryCountry": address.country,
        "DeliveryPostCode": address.postal_code,
    }


def comments(order: Order, *, with_tracking: bool) -> str:
    """Gather what a person at the warehouse should read; cut to what fits, tracking first."""
    parcels: Iterable[Shipment] = order.shipments.all() if with_tracking else []
    lines = [
        f"Tracking: {parcel.carrier_code} {parcel.tracking_number}".replace("  ", " ")
        for parcel in parcels
        # What was split off is none of this warehouse's business.
        if not parcel.is_for_child
    ]
    phone = order.shipping_phone or order.customer_phone
    lines += [f"Phone: {phone}"] if phone else []
    lines += [str(note.get("content") or "") for note in order.order_notes]
    return "\n".join(filter(None, lines))[:COMMENTS_LENGTH]


def _check_lengths(body: Doc) -> None:
    for name, longest in LENGTHS.items():
        if len(body[name]) > longest:
            raise RequestRejected(
                f"{name} has {len(body[name])} characters; Unleashed takes {longest}. "
                f"It begins with {body[name][:40]!r}."
            )


def refusal(body: bytes, order: Order) -> str:
    """Put Unleashed's reasons against a sales order into words that name our items."""
    codes = [item.code for item in _shipped(order)]
    return " ".join(_reason(field, said, codes) for field, said in problems_of(body))


def _reason(field: str, said: str, codes: list[str]) -> str:
    place = field.removeprefix("SalesOrderLines[").partition("]")[0]
    if field.startswith("SalesOrderLines[") and place.isdecimal() and int(place) < len(codes):
        return f"Item {int(place) + 1} ({codes[int(place)]}): {sentence(said)}"
    return sentence(said)
