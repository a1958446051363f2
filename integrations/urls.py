"""Addresses of the integrations app."""

from django.urls import path

from integrations.views import connections, hooks

app_name = "integrations"
urlpatterns = [
    path("s/<int:store_id>/integrations", connections.integration_list, name="list"),
    path(
        "s/<int:store_id>/integrations/<str:key>",
        connections.integration_settings,
        name="settings",
    ),
    path(
        "s/<int:store_id>/integrations/<str:key>/connect",
        connections.integration_connect,
        name="connect",
    ),
    path(
        "s/<int:store_id>/integrations/<str:key>/change",
        connections.settings_change,
        name="settings_change",
    ),
    path(
        "s/<int:store_id>/integrations/<str:key>/disconnect",
        connections.integration_disconnect,
        name="disconnect",
    ),
    path(
        "s/<int:store_id>/integrations/<str:key>/schedules/<int:schedule_id>/run",
        connections.schedule_run,
        name="schedule_run",
    ),
    path("hooks/<str:token>", hooks.receive_webhook, name="webhook_receive"),
]
