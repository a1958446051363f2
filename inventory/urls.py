"""Addresses of the inventory app."""

from django.urls import path

from inventory import views

app_name = "inventory"
urlpatterns = [
    path("s/<int:store_id>/inventory", views.item_list, name="list"),
    path("s/<int:store_id>/inventory/suggest", views.suggest, name="suggest"),
]
