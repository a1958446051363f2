"""What Unleashed asks of a sales order before it takes it.

Source: apidocs.unleashedsoftware.com, SalesOrders; the required fields and the arithmetic as
working clients state them.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from integrations.sandbox.storage import Doc, Storage
from integrations.sandbox.unleashed_values import (
    BAD_TOTAL,
    BAD_VALUE,
    REQUIRED,
    TOO_LONG,
    UNKNOWN,
    Problems,
    decimal,
    is_guid,
    read_moment,
)

STATUSES = ("Parked", "Placed", "Backordered", "Completed", "Deleted")
CREATABLE = ("Parked", "Placed", "Backordered", "Completed")

_TEXT = {
    "OrderNumber": 20, "OrderStatus": 20, "CustomOrderStatus": 15, "CustomerRef": 500,
    "Comments": 2048, "DeliveryName": 500, "DeliveryStreetAddress": 500,
    "DeliveryStreetAddress2": 500, "DeliverySuburb": 500, "DeliveryCity": 500,
    "DeliveryRegion": 500, "DeliveryCountry": 500, "DeliveryPostCode": 50, "DeliveryMethod": 50,
    "DeliveryInstruction": 500, "XeroTaxCode": 50, "SalesOrderGroup": 50, "SourceId": 500,
    "CreatedBy": 50,
}  # fmt: skip
_LINE_TEXT = {"Comments": 1024, "LineTaxCode": 50, "XeroTaxCode": 50}
_DATES = ("OrderDate", "RequiredDate", "CompletedDate", "ReceivedDate", "PaymentDueDate")
_OTHERS = (
    "Guid", "Customer", "Warehouse", "Currency", "ExchangeRate", "DiscountRate", "Tax", "TaxRate",
    "SubTotal", "TaxTotal", "Total", "TotalVolume", "TotalWeight", "BCSubTotal", "BCTaxTotal",
    "BCTotal", "AllocateProduct", "SalesPerson", "SalesAccount", "SendAccountingJournalOnly",
    "DeliveryContact", "SalesOrderLines", "CreatedOn", "LastModifiedBy", "LastModifiedOn",
)  # fmt: skip
ORDER_FIELDS = frozenset((*_TEXT, *_DATES, *_OTHERS))
LINE_FIELDS = frozenset((
    *_LINE_TEXT, "Guid", "LineNumber", "LineType", "Product", "DueDate", "OrderQuantity",
    "UnitPrice", "DiscountRate", "LineTotal", "Volume", "Weight", "TaxRate", "LineTax",
    "AverageLandedPriceAtTimeOfSale", "BCUnitPrice", "BCLineTotal", "BCLineTax",
    "XeroSalesAccount", "CostOfGoodsAccount", "UnitCost", "Assembly", "SerialNumbers",
    "BatchNumbers", "LastModifiedOn",
))  # fmt: skip
_AMOUNTS = ("ExchangeRate", "TaxRate", "SubTotal", "TaxTotal", "Total")
_LINE_AMOUNTS = ("OrderQuantity", "UnitPrice", "DiscountRate", "LineTotal", "LineTax")
_HALF_CENT = Decimal("0.005")


# What an order shows of the larger things it names; of the others all.
_SHOWN = {
    "Customer": ("Guid", "CustomerCode", "CustomerName", "LastModifiedOn"),
    "Product": ("Guid", "ProductCode", "ProductDescription"),
}


class References:
    """Finds what an order names by code or guid: customer, product, warehouse, tax, currency."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    def find(self, kind: str, named: object, code_field: str) -> Doc | None:
        """Return the thing an object such as {"CustomerCode": …} or {"Guid": …} names."""
        if not isinstance(named, dict):
            return None
        if named.get("Guid"):
            return self._storage.get(kind, str(named["Guid"]).lower())
        wanted = str(named.get(code_field) or "").lower()
        for doc in self._storage.all(kind):
            if str(doc[code_field]).lower() == wanted:
                return doc
        return None

    def check(self, order: Doc, problems: Problems, field: str, kind_code: tuple[str, str]) -> None:
        """Note a reference that is missing or leads nowhere, and put the thing in its place."""
        kind, code_field = kind_code
        named = order.get(field)
        if not isinstance(named, dict) or not (named.get("Guid") or named.get(code_field)):
            problems.add(f"{field}.{code_field}", f"{field} is required.", REQUIRED)
            return
        found = self.find(kind, named, code_field)
        if found is None:
            given = named.get("Guid") or named.get(code_field)
            problems.add(f"{field}.{code_field}", f"{field} {given} does not exist.", UNKNOWN)
            return
        shown = _SHOWN.get(kind, tuple(found))
        order[field] = {name: found.get(name) for name in shown}


def check_order(order: Doc, references: References, *, update: bool = False) -> Doc:
    """Return a sales order with its references filled in and its dates as milliseconds.

    Args:
        order: what was sent; numbers as int or Decimal.
        references: where to look things up.
        update: as PUT, which requires less and may leave the lines out.

    Raises:
        Answered: with 400 and everything that is wrong.
    """
    problems = Problems()
    order = dict(order)
    _check_names(order, ORDER_FIELDS, "", problems)
    _check_texts(order, _TEXT, "", problems)
    _check_dates(order, _DATES, "", problems)
    if order.get("Guid") is not None and not is_guid(order["Guid"]):
        problems.add("Guid", "Guid is not a GUID.", BAD_VALUE)
    required = ("ExchangeRate", "TaxRate") if update else _AMOUNTS
    _check_amounts(order, _AMOUNTS, required, "", problems)
    _check_status(order, problems)
    references.check(order, problems, "Warehouse", ("Warehouse", "WarehouseCode"))
    references.check(order, problems, "Tax", ("Tax", "TaxCode"))
    if not update or "Customer" in order:
        references.check(order, problems, "Customer", ("Customer", "CustomerCode"))
    if order.get("Currency") is not None:
        references.check(order, problems, "Currency", ("Currency", "CurrencyCode"))
    if not update or "SalesOrderLines" in order:
        order["SalesOrderLines"] = _checked_lines(order, references, problems)
    problems.refuse_if_any()
    if "SalesOrderLines" in order:
        _check_totals(order, problems)
        problems.refuse_if_any()
    return order


def _check_names(given: Doc, known: frozenset[str], where: str, problems: Problems) -> None:
    for name in given:
        if name not in known:
            problems.add(f"{where}{name}", f"{name} is no field of a sales order.", UNKNOWN)


def _check_texts(given: Doc, lengths: dict[str, int], where: str, problems: Problems) -> None:
    for name, length in lengths.items():
        value = given.get(name)
        if value is not None and not isinstance(value, str):
            problems.add(f"{where}{name}", f"{name} is not text.", BAD_VALUE)
        elif value and len(value) > length:
            problems.add(f"{where}{name}", f"{name} is longer than {length}.", TOO_LONG)


def _check_dates(given: Doc, names: tuple[str, ...], where: str, problems: Problems) -> None:
    for name in names:
        if given.get(name) is None:
            continue
        try:
            given[name] = read_moment(given[name])
        except ValueError:
            problems.add(f"{where}{name}", f"{name} is not an ISO date.", BAD_VALUE)


def _check_amounts(
    given: Doc,
    names: tuple[str, ...],
    required: tuple[str, ...],
    where: str,
    problems: Problems,
) -> None:
    for name in names:
        value = given.get(name)
        if value is None:
            if name in required:
                problems.add(f"{where}{name}", f"{name} is required.", REQUIRED)
        elif decimal(value) is None:
            problems.add(f"{where}{name}", f"{name} is not a number.", BAD_VALUE)


def _check_status(order: Doc, problems: Problems) -> None:
    status = order.get("OrderStatus")
    if not status:
        problems.add("OrderStatus", "OrderStatus is required.", REQUIRED)
    elif status not in CREATABLE:
        problems.add("OrderStatus", f"OrderStatus {status} cannot be set.", BAD_VALUE)


def _checked_lines(order: Doc, references: References, problems: Problems) -> list[Doc]:
    lines = order.get("SalesOrderLines")
    if not isinstance(lines, list) or not lines:
        problems.add("SalesOrderLines", "SalesOrderLines is required.", REQUIRED)
        return []
    checked = [
        _checked_line(line, f"SalesOrderLines[{index}].", references, problems)
        for index, line in enumerate(lines)
    ]
    numbers = [line.get("LineNumber") for line in checked]
    if len(set(numbers)) != len(numbers):
        problems.add("SalesOrderLines", "LineNumber is used twice.", BAD_VALUE)
    return checked


def _checked_line(given: Any, where: str, references: References, problems: Problems) -> Doc:
    line: Doc = dict(given) if isinstance(given, dict) else {}
    _check_names(line, LINE_FIELDS, where, problems)
    _check_texts(line, _LINE_TEXT, where, problems)
    _check_dates(line, ("DueDate",), where, problems)
    _check_amounts(line, _LINE_AMOUNTS, _LINE_AMOUNTS, where, problems)
    if line.get("Guid") is not None and not is_guid(line["Guid"]):
        problems.add(f"{where}Guid", "Guid is not a GUID.", BAD_VALUE)
    number = line.get("LineNumber")
    if isinstance(number, bool) or not isinstance(number, int):
        problems.add(f"{where}LineNumber", "LineNumber is required.", REQUIRED)
    quantity = decimal(line.get("OrderQuantity"))
    if quantity is not None and quantity <= 0:
        problems.add(f"{where}OrderQuantity", "OrderQuantity is not above zero.", BAD_VALUE)
    named = Problems()
    references.check(line, named, "Product", ("Product", "ProductCode"))
    for problem in named.found:
        problems.add(where + problem.field, problem.description, problem.code)
    return line


def _check_totals(order: Doc, problems: Problems) -> None:
    lines = order["SalesOrderLines"]
    for index, line in enumerate(lines):
        exact = _amount(line, "OrderQuantity") * _net_price(line)
        if abs(exact - _amount(line, "LineTotal")) > _HALF_CENT:
            where = f"SalesOrderLines[{index}].LineTotal"
            problems.add(where, f"LineTotal should be {exact:.2f}.", BAD_TOTAL)
    if any(name not in order for name in ("SubTotal", "TaxTotal", "Total")):
        return  # a PUT may leave the totals to the vendor
    sums = {
        "SubTotal": sum((_amount(line, "LineTotal") for line in lines), Decimal(0)),
        "TaxTotal": sum((_amount(line, "LineTax") for line in lines), Decimal(0)),
        "Total": _amount(order, "SubTotal") + _amount(order, "TaxTotal"),
    }
    for name, wanted in sums.items():
        if abs(wanted - _amount(order, name)) >= _HALF_CENT:
            problems.add(name, f"{name} should be {wanted:.2f}.", BAD_TOTAL)


def _net_price(line: Doc) -> Decimal:
    price = _amount(line, "UnitPrice") * (1 - _amount(line, "DiscountRate"))
    return price.quantize(Decimal("0.0001"), ROUND_HALF_UP)


def _amount(doc: Doc, name: str) -> Decimal:
    return decimal(doc.get(name)) or Decimal(0)
