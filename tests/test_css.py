"""The stylesheet, the scripts and the templates keep the promises of the design."""

import gzip
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from zipfile import ZipFile

import lucide
import pytest

from orders.filters.operators import OPERATORS

ROOT = Path(__file__).parent.parent
STYLES = ROOT / "static" / "css" / "app.css"
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

CSS = re.sub(r"/\*.*?\*/", "", STYLES.read_text(), flags=re.DOTALL)
TOKEN = re.compile(r"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);")
TOKENS = {name: {"light": light, "dark": dark} for name, light, dark in TOKEN.findall(CSS)}

AS_TEXT = 4.5  # WCAG 2.2, 1.4.3
AS_SHAPE = 3.0  # WCAG 2.2, 1.4.11

STATES = ["ok", "warn", "bad", "info"]
PAIRS = [
    *((ink, ground, AS_TEXT) for ink, ground in product(
        ["text", "muted"], ["canvas", "surface", "raised", "sunken", "accent-soft"])),
    *((state, ground, AS_TEXT) for state, ground in product(STATES, ["canvas", "surface"])),
    *((state, f"{state}-soft", AS_TEXT) for state in STATES),
    *(("text", f"{state}-soft", AS_TEXT) for state in STATES),
    *(("accent", ground, AS_TEXT) for ground in ["canvas", "surface", "raised", "accent-soft"]),
    ("on-accent", "accent", AS_TEXT),
    *(("control", ground, AS_SHAPE) for ground in ["canvas", "surface", "raised"]),
    *(("focus", ground, AS_SHAPE) for ground in ["canvas", "surface", "raised", "sunken"]),
]  # fmt: skip


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted([luminance(one), luminance(other)])
    return (lighter + 0.05) / (darker + 0.05)


def layer(name: str) -> str:
    body = CSS.split(f"@layer {name} {{")[1]
    return body.split("\n@layer ")[0]


def selectors(css: str) -> Iterator[str]:
    """Every rule's selector, with those of the rules it is nested in before it."""
    open_rules: list[str] = []
    for text, mark in re.findall(r"([^{};]*)([{};])", css):
        if mark == "{":
            open_rules.append("" if text.strip().startswith("@") else text.strip())
            yield " ".join(filter(None, open_rules))
        elif mark == "}":
            open_rules.pop()


def alternatives(selector: str) -> list[str]:
    """The parts of a selector list; commas inside parentheses do not part anything."""
    return re.split(r",(?![^(]*\))", selector)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_every_pair_of_colours_can_be_told_apart(ink, ground, least, theme):
    assert contrast(TOKENS[ink][theme], TOKENS[ground][theme]) >= least


def test_the_contrast_of_black_on_white_is_twenty_one():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


def test_colours_are_named_in_the_tokens_layer_only():
    elsewhere = CSS.replace(layer("tokens"), "")

    assert re.findall(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|hwb|(?:ok)?(?:lab|lch))a?\(", elsewhere) == []


def test_every_token_used_is_defined():
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", CSS))
    defined = set(re.findall(r"--([a-z0-9-]+):", CSS))

    assert used <= defined


def test_no_selector_names_an_id():
    assert [one for one in selectors(CSS) if "#" in one] == []


def test_no_selector_is_more_than_two_classes_deep():
    deep = [
        part
        for selector in selectors(CSS)
        for part in alternatives(selector)
        if len(re.findall(r"\.[a-z]", part)) > 2
    ]

    assert deep == []


def test_important_serves_hidden_elements_and_reduced_motion_only():
    lines = [line.strip() for line in CSS.splitlines() if "!important" in line]

    assert lines == [
        "[hidden] { display: none !important; }",
        "animation-duration: 1ms !important;",
        "scroll-behavior: auto !important;",
        "transition-duration: 1ms !important;",
    ]


def test_the_stylesheet_stays_within_its_budget():
    assert len(gzip.compress(STYLES.read_bytes())) <= 14 * 1024


def test_the_scripts_stay_within_their_budget():
    whole = b"".join(script.read_bytes() for script in SCRIPTS)

    assert len(gzip.compress(whole)) <= 10 * 1024


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_fits_on_a_few_screens(script):
    assert len(script.read_text().splitlines()) < 150


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_holds_nothing_the_content_policy_forbids(template):
    markup = re.sub(r"\{#.*?#\}", "", template.read_text(), flags=re.DOTALL)

    assert re.findall(r"\sstyle=|\son[a-z]+=|\shx-on|javascript:|<style", markup) == []
    assert re.findall(r"<script(?![^>]*\ssrc=)", markup) == []


def test_every_icon_named_in_a_template_exists():
    archive = ZipFile(Path(lucide.__file__).parent / "lucide.zip")
    known = {name.removesuffix(".svg") for name in archive.namelist()}
    calls = re.compile(r'\bicon(?:_name)?(?:\(|=)"([a-z0-9-]+)"')
    named = {name for path in TEMPLATES for name in calls.findall(path.read_text())}

    assert named - known == set()
    assert len(named) > 10


def test_the_value_box_hides_for_exactly_the_comparisons_that_take_none():
    rule = re.search(r"option:is\(([^)]*)\):checked\)\s+\.field:has\(\[name\$=\"-value\"\]", CSS)

    assert rule
    assert set(re.findall(r'\[value="(\w+)"\]', rule[1])) == {
        each.key for each in OPERATORS.values() if each.takes == "nothing"
    }
