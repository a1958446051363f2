"""The demo company the sandbox warehouse works for."""

import uuid

from integrations.sandbox.goods import GOODS
from integrations.sandbox.storage import Doc, Storage

# Guids that stay the same over restarts and machines; the name space is arbitrary.
_SPACE = uuid.UUID("6f1c9f0e-2d58-4c55-9a41-7c1b6e0d5a10")

SEED_KINDS = ("Warehouse", "Currency", "Tax", "ShippingCompany", "Customer", "Product")
_CURRENCIES = {
    "USD": "United States Dollar", "NZD": "New Zealand Dollar", "AUD": "Australian Dollar",
    "CAD": "Canadian Dollar", "EUR": "Euro", "GBP": "Pound Sterling", "JPY": "Yen",
}  # fmt: skip
_TAXES = {"NONE": ("No tax", 0.0), "G.S.T.": ("GST", 0.15), "EXEMPT": ("Exempt", 0.0)}
_CARRIERS = ("UPS", "FedEx", "USPS", "DHL Express", "NZ Post")
_CUSTOMERS = (
    ("WEBSHOP", "Web shop customers", "orders@example.com"),
    ("ALPINE", "Alpine Outfitters", "buying@alpine.example.com"),
    ("HARBOUR", "Harbour Gift Store", "shop@harbour.example.com"),
)


def guid_of(kind: str, code: str) -> str:
    """Return the guid of something in the demo company."""
    return str(uuid.uuid5(_SPACE, f"{kind}/{code}"))


def sow(storage: Storage, now: int) -> None:
    """Put the demo company's master data in place; does nothing where it is already.

    Args:
        storage: where to.
        now: epoch milliseconds.
    """
    if storage.all("Warehouse"):
        return
    for kind, docs in (
        ("Warehouse", _warehouses(now)),
        ("Currency", _currencies(now)),
        ("Tax", _taxes(now)),
        ("ShippingCompany", [{"Name": name, "_code": name} for name in _CARRIERS]),
        ("Customer", _customers(now)),
        ("Product", _products(now)),
    ):
        for doc in docs:
            guid = guid_of(kind, doc["_code"])
            storage.put(kind, guid, {"Guid": guid, **doc})


def _warehouses(now: int) -> list[Doc]:
    shared = {
        "StreetNo": None, "AddressLine2": None, "Suburb": None, "Country": "United States",
        "PhoneNumber": None, "FaxNumber": None, "MobileNumber": None, "DDINumber": None,
        "ContactName": None, "Obsolete": False, "LastModifiedOn": now,
    }  # fmt: skip
    return [
        {"_code": "MAIN", "WarehouseCode": "MAIN", "WarehouseName": "Main warehouse",
         "IsDefault": True, "AddressLine1": "12 Depot Road", "City": "Portland", "Region": "OR",
         "PostCode": "97210", **shared},
        {"_code": "EAST", "WarehouseCode": "EAST", "WarehouseName": "East coast overflow",
         "IsDefault": False, "AddressLine1": "300 Pier Street", "City": "Newark", "Region": "NJ",
         "PostCode": "07114", **shared},
    ]  # fmt: skip


def _currencies(now: int) -> list[Doc]:
    return [
        {"_code": code, "CurrencyCode": code, "Description": name, "DefaultBuyRate": None,
         "DefaultSellRate": None, "LastModifiedOn": now}
        for code, name in _CURRENCIES.items()
    ]  # fmt: skip


def _taxes(now: int) -> list[Doc]:
    return [
        {"_code": code, "TaxCode": code, "Description": name, "TaxRate": rate,
         "CanApplyToExpenses": True, "CanApplyToRevenue": True, "Obsolete": False,
         "LastModifiedOn": now}
        for code, (name, rate) in _TAXES.items()
    ]  # fmt: skip


def _customers(now: int) -> list[Doc]:
    return [
        {"_code": code, "CustomerCode": code, "CustomerName": name, "Email": email,
         "Currency": {"CurrencyCode": "USD", "Guid": guid_of("Currency", "USD")},
         "Taxable": False, "TaxCode": None, "Obsolete": False, "Addresses": [],
         "CreatedOn": now, "LastModifiedOn": now}
        for code, name, email in _CUSTOMERS
    ]  # fmt: skip


def _products(now: int) -> list[Doc]:
    return [
        {"_code": good.sku, "_stock": {"MAIN": good.stock} if good.stock is not None else {},
         "ProductCode": good.sku, "ProductDescription": good.name, "Barcode": None,
         "DefaultSellPrice": float(good.price), "Weight": good.weight_grams / 1000,
         "UnitOfMeasure": {"Name": "EA"}, "IsSellable": True, "IsObsoleted": False,
         "Obsolete": False, "CreatedOn": now, "LastModifiedOn": now}
        for good in GOODS
    ]  # fmt: skip
