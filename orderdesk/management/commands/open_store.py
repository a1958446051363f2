"""Open a store for a person, who is made if new."""

import secrets
from collections.abc import Mapping
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import CommandParser
from django.core.validators import validate_email
from django.db import transaction

from orderdesk.lib.refused import Refused
from orderdesk.management.base import HubCommand
from stores.models import User
from stores.scoping import entered
from stores.services import issue_api_key, open_store

SHORTEST_PASSWORD = 12


class Command(HubCommand):
    """Opens a store and prints its id, its API key and the login."""

    help = "Open a store: the user is made if new; prints store id, API key and login."

    def add(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="the owner, who signs in by it")
        parser.add_argument("--name", required=True, help="the store's name")
        parser.add_argument("--password", default="", help="for a new user; made up if not given")
        parser.add_argument("--timezone", default="UTC")
        parser.add_argument("--currency", default="USD")

    @transaction.atomic
    def run(self, **options: Any) -> Mapping[str, Any]:
        user, password = ensure_user(options["email"], options["password"])
        store = open_store(
            owner=user,
            name=options["name"],
            timezone=options["timezone"],
            currency=options["currency"],
        )
        with entered(store):
            _, key = issue_api_key(store=store, name="First key", created_by=user)
        return {
            "store_id": store.pk,
            "name": store.name,
            "api_key": key,
            "email": user.email,
            # None for a user who was here before: the password is theirs and known to nobody.
            "password": password,
            "address": f"{settings.BASE_URL}/s/{store.pk}/",
            "api": f"{settings.BASE_URL}/api/v2",
        }

    def lines(self, result: Mapping[str, Any]) -> list[str]:
        return super().lines({**result, "password": result["password"] or "(unchanged)"})


def ensure_user(email: str, password: str = "") -> tuple[User, str | None]:
    """Give the user of this e-mail address, made if new, and the password if it was set now.

    Raises:
        Refused: if the address is none or the password too short.
    """
    try:
        validate_email(email)
    except ValidationError as error:
        raise Refused(f"{email!r} is not an e-mail address.", field="email") from error
    known = User.objects.filter(email=email.lower()).first()
    if known:
        return known, None
    if password and len(password) < SHORTEST_PASSWORD:
        raise Refused(
            f"The password needs {SHORTEST_PASSWORD} characters or more.", field="password"
        )
    password = password or secrets.token_urlsafe(12)
    user = User.objects.create_user(email, password)
    # Whoever can run this command vouches for the address.
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user, password
