"""Makes the peers' tables; run with the reference's settings."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.reference.settings")
django.setup()

from django.core.management import call_command  # noqa: E402 - needs the apps
from django.db import connection  # noqa: E402

from benchmarks.reference.models import Rule  # noqa: E402

RULES = 20
RAW = """
CREATE TABLE raw_delivery (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, store_id bigint NOT NULL,
    delivery_id text NOT NULL, body bytea NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (store_id, delivery_id)
)
"""


def make() -> None:
    """Make the tables and the rules: nineteen that do not hold, one that sends."""
    call_command("migrate", interactive=False, run_syncdb=True, verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(RAW)
    for place in range(1, RULES):
        conditions = [
            ["shipping_country", "equals", "US"],
            ["total", "greater_than", str(1000 + place)],
        ]
        Rule(
            store=1, name=f"Rule {place}", position=place, conditions=conditions, action="mark"
        ).save()
    Rule(
        store=1,
        name="To the warehouse",
        position=RULES,
        conditions=[["total", "greater_than", "50"]],
        action="send",
    ).save()


if __name__ == "__main__":
    make()
