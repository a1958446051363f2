"""Named points at which a test lets a process die, so that "at every step" is a list, not luck."""

import os
import signal

from django.conf import settings

POINTS = (
    "message.before_commit",
    "message.after_commit",
    "rules.before_commit",
    "rules.after_commit",
    "send.before_call",
    "send.after_call",
    "send.after_commit",
    "pull.after_page",
    "bulk.before_commit",
    "bulk.after_chunk",
)


def point(name: str) -> None:
    """End the process as SIGKILL does, if it was started to die here; else do nothing."""
    if name == settings.CRASH_AT:
        os.kill(os.getpid(), signal.SIGKILL)
