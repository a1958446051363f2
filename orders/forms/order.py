"""What people fill in on the order page."""

from django import forms

from orderdesk.lib.ids import LARGEST_ID


class MoveForm(forms.Form):
    """The folder to move to."""

    folder = forms.IntegerField(min_value=1, max_value=LARGEST_ID)


class NoteForm(forms.Form):
    """A note on the order."""

    content = forms.CharField(
        label="Note",
        max_length=1800,
        widget=forms.Textarea(attrs={"rows": 3, "data-key": "n"}),
    )
