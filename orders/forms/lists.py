"""What the order list is asked for."""

from typing import Any

from django import forms

from orderdesk.lib.ids import LARGEST_ID

PAGE_SIZES = (25, 50, 100, 200)
PAGE_SIZE = 50
LONGEST_QUERY = 2000
LONGEST_PLACE = 1500


class ListForm(forms.Form):
    """Which orders the list shows; what cannot be read counts as not given."""

    folder = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    q = forms.CharField(required=False, max_length=LONGEST_QUERY)
    after = forms.CharField(required=False, max_length=LONGEST_PLACE)
    before = forms.CharField(required=False, max_length=LONGEST_PLACE)
    sort = forms.CharField(required=False, max_length=20)
    deleted = forms.BooleanField(required=False)
    peek = forms.IntegerField(required=False, min_value=1, max_value=LARGEST_ID)
    per = forms.TypedChoiceField(
        required=False, choices=[(size, size) for size in PAGE_SIZES], coerce=int
    )

    def readable(self) -> dict[str, Any]:
        """Give the parameters that could be read, and '' or the default for the others."""
        self.is_valid()
        unread: dict[str, Any] = {
            "folder": None, "q": "", "after": "", "before": "", "sort": "", "deleted": False,
            "peek": None,
        }  # fmt: skip
        read = {**unread, **self.cleaned_data}
        return {**read, "per": read.get("per") or PAGE_SIZE}
