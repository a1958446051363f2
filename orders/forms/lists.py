"""What the order list is asked for."""

from typing import Any

from django import forms

from orderdesk.lib.ids import LARGEST_ID

PAGE_SIZES = (25, 50, 100, 200)
PAGE_SIZE = 50


class ListForm(forms.Form):
    """Which orders the list shows; what cannot be read counts as not given."""

    folder = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    q = forms.CharField(required=False, max_length=250)
    before = forms.CharField(required=False, max_length=40)
    after = forms.CharField(required=False, max_length=40)
    per = forms.TypedChoiceField(
        required=False, choices=[(size, size) for size in PAGE_SIZES], coerce=int
    )

    def readable(self) -> dict[str, Any]:
        """Give the parameters that could be read, and '' or the default for the others."""
        self.is_valid()
        unread: dict[str, Any] = {"folder": None, "q": "", "before": "", "after": ""}
        read = {**unread, **self.cleaned_data}
        return {**read, "per": read.get("per") or PAGE_SIZE}
