"""The environment tests run in: loaded by pytest before Django's settings are read.

The tests have a data folder of their own. Its servers are started by the settings and ended by the
last test run that uses them.
"""

import fcntl
import os
from pathlib import Path

from orderdesk import embedded

CHECKOUT = Path(__file__).resolve().parent.parent

os.environ.setdefault("ORDERDESK_DATA", str(CHECKOUT / "var" / "test"))
os.environ.setdefault("ORDERDESK_DEMO", "0")
# Pages name static files as they are; hashing them is for serving and takes seconds.
os.environ.setdefault("ORDERDESK_HASHED_STATIC", "0")

DATA = Path(os.environ["ORDERDESK_DATA"])
(DATA / "static").mkdir(parents=True, exist_ok=True)
_in_use = (DATA / "in_use.lock").open("a")
fcntl.flock(_in_use, fcntl.LOCK_SH)


def pytest_unconfigure() -> None:
    try:
        fcntl.flock(_in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return  # another run, or a worker of this one, still needs the servers
    finally:
        _in_use.close()
    embedded.stop(DATA)
