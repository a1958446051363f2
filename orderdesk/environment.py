"""Reading what the operator set; a value that cannot be used ends the start with one line.

A half-configured hub must not run. An empty value is the same as none.
"""

import json
import os
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn, TypeVar
from urllib.parse import SplitResult, urlsplit

from orderdesk.lib import pidfile

WORDS = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(
    ("0", "false", "no", "off"), False
)
DATABASE_SCHEMES = ("postgresql", "postgres")
BROKER_SCHEMES = ("redis", "rediss", "unix")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
MAIL_SCHEMES = ("smtp", "smtp+tls", "smtp+ssl", "smtps", "consolemail", "filemail", "dummymail")
HOST = re.compile(r"\.?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\]", re.IGNORECASE)
SENDER = re.compile(r"([^<>@\r\n]+ )?<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+")

KINDS: dict[type, str] = {int: "a whole number", float: "a number"}

N = TypeVar("N", int, float)


def stop(line: str) -> NoReturn:
    """End the start with one line."""
    sys.exit(f"orderdesk: {line}")


def text(name: str, default: str = "") -> str:
    """Read a text."""
    return os.environ.get(name, "").strip() or default


def words(name: str, default: Iterable[str] = ()) -> list[str]:
    """Read a list, separated by commas."""
    found = [each.strip() for each in text(name).split(",")]
    return [each for each in found if each] or list(default)


def flag(name: str, *, default: bool) -> bool:
    """Read a switch."""
    found = text(name)
    if found.lower() not in WORDS and found:
        stop(f"{name} is {found!r}; it must be one of {', '.join(WORDS)}")
    return WORDS.get(found.lower(), default)


def choice(name: str, default: str, among: Iterable[str]) -> str:
    """Read one of a few words; upper and lower case are the same."""
    found = text(name, default)
    for each in among:
        if each.lower() == found.lower():
            return each
    return stop(f"{name} is {found!r}; it must be one of {', '.join(among)}")


def adopt(noted: Path, *, while_held: Path) -> None:
    """Take over what the hub running in this data folder noted about itself, see `up`.

    What the operator set goes first: where a port is stated, the noted address is not meant.
    A note that outlived its hub, because nobody could clear it away, says nothing.
    """
    try:
        found = dict(json.loads(noted.read_text()))
    except (OSError, ValueError):
        return
    if text("PORT") or not pidfile.is_held(while_held):
        return
    for name, value in found.items():
        if not text(name):
            os.environ[name] = str(value)


def whole(name: str, default: int, *, least: int, most: int) -> int:
    """Read a whole number that lies between two others, both allowed."""
    return _number(name, text(name, str(default)), int, least, most)


def number(name: str, default: float, *, least: float, most: float) -> float:
    """Read a number that lies between two others, both allowed."""
    return _number(name, text(name, str(default)), float, least, most)


def wholes(name: str, default: Iterable[int], *, least: int, most: int) -> list[int]:
    """Read a list of whole numbers, each between two others."""
    return [_number(name, each, int, least, most) for each in words(name, map(str, default))]


def _number(name: str, found: str, kind: type[N], least: N, most: N) -> N:
    what = "a whole number" if kind.__name__ == "int" else "a number"
    try:
        value = kind(found)
    except ValueError:
        stop(f"{name} is {found!r}; it must be {what} between {least} and {most}")
    # Asked like this, "not a number" lies between nothing.
    if not least <= value <= most:
        stop(f"{name} is {found}; it must be {what} between {least} and {most}")
    return value


def origin(name: str, default: str) -> str:
    """Read where a site is: http(s)://host[:port] and nothing after it."""
    found = text(name, default).rstrip("/")
    parts = _split(name, found)
    plain = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    is_web = parts.scheme in ("http", "https") and HOST.fullmatch(host_of(found))
    if not (plain and is_web):
        stop(f"{name} is {found!r}; it must be http(s)://host or http(s)://host:port")
    return found


def host_of(address: str) -> str:
    """Give the host of an address as `ALLOWED_HOSTS` writes it."""
    host = urlsplit(address).hostname or ""
    return f"[{host}]" if ":" in host else host


def web_address(name: str) -> str:
    """Read the address of a vendor, which may have a path."""
    found = text(name).rstrip("/")
    parts = _split(name, found)
    if parts.scheme not in ("http", "https") or not HOST.fullmatch(host_of(found)):
        stop(f"{name} must be an http(s) address")
    return found


def server_address(name: str, default: str, schemes: Iterable[str]) -> str:
    """Read the address of a server; it may hold a password, so no complaint repeats it."""
    found = text(name, default)
    is_one = found.startswith(f"{_split(name, found).scheme}://")
    if found and not (is_one and urlsplit(found).scheme in schemes):
        stop(f"{name} must begin with {', '.join(f'{each}://' for each in schemes)}")
    return found


def hosts(name: str, default: Iterable[str]) -> list[str]:
    """Read the names of hosts, without scheme and port; a leading dot means all below it."""
    found = words(name, default)
    for host in found:
        if host == "*":
            stop(f"{name} must name hosts; '*' would let anybody choose ours")
        if not HOST.fullmatch(host):
            stop(f"{name} has {host!r}; it must be a host's name without scheme and port")
    return found


def sender(name: str, default: str) -> str:
    """Read an e-mail address, alone or as `Name <address>`."""
    found = text(name, default)
    if not SENDER.fullmatch(found):
        stop(f"{name} is {found!r}; it must be an e-mail address or: Name <address>")
    return found


def _split(name: str, address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        # Read here, because only reading finds out that it is none.
        parts.port  # noqa: B018
    except ValueError as error:
        stop(f"{name} cannot be read: {error}")
    return parts
