"""A library that a test's child renders with: it can die, ask its host, and tell what it is."""

import os
import sys

from orderdesk.lib.twig.environment import CORE
from orderdesk.lib.twig.library import entry


def library(ask, **given):
    def die():
        os.kill(os.getpid(), 9)

    def fall(status):
        os._exit(status)

    def told(name):
        return {
            "files": sorted(os.listdir("/proc/self/fd")),  # noqa: PTH208
            "environment": sorted(os.environ),
            "modules": sorted(sys.modules),
            "pid": os.getpid(),
            "given": given,
        }[name]

    functions = [
        entry("die", die, subject=False),
        entry("fall", fall, subject=False),
        entry("told", told, subject=False),
        entry("ask", ask, subject=False),
        entry("say", print, subject=False),
    ]
    return CORE.extended(functions=functions)
