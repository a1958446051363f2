"""Addresses of the orders app."""

from django.urls import include, path

from orders.views import lists, order

app_name = "orders"
urlpatterns = [
    path("api/", include("orders.api.urls")),
    path("s/<int:store_id>/orders", lists.order_list, name="list"),
    path("s/<int:store_id>/orders/rows", lists.order_rows, name="order_rows"),
    path("s/<int:store_id>/orders/move", lists.orders_move, name="orders_move"),
    path("s/<int:store_id>/folders/counts", lists.folder_counts, name="folder_counts"),
    path("s/<int:store_id>/orders/<int:order_id>", order.order_view, name="order_view"),
    path("s/<int:store_id>/orders/<int:order_id>/live", order.order_live, name="order_live"),
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
]
