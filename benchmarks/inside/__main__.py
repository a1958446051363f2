"""`python -m benchmarks.inside NAME [--quick]`: prints what was measured as JSON."""

import importlib
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orderdesk.settings")
django.setup()

if __name__ == "__main__":
    module = importlib.import_module(f"benchmarks.inside.{sys.argv[1]}")
    sys.stdout.write(json.dumps(module.measure(quick="--quick" in sys.argv)) + "\n")
