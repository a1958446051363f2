"""What people fill in on the order pages."""

from typing import Any

from django import forms

from orderdesk.lib.ids import LARGEST_ID
from orders.drafts import ShipmentDraft

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


class MoveForm(forms.Form):
    """The folder to move to."""

    folder = forms.IntegerField(min_value=1, max_value=LARGEST_ID)


class NoteForm(forms.Form):
    """A note on the order."""

    content = forms.CharField(
        label="Note", max_length=1800, widget=forms.Textarea(attrs={"rows": 3})
    )


class CheckoutForm(forms.Form):
    """One field of the checkout data."""

    name = forms.CharField(label="Field", max_length=120)
    value = forms.CharField(label="Value", max_length=2000, required=False)


class ShipmentForm(forms.Form):
    """A parcel somebody sent by hand."""

    tracking_number = forms.CharField(
        label="Tracking number", max_length=250, help_text="Write n/a where there is none."
    )
    carrier_code = forms.CharField(
        label="Carrier",
        max_length=80,
        required=False,
        help_text="Left empty it is told from the form of the number.",
    )
    shipment_method = forms.CharField(label="Service", max_length=120, required=False)

    def draft(self) -> ShipmentDraft:
        """Give the parcel as the services take it."""
        return ShipmentDraft(**self.cleaned_data)
