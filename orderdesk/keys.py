"""The hub's secret keys: given by the operator or made once on first start."""

import fcntl
import secrets
from pathlib import Path

SHORTEST = 32


def secret_keys(given: list[str], data: Path) -> list[str]:
    """Give the keys in use; the first signs and encrypts, all of them verify and decrypt.

    Without `given` keys one is made on first start and kept in the data folder, readable by its
    owner only. Gives an empty list when a given key is too short to be one.
    """
    if given:
        return [] if any(len(key) < SHORTEST for key in given) else given
    path = data / "secret_keys"
    with (data / "secret_keys.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            fresh = path.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(48))
            fresh.rename(path)
    return path.read_text().strip().split(",")
