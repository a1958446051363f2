"""What people fill in to open a store, let others in and make keys."""

import zoneinfo
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pycountry
from django import forms
from django.utils import timezone

from stores.models import (
    COUNTRY_FORMATS,
    DATE_FORMATS,
    PERMISSIONS,
    PHONE_FORMATS,
    SCOPES,
    THEMES,
    StoreUser,
)

# Zones that are another one's old name, a fixed offset, or no place.
NO_PLACES = ("Etc/", "SystemV/", "US/", "posix/", "right/")

FARTHEST_DAY = date(2999, 12, 31)


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


class StoreDetailsForm(StoreForm):
    """What a store is called, where it is, and how it writes dates and addresses."""

    date_format = forms.ChoiceField(label="Dates are written", choices=DATE_FORMATS)
    phone_format = forms.ChoiceField(label="Phone numbers are written", choices=PHONE_FORMATS)
    country_format = forms.ChoiceField(label="Countries are written", choices=COUNTRY_FORMATS)
    ioss_number = forms.CharField(
        label="IOSS number",
        max_length=20,
        required=False,
        help_text="For parcels into the European Union whose tax was paid at the sale.",
    )


class KeyForm(forms.Form):
    """A new key to the API."""

    name = forms.CharField(
        label="What is the key for?",
        max_length=80,
        help_text="One key per script or system, so that each can be withdrawn alone.",
    )
    scope = forms.ChoiceField(
        label="It may", choices=SCOPES, initial="write", required=False, widget=forms.RadioSelect
    )
    expires_on = forms.DateField(
        label="It works until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="To the end of that day. Left empty, it works until it is withdrawn.",
    )

    def expires_at(self, zone: ZoneInfo) -> datetime | None:
        """Give the end of the last day on which a valid form's key works."""
        day: date | None = self.cleaned_data.get("expires_on")
        return None if day is None else datetime.combine(day + timedelta(1), time(), zone)

    def clean_expires_on(self) -> date | None:
        """Refuse a day that is over, and one no calendar goes on from."""
        day: date | None = self.cleaned_data["expires_on"]
        if day is not None and not timezone.now().date() <= day <= FARTHEST_DAY:
            raise forms.ValidationError("Choose a day from today on.")
        return day


class RotationForm(forms.Form):
    """How long an old key works beside the new one."""

    days = forms.TypedChoiceField(
        label="The old key still works for",
        coerce=int,
        choices=[(0, "not a moment longer"), (1, "a day"), (7, "a week"), (30, "30 days")],
        initial=7,
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
