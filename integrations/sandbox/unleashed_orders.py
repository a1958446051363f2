"""Sales orders in the sandbox warehouse: accepted once, edited, completed, deleted."""

import json
from decimal import Decimal
from typing import Any

from integrations.sandbox.ledger import Clock, Ledger
from integrations.sandbox.storage import Doc, Storage
from integrations.sandbox.unleashed_checks import References, check_order
from integrations.sandbox.unleashed_values import (
    BAD_STATE,
    BAD_VALUE,
    DUPLICATE,
    new_guid,
    refuse,
)

KIND = "SalesOrder"
OPEN = ("Parked", "Placed", "Backordered")
_NEVER_EMPTY = ("Guid", "OrderNumber", "Currency", "Customer", "OrderDate", "CreatedBy")
ALLOCATING = ("Placed", "Backordered")


def plain(value: Any) -> Any:
    """Return a document without Decimals, fit for JSON."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return value


class Orders:
    """The sales orders by guid.

    `repost` says what a second POST with a known guid does: "upsert" or "refuse"; the vendor does
    not document it.
    """

    def __init__(self, storage: Storage, ledger: Ledger, clock: Clock) -> None:
        self._storage = storage
        self._ledger = ledger
        self._clock = clock
        self._references = References(storage)
        self.repost = "upsert"

    def _now(self) -> int:
        return round(self._clock() * 1000)

    def all(self) -> list[Doc]:
        """Return every order, deleted ones too, oldest first."""
        return self._storage.all(KIND)

    def get(self, guid: str) -> Doc:
        """Return a copy of one order.

        Raises:
            Answered: with 404.
        """
        order = self._storage.get(KIND, guid.lower())
        if order is None:
            raise refuse("Guid", "There is no such sales order.", BAD_VALUE, status=404)
        return order

    def by_number(self, number: object) -> Doc | None:
        """Return the order with a number, if any."""
        found = self._storage.get("sales_order_number", str(number or "").lower())
        return self._storage.get(KIND, found["guid"]) if found else None

    def accept(self, given: Doc, path_guid: str | None) -> tuple[Doc, bool]:
        """Create an order, or recognise one posted before; says which as second value.

        Raises:
            Answered: with 400 and everything that is wrong.
        """
        body_guid = str(given.get("Guid") or "").lower()
        if path_guid and body_guid and path_guid.lower() != body_guid:
            raise refuse("Guid", "Guid differs from the one in the address.", BAD_VALUE)
        guid = (path_guid or body_guid or new_guid()).lower()
        known = self._storage.get(KIND, guid)
        sent = json.dumps(plain(given), sort_keys=True)
        if known and self.repost == "refuse":
            raise refuse("Guid", "A sales order with this Guid exists.", DUPLICATE)
        if known and known["_sent"] == sent:
            self._ledger.note_accepted("sales_order", guid)
            return known, False
        if known:
            self._must_be_open(known)
        order = self._filled({**given, "Guid": guid}, known)
        order["_sent"] = sent
        self._save(order, was=known)
        self._ledger.note_accepted("sales_order", guid)
        if not known and order["SourceId"]:
            self._ledger.note_accepted("sales_order_source_id", order["SourceId"])
        return order, known is None

    def _filled(self, given: Doc, known: Doc | None) -> Doc:
        """Return a checked order with everything the vendor adds."""
        order = {**_EMPTY, **plain(check_order(given, self._references))}
        self._check_number(order)
        now = self._now()
        order["OrderNumber"] = order["OrderNumber"] or (
            known["OrderNumber"] if known else self._next_number()
        )
        order["OrderDate"] = order["OrderDate"] or now
        order["CreatedOn"] = known["CreatedOn"] if known else now
        order["CreatedBy"] = order["CreatedBy"] or "api"
        if order["Currency"] is None:
            order["Currency"] = self._references.find(
                "Currency", {"CurrencyCode": "USD"}, "CurrencyCode"
            )
        rate = order["ExchangeRate"] or 1
        for name in ("SubTotal", "TaxTotal", "Total"):
            order[f"BC{name}"] = round(order[name] / rate, 2)
        for line in order["SalesOrderLines"]:
            line["Guid"] = line.get("Guid") or new_guid()
            line.setdefault("LineType", None)
        return order

    def _check_number(self, order: Doc) -> None:
        namesake = self.by_number(order["OrderNumber"]) if order["OrderNumber"] else None
        if namesake and namesake["Guid"] != order["Guid"]:
            raise refuse("OrderNumber", "OrderNumber is in use.", DUPLICATE)

    def _next_number(self) -> str:
        while True:
            number = f"SO-{self._storage.next_number('sales_order', start=1):08d}"
            if self.by_number(number) is None:
                return number

    def update(self, guid: str, given: Doc) -> Doc:
        """Change an open order; lines, when given, replace the old ones.

        Raises:
            Answered: with 400 or 404.
        """
        known = self.get(guid)
        self._must_be_open(known)
        if given.get("Guid") and str(given["Guid"]).lower() != known["Guid"]:
            raise refuse("Guid", "Guid differs from the one in the address.", BAD_VALUE)
        changed = plain(check_order(given, self._references, update=True))
        kept = {name: known[name] for name in _NEVER_EMPTY if changed.get(name) is None}
        order = {**known, **changed, **kept}
        self._check_number(order)
        for line in order["SalesOrderLines"]:
            line["Guid"] = line.get("Guid") or new_guid()
        if "SalesOrderLines" in given and not set(given) >= {"SubTotal", "TaxTotal", "Total"}:
            _add_up(order)
        self._save(order, was=known)
        return order

    def complete(self, guid: str, *, shipped: bool = False) -> Doc:
        """Complete an open order, which takes its goods out of stock.

        Args:
            guid: which order.
            shipped: the goods have left, so that too low a stock cannot stop it.

        Raises:
            Answered: with 400 or 404.
        """
        known = self.get(guid)
        self._must_be_open(known)
        order = {**known, "OrderStatus": "Completed"}
        self._save(order, was=known, force=shipped)
        return order

    def delete(self, guid: str, *, by_person: bool = False) -> Doc:
        """Mark an order deleted.

        Args:
            guid: which order.
            by_person: somebody at the warehouse undoes it, completed or not; the API may not.

        Raises:
            Answered: with 400 or 404.
        """
        order = self.get(guid)
        if not by_person or order["OrderStatus"] == "Deleted":
            self._must_be_open(order)
        if order["OrderStatus"] == "Completed":
            self._move_stock(order, factor=1)
        order["OrderStatus"] = "Deleted"
        order["LastModifiedOn"] = self._now()
        self._storage.put(KIND, order["Guid"], order)
        return order

    def delete_line(self, line_guid: str) -> Doc:
        """Take one line out of an open order and add the totals up again.

        Raises:
            Answered: with 400 or 404.
        """
        for found in self.all():
            if any(line["Guid"] == line_guid.lower() for line in found["SalesOrderLines"]):
                break
        else:
            raise refuse("Guid", "There is no such line.", BAD_VALUE, status=404)
        order = self.get(found["Guid"])
        self._must_be_open(order)
        lines = [line for line in order["SalesOrderLines"] if line["Guid"] != line_guid.lower()]
        order["SalesOrderLines"] = lines
        _add_up(order)
        self._save(order, was=order)
        return order

    def _must_be_open(self, order: Doc) -> None:
        if order["OrderStatus"] not in OPEN:
            said = f"A sales order that is {order['OrderStatus']} cannot be changed."
            raise refuse("OrderStatus", said, BAD_STATE)

    def _save(self, order: Doc, *, was: Doc | None, force: bool = False) -> None:
        completes = order["OrderStatus"] == "Completed" and (
            was is None or was["OrderStatus"] != "Completed"
        )
        if completes:
            if not force:
                self._must_be_in_stock(order)
            self._move_stock(order, factor=-1)
            order["CompletedDate"] = order["CompletedDate"] or self._now()
        order["LastModifiedOn"] = self._now()
        self._storage.put(KIND, order["Guid"], order)
        number = order["OrderNumber"].lower()
        if was and was["OrderNumber"].lower() != number:
            self._storage.remove("sales_order_number", was["OrderNumber"].lower())
        self._storage.put("sales_order_number", number, {"guid": order["Guid"]})

    # Stock.

    def _must_be_in_stock(self, order: Doc) -> None:
        for guid, quantity in _wanted(order).items():
            product = self._storage.get("Product", guid) or {}
            level = product["_stock"].get(order["Warehouse"]["WarehouseCode"], 0)
            if level < quantity:
                said = f"{product['ProductCode']}: {quantity:g} wanted, {level:g} in stock."
                raise refuse("OrderStatus", said, BAD_STATE)

    def _move_stock(self, order: Doc, *, factor: int) -> None:
        code = order["Warehouse"]["WarehouseCode"]
        for guid, quantity in _wanted(order).items():
            product = self._storage.get("Product", guid)
            if product is None:
                continue
            product["_stock"][code] = product["_stock"].get(code, 0) + factor * quantity
            product["_moved"] = self._now()
            self._storage.put("Product", guid, product)

    def allocated(self) -> dict[tuple[str, str], float]:
        """Return what open orders lay claim to, by product guid and warehouse code."""
        claims: dict[tuple[str, str], float] = {}
        for order in self.all():
            if order["OrderStatus"] in ALLOCATING:
                for guid, quantity in _wanted(order).items():
                    place = (guid, order["Warehouse"]["WarehouseCode"])
                    claims[place] = claims.get(place, 0) + quantity
        return claims


def _add_up(order: Doc) -> None:
    lines = order["SalesOrderLines"]
    order["SubTotal"] = round(sum(line["LineTotal"] for line in lines), 2)
    order["TaxTotal"] = round(sum(line["LineTax"] for line in lines), 2)
    order["Total"] = round(order["SubTotal"] + order["TaxTotal"], 2)


def _wanted(order: Doc) -> dict[str, float]:
    wanted: dict[str, float] = {}
    for line in order["SalesOrderLines"]:
        guid = line["Product"]["Guid"]
        wanted[guid] = wanted.get(guid, 0) + line["OrderQuantity"]
    return wanted


_EMPTY: Doc = dict.fromkeys(
    (
        "OrderNumber", "OrderDate", "RequiredDate", "CompletedDate", "ReceivedDate",
        "PaymentDueDate", "CustomOrderStatus", "CustomerRef", "Comments", "DeliveryName",
        "DeliveryStreetAddress", "DeliveryStreetAddress2", "DeliverySuburb", "DeliveryCity",
        "DeliveryRegion", "DeliveryCountry", "DeliveryPostCode", "DeliveryMethod",
        "DeliveryInstruction", "DeliveryContact", "Currency", "DiscountRate", "XeroTaxCode",
        "TotalVolume", "TotalWeight", "SalesOrderGroup", "SalesPerson", "SalesAccount",
        "SourceId", "CreatedBy", "LastModifiedBy",
    )
) | {"AllocateProduct": True, "SendAccountingJournalOnly": False}  # fmt: skip
