"""Addresses of the orders app."""

from django.urls import include, path

from orders.views import documents, lists, order, source_changes

app_name = "orders"
urlpatterns = [
    path("api/", include("orders.api.urls")),
    path("s/<int:store_id>/orders", lists.order_list, name="list"),
    path("s/<int:store_id>/orders/rows", lists.order_rows, name="order_rows"),
    path("s/<int:store_id>/orders/print", documents.orders_print, name="orders_print"),
    path("s/<int:store_id>/orders/move", lists.orders_move, name="orders_move"),
    path("s/<int:store_id>/folders/counts", lists.folder_counts, name="folder_counts"),
    path("s/<int:store_id>/orders/<int:order_id>", order.order_view, name="order_view"),
    path("s/<int:store_id>/orders/<int:order_id>/live", order.order_live, name="order_live"),
    path(
        "s/<int:store_id>/orders/<int:order_id>/print",
        documents.order_print,
        name="order_print",
    ),
    path("s/<int:store_id>/orders/<int:order_id>/move", order.order_move, name="order_move"),
    path("s/<int:store_id>/orders/<int:order_id>/notes", order.note_add, name="note_add"),
    path(
        "s/<int:store_id>/orders/<int:order_id>/checkout-data",
        order.checkout_data_set,
        name="checkout_data_set",
    ),
    path(
        "s/<int:store_id>/orders/<int:order_id>/shipments",
        order.shipment_add,
        name="shipment_add",
    ),
    path(
        "s/<int:store_id>/source-changes/<int:change_id>",
        source_changes.source_change_decide,
        name="source_change_decide",
    ),
    path("receipts/<str:token>", documents.receipt_view, name="receipt_view"),
    # As merchants' own templates link it.
    path("css/receipt.css", documents.document_asset, {"name": "style"}, name="document_style"),
    path("js/receipt.js", documents.document_asset, {"name": "script"}, name="document_script"),
]
