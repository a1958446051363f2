"""Addresses of the rules app."""

from django.urls import path

from rules import views

app_name = "rules"
urlpatterns = [
    path("s/<int:store_id>/settings/rules", views.rule_list, name="list"),
    path("s/<int:store_id>/settings/rules/new", views.rule_new, name="rule_new"),
    path("s/<int:store_id>/settings/rules/try", views.rule_try_new, name="rule_try_new"),
    path("s/<int:store_id>/settings/rules/<int:rule_id>", views.rule_edit, name="rule_edit"),
    path("s/<int:store_id>/settings/rules/<int:rule_id>/save", views.rule_save, name="rule_save"),
    path("s/<int:store_id>/settings/rules/<int:rule_id>/try", views.rule_try, name="rule_try"),
    path(
        "s/<int:store_id>/settings/rules/<int:rule_id>/switch",
        views.rule_switch,
        name="rule_switch",
    ),
    path("s/<int:store_id>/settings/rules/<int:rule_id>/move", views.rule_move, name="rule_move"),
    path(
        "s/<int:store_id>/settings/rules/<int:rule_id>/delete",
        views.rule_delete,
        name="rule_delete",
    ),
]
