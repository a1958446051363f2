"""Addresses of the stores app; the store's home, which shows all apps, is in `orderdesk.urls`."""

from django.urls import path

from stores import views

app_name = "stores"
urlpatterns = [
    path("stores", views.index, name="index"),
    path("stores/new", views.store_open, name="store_open"),
    path("theme", views.theme_set, name="theme_set"),
    path("s/<int:store_id>/settings/store", views.store_details, name="store_details"),
    path("s/<int:store_id>/settings/api", views.api_keys, name="api_keys"),
    path("s/<int:store_id>/settings/api/new", views.api_key_issue, name="api_key_issue"),
    path(
        "s/<int:store_id>/settings/api/<int:key_id>/rotate",
        views.api_key_rotate,
        name="api_key_rotate",
    ),
    path(
        "s/<int:store_id>/settings/api/<int:key_id>/revoke",
        views.api_key_revoke,
        name="api_key_revoke",
    ),
    path("s/<int:store_id>/settings/users", views.users, name="users"),
    path("s/<int:store_id>/settings/users/new", views.user_add, name="user_add"),
    path(
        "s/<int:store_id>/settings/users/<int:member_id>",
        views.user_change,
        name="user_change",
    ),
    path(
        "s/<int:store_id>/settings/users/<int:member_id>/invite",
        views.user_invite_again,
        name="user_invite_again",
    ),
    path(
        "s/<int:store_id>/settings/users/<int:member_id>/remove",
        views.user_remove,
        name="user_remove",
    ),
]
