"""Store, the people who work in it, and the keys that open its API."""

import hashlib
import secrets
import string
from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

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
DATE_FORMATS = [
    ("j M Y", "31 Jan 2026"),
    ("Y-m-d", "2026-01-31"),
    ("m/d/Y", "01/31/2026"),
    ("d/m/Y", "31/01/2026"),
    ("d.m.Y", "31.01.2026"),
]
PHONE_FORMATS = [
    ("as_is", "As the customer wrote it"),
    ("digits", "Digits only"),
    ("dashes", "555-010-0199"),
    ("plus", "+15550100199"),
]
COUNTRY_FORMATS = [("code", "Code, as in US"), ("name", "Name, as in United States")]
SCOPES = [("read", "Read"), ("write", "Read and write")]
KEY_ALPHABET = string.ascii_letters + string.digits
KEY_LENGTH = 50


class Store(models.Model):
    """The tenant: one client's orders, connections, rules and people."""

    name = models.CharField(max_length=120)
    country = models.CharField(max_length=2, blank=True)
    currency = models.CharField(max_length=3, default="USD")
    timezone = models.CharField(max_length=64, default="UTC")
    # PHP's letters, as templates write dates.
    date_format = models.CharField(max_length=12, choices=DATE_FORMATS, default=DATE_FORMATS[0][0])
    phone_format = models.CharField(max_length=8, choices=PHONE_FORMATS, default="as_is")
    country_format = models.CharField(max_length=4, choices=COUNTRY_FORMATS, default="code")
    ioss_number = models.CharField(max_length=20, blank=True)
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
    # The columns of order lists as this person wants them: {"" or a folder's id: [key]}.
    list_columns = models.JSONField(default=dict, blank=True)
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
        """Leave out those that were withdrawn or have run out."""
        is_current = models.Q(expires_at=None) | models.Q(expires_at__gt=Now())
        return self.filter(is_current, revoked_at=None)

    def matching(self, key: str) -> Self:
        return self.live().known_by(key)

    def known_by(self, key: str) -> Self:
        """Give the one that this is, whether it still works or not."""
        return self.filter(digest=ApiKey.digest_of(key))


class ApiKey(StoreOwned):
    """A key to the public API; only its digest is kept, so it is shown once."""

    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=6)
    digest = models.CharField(max_length=64)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # What it may do; a key that writes reads, too.
    scope = models.CharField(max_length=5, choices=SCOPES, default="write")
    expires_at = models.DateTimeField(null=True, blank=True)
    # The key that takes this one's place; both work until this one runs out.
    replaced_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
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


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    """Calls that may be repeated without being done twice."""

    def older_than(self, moment: datetime) -> Self:
        return self.filter(created_at__lt=moment)


class IdempotencyKey(StoreOwned):
    """A call of the API under a key of the caller's, and the answer it got.

    Written by the transaction that did what the call asked for, so there is never one without the
    other.
    """

    key = models.CharField(max_length=255)
    # Of method, path, query and body of the first call.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    # The headers that belong to the answer itself, and its body, byte by byte.
    headers = models.JSONField(default=dict, blank=True)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now())

    objects = StoreRows(IdempotencyKeyQuerySet)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "key"], name="one_answer_per_key"),
        ]
        indexes = [models.Index(fields=["store", "created_at"], name="answer_by_age")]

    def __str__(self) -> str:
        return f"{self.key} in store {self.store_id}"
