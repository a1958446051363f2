"""The tables of orders: what is sold, where it lies, what happened to it, what is done with it."""

from orders.models.events import DAY_KINDS, OrderEvent
from orders.models.folders import CANCELED_FOLDER, DEFAULT_FOLDERS, Folder, FolderTally
from orders.models.jobs import BulkJob, BulkOrder
from orders.models.lines import MONEY, OrderItem, Shipment, ShipmentQuerySet
from orders.models.orders import (
    CUSTOMER_PARTS,
    RESTORABLE_FOR,
    SHIPPING_PARTS,
    Order,
    OrderLink,
    OrderQuerySet,
)
from orders.models.searchtext import SearchText
from orders.models.settings import TAG_COLORS, OrderSettings, SavedSearch, SourceChange

__all__ = [
    "CANCELED_FOLDER",
    "CUSTOMER_PARTS",
    "DAY_KINDS",
    "DEFAULT_FOLDERS",
    "MONEY",
    "RESTORABLE_FOR",
    "SHIPPING_PARTS",
    "TAG_COLORS",
    "BulkJob",
    "BulkOrder",
    "Folder",
    "FolderTally",
    "Order",
    "OrderEvent",
    "OrderItem",
    "OrderLink",
    "OrderQuerySet",
    "OrderSettings",
    "SavedSearch",
    "SearchText",
    "Shipment",
    "ShipmentQuerySet",
    "SourceChange",
]
