"""Opening stores, letting people in, making keys."""

import zoneinfo
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction

from orderdesk.lib.refused import Refused
from stores.models import PERMISSIONS, SCOPES, ApiKey, Store, StoreUser, User
from stores.scoping import across_stores, entered
from stores.signals import store_opened

# How long a key and the one that takes its place may both work.
LONGEST_OVERLAP = timedelta(days=90)


def places_of(user: User) -> list[StoreUser]:
    """Give a person's places in stores, each with its store, by the store's name."""
    with across_stores():
        places = StoreUser.across_stores.filter(user=user).select_related("store")
        return list(places.order_by("store__name", "store_id"))


def stores_of(user: User) -> list[Store]:
    """Give the stores a person may reach, by name."""
    return [place.store for place in places_of(user)]


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
def change_store(*, store: Store, values: dict[str, Any]) -> Store:
    """Set some of a store's details; see `Store` for what there is.

    Raises:
        Refused: if the name is empty or the time zone unknown.
    """
    for name, value in values.items():
        setattr(store, name, value.strip() if isinstance(value, str) else value)
    if not store.name:
        raise Refused("A store needs a name.", field="name")
    if store.timezone not in zoneinfo.available_timezones():
        raise Refused(f"{store.timezone!r} is not a time zone.", field="timezone")
    store.save(update_fields=list(values))
    return store


@transaction.atomic
def add_store_user(
    *,
    store: Store,
    user: User,
    permissions: list[str] | None = None,
    by: StoreUser | None = None,
) -> StoreUser:
    """Let a person into a store, with all permissions unless some are named.

    Raises:
        Refused: if the person is in already, a permission does not exist, or `by` lacks one.
    """
    granted = list(PERMISSIONS) if permissions is None else permissions
    _check_grant(granted, by)
    if StoreUser.objects.for_store(store).of(user).exists():
        raise Refused(f"{user.email} is in this store already.", field="email")
    member = StoreUser(store=store, user=user, permissions=_in_order(granted))
    member.save()
    return member


@transaction.atomic
def invite_store_user(
    *, store: Store, email: str, permissions: list[str], by: StoreUser
) -> StoreUser:
    """Let a person into a store by e-mail address; who is unknown here becomes a user.

    A user made here has no password: the letter that lets them set one is the caller's to send.

    Raises:
        Refused: if the person is in already, a permission does not exist, or `by` lacks one.
    """
    address = User.objects.normalize_email(email).lower()
    user = User.objects.filter(email=address).first()
    if user is None:
        user = User.objects.create_user(address)
        # The only way into this account is the letter to this address: who gets in has proved it.
        EmailAddress(user=user, email=address, verified=True, primary=True).save()
    return add_store_user(store=store, user=user, permissions=permissions, by=by)


@transaction.atomic
def change_permissions(*, member: StoreUser, permissions: list[str], by: StoreUser) -> StoreUser:
    """Set what a member may do, as far as `by` may do it too; the rest stays as it was.

    Raises:
        Refused: if the member is an owner, or `by` would give what `by` does not have.
    """
    row = _locked(member)
    if row.role == StoreUser.OWNER:
        raise Refused("The owner may do everything; that cannot be taken away.")
    beyond = {flag for flag in row.permissions if not by.can(flag)}
    _check_grant(set(permissions) - beyond, by)
    row.permissions = _in_order({*permissions, *beyond})
    row.save(update_fields=["permissions"])
    return row


@transaction.atomic
def remove_store_user(*, member: StoreUser) -> None:
    """Take a person's place in the store away; what they did stays on record.

    Raises:
        Refused: if the member is an owner.
    """
    row = _locked(member)
    if row.role == StoreUser.OWNER:
        raise Refused("The owner cannot be removed from the store.")
    row.delete()


def _locked(member: StoreUser) -> StoreUser:
    row = (
        StoreUser.objects.for_store(member.store_id)
        .filter(pk=member.pk)
        .select_for_update()
        .first()
    )
    if row is None:
        raise Refused("This person was removed from the store meanwhile.")
    return row


def _check_grant(permissions: Iterable[str], by: StoreUser | None) -> None:
    """See that the permissions exist and that nobody gives more than they have."""
    for flag in sorted(permissions):
        if flag not in PERMISSIONS:
            raise Refused(f"There is no permission {flag!r}.", field="permissions")
        if by and not by.can(flag):
            raise Refused(
                f"You cannot give others what you may not do yourself: “{PERMISSIONS[flag]}”.",
                field="permissions",
            )


def _in_order(permissions: Iterable[str]) -> list[str]:
    return [flag for flag in PERMISSIONS if flag in set(permissions)]


@transaction.atomic
def issue_api_key(
    *,
    store: Store,
    name: str,
    created_by: User | None,
    scope: str = "write",
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key to the store's API. The key itself is given here and never again.

    Raises:
        Refused: if it has no name, or a scope there is not.
    """
    if not name.strip():
        raise Refused("Give the key a name, so that you know it again.", field="name")
    if scope not in dict(SCOPES):
        raise Refused(f"{scope!r} is none of {', '.join(dict(SCOPES))}.", field="scope")
    key = ApiKey.new_key()
    row = ApiKey(
        store=store,
        name=name.strip(),
        prefix=key[:6],
        digest=ApiKey.digest_of(key),
        created_by=created_by,
        scope=scope,
        expires_at=expires_at,
    )
    row.save()
    return row, key


@transaction.atomic
def rotate_key(
    *, key: ApiKey, overlap: timedelta, now: datetime, by: User | None
) -> tuple[ApiKey, str]:
    """Make a key that takes this one's place; both work until the overlap is over.

    The new one has the name and the scope of the old one and lives as long as that was to live.

    Raises:
        Refused: if the key works no longer, was replaced before, or the overlap cannot be meant.
    """
    old = (
        ApiKey.objects.for_store(key.store_id)
        .select_for_update(of=("self",))
        .select_related("store")
        .get(pk=key.pk)
    )
    if old.revoked_at or (old.expires_at and old.expires_at <= now):
        raise Refused("This key works no longer. Make a new one.")
    if old.replaced_by_id:
        raise Refused("This key has been replaced already.")
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Refused(f"Both keys can work for up to {LONGEST_OVERLAP.days} days.", field="overlap")
    new, secret = issue_api_key(
        store=old.store,
        name=old.name,
        created_by=by,
        scope=old.scope,
        expires_at=now + (old.expires_at - old.created_at) if old.expires_at else None,
    )
    old.replaced_by = new
    old.expires_at = min(old.expires_at or now + overlap, now + overlap)
    old.save(update_fields=["replaced_by", "expires_at"])
    return new, secret


@transaction.atomic
def revoke_api_key(*, key: ApiKey, now: datetime) -> None:
    """Withdraw a key at once. A second call changes nothing."""
    if key.revoked_at is None:
        key.revoked_at = now
        key.save(update_fields=["revoked_at"])


def note_key_use(*, key: ApiKey, now: datetime) -> None:
    """Write down that a key was used now."""
    key.last_used_at = now
    key.save(update_fields=["last_used_at"])
