"""Seeds a store to measure: a shop, a warehouse, and twenty rules of which the last one sends."""

import json
import os
import sys
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderdesk.settings")
django.setup()

from django.conf import settings  # noqa: E402 - needs the apps
from django.contrib.auth import get_user_model  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from benchmarks import shop  # noqa: E402
from integrations.models import Connection, Schedule  # noqa: E402
from integrations.vault import seal  # noqa: E402
from orders.models import Folder  # noqa: E402
from rules.services import RuleDraft, save_rule  # noqa: E402
from stores.models import Store  # noqa: E402
from stores.scoping import entered  # noqa: E402
from stores.services import open_store  # noqa: E402

RULES = 20


def seed() -> dict[str, Any]:
    """Make the store and tell how it is reached."""
    user = get_user_model()(email="bench@example.com")
    user.set_unusable_password()
    user.save()
    store = open_store(owner=user, name="Bench")
    with entered(store):
        folders = dict(Folder.objects.for_store(store).values_list("name", "pk"))
        cart = _connection(
            store,
            "shopify",
            {"shop_domain": shop.SHOP, "sync_tracking": True, "notify_customer": False},
            {"access_token": "benchmark", "webhook_secret": shop.SIGNED_WITH},
        )
        warehouse = _connection(
            store,
            "unleashed",
            {
                "api_id": "benchmark",
                "after_import_folder": str(folders["Prepared"]),
                "after_shipment_folder": str(folders["Closed"]),
                "sync_tracking": "from",
                "default_customer_code": "CART",
                "warehouse_code": "MAIN",
            },
            {"api_key": "benchmark"},
        )
        _rules(store, warehouse.pk)
    path = reverse("integrations:webhook_receive", args=[cart.hook_token])
    return {"store_id": store.pk, "hook_path": path}


def _connection(
    store: Store, key: str, settings_: dict[str, Any], secrets: dict[str, str]
) -> Connection:
    row = Connection(store=store, key=key, settings=settings_)
    row.sealed_secrets = seal(store_id=store.pk, connection_key=key, secrets=secrets)
    row.save()
    if key == "unleashed":
        Schedule(
            store=store,
            connection=row,
            verb=Schedule.Verb.SHIPMENTS,
            interval_seconds=settings.PULL_SECONDS,
        ).save()
    return row


def _rules(store: Store, warehouse_id: int) -> None:
    """Write nineteen rules that do not hold, each of two filters, and one that sends."""
    for place in range(1, RULES):
        draft = RuleDraft(
            name=f"Rule {place}",
            trigger="imported",
            filters=[
                {"filter": "shipping_country", "operator": "equals", "value": "US"},
                {"filter": "order_total", "operator": "greater_than", "value": str(1000 + place)},
            ],
            actions=[{"action": "set_checkout_data", "name": f"rule {place}", "value": "yes"}],
        )
        save_rule(store=store, draft=draft, now=timezone.now())
    draft = RuleDraft(
        name="To the warehouse",
        trigger="imported",
        filters=[{"filter": "order_total", "operator": "greater_than", "value": "50"}],
        actions=[{"action": "send_order", "connection": warehouse_id}],
    )
    save_rule(store=store, draft=draft, now=timezone.now())


if __name__ == "__main__":
    sys.stdout.write(json.dumps(seed()) + "\n")
