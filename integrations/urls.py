"""Addresses of the integrations app."""

from django.urls import path

from integrations.views import attention, connections, hooks

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
    path("s/<int:store_id>/attention", attention.attention_list, name="attention"),
    path(
        "s/<int:store_id>/attention/submissions",
        attention.submissions_try_again,
        name="submissions_try_again",
    ),
    path("s/<int:store_id>/attention/messages", attention.messages_replay, name="messages_replay"),
    path(
        "s/<int:store_id>/attention/schedules",
        attention.schedules_try_again,
        name="schedules_try_again",
    ),
    path(
        "s/<int:store_id>/attention/rules",
        attention.rule_runs_try_again,
        name="rule_runs_try_again",
    ),
    path(
        "s/<int:store_id>/attention/submissions/dismiss",
        attention.submissions_dismiss,
        name="submissions_dismiss",
    ),
    path(
        "s/<int:store_id>/attention/messages/dismiss",
        attention.messages_dismiss,
        name="messages_dismiss",
    ),
    path("s/<int:store_id>/attention/jobs", attention.jobs_try_again, name="jobs_try_again"),
    path("s/<int:store_id>/attention/jobs/dismiss", attention.jobs_dismiss, name="jobs_dismiss"),
    path(
        "s/<int:store_id>/attention/rules/dismiss",
        attention.rule_runs_dismiss,
        name="rule_runs_dismiss",
    ),
    path("s/<int:store_id>/orders/<int:order_id>/send", attention.order_send, name="order_send"),
    path("hooks/<str:token>", hooks.receive_webhook, name="webhook_receive"),
]
