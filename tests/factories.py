"""Plain functions that make what a test needs; every value may be given."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from integrations.base import SettingsForm
from integrations.models import Connection
from integrations.registry import integration
from integrations.vault import seal
from orders.drafts import Address, ItemDraft, OrderDraft
from orders.models import Order
from orders.services import hub, import_order
from stores.models import Store, User
from stores.scoping import entered
from stores.services import open_store

PASSWORD = "correct horse battery staple"
NEW_YEAR = datetime(2026, 1, 1, 12, tzinfo=UTC)
_numbers = count(1001)


def make_user(email: str = "someone@example.com") -> User:
    user = User.objects.create_user(email, PASSWORD)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def make_store(owner: User | None = None, *, name: str = "A shop", **fields: Any) -> Store:
    return open_store(
        owner=owner or make_user(f"owner{next(_numbers)}@example.com"), name=name, **fields
    )


def make_address(**fields: Any) -> Address:
    stated = {
        "first_name": "Ada",
        "last_name": "Byron",
        "address1": "12 Mill Lane",
        "city": "Springfield",
        "state": "IL",
        "postal_code": "62701",
        "country": "US",
    }
    return Address(**{**stated, **fields})


def make_item(**fields: Any) -> ItemDraft:
    stated = {
        "name": "Blue mug",
        "code": "MUG-BLUE",
        "price": Decimal("30.00"),
        "quantity": Decimal(2),
    }
    return ItemDraft(**{**stated, **fields})


def make_draft(**fields: Any) -> OrderDraft:
    number = str(next(_numbers))
    stated: dict[str, Any] = {
        "source_name": "Shopify",
        "source_key": f"key-{number}",
        "source_id": number,
        "source_updated_at": NEW_YEAR,
        "email": "ada@example.com",
        "currency": "USD",
        "shipping_method": "Standard",
        "shipping": make_address(),
        "items": (make_item(),),
        "shipping_total": Decimal("5.00"),
    }
    return OrderDraft(**{**stated, **fields})


def make_order(store: Store, **fields: Any) -> Order:
    """Bring an order in; rules are not run. Works inside and outside of the store."""
    with entered(store):
        return import_order(
            store=store, draft=make_draft(**fields), by=hub(), now=timezone.now()
        ).order


def make_connection(store: Store, key: str, **fields: Any) -> Connection:
    """Make a connection without asking the vendor; `secrets` and `settings` as dicts."""
    secrets = fields.pop("secrets", {})
    form: type[SettingsForm] = integration(key).settings_form
    secrets = {name: secrets.get(name, f"{name}-of-{store.pk}") for name in form.secret_names()}
    with entered(store):
        connection = Connection(
            store=store,
            key=key,
            sealed_secrets=seal(store_id=store.pk, connection_key=key, secrets=secrets),
            **fields,
        )
        connection.save()
    return connection
