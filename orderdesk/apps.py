"""The frame as an app: its commands, and grants where another role owns the tables."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings


class FrameConfig(AppConfig):
    """Commands and start-up of the whole."""

    name = "orderdesk"
    label = "frame"

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        post_migrate.connect(_grant, sender=self, dispatch_uid="frame.grant")


def _grant(*, using: str, **_: Any) -> None:
    """Let the serving role use what the owner's role made."""
    if using != "owner":
        return
    from django.db import connections

    role = connections["default"].ops.quote_name(settings.DATABASES["default"]["USER"])
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}"
        )
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}")
