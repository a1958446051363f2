"""The page for template authors says what happens."""

import json
import re
from pathlib import Path

import pytest

import orders
from orderdesk.lib.twig import Environment
from orderdesk.lib.twig.tags import TAGS
from orders.documents import template_recipe
from stores.models import Store


def answer(name, order_id, template):
    """As the hub answers; its own addresses are longer and differ from hub to hub."""
    assert name == "receipt_link"
    return f"https://hub.example/receipts/{order_id}-{template}"


HUB = template_recipe(Store(name="The Tea Shop", currency="EUR"), "html").environment(answer)
PAGE = (Path(orders.__file__).parent / "TEMPLATES.md").read_text()
CONTEXT = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
EXAMPLES = re.findall(r"```twig\n(.*?)```\n```text\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize(("source", "text"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_prints_what_stands_below_it(source, text):
    assert HUB.render(source, CONTEXT).strip() == text.strip()


def listed(title):
    row = re.findall(rf"\| {title} \| `(.*?)` \|", PAGE)
    return row[0].replace("divisible by,", "divisible_by").replace("same as,", "same_as").split()


def test_everything_that_exists_is_listed_and_nothing_else():
    library = Environment().library

    assert listed("Tags") == sorted([*TAGS, "verbatim"])
    assert listed("Filters") == sorted(library.filters)
    assert listed("Functions") == sorted(library.functions)
    assert listed("Tests") == sorted(name.replace(" ", "_") for name in library.tests)


def test_the_page_has_examples():
    assert len(EXAMPLES) >= 9
