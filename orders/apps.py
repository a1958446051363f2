"""Start-up of the orders app."""

from typing import Any

from django.apps import AppConfig


class OrdersConfig(AppConfig):
    """See the package's own docstring."""

    name = "orders"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stores.signals import store_opened

        store_opened.connect(_give_folders, dispatch_uid="orders.folders")


def _give_folders(*, store: Any, **_: Any) -> None:
    from orders.services import ensure_default_folders

    ensure_default_folders(store=store)
