"""Addresses of the integrations app."""

from django.urls import path

from integrations.views import hooks

app_name = "integrations"
urlpatterns = [
    path("hooks/<str:token>", hooks.receive_webhook, name="webhook_receive"),
]
