"""Saving a search under a name."""

from django import forms

from orders.forms.lists import LONGEST_QUERY

ME, EVERYONE = "me", "everyone"


class SaveSearchForm(forms.Form):
    """What a search is called, and who sees it among the views."""

    query = forms.CharField(max_length=LONGEST_QUERY, widget=forms.HiddenInput)
    name = forms.CharField(label="Name", max_length=80)
    scope = forms.ChoiceField(
        label="Who sees it",
        choices=[(ME, "Only me"), (EVERYONE, "Everyone in this store")],
        widget=forms.RadioSelect,
        initial=ME,
    )


class SearchForm(forms.Form):
    """A saved search's name."""

    name = forms.CharField(label="Name", max_length=80)
