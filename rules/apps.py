"""Start-up of the rules app."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    """See the package's own docstring."""

    name = "rules"
    default_auto_field = "django.db.models.BigAutoField"
