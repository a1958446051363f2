#!/usr/bin/env python
"""Run a management command of the hub."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderdesk.settings")
    from django.core.management import execute_from_command_line
    from django.db import InterfaceError, OperationalError

    try:
        execute_from_command_line(sys.argv)
    except (InterfaceError, OperationalError) as error:
        if "--traceback" in sys.argv:
            raise
        from orderdesk.management.base import database_trouble

        sys.exit(f"orderdesk: {database_trouble(error)}")
