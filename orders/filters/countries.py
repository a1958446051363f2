"""One name for each country, however an order spells it."""

import unicodedata
from functools import cache

import pycountry

# Spellings that carts send and people type, and that ISO 3166 does not list.
_ALSO = {
    "uk": "GB",
    "great britain": "GB",
    "england": "GB",
    "scotland": "GB",
    "wales": "GB",
    "northern ireland": "GB",
    "u.k.": "GB",
    "u.s.": "US",
    "u.s.a.": "US",
    "america": "US",
    "russia": "RU",
    "turkey": "TR",
    "holland": "NL",
    "the netherlands": "NL",
    "ivory coast": "CI",
    "macau": "MO",
    "cape verde": "CV",
    "swaziland": "SZ",
    "brunei": "BN",
    "vatican": "VA",
    "vatican city": "VA",
    "palestine": "PS",
    "falkland islands": "FK",
}


def country_code(text: str) -> str:
    """Give the two-letter code of a country's code or name, or '' for one nobody knows."""
    return country_spellings().get(_plain(text), "")


@cache
def country_names() -> tuple[str, ...]:
    """Give the countries' everyday names in alphabetical order, for pickers."""
    names = (getattr(each, "common_name", each.name) for each in pycountry.countries)
    return tuple(sorted(names, key=_plain))


@cache
def country_spellings() -> dict[str, str]:
    """Give each spelling, without case and accents, with its code."""
    codes = dict(_ALSO)
    for each in pycountry.countries:
        spellings = (
            each.alpha_2,
            each.alpha_3,
            each.name,
            getattr(each, "common_name", ""),
            getattr(each, "official_name", ""),
        )
        codes.update({_plain(word): each.alpha_2 for word in spellings if word})
    return codes


def _plain(text: str) -> str:
    """Drop case, accents and outer blanks, so that Türkiye and TURKIYE are one."""
    apart = unicodedata.normalize("NFKD", text.strip().casefold().replace("\u2019", "'"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))
