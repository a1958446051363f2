"""Open or refresh the demo store: a shop, a warehouse and a rule between them."""

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from integrations.accounts import hook_url, sandbox_addresses, vendor_url
from integrations.models import Connection
from integrations.services import change_settings, connect
from orderdesk.lib.refused import Refused
from orderdesk.management.base import HubCommand
from orderdesk.management.commands.open_store import ensure_user
from orderdesk.seeding.loading import seed
from orders.models import Folder
from rules.models import Rule
from rules.services import RuleDraft, save_rule
from stores.models import ApiKey, Store, User
from stores.scoping import entered
from stores.services import issue_api_key, open_store, revoke_api_key, stores_of

EMAIL = "demo@example.com"
# Owns the seeded stores that are not the demo user's; nobody knows a password.
OTHERS = "many@example.com"
MOST_ORDERS, MOST_STORES = 20_000_000, 10_000
NAME = "Demo store"
KEY_NAME = "Demo key"
RULE = "US orders over 50 go to Unleashed"


class Command(HubCommand):
    """Opens the demo store or brings it back in order; a second call keeps its orders."""

    help = "Open or refresh the demo store with sandbox vendors connected."

    def add(self, parser: CommandParser) -> None:
        parser.add_argument("--orders", type=int, default=0, help="seed this many orders, too")
        parser.add_argument("--stores", type=int, default=1, help="into this many stores")
        parser.add_argument("--seed", type=int, default=1, help="another seed, other orders")

    def run(self, **options: Any) -> Mapping[str, Any]:
        if not (0 <= options["orders"] <= MOST_ORDERS and 1 <= options["stores"] <= MOST_STORES):
            raise Refused(
                f"Seed up to {MOST_ORDERS:,} orders into 1 to {MOST_STORES:,} stores.",
                field="orders",
            )
        notes = Notes(settings.DATA_DIR / "demo.json")
        user = _user(notes)
        store = _store(user)
        key = _api_key(notes, store, user)
        shop = _credentials("shopify")
        warehouse = _credentials("unleashed")
        connections = {}
        if shop:
            connections["shopify"] = _connected(store, "shopify", _shop_settings(shop))
        if warehouse:
            connections["unleashed"] = _connected(
                store, "unleashed", _warehouse_settings(store, warehouse)
            )
            _rule(store, connections["unleashed"])
        result: dict[str, Any] = {
            "store_id": store.pk,
            "api_key": key,
            "email": EMAIL,
            "password": notes.kept["password"],
            "address": f"{settings.BASE_URL}/s/{store.pk}/",
            "api": f"{settings.BASE_URL}/api/v2",
            "hooks": {},
            "sandboxes": sandbox_addresses(),
        }
        if "shopify" in connections:
            result["hooks"]["shopify"] = {
                "address": hook_url(connections["shopify"]),
                "secret": shop["app_secret"],
                "shop_domain": shop["shop_domain"],
            }
        if options["orders"]:
            result["seeded"] = _seeded(user, options)
        return result

    def lines(self, result: Mapping[str, Any]) -> list[str]:
        lines = [
            f"Demo login:  {result['email']}  {result['password']}",
            f"Demo store:  {result['store_id']}  {result['address']}",
            f"API key:     {result['api_key']}",
        ]
        for key, hook in result["hooks"].items():
            lines += [f"Hook:        {key}  {hook['address']}", f"  signed by: {hook['secret']}"]
        lines += [f"Sandbox:     {key}  {url}/" for key, url in result["sandboxes"].items()]
        if seeded := result.get("seeded"):
            lines.append(
                f"Seeded:      {seeded['orders']:,} orders in {seeded['stores']:,} stores, "
                f"{seeded['added']:,} of them now; most in {seeded['largest']}"
            )
        if not result["sandboxes"]:
            lines.append("The sandbox vendors do not run; `make run` starts them.")
        return lines


def _seeded(user: User, options: Mapping[str, Any]) -> dict[str, Any]:
    """Seed stores; the few largest are the demo user's, so that the list of stores stays short."""
    others, _ = ensure_user(OTHERS, secrets.token_urlsafe(24))
    told = seed(
        owners=(user, others),
        orders=options["orders"],
        stores=options["stores"],
        seed=options["seed"],
        until=timezone.now(),
    )
    return {**told, "largest": f"{settings.BASE_URL}/s/{told['largest_store']}/"}


class Notes:
    """What the demo must be able to tell again: the password and the key, readable by us only."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.kept: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}

    def keep(self, name: str, value: str) -> str:
        """Note a value and give it back."""
        self.kept[name] = value
        self.path.touch(mode=0o600)
        self.path.write_text(json.dumps(self.kept))
        return value


def _user(notes: Notes) -> User:
    password = notes.kept.get("password") or notes.keep("password", secrets.token_urlsafe(12))
    user, made_with = ensure_user(EMAIL, password)
    if made_with is None and not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    return user


def _store(user: User) -> Store:
    found = next((store for store in stores_of(user) if store.name == NAME), None)
    return found or open_store(owner=user, name=NAME)


@transaction.atomic
def _api_key(notes: Notes, store: Store, user: User) -> str:
    known = notes.kept.get("api_key", "")
    with entered(store):
        if known and ApiKey.objects.for_store(store).matching(known).exists():
            return known
        for old in ApiKey.objects.for_store(store).live().filter(name=KEY_NAME):
            revoke_api_key(key=old, now=timezone.now())
        _, key = issue_api_key(store=store, name=KEY_NAME, created_by=user)
    return notes.keep("api_key", key)


def _credentials(key: str) -> dict[str, str]:
    """Ask a sandbox vendor for its credentials; empty when none of ours answers."""
    url = vendor_url(key, environment="sandbox")
    if not url:
        return {}
    try:
        answer = requests.get(f"{url}/_sandbox/credentials", timeout=5)
        return dict(answer.json()) if answer.ok else {}
    except (requests.RequestException, ValueError):
        return {}


def _connected(store: Store, key: str, values: dict[str, str]) -> Connection:
    with entered(store):
        row = Connection.objects.for_store(store).connected().named(key).first()
    if row is None:
        return connect(store=store, key=key, values=values, environment="sandbox")
    return change_settings(connection=row, values={**row.settings, **values})


def _shop_settings(shop: Mapping[str, str]) -> dict[str, str]:
    return {
        "shop_domain": shop["shop_domain"],
        "access_token": shop["access_token"],
        "webhook_secret": shop["app_secret"],
    }


def _warehouse_settings(store: Store, warehouse: Mapping[str, str]) -> dict[str, str]:
    with entered(store):
        folders = dict(Folder.objects.for_store(store).values_list("name", "pk"))
    return {
        "api_id": warehouse["api_id"],
        "api_key": warehouse["api_key"],
        "after_import_folder": str(folders.get("Prepared", "")),
        "after_shipment_folder": str(folders.get("Closed", "")),
        "sync_tracking": "from",
    }


def _rule(store: Store, warehouse: Connection) -> None:
    with entered(store):
        if Rule.objects.for_store(store).filter(name=RULE).exists():
            return
        draft = RuleDraft(
            name=RULE,
            trigger="imported",
            filters=[
                {"filter": "shipping_country", "operator": "equals", "value": "US"},
                {"filter": "order_total", "operator": "greater_than", "value": "50"},
            ],
            actions=[{"action": "send_order", "connection": warehouse.pk}],
        )
        save_rule(store=store, draft=draft, now=timezone.now())
