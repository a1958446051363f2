"""Their shipments and stock counts to ours. Pure."""

from datetime import datetime
from decimal import ROUND_FLOOR
from typing import Any

from integrations.base import PulledShipment, StockCount
from integrations.errors import UnexpectedReply
from integrations.unleashed.values import read_date, read_number
from orderdesk.lib.storable import storable
from orders.drafts import ShipmentDraft

Doc = dict[str, Any]


def pulled_shipment(row: Doc) -> PulledShipment | None:
    """Read one sales shipment; None for one that has not left.

    A shipment without a tracking number has "n/a"; of several packages all numbers stand in it.

    Raises:
        UnexpectedReply: if it does not say what it is or whose.

    Source: https://apidocs.unleashedsoftware.com/SalesShipments
    """
    if "ShipmentStatus" not in row:
        raise UnexpectedReply("Unleashed listed a shipment that does not say how far it is.")
    left_at = read_date(row.get("DispatchDate"))
    if str(row.get("ShipmentStatus") or "").casefold() != "dispatched" or left_at is None:
        return None
    named = _text(row.get("ShipmentNumber")) or "without a number"
    if not (row.get("Guid") and (row.get("OrderGuid") or row.get("OrderNumber"))):
        raise UnexpectedReply(f"Unleashed shipment {named} does not say whose it is.")
    draft = ShipmentDraft(
        tracking_number=_text(row.get("TrackingNumber")) or "n/a",
        carrier_code=_company(row.get("ShippingCompany")),
        weight=_text(row.get("ShipmentWeight")),
        status=_text(row.get("ShipmentStatus")),
        external_id=_text(row.get("Guid")).lower(),
        shipped_date=left_at,
        lines=_shipped_lines(row.get("SalesShipmentLines")),
    )
    return PulledShipment(
        draft,
        order_external_id=_text(row.get("OrderGuid")).lower(),
        order_external_number=_text(row.get("OrderNumber")),
    )


def _company(given: Any) -> str:
    """Read a carrier: an object with a name, or a text."""
    if isinstance(given, dict):
        texts = [given.get("Name"), *(value for name, value in given.items() if name != "Guid")]
        given = next((text for text in texts if isinstance(text, str) and text), "")
    return _text(given)


def _shipped_lines(given: Any) -> list[dict[str, Any]]:
    lines = []
    for row in given if isinstance(given, list) else []:
        product = row.get("Product") if isinstance(row, dict) else None
        if not isinstance(product, dict) or not product.get("ProductCode"):
            continue
        quantity = read_number(row.get("ShipmentQty"))
        lines.append(
            {
                "code": _text(product["ProductCode"]),
                "name": _text(product.get("ProductDescription")),
                "quantity": f"{quantity.normalize():f}",
            }
        )
    return lines


def stock_count(row: Doc) -> StockCount:
    """Read one product's count: what is available, in whole pieces, below zero if oversold.

    Raises:
        UnexpectedReply: without a code or a count, or if it cannot be kept.
    """
    code = _text(row.get("ProductCode"))
    if not code or row.get("AvailableQty") is None:
        raise UnexpectedReply(f"Unleashed counts {code or 'a product without a code'}: nothing.")
    available = read_number(row["AvailableQty"]).to_integral_value(ROUND_FLOOR)
    count = StockCount(code, int(available), name=_text(row.get("ProductDescription")))
    if count.problem:
        raise UnexpectedReply(f"Unleashed counts what cannot be kept. {count.problem}")
    return count


def changed_at(row: Doc) -> datetime | None:
    """Give when a record was changed last, as far as it can be read."""
    try:
        return read_date(row.get("LastModifiedOn"))
    except UnexpectedReply:
        return None


def _text(given: Any) -> str:
    return "" if given is None else storable(str(given)).strip()
