"""Addresses of the orders app."""

from django.urls import include, path

from orders import views

app_name = "orders"
urlpatterns = [
    path("api/", include("orders.api.urls")),
    path("s/<int:store_id>/orders", views.order_list, name="list"),
    path("s/<int:store_id>/orders/rows", views.order_rows, name="order_rows"),
    path("s/<int:store_id>/orders/move", views.orders_move, name="orders_move"),
    path("s/<int:store_id>/folders/counts", views.folder_counts, name="folder_counts"),
    path("s/<int:store_id>/orders/<int:order_id>", views.order_view, name="order_view"),
    path("s/<int:store_id>/orders/<int:order_id>/live", views.order_live, name="order_live"),
    path("s/<int:store_id>/orders/<int:order_id>/move", views.order_move, name="order_move"),
    path("s/<int:store_id>/orders/<int:order_id>/notes", views.note_add, name="note_add"),
    path(
        "s/<int:store_id>/orders/<int:order_id>/checkout-data",
        views.checkout_data_set,
        name="checkout_data_set",
    ),
    path(
        "s/<int:store_id>/orders/<int:order_id>/shipments",
        views.shipment_add,
        name="shipment_add",
    ),
]
