"""What people fill in to set up folders, tags and how orders are treated."""

from typing import Any

from django import forms

from orders.models import TAG_COLORS, Folder, OrderSettings
from orders.shapes import RETURN_PARTS

FIELDS_HELP = "One a line, as in: Gift message = none. Without a value only the name is set."


class FolderForm(forms.Form):
    """A folder's name and looks."""

    name = forms.CharField(max_length=80)
    color = forms.CharField(
        max_length=7,
        required=False,
        initial="#7c8896",
        widget=forms.TextInput(attrs={"type": "color"}),
    )
    is_hidden = forms.BooleanField(
        label="Hide it in the sidebar",
        required=False,
        help_text="Its orders stay where they are and can be found.",
    )


class FolderDeletionForm(forms.Form):
    """Where the orders of a folder go before it is deleted."""

    destination = forms.TypedChoiceField(
        label="Its orders go to", coerce=int, required=False, empty_value=None
    )

    def __init__(self, *args: Any, others: list[Folder], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["destination"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        field.choices = [("", "Choose a folder"), *((each.pk, each.name) for each in others)]


class OrderRulesForm(forms.Form):
    """How orders are numbered, split, merged and followed."""

    number_prefix = forms.CharField(
        label="Order number prefix",
        max_length=20,
        required=False,
        help_text="Stands before the hub's own number of orders added here without one.",
    )
    duplicates = forms.ChoiceField(
        label="An order added by hand whose number is here already",
        choices=OrderSettings.Duplicates.choices,
        help_text="Orders from carts are known by the id that never changes there, and are "
        "never added twice.",
    )
    split_method = forms.ChoiceField(
        label="Split method",
        choices=OrderSettings.SplitMethod.choices,
        help_text="Whether checkout data, tax and shipping go along when an order is split.",
    )
    merged_folder = forms.TypedChoiceField(
        label="After a merge, move the originals to",
        coerce=int,
        required=False,
        empty_value=None,
    )
    source_changes = forms.ChoiceField(
        label="When the cart changes an order that is here",
        choices=OrderSettings.SourceChanges.choices,
        help_text="What was edited here is never overwritten, and cancels are always followed.",
    )

    def __init__(self, *args: Any, folders: list[Folder], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["merged_folder"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker
        named = [(each.pk, each.name) for each in folders]
        field.choices = [("", "Leave them where they are"), *named]

    @classmethod
    def of(cls, row: OrderSettings, folders: list[Folder]) -> "OrderRulesForm":
        """Give the form filled in with what the store has."""
        values = {name: getattr(row, name) for name in cls.base_fields if name != "merged_folder"}
        return cls(initial={**values, "merged_folder": row.merged_folder_id}, folders=folders)

    def values(self) -> dict[str, Any]:
        """Give a valid form's values by the names of the columns."""
        read = dict(self.cleaned_data)
        folder = read.pop("merged_folder")
        return {**read, "merged_folder_id": folder}


class DefaultsForm(forms.Form):
    """What an order added by hand begins with."""

    checkout_fields = forms.CharField(
        label="Checkout data of orders added by hand",
        required=False,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=FIELDS_HELP,
    )

    @classmethod
    def of(cls, row: OrderSettings) -> "DefaultsForm":
        """Give the form filled in with what the store has."""
        lines = [f"{name} = {value}" for name, value in row.checkout_fields.items()]
        return cls(initial={"checkout_fields": "\n".join(lines)})

    def clean_checkout_fields(self) -> dict[str, str]:
        """Read the lines; a name that stands twice is refused."""
        read: dict[str, str] = {}
        for line in self.cleaned_data["checkout_fields"].splitlines():
            name, _, value = (part.strip() for part in line.partition("="))
            if not line.strip():
                continue
            if not name:
                raise forms.ValidationError(f"“{line.strip()[:60]}” has no name before the =.")
            if name in read:
                raise forms.ValidationError(f"“{name[:60]}” stands twice.")
            read[name] = value
        return read


class TagForm(forms.Form):
    """One of the store's tags; one without a name is taken out."""

    name = forms.CharField(label="Name", max_length=40, required=False)
    color = forms.ChoiceField(
        label="Color", choices=[(color, color.capitalize()) for color in TAG_COLORS]
    )


class ReturnAddressForm(forms.Form):
    """One address parcels come back to; one without any value is taken out."""

    title = forms.CharField(
        max_length=80, required=False, help_text="What it is called in lists here."
    )
    name = forms.CharField(max_length=200, required=False)
    company = forms.CharField(max_length=200, required=False)
    address1 = forms.CharField(label="Address line 1", max_length=250, required=False)
    address2 = forms.CharField(label="Address line 2", max_length=250, required=False)
    city = forms.CharField(max_length=120, required=False)
    state = forms.CharField(max_length=120, required=False)
    postal_code = forms.CharField(label="Postal code", max_length=30, required=False)
    country = forms.CharField(max_length=80, required=False)
    phone = forms.CharField(max_length=40, required=False)

    def address(self) -> dict[str, str]:
        """Give the address as orders keep it, or nothing."""
        read = {part: self.cleaned_data.get(part, "") for part in RETURN_PARTS}
        return read if any(read.values()) else {}


TagForms = forms.formset_factory(TagForm, extra=3, max_num=50, absolute_max=60)
ReturnAddressForms = forms.formset_factory(ReturnAddressForm, extra=1, max_num=50, absolute_max=60)
