"""What people fill in to open a store, let others in and make keys."""

import zoneinfo
from typing import Any

import pycountry
from django import forms

from stores.models import PERMISSIONS, THEMES, StoreUser

# Zones that are another one's old name, a fixed offset, or no place.
NO_PLACES = ("Etc/", "SystemV/", "US/", "posix/", "right/")


def _zones() -> list[tuple[str, str]]:
    places = sorted(
        zone
        for zone in zoneinfo.available_timezones()
        if "/" in zone and not zone.startswith(NO_PLACES)
    )
    return [("UTC", "UTC"), *((zone, zone.replace("_", " ")) for zone in places)]


def _countries() -> list[tuple[str, str]]:
    named = ((country.alpha_2, country.name) for country in pycountry.countries)
    return [("", "Not stated"), *sorted(named, key=lambda pair: pair[1])]


def _currencies() -> list[tuple[str, str]]:
    return sorted(
        (currency.alpha_3, f"{currency.alpha_3}, {currency.name}")
        for currency in pycountry.currencies
    )


class StoreForm(forms.Form):
    """A new store."""

    name = forms.CharField(max_length=120, help_text="As you and your colleagues call it.")
    timezone = forms.ChoiceField(
        label="Time zone", choices=_zones, initial="UTC", help_text="Days begin and end by it."
    )
    currency = forms.ChoiceField(choices=_currencies, initial="USD")
    country = forms.ChoiceField(choices=_countries, required=False)


class KeyForm(forms.Form):
    """A new key to the API."""

    name = forms.CharField(
        label="What is the key for?",
        max_length=80,
        help_text="One key per script or system, so that each can be withdrawn alone.",
    )


class ThemeForm(forms.Form):
    """The colours a person chose."""

    theme = forms.ChoiceField(choices=THEMES)


class PermissionsForm(forms.Form):
    """What a member may do; offers what the person who fills it in may do themselves."""

    permissions = forms.MultipleChoiceField(
        label="May do here", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, by: StoreUser, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["permissions"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [(flag, words) for flag, words in PERMISSIONS.items() if by.can(flag)]


class InvitationForm(PermissionsForm):
    """Somebody who is let into the store."""

    email = forms.EmailField(
        label="E-mail",
        max_length=254,
        help_text="Who has no account here gets a letter to set a password.",
    )
    field_order = ("email", "permissions")
