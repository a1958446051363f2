"""Secrets at rest: encrypted under the hub's keys and bound to the connection they belong to."""

import base64
import json
from collections.abc import Mapping
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

# What our keys are used for here, so that no other use of them yields the same bytes.
PURPOSE = b"orderdesk secrets of connections"


class SealBroken(Exception):
    """The sealed text was not made by any of our keys, or was made for something else."""


def seal(*, store_id: int, connection_key: str, secrets: Mapping[str, str]) -> str:
    """Encrypt a connection's secrets, {field: secret}, together with whose they are.

    The first of `SECRET_KEYS` encrypts. Two calls give different texts.
    """
    content = {"store": store_id, "integration": connection_key, "secrets": dict(secrets)}
    return _fernet(tuple(settings.SECRET_KEYS)).encrypt(json.dumps(content).encode()).decode()


def open_secrets(sealed: str, *, store_id: int, connection_key: str) -> dict[str, str]:
    """Decrypt a connection's secrets, {field: secret}; '' holds none. All of `SECRET_KEYS` decrypt.

    Raises:
        SealBroken: if no key fits, or the text was sealed for another store or integration.
    """
    if not sealed:
        return {}
    try:
        content = json.loads(_fernet(tuple(settings.SECRET_KEYS)).decrypt(sealed.encode()))
    except (InvalidToken, ValueError) as error:
        raise SealBroken("None of the hub's keys opens these secrets.") from error
    if (content["store"], content["integration"]) != (store_id, connection_key):
        raise SealBroken("These secrets were sealed for another connection.")
    return dict(content["secrets"])


def reseal(sealed: str, *, store_id: int, connection_key: str) -> str:
    """Encrypt secrets anew under the first key, so that an older key can be retired.

    Raises:
        SealBroken: as `open_secrets`.
    """
    if not sealed:
        return ""
    secrets = open_secrets(sealed, store_id=store_id, connection_key=connection_key)
    return seal(store_id=store_id, connection_key=connection_key, secrets=secrets)


@cache
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return base64.urlsafe_b64encode(derivation.derive(key.encode()))
