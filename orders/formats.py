"""Dates, telephone numbers and countries, as a store wants them shown. Pure."""

import re
from datetime import date, datetime
from functools import cache
from zoneinfo import ZoneInfo

import pycountry

from orders.filters.countries import country_code

# PHP's letters, as templates write dates, for the forms a store can choose.
_LETTERS = {"j": "%-d", "d": "%d", "M": "%b", "m": "%m", "Y": "%Y"}
# How numbers of a country begin abroad; a number of another country stays as it is written.
_CALLING = {
    "AT": "43", "AU": "61", "BE": "32", "BR": "55", "CA": "1", "CH": "41", "CZ": "420",
    "DE": "49", "DK": "45", "ES": "34", "FI": "358", "FR": "33", "GB": "44", "GR": "30",
    "HK": "852", "HU": "36", "IE": "353", "IL": "972", "IN": "91", "IT": "39", "JP": "81",
    "KR": "82", "LU": "352", "MX": "52", "NL": "31", "NO": "47", "NZ": "64", "PL": "48",
    "PT": "351", "RO": "40", "SE": "46", "SG": "65", "SK": "421", "TR": "90", "US": "1",
    "ZA": "27",
}  # fmt: skip
# Here the zero before the area is part of the number abroad, too.
_KEEPS_ZERO = frozenset({"IT"})


def shown_day(day: date, form: str) -> str:
    """Show a day in one of the forms of `stores.models.DATE_FORMATS`."""
    return day.strftime("".join(_LETTERS.get(letter, letter) for letter in form))


def shown_moment(moment: datetime, form: str, zone: str) -> str:
    """Show a moment in a zone, to the minute."""
    here = moment.astimezone(ZoneInfo(zone))
    return f"{shown_day(here, form)} {here:%H:%M}"


def shown_phone(phone: str, form: str, country: str = "") -> str:
    """Show a telephone number in one of the forms of `stores.models.PHONE_FORMATS`.

    What is no plain number, such as one with an extension, stays as it is written.
    """
    digits = re.sub(r"\D", "", phone)
    if form == "as_is" or not digits or re.search(r"[a-zA-Z]", phone):
        return phone
    if form == "digits":
        return digits
    return _dashed(digits, phone) if form == "dashes" else _abroad(digits, phone, country)


def _dashed(digits: str, phone: str) -> str:
    local = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    return f"{local[:3]}-{local[3:6]}-{local[6:]}" if len(local) == 10 else phone


def _abroad(digits: str, phone: str, country: str) -> str:
    if phone.strip().startswith(("+", "00")):
        return f"+{digits.removeprefix('00')}"
    code = country_code(country)
    prefix = _CALLING.get(code, "")
    if not prefix:
        return phone
    if prefix == "1":
        local = digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
        return f"+1{local}" if len(local) == 10 else phone
    keeps = code in _KEEPS_ZERO
    return f"+{prefix}{digits if keeps else digits.removeprefix('0')}"


def shown_country(country: str, form: str) -> str:
    """Show a country by its name or its code; what is no country stays as it is written."""
    code = country_code(country)
    if not code:
        return country
    return country_name(code) if form == "name" else code


@cache
def country_name(code: str) -> str:
    """Give a country's usual name; '' for a code that is none."""
    found = pycountry.countries.get(alpha_2=code)
    return getattr(found, "common_name", found.name) if found else ""
