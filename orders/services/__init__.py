"""Functions that change orders; nothing else does."""

from orders.services.changes import (
    add_history,
    delete_order,
    replace_order,
    restate_origin,
)
from orders.services.data import set_checkout_data
from orders.services.events import By, hub, record
from orders.services.folders import ensure_default_folders, first_folder, folder_named
from orders.services.imports import AlreadyHere, Imported, create_order, import_order
from orders.services.moves import move_order, move_orders
from orders.services.shipments import add_shipment, add_shipments, number_shipment

__all__ = [
    "AlreadyHere",
    "By",
    "Imported",
    "add_history",
    "add_shipment",
    "add_shipments",
    "create_order",
    "delete_order",
    "ensure_default_folders",
    "first_folder",
    "folder_named",
    "hub",
    "import_order",
    "move_order",
    "move_orders",
    "number_shipment",
    "record",
    "replace_order",
    "restate_origin",
    "set_checkout_data",
]
