"""What can be told from an order's addresses. Pure."""

import re

from orders.filters.countries import country_code
from orders.filters.facts import Snapshot
from orders.filters.texts import folded, text_of

# Both engines read these expressions alike: they take folded text and keep to plain classes.
BOX = (
    r"(^|[^a-z0-9])(p[. ]*o[. ]*box|post(al)? (office )?box|p[. ]*o[. ]*b[. ]*#? *[0-9]"
    r"|(apo|fpo|dpo)($|[^a-z0-9]))"
)
BOX_LINES = ("shipping_address1", "shipping_address2", "shipping_address3", "shipping_address4")
MILITARY_CITIES = ("apo", "fpo", "dpo")
MILITARY_STATES = ("aa", "ae", "ap")
COMPARED = (
    "first_name",
    "last_name",
    "company",
    "address1",
    "address2",
    "city",
    "state",
    "postal_code",
)
_BOX = re.compile(BOX)


def is_box(order: Snapshot) -> bool:
    """Tell whether the parcel goes to a post office box or to the military's post."""
    return (
        any(_BOX.search(folded(order[line])) for line in BOX_LINES)
        or folded(order["shipping_city"]) in MILITARY_CITIES
        or (
            folded(order["shipping_state"]) in MILITARY_STATES
            and country(order["shipping_country"]) in ("US", "")
        )
    )


def is_same_address(order: Snapshot) -> bool:
    """Tell whether the billing address is the shipping address, or not stated."""
    parts = (*COMPARED, "country")
    if not any(folded(order[f"customer_{part}"]) for part in parts):
        return True
    if country(order["customer_country"]) != country(order["shipping_country"]):
        return False
    return all(
        folded(order[f"customer_{part}"]) == folded(order[f"shipping_{part}"]) for part in COMPARED
    )


def country(value: object) -> str:
    """Give a country in the form countries are compared in."""
    return country_code(text_of(value)) or folded(value)
