"""Addresses of the public API. Resources have no trailing slash, as existing clients call them."""

from django.urls import URLPattern, path, re_path

from orders.api.batch_shipments import BatchShipments
from orders.api.docs import Docs, Schema
from orders.api.inventory import BatchInventory, Inventory
from orders.api.items import Items
from orders.api.moves import Moves
from orders.api.orders import Orders
from orders.api.shipments import Shipments
from orders.api.store import StoreSettings, Test
from stores.api import NothingHere

nothing_here = NothingHere.as_view(
    {"get": "nothing", "post": "nothing", "put": "nothing", "delete": "nothing"}
)
urlpatterns: list[URLPattern] = [
    path("schema/", Schema.as_view(), name="api_schema"),
    path("docs/", Docs.as_view(), name="api_docs"),
    path("v2/test", Test.as_view({"get": "show", "post": "show_posted"}), name="api_test"),
    path("v2/store", StoreSettings.as_view({"get": "retrieve"}), name="api_store"),
    path("v2/orders", Orders.as_view({"get": "index", "post": "create"}), name="api_orders"),
    path(
        "v2/orders/<int:order_id>",
        Orders.as_view({"get": "retrieve", "put": "replace", "delete": "destroy"}),
        name="api_order",
    ),
    path(
        "v2/orders/<int:order_id>/order-history",
        Orders.as_view({"post": "add_history"}),
        name="api_order_history",
    ),
    path(
        "v2/orders/<int:order_id>/order-items",
        Items.as_view({"get": "index", "post": "create"}),
        name="api_items",
    ),
    path(
        "v2/orders/<int:order_id>/order-items/<int:item_id>",
        Items.as_view({"get": "retrieve", "put": "replace", "delete": "destroy"}),
        name="api_item",
    ),
    path(
        "v2/orders/<int:order_id>/shipments",
        Shipments.as_view({"get": "index", "post": "create"}),
        name="api_shipments",
    ),
    path(
        "v2/orders/<int:order_id>/shipments/<int:shipment_id>",
        Shipments.as_view({"get": "retrieve", "put": "replace", "delete": "destroy"}),
        name="api_shipment",
    ),
    path(
        "v2/batch-shipments",
        BatchShipments.as_view({"post": "create"}),
        name="api_batch_shipments",
    ),
    path(
        "v2/inventory-items",
        Inventory.as_view({"get": "index", "post": "create"}),
        name="api_inventory",
    ),
    path(
        "v2/inventory-items/<int:item_id>",
        Inventory.as_view({"get": "retrieve", "put": "replace", "delete": "destroy"}),
        name="api_inventory_item",
    ),
    path(
        "v2/batch-inventory-items",
        BatchInventory.as_view({"put": "replace_many"}),
        name="api_batch_inventory",
    ),
    path("v2/move-orders", Moves.as_view({"post": "create"}), name="api_move_orders"),
    path("v2", nothing_here, name="api_root"),
    re_path(r"^v2/", nothing_here, name="api_nothing"),
]
