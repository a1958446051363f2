"""The environment tests run in, set before Django's settings are read."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent

os.environ.setdefault("ORDERDESK_DATA", str(CHECKOUT / "var" / "test"))
os.environ.setdefault("ORDERDESK_DEMO", "0")
