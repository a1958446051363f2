"""The house keeps its plan: what no linter sees."""

import ast
import re
from pathlib import Path

from django.apps import apps
from django.conf import settings

from integrations.registry import CATALOGUE, integration
from stores.models import Store, User
from stores.scoping import StoreOwned

ROOT = Path(settings.BASE_DIR)
OURS = ("stores", "inventory", "orders", "integrations", "rules")
# Where rows may be found before their store is known, or are made; see stores.scoping.
MAY_LOOK_ACROSS = {
    "stores.scoping",
    "stores.security",
    "stores.services",
    "stores.work.claims",
    "stores.work.doing",
    "stores.work.looking",
    "stores.work.outcomes",
    "integrations.intake",
}


def sources():
    for app in (*OURS, "orderdesk"):
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                dotted = ".".join(path.relative_to(ROOT).with_suffix("").parts)
                yield dotted, path.read_text()


def test_every_table_of_ours_belongs_to_a_store():
    strays = [
        model.__name__
        for model in apps.get_models()
        if model._meta.app_label in OURS
        and not issubclass(model, StoreOwned)
        and model not in (Store, User)
    ]

    assert strays == []


def test_only_the_marked_places_look_across_stores():
    callers = {name for name, text in sources() if re.search(r"\bacross_stores\(\)", text)}

    assert callers <= MAY_LOOK_ACROSS


def test_rows_are_never_read_around_the_first_wall():
    """`Model.across_stores` makes rows and serves joins; reading by it has one wall only."""
    reading = re.compile(
        r"\.across_stores\s*\.\s*(filter|get|all|exclude|values|count|exists|first)\b"
    )
    readers = {name for name, text in sources() if reading.search(text)}

    # The others join rows to orders that were read through the wall.
    assert readers <= MAY_LOOK_ACROSS | {
        "orders.models.orders",
        "orders.filters.columns",
        "orders.models.folders",
        "orders.pages.lists",
        "orders.pages.source_changes",
    }


def test_search_is_asked_in_one_place_and_its_table_read_nowhere():
    """The function reads past the wall; whatever it gives is joined with orders behind it."""
    askers = {name for name, text in sources() if "orders_containing" in text}
    readers = {
        name for name, text in sources() if re.search(r"\bSearchText\b|orders_searchtext", text)
    }

    assert askers <= {"orders.searchtext", "orders.models.searchtext"}
    models = {"orders.models", "orders.models.__init__", "orders.models.searchtext"}
    # One looks whether every order is there, the other has its statistics made.
    assert readers <= models | {"orderdesk.verify", "orderdesk.seeding.loading"}


def test_the_catalogue_and_the_folders_are_the_same():
    folders = {path.parent.name for path in (ROOT / "integrations").glob("*/integration.py")}

    assert folders == set(CATALOGUE)


def test_every_plugin_has_its_files_and_nothing_of_the_core():
    for key in CATALOGUE:
        folder = ROOT / "integrations" / key
        names = {path.name for path in folder.glob("*.py")}
        assert {"__init__.py", "integration.py", "forms.py", "client.py", "mapping.py"} <= names
        for path in folder.glob("*.py"):
            text = path.read_text()
            assert "orders.services" not in text, path
            assert "across_stores" not in text, path
        assert integration(key).key == key


def test_every_package_and_module_says_what_it_is_about():
    silent = [
        name for name, text in sources() if text.strip() and not ast.get_docstring(ast.parse(text))
    ]

    assert silent == []


def test_our_pages_never_switch_escaping_off():
    """Letters are plain text, and the accounts' pages show help texts of their package as HTML."""
    of_packages = {"account", "allauth"}
    loud = [
        path.name
        for path in (ROOT / "templates").rglob("*.html")
        if not of_packages & set(path.parts)
        and re.search(r"\|\s*safe\b|autoescape false|autoescape off", path.read_text())
    ]

    assert loud == []


def test_every_setting_of_the_environment_is_in_the_readme():
    text = "".join((ROOT / name).read_text() for name in ("orderdesk/settings.py",))
    names = set(
        re.findall(
            r'"((?:ORDERDESK_[A-Z_]+)|DATABASE_URL|DATABASE_OWNER_URL|REDIS_URL|PORT)"', text
        )
    )
    readme = (ROOT / "README.md").read_text()

    assert {name for name in names if f"`{name}" not in readme} == set()
