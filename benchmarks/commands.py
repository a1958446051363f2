"""Prints the commands of the hub's processes as `up` runs them, as JSON; run inside the hub."""

import json
import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderdesk.settings")
    django.setup()
    from orderdesk.management.commands.up import _programs

    sys.stdout.write(json.dumps(_programs({})) + "\n")
