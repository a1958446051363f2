"""The hub's secret keys: given by the operator or made once on first start."""

import fcntl
import secrets
from pathlib import Path

SHORTEST = 32


def secret_keys(given: list[str], data: Path) -> list[str]:
    """Give the keys in use; the first signs and encrypts, all of them verify and decrypt.

    Without `given` keys one is made on first start and kept in the data folder, readable by its
    owner only.

    Raises:
        ValueError: with one line that says which keys are too short to be any.
        OSError: if the data folder cannot be written or the kept keys cannot be read.
    """
    where = "ORDERDESK_SECRET_KEYS"
    if not given:
        path = _kept(data)
        where, given = str(path), path.read_text().strip().split(",")
    if any(len(key) < SHORTEST for key in given):
        raise ValueError(f"{where}: each key must have {SHORTEST} characters or more")
    return given


def _kept(data: Path) -> Path:
    path = data / "secret_keys"
    with (data / "secret_keys.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            fresh = path.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(secrets.token_urlsafe(48))
            fresh.rename(path)
    return path
