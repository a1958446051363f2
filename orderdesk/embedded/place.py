"""Where the embedded servers live, and as which user.

In the data folder, `servers/` holds all that belongs to them:

    postgres/ valkey/             their data
    postgres.log valkey.log       what they said
    postgres.alive valkey.alive   locked for as long as any process of that server lives
    sockets                       a link to the folder of the sockets; a socket's path must be short
    programs/                     copies, where the packages lie in a folder closed to the servers

As root the servers run as nobody, since PostgreSQL refuses to be root. Where nobody cannot enter
the data folder, `servers` is a link to a folder under /var/lib/orderdesk.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

NOBODY = 65534
ROOTS_PLACE = Path("/var/lib/orderdesk")
# macOS; Linux allows four bytes more.
LONGEST_SOCKET_PATH = 103


class StartFailed(Exception):
    """A server did not start or stop; the message is one line fit for the terminal."""


class Identity(TypedDict, total=False):
    """The arguments by which `subprocess` starts a child as another user."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class Place:
    """The folders of one pair of servers, and the user who owns them."""

    home: Path
    sockets: Path
    uid: int
    gid: int

    @property
    def identity(self) -> Identity:
        """What makes a child run as the servers' user; empty where we are that user."""
        if os.geteuid() == self.uid:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def make_private(self, folder: Path) -> None:
        """Make a folder of the servers' own; again is fine, also after being killed halfway."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.lstat().st_uid == os.geteuid() != self.uid:
            os.chown(folder, self.uid, self.gid)


def find_place(data: Path) -> Place | None:
    """Give the place laid out earlier for this data folder, if there is one.

    Raises:
        StartFailed: if it belongs to another user.
    """
    home = data.resolve() / "servers"
    try:
        sockets = (home / "sockets").readlink()
        owner = (home / "valkey").stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if os.geteuid() not in {0, owner.st_uid}:
        raise StartFailed(
            f"{home} belongs to user {owner.st_uid}; be that user, choose another ORDERDESK_DATA, "
            "or set DATABASE_URL and REDIS_URL"
        )
    return Place(home.resolve(), sockets, owner.st_uid, owner.st_gid)


def lay_out(data: Path) -> None:
    """Make the folders, or finish what a killed run left half-made."""
    found = find_place(data)
    if found and is_private(found.sockets, found.uid):
        return
    home = _home(data.resolve() / "servers")
    uid, gid = (os.geteuid(), os.getegid()) if os.geteuid() else (NOBODY, NOBODY)
    if found:  # root goes on as the user who made it
        uid, gid = found.uid, found.gid
    place = Place(home, _socket_folder(home, uid), uid, gid)
    place.make_private(home / "valkey")
    place.make_private(place.sockets)
    if not is_private(place.sockets, uid):
        raise StartFailed(f"{place.sockets} is not a private folder of user {uid}; remove it")
    fresh = home / "sockets.new"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(place.sockets)
    fresh.replace(home / "sockets")


def is_private(folder: Path, uid: int) -> bool:
    """Whether nobody but this user can have put anything into the folder."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return False
    private = found.st_uid == uid and not found.st_mode & 0o077
    return private and folder.is_dir() and not folder.is_symlink()


def is_open_to_all(path: Path) -> bool:
    """Whether any user can enter the path and every folder above it."""
    path = path.resolve()
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def _home(home: Path) -> Path:
    if not home.exists():
        home.unlink(missing_ok=True)  # a link whose target is gone
        home.mkdir()
        home.chmod(0o711)
        if os.geteuid() == 0 and not is_open_to_all(home):
            home.rmdir()
            ROOTS_PLACE.mkdir(parents=True, exist_ok=True)
            ROOTS_PLACE.chmod(0o711)
            home.symlink_to(tempfile.mkdtemp(dir=ROOTS_PLACE))
            home.chmod(0o711)
    return home.resolve()


def _socket_folder(home: Path, uid: int) -> Path:
    """Choose a folder with a short path; the name can be guessed, so its owner must be checked."""
    name = f"oh-{uid}-{hashlib.sha256(os.fsencode(home)).hexdigest()[:10]}"
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108 - paths must be short
        path = parent / name
        # PostgreSQL takes a comma for the start of another folder, and unpicks quotes.
        plain = not set(str(path)) & set(", \"'")
        short = len(os.fsencode(path / ".s.PGSQL.5432.lock")) <= LONGEST_SOCKET_PATH
        if plain and short and (os.geteuid() != 0 or is_open_to_all(parent)):
            return path
    raise StartFailed("no folder for sockets: set TMPDIR to one with a short and plain path")
