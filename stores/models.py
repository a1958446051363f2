"""Store, the people who work in it, and the keys that open its API."""

import hashlib
import secrets
import string
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

from stores.scoping import StoreOwned, StoreRows

# What a member of a store may do, in the words shown on the page. Owners may do all of it.
PERMISSIONS = {
    "orders.edit": "Add, change and move orders",
    "orders.send": "Send orders to warehouses",
    "orders.delete": "Delete orders",
    "integrations.manage": "Connect and change integrations",
    "rules.manage": "Change rules",
    "settings.manage": "Change store settings and folders",
    "users.manage": "Add store users",
    "api.manage": "Make and withdraw API keys",
}
THEMES = [("auto", "As the system"), ("light", "Light"), ("dark", "Dark")]
KEY_ALPHABET = string.ascii_letters + string.digits
KEY_LENGTH = 50


class Store(models.Model):
    """The tenant: one client's orders, connections, rules and people."""

    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    timezone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.pk} {self.name}"


class UserManager(BaseUserManager["User"]):
    """Makes users who sign in by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A person, known by e-mail; may reach several stores."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    theme = models.CharField(
        max_length=5,
        default="auto",
        choices=THEMES,
    )

    objects: ClassVar[UserManager] = UserManager()  # type: ignore[assignment]

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def __str__(self) -> str:
        return self.email


class StoreUserQuerySet(models.QuerySet["StoreUser"]):
    """Members of a store."""

    def of(self, user: User) -> Self:
        return self.filter(user=user)


class StoreUser(StoreOwned):
    """One person's place in one store."""

    has_door = True

    OWNER = "owner"
    MEMBER = "member"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(
        max_length=6, choices=[(OWNER, "Owner"), (MEMBER, "Store user")], default=MEMBER
    )
    permissions = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = StoreRows(StoreUserQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "user"], name="one_place_per_store"),
        ]

    def __str__(self) -> str:
        return f"user {self.user_id} in store {self.store_id}"

    def can(self, flag: str) -> bool:
        """Tell whether this member may do what the flag of `PERMISSIONS` names."""
        return self.role == self.OWNER or flag in self.permissions


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Keys to a store's API."""

    def live(self) -> Self:
        return self.filter(revoked_at=None)

    def matching(self, key: str) -> Self:
        return self.live().filter(digest=ApiKey.digest_of(key))


class ApiKey(StoreOwned):
    """A key to the public API; only its digest is kept, so it is shown once."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=6)
    digest = models.CharField(max_length=64)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = StoreRows(ApiKeyQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "digest"], name="one_key_per_digest"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… of store {self.store_id}"

    @staticmethod
    def new_key() -> str:
        """Make a key of 50 letters and digits, the form that existing clients expect."""
        return "".join(secrets.choice(KEY_ALPHABET) for _ in range(KEY_LENGTH))

    @staticmethod
    def digest_of(key: str) -> str:
        """Digest a key for look-up; a plain hash does, the key itself has 297 bits of chance."""
        return hashlib.sha256(key.encode()).hexdigest()
