"""Opening stores, letting people in, making keys."""

import zoneinfo
from datetime import datetime

from django.db import transaction

from orderdesk.lib.refused import Refused
from stores.models import PERMISSIONS, ApiKey, Store, StoreUser, User
from stores.scoping import across_stores, entered
from stores.signals import store_opened


def stores_of(user: User) -> list[Store]:
    """Give the stores a person may reach, by name."""
    with across_stores():
        ids = list(StoreUser.across_stores.filter(user=user).values_list("store_id", flat=True))
    return list(Store.objects.filter(pk__in=ids).order_by("name", "pk"))


@transaction.atomic
def open_store(
    *,
    owner: User,
    name: str,
    timezone: str = "UTC",
    currency: str = "USD",
    country: str = "",
) -> Store:
    """Open a store with its first folders and make the user its owner.

    Raises:
        Refused: if the name is empty or the time zone unknown.
    """
    if not name.strip():
        raise Refused("A store needs a name.", field="name")
    if timezone not in zoneinfo.available_timezones():
        raise Refused(f"{timezone!r} is not a time zone.", field="timezone")
    store = Store(name=name.strip(), timezone=timezone, currency=currency, country=country)
    store.save()
    with entered(store):
        StoreUser(store=store, user=owner, role=StoreUser.OWNER).save()
        store_opened.send(Store, store=store)
    return store


@transaction.atomic
def add_store_user(*, store: Store, user: User, permissions: list[str] | None = None) -> StoreUser:
    """Let a person into a store, with all permissions unless some are named.

    Raises:
        Refused: if the person is in already or a permission does not exist.
    """
    granted = list(PERMISSIONS) if permissions is None else permissions
    if unknown := set(granted) - set(PERMISSIONS):
        raise Refused(f"There is no permission {sorted(unknown)[0]!r}.", field="permissions")
    if StoreUser.objects.for_store(store).of(user).exists():
        raise Refused(f"{user.email} is in this store already.", field="email")
    member = StoreUser(store=store, user=user, permissions=granted)
    member.save()
    return member


@transaction.atomic
def issue_api_key(*, store: Store, name: str, created_by: User | None) -> tuple[ApiKey, str]:
    """Make a key to the store's API. The key itself is given here and never again."""
    if not name.strip():
        raise Refused("Give the key a name, so that you know it again.", field="name")
    key = ApiKey.new_key()
    row = ApiKey(
        store=store,
        name=name.strip(),
        prefix=key[:6],
        digest=ApiKey.digest_of(key),
        created_by=created_by,
    )
    row.save()
    return row, key


@transaction.atomic
def revoke_api_key(*, key: ApiKey, now: datetime) -> None:
    """Withdraw a key at once. A second call changes nothing."""
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])
