"""What people fill in on the order page."""

from django import forms

from orderdesk.lib.ids import LARGEST_ID
from orders.drafts import ShipmentDraft


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
