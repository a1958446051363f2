"""Master data of the sandbox warehouse: customers, products and the small lists; stock."""

from typing import Any

from integrations.sandbox.ledger import Clock
from integrations.sandbox.storage import Doc, Storage
from integrations.sandbox.unleashed_lists import Filters, anything, begins, equals, since
from integrations.sandbox.unleashed_orders import Orders, plain
from integrations.sandbox.unleashed_seed import guid_of
from integrations.sandbox.unleashed_values import (
    BAD_VALUE,
    DUPLICATE,
    REQUIRED,
    TOO_LONG,
    Problems,
    is_guid,
    new_guid,
    refuse,
)

_CUSTOMER_TEXT = {
    "CustomerCode": 500, "CustomerName": 500, "Email": 500, "PhoneNumber": 25,
    "MobileNumber": 25, "ContactFirstName": 50, "ContactLastName": 50, "Notes": 2048,
}  # fmt: skip
_MASTER: dict[str, Any] = {"includeObsolete": anything, "modifiedSince": since("LastModifiedOn")}

LISTS: dict[str, tuple[str, Filters]] = {
    "Customers": ("Customer", _MASTER | {
        "contactEmail": equals("Email"), "customerCode": begins("CustomerCode"),
        "customerName": begins("CustomerName"), "customer": begins("CustomerCode"),
        "currency": equals("Currency.CurrencyCode"), "customerType": equals("CustomerType"),
        "includeAllContacts": anything, "orderBy": anything,
    }),
    "Products": ("Product", _MASTER | {
        "productCode": begins("ProductCode"), "product": begins("ProductDescription"),
        "productBarcode": equals("Barcode"), "customerCode": anything, "brief": anything,
    }),
    "Warehouses": ("Warehouse", _MASTER | {
        "warehouseCode": equals("WarehouseCode"), "warehouseName": equals("WarehouseName"),
    }),
    "Currencies": ("Currency", {"currencyCode": equals("CurrencyCode")}),
    "Taxes": ("Tax", _MASTER | {"taxCode": equals("TaxCode")}),
    "ShippingCompanies": ("ShippingCompany", {}),
}  # fmt: skip

STOCK_FILTERS: Filters = {
    "asAtDate": anything,
    "isAssembled": anything,
    "orderBy": anything,
    "modifiedSince": since("LastModifiedOn"),
    "productId": anything,
    "warehouseCode": anything,
    "warehouseName": anything,
}


class Customers:
    """Customers by guid."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    def accept(self, given: Doc, path_guid: str | None) -> tuple[Doc, bool]:
        """Create or update a customer; says as second value whether it is new.

        Raises:
            Answered: with 400 and everything that is wrong.
        """
        given = plain(given)
        guid = str(path_guid or given.get("Guid") or new_guid()).lower()
        problems = Problems()
        if not is_guid(guid) or str(given.get("Guid") or guid).lower() != guid:
            problems.add("Guid", "Guid is a GUID, the same as in the address.", BAD_VALUE)
        for name in ("CustomerCode", "CustomerName"):
            if not given.get(name):
                problems.add(name, f"{name} is required.", REQUIRED)
        for name, length in _CUSTOMER_TEXT.items():
            if len(str(given.get(name) or "")) > length:
                problems.add(name, f"{name} is longer than {length}.", TOO_LONG)
        code = str(given.get("CustomerCode") or "").lower()
        for other in self._storage.all("Customer"):
            if other["CustomerCode"].lower() == code and other["Guid"] != guid:
                problems.add("CustomerCode", "CustomerCode is in use.", DUPLICATE)
        problems.refuse_if_any()
        known = self._storage.get("Customer", guid)
        now = round(self._clock() * 1000)
        blank = {"Email": None, "Currency": _DOLLARS, "Obsolete": False, "CreatedOn": now}
        customer = {**(known or blank), **given, "Guid": guid, "LastModifiedOn": now}
        self._storage.put("Customer", guid, customer)
        return customer, known is None


_DOLLARS = {"CurrencyCode": "USD", "Guid": guid_of("Currency", "USD")}


class Stock:
    """Stock on hand; a product that never moved does not appear."""

    def __init__(self, storage: Storage, orders: Orders) -> None:
        self._storage = storage
        self._orders = orders

    def rows(self, *, warehouse: str = "", name: str = "", products: str = "") -> list[Doc]:
        """Return stock summed over all warehouses, or of the one asked for.

        Args:
            warehouse: a warehouse code.
            name: a warehouse name.
            products: a comma list of product guids.
        """
        places = self._places(warehouse, name)
        claims = self._orders.allocated()
        wanted = [guid.strip().lower() for guid in products.split(",") if guid.strip()]
        found = [
            self._row(product, places, claims, single=bool(warehouse or name))
            for product in self._moved()
            if not wanted or product["Guid"] in wanted
        ]
        return sorted((row for row in found if row), key=lambda row: str(row["ProductCode"]))

    def of_product(self, guid: str, *, each_warehouse: bool) -> list[Doc]:
        """Return one product's stock: one summed row, or one row for each warehouse.

        Raises:
            Answered: with 404 for an unknown product or one that never moved.
        """
        product = self._storage.get("Product", guid.lower())
        if product is None or not product["_stock"]:
            raise refuse("Guid", "There is no stock of such a product.", BAD_VALUE, status=404)
        claims = self._orders.allocated()
        places = self._storage.all("Warehouse")
        if not each_warehouse:
            row = self._row(product, places, claims, single=False)
            return [row] if row else []
        rows = [self._row(product, [place], claims, single=True) for place in places]
        return [row for row in rows if row]

    def _moved(self) -> list[Doc]:
        return [product for product in self._storage.all("Product") if product["_stock"]]

    def _places(self, code: str, name: str) -> list[Doc]:
        return [
            place
            for place in self._storage.all("Warehouse")
            if code.lower() in ("", place["WarehouseCode"].lower())
            and name.lower() in ("", place["WarehouseName"].lower())
        ]

    def _row(
        self,
        product: Doc,
        places: list[Doc],
        claims: dict[tuple[str, str], float],
        *,
        single: bool,
    ) -> Doc | None:
        codes = [place["WarehouseCode"] for place in places]
        known = [code for code in codes if code in product["_stock"]]
        if not known:
            return None
        on_hand = sum(product["_stock"][code] for code in known)
        allocated = sum(claims.get((product["Guid"], code), 0) for code in codes)
        place = places[0] if single else {}
        return {
            "ProductCode": product["ProductCode"],
            "ProductDescription": product["ProductDescription"],
            "ProductGuid": product["Guid"],
            "ProductSourceId": None,
            "ProductGroupName": "",
            "WarehouseId": place.get("Guid"),
            "Warehouse": place.get("WarehouseName", ""),
            "WarehouseCode": place.get("WarehouseCode", ""),
            "DaysSinceLastSale": 0,
            "OnPurchase": 0.0,
            "AllocatedQty": allocated,
            "AvailableQty": on_hand - allocated,
            "QtyOnHand": on_hand,
            "AvgCost": 0.0,
            "TotalCost": 0.0,
            "Guid": product["Guid"],
            "LastModifiedOn": product.get("_moved", product["LastModifiedOn"]),
        }
