"""The catalogue of integrations: one line each, by dotted name."""

from functools import cache

from django.utils.module_loading import import_string

from integrations.base import Integration
from orderdesk.lib.refused import Refused

CATALOGUE = {
    "shopify": "integrations.shopify.integration.Shopify",
    "unleashed": "integrations.unleashed.integration.Unleashed",
}


@cache
def integration(key: str) -> type[Integration]:
    """Give the plugin of this key.

    Raises:
        Refused: if the catalogue has none; names those it has.
    """
    if key not in CATALOGUE:
        known = ", ".join(CATALOGUE)
        raise Refused(f"There is no integration {key!r}. There are: {known}.", field="key")
    plugin: type[Integration] = import_string(CATALOGUE[key])
    return plugin


def integrations() -> list[type[Integration]]:
    """Give every plugin, by name."""
    return sorted((integration(key) for key in CATALOGUE), key=lambda plugin: plugin.name.lower())
