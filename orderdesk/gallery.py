"""A form with every kind of field, for the page that shows the parts of the dashboard."""

from django import forms


class SampleForm(forms.Form):
    """Bound to too little, it shows each field with and without its error."""

    name = forms.CharField(help_text="As your customers know it.")
    email = forms.EmailField(label="E-mail", required=False)
    secret = forms.CharField(
        label="API key", widget=forms.PasswordInput(render_value=False), required=False
    )
    folder = forms.ChoiceField(choices=[("new", "New"), ("closed", "Closed")], required=False)
    direction = forms.ChoiceField(
        choices=[("in", "Orders in"), ("out", "Orders out")], widget=forms.RadioSelect
    )
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    active = forms.BooleanField(label="Connection is on", required=False)
