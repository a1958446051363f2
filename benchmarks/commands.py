"""Prints the commands of the hub's processes as `up` runs them, as JSON; run inside the hub."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderdesk.settings")
django.setup()

from orderdesk.management.commands.up import _programs  # noqa: E402 - needs the apps

if __name__ == "__main__":
    sys.stdout.write(json.dumps(_programs({})) + "\n")
