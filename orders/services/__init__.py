"""Functions that change orders; nothing else does."""

from orders.services.bulk_imports import import_orders
from orders.services.changes import (
    add_history,
    replace_order,
    restate_origin,
)
from orders.services.data import set_checkout_data
from orders.services.deletion import delete_order, restore_order
from orders.services.duplicates import duplicate_order
from orders.services.events import By, hub, record
from orders.services.folders import ensure_default_folders, first_folder, folder_named
from orders.services.imports import AlreadyHere, Imported, create_order, import_order
from orders.services.merges import merge_orders
from orders.services.moves import move_order, move_orders
from orders.services.shipments import add_shipment, add_shipments, number_shipment
from orders.services.splits import split_order

__all__ = [
    "AlreadyHere",
    "By",
    "Imported",
    "add_history",
    "add_shipment",
    "add_shipments",
    "create_order",
    "delete_order",
    "duplicate_order",
    "ensure_default_folders",
    "first_folder",
    "folder_named",
    "hub",
    "import_order",
    "import_orders",
    "merge_orders",
    "move_order",
    "move_orders",
    "number_shipment",
    "record",
    "replace_order",
    "restate_origin",
    "restore_order",
    "set_checkout_data",
    "split_order",
]
