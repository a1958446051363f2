"""The catalogue of filters: what of an order a rule may ask for. Pure."""

from typing import Any, ClassVar

from django import forms

from orders.filters.facts import Broken, Facts, Snapshot
from orders.filters.kinds import Country, FolderChoice, Kind, Number, Text, Texts
from orders.filters.operators import OPERATORS
from rules.fields import offer

NO_VALUE = "A value is missing. To ask for no value, choose “is empty”."


class FilterForm(forms.Form):
    """Base of the forms in which a person fills in one filter."""

    kind: ClassVar[Kind]
    # What a person should know before writing the value.
    hint: ClassVar[str] = ""
    use_required_attribute = False
    # The folders and connections a person chooses from.
    facts: Facts

    operator = forms.ChoiceField(label="Comparison")

    def __init__(self, *args: Any, facts: Facts, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facts = facts
        offer(self, "operator", [(key, OPERATORS[key].name) for key in self.kind.operators])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        operator = OPERATORS.get(cleaned.get("operator", ""))
        if operator and operator.takes == "nothing":
            self.errors.pop("value", None)
            return {**cleaned, "value": ""}
        if operator and "value" in cleaned:
            exact = bool(cleaned.get("case"))
            try:
                self.kind.wanted(operator, cleaned["value"], exact=exact, facts=self.facts)
            except Broken as broken:
                self.add_error("value", str(broken))
        return cleaned

    def settings(self) -> dict[str, Any]:
        """Give what the rule keeps of a valid form."""
        return {name: value for name, value in self.cleaned_data.items() if value is not False}


class TextForm(FilterForm):
    """Asks for words."""

    kind = Text()
    hint = "Between the values of a list stands a comma or |."

    value = forms.CharField(label="Value", max_length=2000, error_messages={"required": NO_VALUE})
    case = forms.BooleanField(label="Match upper and lower case", required=False)


class TextsForm(TextForm):
    """Asks for words of which an order has several."""

    kind = Texts()


class NamedTextForm(TextForm):
    """Asks for words in a field that has a name of its own."""

    name = forms.CharField(label="Field name", max_length=200)
    field_order = ["name", "operator", "value", "case"]


class NumberForm(FilterForm):
    """Asks for a number."""

    kind = Number()

    value = forms.CharField(
        label="Value",
        max_length=40,
        error_messages={"required": "A number is missing. Write it like 50 or 49.95."},
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )


class CountryForm(FilterForm):
    """Asks for a country, by name or code."""

    kind = Country()
    hint = "By name or code. A list: US, Canada"

    value = forms.CharField(
        label="Value",
        max_length=2000,
        error_messages={"required": "A country is missing. Write its name or its code."},
        widget=forms.TextInput(attrs={"list": "countries", "autocomplete": "off"}),
    )


class FolderForm(FilterForm):
    """Asks for one of the store's folders."""

    kind = FolderChoice()

    value = forms.TypedChoiceField(
        label="Value", coerce=int, error_messages={"required": "Choose a folder."}
    )

    def __init__(self, *args: Any, facts: Facts, **kwargs: Any) -> None:
        super().__init__(*args, facts=facts, **kwargs)
        offer(self, "value", [("", "Choose a folder"), *facts.folders])


class Filter:
    """One thing of an order that rules can look at."""

    key: ClassVar[str]
    name: ClassVar[str]
    settings_form: ClassVar[type[FilterForm]]

    @classmethod
    def label(cls, settings: dict[str, Any]) -> str:
        """Name the field as this filter asks for it."""
        return cls.name

    @staticmethod
    def read(order: Snapshot, name: str) -> Any:
        """Give the order's value; `name` is the field's name where the filter asks for one."""
        raise NotImplementedError


class SourceName(Filter):
    """Where the order came from."""

    key = "source_name"
    name = "Order source name"
    settings_form = TextForm

    @staticmethod
    def read(order: Snapshot, name: str) -> Any:
        return order["source_name"]


class ShippingCountry(Filter):
    """Where the parcel goes."""

    key = "shipping_country"
    name = "Shipping country"
    settings_form = CountryForm

    @staticmethod
    def read(order: Snapshot, name: str) -> Any:
        return order["shipping_country"]


class OrderTotal(Filter):
    """What the order costs, in its own currency."""

    key = "order_total"
    name = "Order total"
    settings_form = NumberForm

    @staticmethod
    def read(order: Snapshot, name: str) -> Any:
        return order["order_total"]


class AnyItemCode(Filter):
    """The codes of what was bought."""

    key = "any_item_code"
    name = "Any item code"
    settings_form = TextsForm

    @staticmethod
    def read(order: Snapshot, name: str) -> Any:
        return [item["code"] for item in order["items"]]


class InFolder(Filter):
    """Where the order lies."""

    key = "folder"
    name = "Folder"
    settings_form = FolderForm

    @staticmethod
    def read(order: Snapshot, name: str) -> Any:
        return order["folder_id"]


class CheckoutData(Filter):
    """One named field of the checkout data; a field the order does not have is empty."""

    key = "checkout_data"
    name = "Checkout data"
    settings_form = NamedTextForm

    @classmethod
    def label(cls, settings: dict[str, Any]) -> str:
        return f"Checkout data “{settings.get('name', '')}”"

    @staticmethod
    def read(order: Snapshot, name: str) -> Any:
        return order["checkout_data"].get(name, "")


FILTERS: dict[str, type[Filter]] = {
    entry.key: entry
    for entry in (
        SourceName,
        ShippingCountry,
        OrderTotal,
        AnyItemCode,
        InFolder,
        CheckoutData,
    )
}
