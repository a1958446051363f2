"""Start-up of the orders app."""

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """See the package's own docstring."""

    name = "orders"
    default_auto_field = "django.db.models.BigAutoField"
