"""Start-up of the integrations app."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """See the package's own docstring."""

    name = "integrations"
    default_auto_field = "django.db.models.BigAutoField"
