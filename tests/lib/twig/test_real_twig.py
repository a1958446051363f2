"""Random templates print the same here and in real Twig, where that is installed.

Debian: php-cli, php-twig, and the runner of recorded cases beside this checkout. TWIG_SEED and
TWIG_TEMPLATES choose others and more.
"""

import json
import os
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from orderdesk.lib.twig.errors import TwigInternalError
from tests.lib.twig import cases
from tests.lib.twig.generator import CONTEXT, TEMPLATES, template

RUNNER = Path(__file__).resolve().parents[4] / "shared" / "tools" / "twig-run.php"
TWIG = Path("/usr/share/php/Twig/Environment.php")
PHP = shutil.which("php") or ""
READY = PHP and TWIG.exists() and RUNNER.exists()
# Where the newer Twig, which decides, refuses what the older one let pass with a warning.
NEWER = ("An array cannot be printed", '"map" filter expects a sequence')
QUIRKS = ("Array to string conversion", "Undefined array key", "foreach()")


@pytest.mark.skipif(not READY, reason="php, php-twig or the runner is not installed here")
def test_random_templates_print_what_real_twig_prints():
    chance = random.Random(os.environ.get("TWIG_SEED", "3"))  # noqa: S311
    wanted = [
        {
            "template": template(chance),
            "context": CONTEXT,
            "templates": TEMPLATES,
            "autoescape": chance.choice([False, "html"]),
            "strict": chance.random() < 0.1,
            "timezone": chance.choice(["UTC", "UTC", "America/New_York", "Asia/Tokyo"]),
        }
        for _ in range(int(os.environ.get("TWIG_TEMPLATES", "500")))
    ]

    wrong = [pair for pair in zip(wanted, recorded(wanted), strict=True) if differs(*pair)]

    assert [(case["template"], answer["expected"]) for case, answer in wrong] == []


def recorded(wanted):
    lines = "\n".join(json.dumps(case) for case in wanted)
    done = subprocess.run(
        [PHP, str(RUNNER)], input=lines, capture_output=True, text=True, check=True, timeout=300
    )
    return [json.loads(line) for line in done.stdout.split("\n") if line]


def differs(case, answer):
    if "expected_base64" in answer:
        return False  # bytes that are no text
    text, error = cases.ask(case)
    if isinstance(error, TwigInternalError):
        return True
    refused_by_choice = (
        error is not None
        and error.message.startswith(("The ", "An "))
        and any(words in error.message for words in NEWER)
    )
    quirk = any(words in warning for warning in answer.get("warnings", []) for words in QUIRKS)
    # A text without a date in it is a zone or a time of today, which is another minute already.
    today = "date" in case["template"] and text is not None and answer["expected"] is not None
    if refused_by_choice or quirk or (today and not_the_minute(text, answer["expected"])):
        return False
    return text != answer["expected"]


def not_the_minute(ours, theirs):
    """Do two texts of the same length differ in digits alone?"""
    return len(ours) == len(theirs) and all(
        a == b or (a.isdigit() and b.isdigit()) for a, b in zip(ours, theirs, strict=True)
    )
