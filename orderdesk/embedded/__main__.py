"""`python -m orderdesk.embedded status|stop`: the servers of one data folder, and `up` above them.

Needs no settings, so that looking never starts anything.
"""

import os
import sys
from pathlib import Path

from orderdesk import embedded
from orderdesk.lib import pidfile

CHECKOUT = Path(__file__).resolve().parent.parent.parent
PATIENCE_SECONDS = 60


def main(arguments: list[str]) -> int:
    """Do what the one argument says; 0 if both servers answer, or if nothing runs any more."""
    data = Path(os.environ.get("ORDERDESK_DATA") or CHECKOUT / "var")
    if arguments == ["stop"]:
        # `up` uses the servers, so it ends first.
        ended = pidfile.end(data / "up.pid", patience_seconds=PATIENCE_SECONDS)
        stopped = embedded.stop(data)
        sys.stdout.write("stopped\n" if ended or stopped else "nothing was running\n")
        return 0
    if arguments == ["status"]:
        found = embedded.status(data)
        for name, answers in found.items():
            sys.stdout.write(f"{name}: {'answers' if answers else 'does not answer'}\n")
        return 0 if all(found.values()) else 1
    sys.stderr.write("usage: python -m orderdesk.embedded status|stop\n")
    return 2


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except (embedded.StartFailed, TimeoutError) as error:
        sys.exit(f"orderdesk: {error}")
