"""Who buys, from which warehouse, under which tax: what a sales order names there. Pure."""

import uuid
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from integrations.errors import RequestRejected
from integrations.unleashed.mapping import details_of
from integrations.unleashed.values import guid, number, read_number
from orders.models import Order

Doc = dict[str, Any]


def named_customer(order: Order, *, default_code: str) -> Doc | None:
    """Give the customer the order or the settings name; None where it is to be found by e-mail."""
    details = details_of(order)
    if chosen := details.get("customer_guid"):
        return {"Guid": guid(chosen, "The customer_guid")}
    code = details.get("customer_code") or default_code
    return {"CustomerCode": code} if code else None


def new_customer(order: Order, *, company: str) -> Doc:
    """Make a customer out of who pays; the same buyer gives the same guid and code.

    `company` is whose Unleashed it is, so that two companies' customers never share a guid.

    Raises:
        RequestRejected: if the order names nobody.
    """
    buyer = order.customer or order.shipping
    email = order.email.strip().lower()
    code = email or buyer.company or buyer.name
    if not code:
        raise RequestRejected(
            "The order has neither an e-mail address nor a name, so no Unleashed customer can be "
            "found for it. Set customer_code in its checkout data, or a default customer code."
        )
    body = {
        "Guid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{company}/customers/{code.casefold()}")),
        "CustomerCode": code[:500],
        "CustomerName": (buyer.company or buyer.name or email)[:500],
        "Email": order.email.strip(),
        "ContactFirstName": buyer.first_name[:50],
        "ContactLastName": buyer.last_name[:50],
        "PhoneNumber": buyer.phone if len(buyer.phone) <= 25 else "",
    }
    return {name: value for name, value in body.items() if value}


def picked_customer(found: Iterable[Doc], wanted: Callable[[Doc], bool]) -> Doc | None:
    """Give the customer to use among those found, always the same one: the first by code."""
    fitting = [row for row in found if row.get("Guid") and wanted(row)]
    chosen = min(fitting, key=lambda row: str(row.get("CustomerCode")), default=None)
    return {"Guid": str(chosen["Guid"])} if chosen else None


def default_warehouse(rows: Iterable[Doc]) -> Doc:
    """Give the account's default warehouse.

    Raises:
        RequestRejected: if none is marked so.
    """
    for row in rows:
        if row.get("IsDefault") and row.get("WarehouseCode"):
            return {"WarehouseCode": str(row["WarehouseCode"])}
    raise RequestRejected(
        "No warehouse of the Unleashed account is its default. Write a warehouse code into the "
        "settings of the connection."
    )


def tax(order: Order, rows: list[Doc]) -> Doc:
    """Give the order's tax: {"Tax": {"TaxCode", "TaxRate"}, "TaxRate"}, rates as fractions.

    What the order names goes first: a code, or the code of its rate. Otherwise no tax.

    Raises:
        RequestRejected: if the account has no code for it.
    """
    details = details_of(order)
    code, given = details.get("TaxCode"), details.get("TaxRate")
    rate = number(given, "The TaxRate") if given else None
    known = {
        str(row.get("TaxCode")): read_number(row.get("TaxRate"))
        for row in rows
        if not row.get("Obsolete")
    }
    if code:
        spelled = next((each for each in known if each.casefold() == code.casefold()), code)
        return _tax(spelled, known.get(spelled, Decimal(0)) if rate is None else rate)
    wanted = rate or Decimal(0)
    fitting = sorted((each for each in known if known[each] == wanted), key=_none_first)
    if not fitting:
        raise RequestRejected(
            f"Unleashed has no tax code with the rate {wanted.normalize():f}. "
            f"Set TaxCode in the order's checkout data."
        )
    return _tax(fitting[0], wanted)


def _none_first(code: str) -> tuple[bool, str]:
    return code.casefold() != "none", code


def _tax(code: str, rate: Decimal) -> Doc:
    return {"Tax": {"TaxCode": code, "TaxRate": rate}, "TaxRate": rate}
