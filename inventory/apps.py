"""Start-up of the inventory app."""

from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """See the package's own docstring."""

    name = "inventory"
    default_auto_field = "django.db.models.BigAutoField"
