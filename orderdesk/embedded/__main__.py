"""`python -m orderdesk.embedded status|stop`, without the weight of Django."""

import os
import sys
from pathlib import Path

from orderdesk import embedded

CHECKOUT = Path(__file__).resolve().parent.parent.parent


def main(arguments: list[str]) -> int:
    """Do what the one argument says; 0 if both servers answer, or none runs any more."""
    data = Path(os.environ.get("ORDERDESK_DATA") or CHECKOUT / "var")
    if arguments == ["stop"]:
        sys.stdout.write("servers stopped\n" if embedded.stop(data) else "no servers running\n")
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
    except embedded.StartFailed as error:
        sys.exit(f"orderdesk: {error}")
