"""Start-up of the stores app: security of tables and of the database role."""

import sys
from typing import Any

from django.apps import AppConfig


class StoresConfig(AppConfig):
    """Stores, users, tenancy and durable work."""

    name = "stores"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created
        from django.db.models.signals import post_migrate  # noqa: TID251 - not a model's

        post_migrate.connect(_secure, sender=self, dispatch_uid="stores.secure")
        connection_created.connect(_refuse_unsafe_role, dispatch_uid="stores.role")


def _secure(*, using: str, **_: Any) -> None:
    from stores import security

    security.secure_tables(using=using)


_checked: set[str] = set()


def _refuse_unsafe_role(*, connection: Any, **_: Any) -> None:
    """Check the role once per process and database, at the first connection it makes."""
    if connection.alias != "default" or connection.alias in _checked:
        return
    from stores import security

    _checked.add(connection.alias)
    if problem := security.unsafe_role(using=connection.alias):
        connection.close()
        sys.exit(f"orderdesk: {problem}; give DATABASE_URL an ordinary role")
