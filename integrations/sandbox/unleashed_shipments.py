"""Sales shipments in the sandbox warehouse: what left, how much of it, and with whom."""

from typing import Any

from integrations.sandbox.ledger import Clock, Ledger
from integrations.sandbox.storage import Doc, Storage
from integrations.sandbox.unleashed_orders import OPEN, Orders
from integrations.sandbox.unleashed_values import (
    BAD_STATE,
    BAD_VALUE,
    REQUIRED,
    UNKNOWN,
    Problems,
    decimal,
    is_guid,
    local_text,
    new_guid,
    read_moment,
    refuse,
)

KIND = "SalesShipment"
STATUSES = ("Parked", "Placed", "Dispatched")
CHANGEABLE = ("ShipmentStatus", "TrackingNumber", "ShippingCompany", "Comments", "DispatchDate")


class Shipments:
    """The sales shipments by guid."""

    def __init__(self, storage: Storage, ledger: Ledger, orders: Orders, clock: Clock) -> None:
        self._storage = storage
        self._ledger = ledger
        self._orders = orders
        self._clock = clock

    def _now(self) -> int:
        return round(self._clock() * 1000)

    def all(self) -> list[Doc]:
        """Return every shipment, oldest first."""
        return self._storage.all(KIND)

    def of(self, order: Doc) -> list[Doc]:
        """Return an order's shipments."""
        return [shipment for shipment in self.all() if shipment["OrderGuid"] == order["Guid"]]

    def get(self, guid: str) -> Doc:
        """Return a copy of one shipment.

        Raises:
            Answered: with 404.
        """
        shipment = self._storage.get(KIND, guid.lower())
        if shipment is None:
            raise refuse("Guid", "There is no such shipment.", BAD_VALUE, status=404)
        return shipment

    def remaining(self, order: Doc) -> dict[int, float]:
        """Return what is left to ship of an order, by line number."""
        left = {line["LineNumber"]: line["OrderQuantity"] for line in order["SalesOrderLines"]}
        for shipment in self.of(order):
            for line in shipment["SalesShipmentLines"]:
                left[line["SalesOrderLineNumber"]] -= line["ShipmentQty"]
        return {number: quantity for number, quantity in left.items() if quantity > 0}

    def accept(self, given: Doc, path_guid: str | None = None) -> Doc:
        """Create a shipment.

        Raises:
            Answered: with 400 and everything that is wrong.
        """
        problems = Problems()
        guid = str(given.get("Guid") or path_guid or "").lower()
        if not is_guid(guid) or (path_guid and path_guid.lower() != guid):
            problems.add("Guid", "Guid is required, and the same as in the address.", REQUIRED)
        elif self._storage.get(KIND, guid):
            problems.add("Guid", "A shipment with this Guid exists.", BAD_STATE)
        order = self._orders.by_number(given.get("OrderNumber"))
        if order is None:
            problems.add("OrderNumber", "There is no order with this OrderNumber.", UNKNOWN)
        elif order["OrderStatus"] == "Deleted":
            problems.add("OrderNumber", "The order is deleted.", BAD_STATE)
        changes = self._changes({"ShipmentStatus": None, **given}, problems)
        problems.refuse_if_any()
        lines = self._lines(order or {}, given.get("SalesShipmentLines"), problems)
        problems.refuse_if_any()
        return self._record(guid, order or {}, lines, changes)

    def update(self, guid: str, given: Doc) -> Doc:
        """Change status, tracking, carrier or comments.

        Raises:
            Answered: with 400 or 404.
        """
        shipment = self.get(guid)
        problems = Problems()
        changes = self._changes(given, problems)
        problems.refuse_if_any()
        shipment |= changes
        self._save(shipment)
        return shipment

    def remove(self, guid: str) -> None:
        """Delete a shipment that has not left.

        Raises:
            Answered: with 400 or 404.
        """
        if self.get(guid)["ShipmentStatus"] == "Dispatched":
            raise refuse("ShipmentStatus", "A dispatched shipment stays.", BAD_STATE)
        self._storage.remove(KIND, guid.lower())

    def _changes(self, given: Doc, problems: Problems) -> Doc:
        changes = {name: given[name] for name in CHANGEABLE if name in given}
        if "ShipmentStatus" in changes and changes["ShipmentStatus"] not in STATUSES:
            known = ", ".join(STATUSES)
            problems.add("ShipmentStatus", f"ShipmentStatus is one of {known}.", BAD_VALUE)
        if changes.get("DispatchDate") is not None:
            try:
                changes["DispatchDate"] = read_moment(changes["DispatchDate"])
            except ValueError:
                problems.add("DispatchDate", "DispatchDate is not an ISO date.", BAD_VALUE)
        if changes.get("ShippingCompany") is not None:
            company = self._company(changes["ShippingCompany"])
            if company is None:
                problems.add("ShippingCompany", "There is no such shipping company.", UNKNOWN)
            changes["ShippingCompany"] = company
        return changes

    def _company(self, named: Any) -> Doc | None:
        if not isinstance(named, dict):
            return None
        for company in self._storage.all("ShippingCompany"):
            if named.get("Guid") == company["Guid"] or named.get("Name") == company["Name"]:
                return {"Guid": company["Guid"], "Name": company["Name"]}
        return None

    def _lines(self, order: Doc, given: Any, problems: Problems) -> list[Doc]:
        if not isinstance(given, list) or not given:
            problems.add("SalesShipmentLines", "SalesShipmentLines is required.", REQUIRED)
            return []
        left = self.remaining(order)
        return [
            self._line(order, line if isinstance(line, dict) else {}, index, left, problems)
            for index, line in enumerate(given)
        ]

    def _line(
        self, order: Doc, given: Doc, index: int, left: dict[int, float], problems: Problems
    ) -> Doc:
        where = f"SalesShipmentLines[{index}]."
        number = given.get("SalesOrderLineNumber")
        quantity = decimal(given.get("ShipmentQty"))
        line = next(
            (line for line in order["SalesOrderLines"] if line["LineNumber"] == number), None
        )
        if line is None:
            problems.add(f"{where}SalesOrderLineNumber", "The order has no such line.", UNKNOWN)
            return {}
        code = (given.get("Product") or {}).get("ProductCode")
        if code != line["Product"]["ProductCode"]:
            problems.add(f"{where}Product", "The line is of another product.", BAD_VALUE)
        if quantity is None or not 0 < quantity <= left.get(line["LineNumber"], 0):
            said = f"ShipmentQty is more than the {left.get(line['LineNumber'], 0):g} left."
            problems.add(f"{where}ShipmentQty", said, BAD_VALUE)
            return {}
        left[line["LineNumber"]] -= float(quantity)
        return {
            "Guid": new_guid(),
            "LineNumber": index + 1,
            "Product": {
                name: line["Product"][name]
                for name in ("Guid", "ProductCode", "ProductDescription")
            },
            "ShipmentQty": float(quantity),
            "SalesOrderLineNumber": line["LineNumber"],
            "BatchNumbers": None,
            "SerialNumbers": None,
            "CommercialMonetaryValue": None,
        }

    def _record(self, guid: str, order: Doc, lines: list[Doc], changes: Doc) -> Doc:
        number = self._storage.next_number("sales_shipment", start=1)
        delivery = {name: order[name] for name in order if name.startswith("Delivery")}
        shipment = {
            "Guid": guid,
            "ShipmentNumber": f"SS-{number:08d}",
            "OrderNumber": order["OrderNumber"],
            "OrderGuid": order["Guid"],
            "Customer": order["Customer"],
            "CustomerRef": order["CustomerRef"],
            "Warehouse": order["Warehouse"],
            "DispatchDate": None,
            "TrackingNumber": None,
            "ShippingCompany": None,
            "Comments": None,
            "ShipmentWeight": None,
            "NumberOfPackages": None,
            "Incoterm": None,
            **delivery,
            **changes,
            "SalesShipmentLines": lines,
            "CreatedOn": local_text(self._now()),
            "CreatedBy": "api",
            "LastModifiedBy": "api",
        }
        self._save(shipment)
        self._ledger.note_accepted("sales_shipment", guid)
        return shipment

    def _save(self, shipment: Doc) -> None:
        dispatched = shipment["ShipmentStatus"] == "Dispatched"
        if dispatched and not shipment["DispatchDate"]:
            shipment["DispatchDate"] = self._now()
        shipment["LastModifiedOn"] = self._now()
        self._storage.put(KIND, shipment["Guid"], shipment)
        order = self._orders.get(shipment["OrderGuid"])
        if dispatched and order["OrderStatus"] in OPEN and not self.remaining(order):
            self._orders.complete(order["Guid"], shipped=True)

    # What a person at the warehouse does.

    def ship(
        self,
        order: Doc,
        *,
        carrier: str = "UPS",
        tracking_number: str = "",
        quantities: dict[int, float] | None = None,
    ) -> Doc:
        """Dispatch what is left of an order, or the given quantities by line number.

        Raises:
            Answered: with 400, when there is nothing left or the carrier is unknown.
        """
        lines = {line["LineNumber"]: line for line in order["SalesOrderLines"]}
        number = self._storage.next_number("tracking", start=1)
        wanted = self.remaining(order) if quantities is None else quantities
        return self.accept(
            {
                "Guid": new_guid(),
                "OrderNumber": order["OrderNumber"],
                "ShipmentStatus": "Dispatched",
                "TrackingNumber": tracking_number or f"1ZSANDBOX{number:09d}",
                "ShippingCompany": {"Name": carrier},
                "SalesShipmentLines": [
                    {
                        "Product": lines[line_number]["Product"],
                        "ShipmentQty": quantity,
                        "SalesOrderLineNumber": line_number,
                    }
                    for line_number, quantity in wanted.items()
                    if line_number in lines
                ],
            }
        )

    def first_part(self, order: Doc) -> dict[int, float]:
        """Return about half of the first line that has anything left."""
        left = self.remaining(order)
        number = next(iter(left), None)
        return {} if number is None else {number: max(1.0, left[number] // 2)}
