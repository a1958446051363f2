"""Recorded cases of real Twig: how to read them, and how to ask ours the same."""

import json
from pathlib import Path

from orderdesk.lib.twig import TwigError, render

OWN = Path(__file__).with_name("vectors.jsonl")
SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "twig-cases.jsonl"


def read(path):
    return [json.loads(line) for line in path.read_text().split("\n") if line]


def ask(case):
    """What ours prints, and the error it raises instead; one of the two is None."""
    options = {
        name: case[name] for name in ("strict", "timezone", "sandbox", "templates") if name in case
    }
    for name in ("number_format", "date_format"):
        if name in case:
            options[name] = tuple(case[name])
    try:
        text = render(
            case["template"], case["context"], autoescape=case.get("autoescape", False), **options
        )
    except TwigError as error:
        return None, error
    return text, None


def answers(case):
    """What real Twig prints, in either version; None stands for a refusal."""
    return [case["expected"], *([case["newer"].get("expected")] if "newer" in case else [])]
